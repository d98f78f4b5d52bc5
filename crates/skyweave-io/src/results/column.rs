//! The types of columns: how values go into Arrow arrays and come back.

use arrow::array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float32Array, Float64Array, Int64Array, StringArray,
    StringDictionaryBuilder, TimestampMillisecondArray, UInt32Array,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, TimeUnit};
use hifitime::Epoch;
use skyweave_core::time::{SlotNo, unix_seconds};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name, with the unit in it.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// True if a value may be missing.
    pub nullable: bool,
    /// What it says.
    pub meaning: &'static str,
}

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Signed whole number of 64 bits.
    Int64,
    /// Whole number of 32 bits, never negative.
    UInt32,
    /// Real number of 32 bits.
    Float32,
    /// Real number of 64 bits.
    Float64,
    /// True or false.
    Bool,
    /// An instant in UTC, in milliseconds.
    Time,
    /// A text that recurs, kept in a dictionary.
    Name,
}

impl Kind {
    /// The Arrow type.
    #[must_use]
    pub fn arrow(self) -> DataType {
        match self {
            Self::Int64 => DataType::Int64,
            Self::UInt32 => DataType::UInt32,
            Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::Bool => DataType::Boolean,
            Self::Time => DataType::Timestamp(TimeUnit::Millisecond, Some(Arc::from(UTC))),
            Self::Name => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        }
    }

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int64 => "int64",
            Self::UInt32 => "uint32",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Bool => "bool",
            Self::Time => "timestamp[ms, UTC]",
            Self::Name => "dictionary<int32, utf8>",
        }
    }
}

const UTC: &str = "UTC";

/// The Arrow schema of some columns.
pub fn schema(columns: &[Column]) -> Schema {
    let fields: Vec<Field> = columns.iter().map(|c| Field::new(c.name, c.kind.arrow(), c.nullable)).collect();
    Schema::new(fields)
}

/// An instant: milliseconds since 1970-01-01 00:00 UTC, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct UtcMs(pub i64);

impl UtcMs {
    /// When a slot begins.
    #[must_use]
    pub fn of_slot(slot: SlotNo) -> Self {
        Self((unix_seconds(slot.start()) * 1_000.0).round() as i64)
    }
}

impl fmt::Display for UtcMs {
    /// As in RFC 3339, for instance `2026-05-20T13:00:12.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = Epoch::from_unix_milliseconds(self.0 as f64);
        let (year, month, day, hour, minute, second, nanoseconds) = epoch.to_gregorian_utc();
        let ms = nanoseconds / 1_000_000;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
    }
}

/// A text that many rows share: cheap to copy.
#[derive(Clone)]
pub struct Name(Text);

#[derive(Clone)]
enum Text {
    Fixed(&'static str),
    Shared(Arc<str>),
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Text::Fixed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl From<&'static str> for Name {
    fn from(text: &'static str) -> Self {
        Self(Text::Fixed(text))
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(Text::Shared(text.into()))
    }
}

impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl From<Arc<str>> for Name {
    fn from(text: Arc<str>) -> Self {
        Self(Text::Shared(text))
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// A type that a column can have.
pub trait Scalar: Sized + 'static {
    /// The type of the column.
    const KIND: Kind;
    /// The array of these values.
    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef;
    /// The values of an array; `None` if it has another type.
    fn values(array: &dyn Array) -> Option<Vec<Option<Self>>>;
}

/// A type that a field of a row can have: a [`Scalar`], or one that may be missing.
pub trait Value: Sized + 'static {
    /// The type of the column.
    const KIND: Kind;
    /// True if a value may be missing.
    const NULLABLE: bool;
    /// The array of these values.
    fn array(values: &mut dyn Iterator<Item = &Self>) -> ArrayRef;
    /// The values of an array; `None` if it has another type, or misses values that must be there.
    fn values(array: &dyn Array) -> Option<Vec<Self>>;
}

impl<T: Scalar> Value for T {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = false;

    fn array(values: &mut dyn Iterator<Item = &Self>) -> ArrayRef {
        <T as Scalar>::array(&mut values.map(Some))
    }

    fn values(array: &dyn Array) -> Option<Vec<Self>> {
        <T as Scalar>::values(array)?.into_iter().collect()
    }
}

impl<T: Scalar> Value for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;

    fn array(values: &mut dyn Iterator<Item = &Self>) -> ArrayRef {
        <T as Scalar>::array(&mut values.map(Option::as_ref))
    }

    fn values(array: &dyn Array) -> Option<Vec<Self>> {
        <T as Scalar>::values(array)
    }
}

macro_rules! scalars {
    ($($type:ty => $array:ty, $kind:ident);+ $(;)?) => {$(
        impl Scalar for $type {
            const KIND: Kind = Kind::$kind;

            fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
                Arc::new(values.map(Option::<&Self>::copied).collect::<$array>())
            }

            fn values(array: &dyn Array) -> Option<Vec<Option<Self>>> {
                Some(array.as_any().downcast_ref::<$array>()?.iter().collect())
            }
        }
    )+};
}

scalars! {
    i64 => Int64Array, Int64;
    u32 => UInt32Array, UInt32;
    f32 => Float32Array, Float32;
    f64 => Float64Array, Float64;
    bool => BooleanArray, Bool;
}

impl Scalar for UtcMs {
    const KIND: Kind = Kind::Time;

    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
        let array: TimestampMillisecondArray = values.map(|value| value.map(|time| time.0)).collect();
        Arc::new(array.with_timezone(UTC))
    }

    fn values(array: &dyn Array) -> Option<Vec<Option<Self>>> {
        let array = array.as_any().downcast_ref::<TimestampMillisecondArray>()?;
        Some(array.iter().map(|value| value.map(UtcMs)).collect())
    }
}

impl Scalar for Name {
    const KIND: Kind = Kind::Name;

    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        for value in values {
            builder.append_option(value.map(|name| &**name));
        }
        Arc::new(builder.finish())
    }

    fn values(array: &dyn Array) -> Option<Vec<Option<Self>>> {
        let array = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>()?;
        let dictionary = array.values().as_any().downcast_ref::<StringArray>()?;
        let names: Vec<Option<Name>> =
            dictionary.iter().map(|text| text.map(|text| Name::from(Arc::<str>::from(text)))).collect();
        array
            .keys()
            .iter()
            .map(|key| key.map_or(Some(None), |key| names.get(key as usize).cloned()))
            .collect()
    }
}
