//! Asking witnesses and mirrors for their cosignatures (C2SP tlog-witness, the log's side).

use super::folder::Folder;
use skyweave_proof::UtcTime;
use skyweave_proof::log::note::{Signatory, Verifier};
use skyweave_proof::log::policy::Policy;
use skyweave_proof::log::reader::{Reader, Unreadable};
use skyweave_proof::log::witness::Request;
use std::io::Read;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(3);
/// No answer of a witness is longer, bytes.
const LONGEST: u64 = 64 << 10;
/// Who was quicker may be overtaken so often.
const TRIES: usize = 4;

/// Somebody whose cosignature is asked for.
enum Cosigner {
    /// At an address.
    At {
        name: String,
        url: String,
        /// What it cosigned last, as far as is known.
        size: Mutex<u64>,
    },
    /// In this process, with a key that this process has: for demonstrations, and of no worth as a proof.
    Here(Box<Signatory>),
}

/// Why somebody did not cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCosigned {
    /// Nobody answers there.
    #[error("{name} at {url}: {problem}")]
    Unreachable {
        /// Who.
        name: String,
        /// Where.
        url: String,
        /// What went wrong.
        problem: String,
    },
    /// It does not want to.
    #[error("{name} answers {status}: {said}")]
    Refused {
        /// Who.
        name: String,
        /// 400, 403, 404, 409 or 422.
        status: u16,
        /// What it said.
        said: String,
    },
    /// The log's own files cannot be read.
    #[error(transparent)]
    Files(#[from] Unreadable),
}

/// Everybody who is asked.
pub struct Witnesses {
    cosigners: Vec<Cosigner>,
    agent: ureq::Agent,
}

/// A checkpoint that is to be cosigned.
#[derive(Clone, Copy)]
pub struct Fresh<'a> {
    /// The log's files, which have all of it.
    pub files: &'a Folder,
    /// Entries.
    pub size: u64,
    /// The note with the log's signature.
    pub note: &'a str,
    /// When.
    pub now: UtcTime,
}

impl Witnesses {
    /// Those of a policy that have an address, and those whose keys are here.
    #[must_use]
    pub fn of(policy: &Policy, here: Vec<Signatory>) -> Self {
        let is_here = |verifier: &Verifier| here.iter().any(|own| own.verifier().key() == verifier.key());
        let mut cosigners = Vec::new();
        for (name, party) in policy.witnesses() {
            if let Some(url) = party.url.as_ref().filter(|_| !is_here(&party.verifier)) {
                let url = url.trim_end_matches('/').to_owned();
                cosigners.push(Cosigner::At { name: name.clone(), url, size: Mutex::new(0) });
            }
        }
        cosigners.extend(here.into_iter().map(|signatory| Cosigner::Here(Box::new(signatory))));
        let agent = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build()
            .into();
        Self { cosigners, agent }
    }

    /// Asks all of them at once: the note with what they signed, and who did not. It takes as long as the slowest; a thread each.
    #[must_use]
    pub fn cosign(&self, fresh: Fresh<'_>) -> (String, Vec<NotCosigned>) {
        let answers: Vec<Result<String, NotCosigned>> = std::thread::scope(|scope| {
            let asking: Vec<_> = self
                .cosigners
                .iter()
                .map(|cosigner| scope.spawn(move || self.ask(cosigner, fresh)))
                .collect();
            asking.into_iter().filter_map(|asked| asked.join().ok()).collect()
        });
        let (mut note, mut not) = (fresh.note.to_owned(), Vec::new());
        for answer in answers {
            match answer {
                Ok(lines) => note.push_str(&lines),
                Err(why) => not.push(why),
            }
        }
        (note, not)
    }

    fn ask(&self, cosigner: &Cosigner, fresh: Fresh<'_>) -> Result<String, NotCosigned> {
        match cosigner {
            Cosigner::Here(signatory) => {
                let text = fresh.note.split_once("\n\n").map_or(fresh.note, |(text, _)| text);
                Ok(signatory.line(&format!("{text}\n"), fresh.now))
            }
            Cosigner::At { name, url, size } => {
                let mut size = size.lock().unwrap_or_else(PoisonError::into_inner);
                for _ in 0..TRIES {
                    match self.ask_at((name, url), *size, fresh)? {
                        Said::Lines(lines) => {
                            *size = fresh.size;
                            return Ok(lines);
                        }
                        Said::Has(other) => *size = other,
                    }
                }
                let said = format!("it has {} entries", *size);
                Err(NotCosigned::Refused { name: name.clone(), status: 409, said })
            }
        }
    }

    fn ask_at(&self, (name, url): (&str, &str), old: u64, fresh: Fresh<'_>) -> Result<Said, NotCosigned> {
        let proof = if old <= fresh.size {
            Reader::new(fresh.files, fresh.size).prove_consistency(old, fresh.size)?
        } else {
            let said = format!("it has {old} entries, and the log has {}", fresh.size);
            return Err(NotCosigned::Refused { name: name.to_owned(), status: 409, said });
        };
        let body = Request { old, proof, note: fresh.note }.to_text();
        let unreachable = |problem: String| NotCosigned::Unreachable {
            name: name.to_owned(),
            url: url.to_owned(),
            problem,
        };
        let sent = self.agent.post(format!("{url}/add-checkpoint")).send(body);
        let mut answer = sent.map_err(|error| unreachable(error.to_string()))?;
        let status = answer.status().as_u16();
        let mut said = String::new();
        let read = answer.body_mut().as_reader().take(LONGEST).read_to_string(&mut said);
        read.map_err(|error| unreachable(error.to_string()))?;
        match (status, said.trim().parse::<u64>()) {
            (200, _) => Ok(Said::Lines(said)),
            (409, Ok(size)) => Ok(Said::Has(size)),
            _ => Err(NotCosigned::Refused { name: name.to_owned(), status, said: said.trim().to_owned() }),
        }
    }
}

enum Said {
    /// Cosignatures.
    Lines(String),
    /// It has cosigned a log of this size.
    Has(u64),
}
