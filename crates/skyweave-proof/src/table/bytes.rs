//! Integers, texts and lists as bytes, and back. Reading never goes beyond the end and never reserves more than there are bytes for.

use super::Malformed;

#[derive(Debug, Default)]
pub(super) struct Writer(Vec<u8>);

macro_rules! writes {
    ($($name:ident),+) => {$(
        pub fn $name(&mut self, value: $name) {
            self.0.extend_from_slice(&value.to_le_bytes());
        }
    )+};
}

impl Writer {
    writes!(u8, u16, u32, u64, i16, i32, i64);

    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.raw(text.as_bytes());
    }

    pub fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.u32(items.len() as u32);
        for item in items {
            write(self, item);
        }
    }

    pub fn bytes(self) -> Vec<u8> {
        self.0
    }
}

#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

macro_rules! reads {
    ($($name:ident),+) => {$(
        pub fn $name(&mut self) -> Result<$name, Malformed> {
            let bytes = self.raw(size_of::<$name>())?;
            let mut array = [0; size_of::<$name>()];
            array.copy_from_slice(bytes);
            Ok($name::from_le_bytes(array))
        }
    )+};
}

impl<'a> Reader<'a> {
    reads!(u8, u16, u32, u64, i16, i32, i64);

    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// An error here.
    pub fn wrong(&self, what: impl Into<String>) -> Malformed {
        Malformed { place: format!("before byte {}", self.at), what: what.into() }
    }

    pub fn raw(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let left = &self.bytes[self.at..];
        let Some(bytes) = left.get(..length) else {
            return Err(self.wrong(format!("{length} bytes are needed and {} are left", left.len())));
        };
        self.at += length;
        Ok(bytes)
    }

    pub fn text(&mut self) -> Result<String, Malformed> {
        let length = self.u32()? as usize;
        let bytes = self.raw(length)?;
        let text = str::from_utf8(bytes).map_err(|_| self.wrong("a text that is not UTF-8"))?;
        Ok(text.to_owned())
    }

    pub fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = self.u32()? as usize;
        let left = self.bytes.len() - self.at;
        // an item has at least two bytes
        if count > left / 2 {
            return Err(self.wrong(format!("a list of {count} items in {left} bytes")));
        }
        // what a short document asks for cannot be large, however large its items become in memory
        let mut items = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            items.push(read(self)?);
        }
        Ok(items)
    }

    pub fn end(&self) -> Result<(), Malformed> {
        let left = self.bytes.len() - self.at;
        if left == 0 { Ok(()) } else { Err(self.wrong(format!("{left} bytes after the end of the table"))) }
    }
}
