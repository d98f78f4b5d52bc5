//! Signed notes: a text, an empty line, and the signatures of those who vouch for it, one a line (C2SP signed-note).
//!
//! A signature line is an em dash, a blank, the name of a key, a blank, and base64 of four bytes that tell keys of one name apart and of
//! the signature. Lines of unknown keys mean nothing; a wrong signature of a known key is an error.

use crate::signature::{PublicKey, SecretKey};
use crate::{UtcTime, hex};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// No note is longer, in bytes.
pub const MOST_BYTES: usize = 1_000_000;
/// No note has more signatures.
pub const MOST_SIGNATURES: usize = 100;
const DASH: &str = "\u{2014} ";
const TIME_BYTES: usize = 8;
/// A cosignature has a time, and it fits in a signed number (C2SP tlog-cosignature).
const TIMES: std::ops::RangeInclusive<u64> = 1..=i64::MAX as u64;

/// How a key signs. The type byte tells it; another algorithm is one more of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Ed25519 over the text.
    Ed25519,
    /// Ed25519 over the time and the text: a witness that saw a checkpoint (C2SP tlog-cosignature, `cosignature/v1`).
    Cosignature,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    const fn of(code: u8) -> Option<Self> {
        match code {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::Cosignature),
            _ => None,
        }
    }

    fn key(self, bytes: &[u8]) -> Result<PublicKey, &'static str> {
        match self {
            Self::Ed25519 | Self::Cosignature => PublicKey::ed25519(bytes).map_err(|e| e.0),
        }
    }
}

/// A key that signatures are verified with, under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    kind: Kind,
    key: PublicKey,
    id: [u8; 4],
}

/// Why a note or a key is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The text is no signed note.
    #[error("no signed note: {0}")]
    Note(&'static str),
    /// The text is no key.
    #[error("no key `{text}`: {why}")]
    Key {
        /// What was found.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A known key's signature is not over this text.
    #[error("the signature of {name} is not over this text")]
    Signature {
        /// Whose it is said to be.
        name: String,
    },
    /// Nobody who is known signed.
    #[error("none of the keys that are known signed this")]
    Nobody,
}

impl Verifier {
    /// A key under a name.
    ///
    /// # Errors
    /// A name that is empty or has blanks, `+` or line breaks, and a key that is no point of the curve or a weak one.
    pub fn new(name: &str, kind: Kind, key: &[u8]) -> Result<Self, Wrong> {
        let wrong = |why| Wrong::Key { text: name.to_owned(), why };
        if !is_name(name) {
            return Err(wrong("a name is not empty and has no blanks and no `+`"));
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            key: kind.key(key).map_err(wrong)?,
            id: id_of(name, kind, key),
        })
    }

    /// Reads `name+id+base64`, as keys are written.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = |why| Wrong::Key { text: text.to_owned(), why };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("accepted: NAME+ID+KEY, the id as 8 hexadecimal digits and the key as base64"));
        };
        let bytes = STANDARD.decode(key).map_err(|_| wrong("the key is not base64"))?;
        let Some((code, key)) = bytes.split_first() else { return Err(wrong("the key is empty")) };
        let kind = Kind::of(*code).ok_or_else(|| wrong("a kind of key that is not known"))?;
        let verifier = Self::new(name, kind, key)?;
        if hex(&verifier.id) == id {
            Ok(verifier)
        } else {
            Err(wrong("the id is not that of the name and key"))
        }
    }

    /// As it is written: `name+id+base64`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let key = [&[self.kind.code()], self.key.as_bytes()].concat();
        format!("{}+{}+{}", self.name, hex(&self.id), STANDARD.encode(key))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it signs.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The key itself, apart from names: who holds it is one principal under any number of them.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    fn verify(&self, text: &str, signature: &[u8]) -> Option<Signed> {
        let (time, signature) = match self.kind {
            Kind::Ed25519 => (None, signature),
            Kind::Cosignature => {
                let (time, rest) = signature.split_first_chunk::<TIME_BYTES>()?;
                let time = u64::from_be_bytes(*time);
                (TIMES.contains(&time).then_some(Some(UtcTime(time)))?, rest)
            }
        };
        let is_signed = self.key.verifies(message(text, time).as_bytes(), signature);
        is_signed.then(|| Signed { name: self.name.clone(), key: self.key.clone(), time })
    }
}

/// Who signed a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Name of the key.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// When a witness saw it.
    pub time: Option<UtcTime>,
}

/// A key that signs, under its name.
pub struct Signatory {
    kind: Kind,
    key: SecretKey,
    verifier: Verifier,
}

impl Signatory {
    /// A key under a name, from its secret.
    ///
    /// # Errors
    /// A name that is no name of a key.
    pub fn new(name: &str, kind: Kind, secret: &[u8; 32]) -> Result<Self, Wrong> {
        let key = SecretKey::ed25519(secret);
        let verifier = Verifier::new(name, kind, key.public().as_bytes())?;
        Ok(Self { kind, key, verifier })
    }

    /// What its signatures are verified with.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The line that signs a text, which ends with a line break. `now` is what a witness says; it counts for cosignatures alone.
    #[must_use]
    pub fn line(&self, text: &str, now: UtcTime) -> String {
        let time = (self.kind == Kind::Cosignature).then_some(now);
        let signature = self.key.sign(message(text, time).as_bytes());
        let time = time.map(|time| time.0.to_be_bytes());
        let bytes =
            [&self.verifier.id[..], time.as_ref().map_or(&[][..], |time| &time[..]), &signature].concat();
        format!("{DASH}{} {}\n", self.verifier.name, STANDARD.encode(bytes))
    }
}

/// A note whose signatures were not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note<'a> {
    /// The text, its last line break included.
    pub text: &'a str,
    /// The signature lines, each with its line break.
    pub lines: &'a str,
    signatures: Vec<(&'a str, [u8; 4], Vec<u8>)>,
}

impl<'a> Note<'a> {
    /// Reads a note.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Wrong> {
        if bytes.len() > MOST_BYTES {
            return Err(Wrong::Note("it is longer than a million bytes"));
        }
        let note = str::from_utf8(bytes).map_err(|_| Wrong::Note("it is not UTF-8"))?;
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(Wrong::Note("it has control characters"));
        }
        let end =
            note.rfind("\n\n").ok_or(Wrong::Note("no empty line parts the text from the signatures"))?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        if !lines.ends_with('\n') {
            return Err(Wrong::Note("the last line is not ended"));
        }
        let mut signatures = Vec::new();
        for line in lines.lines() {
            let rest = line
                .strip_prefix(DASH)
                .ok_or(Wrong::Note("a signature line begins with a dash and a blank"))?;
            let (name, coded) =
                rest.split_once(' ').ok_or(Wrong::Note("a signature line has a name and a signature"))?;
            let bytes = STANDARD.decode(coded).map_err(|_| Wrong::Note("a signature is not base64"))?;
            let Some((id, signature)) = bytes.split_first_chunk::<4>() else {
                return Err(Wrong::Note("a signature of fewer than five bytes"));
            };
            if !is_name(name) || signature.is_empty() {
                return Err(Wrong::Note("a signature line has a name and a signature"));
            }
            signatures.push((name, *id, signature.to_vec()));
            if signatures.len() > MOST_SIGNATURES {
                return Err(Wrong::Note("it has more than a hundred signatures"));
            }
        }
        if signatures.is_empty() {
            Err(Wrong::Note("nobody signed it"))
        } else {
            Ok(Self { text, lines, signatures })
        }
    }

    /// Who of some signed it, each key once.
    ///
    /// # Errors
    /// A signature of one of them that is not over this text; or none of them signed.
    pub fn verify(&self, known: &[Verifier]) -> Result<Vec<Signed>, Wrong> {
        let mut signed: Vec<Signed> = Vec::new();
        for (name, id, signature) in &self.signatures {
            let Some(verifier) = known.iter().find(|one| one.name == *name && one.id == *id) else {
                continue;
            };
            let one = verifier
                .verify(self.text, signature)
                .ok_or_else(|| Wrong::Signature { name: verifier.name.clone() })?;
            if signed.iter().all(|other| other.key != one.key) {
                signed.push(one);
            }
        }
        if signed.is_empty() { Err(Wrong::Nobody) } else { Ok(signed) }
    }
}

fn message(text: &str, time: Option<UtcTime>) -> String {
    time.map_or_else(|| text.to_owned(), |time| format!("cosignature/v1\ntime {}\n{text}", time.0))
}

fn id_of(name: &str, kind: Kind, key: &[u8]) -> [u8; 4] {
    let hash =
        Sha256::new().chain_update(name).chain_update([b'\n', kind.code()]).chain_update(key).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of C2SP signed-note.
    const FOO: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const MESSAGE: &str = "This is an example message.\n\n\
        \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    /// The key and note of the example in Go's `golang.org/x/mod/sumdb/note`.
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn the_published_example_is_verified_and_nothing_near_it() {
        let foo = Verifier::parse(FOO).unwrap();
        assert_eq!(
            Note::parse(MESSAGE.as_bytes()).unwrap().verify(&[foo]).unwrap()[0].name,
            "example.com/foo"
        );
        let peter = Verifier::parse(PETER).unwrap();
        assert_eq!(peter.to_text(), PETER);
        let note = Note::parse(NOTE.as_bytes()).unwrap();
        assert_eq!(note.verify(std::slice::from_ref(&peter)).unwrap()[0].name, "PeterNeumann");
        let other = NOTE.replace("answer", "question");
        let wrong = Note::parse(other.as_bytes()).unwrap().verify(std::slice::from_ref(&peter));
        assert_eq!(wrong, Err(Wrong::Signature { name: "PeterNeumann".to_owned() }));
        let renamed = NOTE.replace("\u{2014} Peter", "\u{2014} Paul");
        assert_eq!(Note::parse(renamed.as_bytes()).unwrap().verify(&[peter]), Err(Wrong::Nobody));
        for (from, to) in
            [("+c74f20a3", "+c74f20a4"), ("Peter", "Paul"), ("+AR", "+BR"), ("10TW", "10TX"), ("+", " ")]
        {
            assert!(Verifier::parse(&PETER.replacen(from, to, 1)).is_err(), "{from} {to}");
        }
    }

    #[test]
    fn what_is_no_note_is_said() {
        for (from, to) in
            [("\n\n", "\n"), ("\u{2014} ", "- "), ("AM=\n", "AM="), ("x08go/", "x08go."), ("is.", "is.\r")]
        {
            assert!(matches!(Note::parse(NOTE.replace(from, to).as_bytes()), Err(Wrong::Note(_))), "{to}");
        }
        assert!(Note::parse(b"\xff\n\n").is_err());
        assert!(Note::parse(b"text\n\n").is_err());
    }

    #[test]
    fn witnesses_sign_the_time_too_and_a_key_counts_once() {
        let now = UtcTime;
        let witness = Signatory::new("witness.example/w1", Kind::Cosignature, &[7; 32]).unwrap();
        let again = Signatory::new("witness.example/w2", Kind::Cosignature, &[7; 32]).unwrap();
        let text = "log.example\n3\nAAAA\n";
        let note = format!("{text}\n{}{}", witness.line(text, now(1_000)), again.line(text, now(2_000)));
        let known = [witness.verifier().clone(), again.verifier().clone()];
        let signed = Note::parse(note.as_bytes()).unwrap().verify(&known).unwrap();
        assert_eq!((signed.len(), signed[0].time), (1, Some(now(1_000))));
        let parsed = Verifier::parse(&known[0].to_text()).unwrap();
        assert_eq!(parsed, known[0]);
        let timeless = format!("{text}\n{}", witness.line(text, now(0)));
        let wrong = Note::parse(timeless.as_bytes()).unwrap().verify(&known);
        assert_eq!(wrong, Err(Wrong::Signature { name: "witness.example/w1".to_owned() }));
        let later = note.replacen(&note[text.len() + 1..text.len() + 40], "", 1);
        assert!(Note::parse(later.as_bytes()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            _ = Note::parse(&bytes);
            _ = Verifier::parse(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn a_bent_note_is_refused_or_says_the_same(at in 0_usize..150, byte in proptest::num::u8::ANY) {
            let peter = Verifier::parse(PETER).unwrap();
            let mut bytes = NOTE.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(note) = Note::parse(&bytes) && note.verify(&[peter]).is_ok() {
                proptest::prop_assert_eq!(&bytes, NOTE.as_bytes());
            }
        }
    }
}
