//! Which logs and witnesses are trusted, and how many witnesses it takes (C2SP tlog-policy).
//!
//! Stricter than the specification in one place: the file is UTF-8.

use super::checkpoint::{Checkpoint, NoCheckpoint};
use super::note::{Kind, Note, Signed, Verifier, Wrong};
use crate::UtcTime;
use crate::quorum::Quorum;
use std::collections::{BTreeMap, BTreeSet};

const MOST_LINES: usize = 1_000;

/// A policy file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Party>,
    /// By name within the file.
    witnesses: BTreeMap<String, Party>,
    quorum: Option<Quorum>,
    /// Logs and witnesses, to verify notes with.
    known: Vec<Verifier>,
}

/// A log or a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its key.
    pub verifier: Verifier,
    /// Where it is, if the file says so.
    pub url: Option<String>,
}

/// Why a file is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy, line {line}: {what}")]
pub struct NoPolicy {
    /// Counted from 1; 0 if no line can be named.
    pub line: usize,
    /// What was found and what would be accepted.
    pub what: String,
}

/// Why a note is not a checkpoint that the policy takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// It is no note, or a signature is wrong.
    #[error(transparent)]
    Note(#[from] Wrong),
    /// Its text is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] NoCheckpoint),
    /// It is of a log that the policy does not have, or that log did not sign it.
    #[error("the log `{origin}` did not sign it, or is not one that is trusted")]
    Log {
        /// The log's name.
        origin: String,
    },
    /// Too few witnesses cosigned it.
    #[error("cosigned by [{}], which is not {quorum}", signed.join(", "))]
    Witnesses {
        /// Who did.
        signed: Vec<String>,
        /// Who must.
        quorum: String,
    },
}

/// A checkpoint that the policy takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Who cosigned it and when, by their names in the policy.
    pub witnesses: BTreeMap<String, UtcTime>,
    /// When it was: the lower median of what they say, so that a minority can move it neither way. The beginning of time if none must say.
    pub time: UtcTime,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// The line that is wrong.
    pub fn parse(text: &str) -> Result<Self, NoPolicy> {
        let mut policy =
            Self { logs: Vec::new(), witnesses: BTreeMap::new(), quorum: None, known: Vec::new() };
        let mut draft = Draft::default();
        if !text.is_empty() && !text.ends_with('\n') {
            return Err(NoPolicy { line: 0, what: "the last line is not ended".to_owned() });
        }
        for (at, line) in text.lines().enumerate() {
            let wrong = |what: &str| NoPolicy { line: at + 1, what: what.to_owned() };
            if at == MOST_LINES {
                return Err(wrong("a thousand lines are enough"));
            }
            if line.chars().any(|c| (c < ' ' && c != '\t') || c == '\u{7f}') {
                return Err(wrong("a control character"));
            }
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            policy.line(&mut draft, &words).map_err(|what| wrong(&what))?;
        }
        match draft.quorum {
            Asked::NotYet => Err(NoPolicy { line: 0, what: "a line `quorum NAME` is needed".to_owned() }),
            Asked::Nobody => Ok(policy),
            Asked::Quorum(quorum) => Ok(Self { quorum: Some(quorum), ..policy }),
        }
    }

    fn line(&mut self, draft: &mut Draft, words: &[&str]) -> Result<(), String> {
        match words {
            [] => Ok(()),
            [comment, ..] if comment.starts_with('#') => Ok(()),
            ["log", key, url @ ..] if url.len() < 2 => {
                let party = self.party(key, url.first(), Kind::Ed25519)?;
                self.logs.push(party);
                Ok(())
            }
            ["witness", name, key, url @ ..] if url.len() < 2 => {
                let party = self.party(key, url.first(), Kind::Cosignature)?;
                draft.define(name, Quorum::Name((*name).to_owned()))?;
                self.witnesses.insert((*name).to_owned(), party);
                Ok(())
            }
            ["group", name, threshold, members @ ..] => {
                let count = members.len();
                let threshold = match *threshold {
                    "all" => Some(count),
                    "any" => Some(1),
                    number => super::decimal(number).and_then(|number| usize::try_from(number).ok()),
                };
                let threshold = threshold.filter(|k| (1..=count).contains(k)).ok_or_else(|| {
                    format!(
                        "a group has `all`, `any` or a number from 1 to the number of its members, {count}"
                    )
                })?;
                let members = members.iter().map(|member| draft.take(member)).collect::<Result<_, _>>()?;
                draft.define(name, Quorum::Of { threshold, members })
            }
            ["quorum", _] if draft.quorum != Asked::NotYet => Err("there is a quorum already".to_owned()),
            ["quorum", "none"] => {
                draft.quorum = Asked::Nobody;
                Ok(())
            }
            ["quorum", name] => {
                let quorum =
                    draft.defined.get(*name).ok_or_else(|| format!("`{name}` is not defined above"))?;
                draft.quorum = Asked::Quorum(quorum.clone());
                Ok(())
            }
            [word, ..] => {
                Err(format!("`{word}` with {} words; accepted: log, witness, group, quorum", words.len()))
            }
        }
    }

    fn party(&mut self, key: &str, url: Option<&&str>, kind: Kind) -> Result<Party, String> {
        let verifier = Verifier::parse(key).map_err(|e| e.to_string())?;
        if verifier.kind() != kind {
            return Err(format!("`{}` does not sign as a {kind:?} key does", verifier.name()));
        }
        if self.known.iter().any(|other| other.key() == verifier.key()) {
            return Err(format!("the key of `{}` is there already under another name", verifier.name()));
        }
        self.known.push(verifier.clone());
        Ok(Party { verifier, url: url.map(|url| (*url).to_owned()) })
    }

    /// The logs.
    #[must_use]
    pub fn logs(&self) -> &[Party] {
        &self.logs
    }

    /// The witnesses, by the names they have in the file.
    #[must_use]
    pub const fn witnesses(&self) -> &BTreeMap<String, Party> {
        &self.witnesses
    }

    /// Who must cosign; none if nobody must.
    #[must_use]
    pub const fn quorum(&self) -> Option<&Quorum> {
        self.quorum.as_ref()
    }

    /// The keys of logs and witnesses.
    #[must_use]
    pub fn known(&self) -> &[Verifier] {
        &self.known
    }

    /// Verifies a checkpoint: a trusted log's signature, and the witnesses' that it takes.
    ///
    /// # Errors
    /// What is missing.
    pub fn verify(&self, note: &[u8]) -> Result<Witnessed, Untrusted> {
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::parse(note.text)?;
        let signed = note.verify(&self.known)?;
        let has = |verifier: &Verifier| signed.iter().find(|one| one.key == *verifier.key());
        let is_of = |log: &&Party| log.verifier.name() == checkpoint.origin;
        if !self.logs.iter().filter(is_of).any(|log| has(&log.verifier).is_some()) {
            return Err(Untrusted::Log { origin: checkpoint.origin });
        }
        let time_of = |one: &Signed| one.time;
        let witnesses: BTreeMap<String, UtcTime> = self
            .witnesses
            .iter()
            .filter_map(|(name, witness)| Some((name.clone(), has(&witness.verifier).and_then(time_of)?)))
            .collect();
        let Some(quorum) = &self.quorum else {
            return Ok(Witnessed { checkpoint, witnesses, time: UtcTime::default() });
        };
        if !quorum.is_met(&|name| witnesses.contains_key(name)) {
            let signed = witnesses.into_keys().collect();
            return Err(Untrusted::Witnesses { signed, quorum: quorum.to_string() });
        }
        let counted = quorum.names();
        let said = witnesses.iter().filter(|(name, _)| counted.contains(name.as_str()));
        let mut times: Vec<UtcTime> = said.map(|(_, time)| *time).collect();
        times.sort_unstable();
        let time = times.get((times.len() - 1) / 2).copied().unwrap_or_default();
        Ok(Witnessed { checkpoint, witnesses, time })
    }
}

/// What the line of the quorum says, once it was read.
#[derive(Default, PartialEq)]
enum Asked {
    #[default]
    NotYet,
    Nobody,
    Quorum(Quorum),
}

#[derive(Default)]
struct Draft {
    defined: BTreeMap<String, Quorum>,
    taken: BTreeSet<String>,
    quorum: Asked,
}

impl Draft {
    fn define(&mut self, name: &str, quorum: Quorum) -> Result<(), String> {
        if name == "none" || self.defined.insert(name.to_owned(), quorum).is_some() {
            return Err(format!("`{name}` is a name that is in use"));
        }
        Ok(())
    }

    fn take(&mut self, name: &str) -> Result<Quorum, String> {
        let quorum =
            self.defined.get(name).cloned().ok_or_else(|| format!("`{name}` is not defined above"))?;
        if self.taken.insert(name.to_owned()) {
            Ok(quorum)
        } else {
            Err(format!("`{name}` is in a group already: a witness counts in one way"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::merkle;
    use crate::log::note::Signatory;

    fn key(name: &str, kind: Kind, secret: u8) -> Signatory {
        Signatory::new(name, kind, &[secret; 32]).unwrap()
    }

    fn parties() -> (Signatory, Vec<Signatory>) {
        let witness = |number: u8| key(&format!("witness.example/{number}"), Kind::Cosignature, number);
        (key("log.example", Kind::Ed25519, 99), (1..=6).map(witness).collect())
    }

    /// The example of the specification, with keys.
    fn text() -> String {
        let (log, witnesses) = parties();
        let names = ["X1", "X2", "X3", "Y1", "Y2", "Y3"];
        let witness =
            |(name, one): (&&str, &Signatory)| format!("witness {name} {}\n", one.verifier().to_text());
        let witnesses: String = names.iter().zip(&witnesses).map(witness).collect();
        let head =
            format!("# who is trusted\n\nlog {} https://log.example/\n{witnesses}", log.verifier().to_text());
        format!(
            "{head}group X-witnesses 2 X1 X2 X3\n\tgroup Y-witnesses any Y1  Y2 Y3 \ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
        )
    }

    fn checkpoint(signers: &[(usize, u64)]) -> String {
        let (log, witnesses) = parties();
        let root = merkle::empty_root();
        let text =
            Checkpoint { origin: "log.example".to_owned(), size: 0, root, extensions: vec![] }.to_text();
        let lines: String =
            signers.iter().map(|(at, time)| witnesses[*at].line(&text, UtcTime(*time))).collect();
        format!("{text}\n{}{lines}", log.line(&text, UtcTime(0)))
    }

    #[test]
    fn the_example_of_the_specification() {
        let policy = Policy::parse(&text()).unwrap();
        assert_eq!(policy.quorum().unwrap().to_string(), "2 of (2 of (X1, X2, X3), 1 of (Y1, Y2, Y3))");
        assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example/"));
        let verify = |signers: &[(usize, u64)]| policy.verify(checkpoint(signers).as_bytes());
        let witnessed = verify(&[(0, 100), (1, 130), (3, 90)]).unwrap();
        assert_eq!((witnessed.time, witnessed.witnesses.len()), (UtcTime(100), 3));
        for too_few in [&[][..], &[(0, 1), (1, 1)], &[(3, 1), (4, 1), (5, 1)], &[(0, 1), (0, 1), (3, 1)]] {
            assert!(matches!(verify(too_few), Err(Untrusted::Witnesses { .. })), "{too_few:?}");
        }
        let other = checkpoint(&[(0, 1), (1, 1), (3, 1)]).replacen("log.example\n", "log.other\n", 1);
        assert!(matches!(policy.verify(other.as_bytes()), Err(Untrusted::Note(Wrong::Signature { .. }))));
    }

    #[test]
    fn one_witness_among_three_moves_the_time_neither_forwards_nor_back() {
        let policy = Policy::parse(&text().replace("quorum X-and-Y", "quorum X-witnesses")).unwrap();
        for (times, found) in [([100, 101, 9_999], 101), ([1, 100, 101], 100)] {
            let signers: Vec<(usize, u64)> = times.iter().copied().enumerate().collect();
            assert_eq!(policy.verify(checkpoint(&signers).as_bytes()).unwrap().time, UtcTime(found));
        }
        assert_eq!(policy.verify(checkpoint(&[(0, 100), (1, 9_999)]).as_bytes()).unwrap().time, UtcTime(100));
    }

    #[test]
    fn nobody_must_cosign_where_the_quorum_is_none() {
        let policy = Policy::parse(&text().replace("quorum X-and-Y", "quorum none")).unwrap();
        assert_eq!(policy.quorum(), None);
        assert!(policy.verify(checkpoint(&[]).as_bytes()).is_ok());
    }

    #[test]
    fn wrong_lines_are_named() {
        let (_, witnesses) = parties();
        let renamed = key("witness.example/again", Kind::Cosignature, 1).verifier().to_text();
        let twice = format!("witness X9 {renamed}\ngroup X-w");
        let logged = format!("log {}\ngroup X-w", witnesses[0].verifier().to_text());
        for (from, to, line) in [
            ("group X-w", twice.as_str(), 10),
            ("group X-w", &logged, 10),
            ("group X-w", "group none any X1\ngroup X-w", 10),
            ("2 X1", "4 X1", 10),
            ("2 X1", "0 X1", 10),
            ("2 X1", "02 X1", 10),
            ("2 X1 X2 X3", "2 X1 X1 X3", 10),
            ("any Y1", "any X1", 11),
            ("any Y1", "any Z1", 11),
            ("quorum X-and-Y", "quorum Z", 13),
            ("quorum X-and-Y", "quorum none\nquorum none", 14),
            ("quorum X-and-Y", "quorum", 13),
            ("quorum X-and-Y\n", "", 0),
            ("quorum X-and-Y\n", "quorum X-and-Y", 0),
            ("# who", "\u{b}# who", 1),
        ] {
            let wrong = Policy::parse(&text().replacen(from, to, 1));
            assert_eq!(wrong.as_ref().map_err(|e| e.line), Err(line), "{to}: {wrong:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(words in proptest::collection::vec("(log|witness|group|quorum|any|all|none|2|a|b|#|\n|\t| )", 0..60)) {
            _ = Policy::parse(&words.concat());
            _ = Policy::parse(&format!("{}{}\n", text(), words.join(" ")));
        }
    }
}
