//! Checkpoints: a log's name, how many entries it has, and the root over them (C2SP tlog-checkpoint). They are the texts of signed notes.

use super::decimal;
use super::merkle::Hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A log at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// Further lines, which mean nothing here and are signed all the same.
    pub extensions: Vec<String>,
}

/// Why a text is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no checkpoint: {0}")]
pub struct NoCheckpoint(pub &'static str);

impl Checkpoint {
    /// Reads the text of a note. A checkpoint has one form.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NoCheckpoint> {
        let body = text.strip_suffix('\n').ok_or(NoCheckpoint("the last line is not ended"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoCheckpoint("it has fewer than three lines: origin, size, root"));
        };
        if origin.is_empty() {
            return Err(NoCheckpoint("the origin is empty"));
        }
        let size = decimal(size).ok_or(NoCheckpoint("the size is no decimal number"))?;
        let bytes = STANDARD.decode(root).map_err(|_| NoCheckpoint("the root is not base64"))?;
        let root = bytes.try_into().map_err(|_| NoCheckpoint("the root does not have 32 bytes"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(NoCheckpoint("an extension line is empty"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// Its text, which ends with a line break.
    #[must_use]
    pub fn to_text(&self) -> String {
        let head = format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root));
        self.extensions.iter().fold(head, |text, line| text + line + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_has_one_form() {
        let text = "log.example/orders\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse(text).unwrap();
        assert_eq!((checkpoint.size, checkpoint.to_text().as_str()), (20_852_163, text));
        let extended = format!("{text}more\n");
        assert_eq!(Checkpoint::parse(&extended).unwrap().to_text(), extended);
        for wrong in [
            "",
            "a\n1\n",
            "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            &text.replace("2085", "02085"),
            &text.replace("2085", "+2085"),
            &text.replace("20852163", "99999999999999999999"),
            &text.replace("I=\n", "I=\n\nx\n"),
            &text.replace("CsUY", "CsU"),
            &text.replace("I=\n", "I="),
        ] {
            assert!(Checkpoint::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
