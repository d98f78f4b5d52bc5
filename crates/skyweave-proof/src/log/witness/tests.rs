use super::*;
use crate::log::note::Kind;
use crate::log::policy::Policy;
use std::cell::RefCell;

const ORIGIN: &str = "log.example/orders";

fn log_key() -> Signatory {
    Signatory::new(ORIGIN, Kind::Ed25519, &[1; 32]).unwrap()
}

fn witness() -> Witness {
    let key = Signatory::new("witness.example/w1", Kind::Cosignature, &[2; 32]).unwrap();
    Witness::new(BTreeMap::from([(ORIGIN.to_owned(), vec![log_key().verifier().clone()])]), key)
}

fn leaves(size: u64, tail: &str) -> Vec<Hash> {
    (0..size)
        .map(|n| {
            if n + 1 == size {
                merkle::leaf(format!("{n}{tail}").as_bytes())
            } else {
                merkle::leaf(format!("{n}").as_bytes())
            }
        })
        .collect()
}

fn note(origin: &str, size: u64, root: Hash, key: &Signatory) -> String {
    let text = Checkpoint { origin: origin.to_owned(), size, root, extensions: vec![] }.to_text();
    format!("{text}\n{}", key.line(&text, UtcTime(0)))
}

/// A request of a log whose last entry may be forked.
fn request(old: u64, size: u64, tail: &str) -> String {
    let leaves = leaves(size, tail);
    let proof = merkle::prove_consistency(&leaves, old as usize);
    let note = note(ORIGIN, size, merkle::root_of(&leaves), &log_key());
    Request { old, proof, note: &note }.to_text()
}

struct Memory(RefCell<Option<Seen>>);

impl Memory {
    /// As a server does: decide, swap, answer.
    fn ask(&self, body: &str, now: u64) -> Response {
        match witness().decide(body.as_bytes(), |_| *self.0.borrow(), UtcTime(now)) {
            Decision::Refuse(response) => response,
            Decision::Cosign(cosigned) => self.swap(&cosigned),
        }
    }

    fn swap(&self, cosigned: &Cosigned) -> Response {
        let mut seen = self.0.borrow_mut();
        if *seen == cosigned.before {
            *seen = Some(cosigned.after);
            cosigned.response.clone()
        } else {
            Response::conflict(seen.map_or(0, |seen| seen.size))
        }
    }
}

#[test]
fn a_log_that_grows_is_cosigned_with_the_time() {
    let memory = Memory(RefCell::new(None));
    let response = memory.ask(&request(0, 5, ""), 100);
    assert_eq!((response.status, response.content_type), (200, "text/plain; charset=utf-8"));
    let response = memory.ask(&request(5, 9, ""), 200);
    assert_eq!(response.status, 200);
    let root = merkle::root_of(&leaves(9, ""));
    let policy = format!(
        "log {}\nwitness w {}\nquorum w\n",
        log_key().verifier().to_text(),
        witness().verifier().to_text()
    );
    // the client concatenates what it gets to its checkpoint
    let whole = note(ORIGIN, 9, root, &log_key()) + &response.body;
    let witnessed = Policy::parse(&policy).unwrap().verify(whole.as_bytes()).unwrap();
    assert_eq!(witnessed.time, UtcTime(200));
    // the same again is a later time, and a clock that went back says no earlier one
    assert_eq!(memory.ask(&request(9, 9, ""), 300).status, 200);
    assert_eq!(memory.ask(&request(9, 9, ""), 50).status, 200);
    assert_eq!(memory.0.borrow().unwrap().time, UtcTime(300));
}

#[test]
fn each_answer_of_the_specification() {
    let seen = Seen { size: 5, root: merkle::root_of(&leaves(5, "")), time: UtcTime(1) };
    let status = |body: &str| Memory(RefCell::new(Some(seen))).ask(body, 9).status;
    let other = Signatory::new(ORIGIN, Kind::Ed25519, &[9; 32]).unwrap();
    let good = request(5, 9, "");
    let signed_by_another = note(ORIGIN, 9, merkle::root_of(&leaves(9, "")), &other);
    let bent = good.replacen("old 5", "old 5\n\n", 1);
    for (body, expected) in [
        (good.clone(), 200),
        (bent, 400),
        (good.replacen("old ", "OLD ", 1), 400),
        (good.replacen("old 5", "old 05", 1), 400),
        (good.replacen("old 5\n", "old 5\nAAAA\n", 1), 400),
        (good.replacen("old 5\n", &format!("old 5\n{}", "A".repeat(43).add_pad().repeat(64)), 1), 400),
        (request(0, 3, "").replacen("old 0", "old 4", 1), 400),
        (good.trim_end().to_owned(), 400),
        (format!("old 5\n\n{signed_by_another}"), 403),
        (good.replacen("\n9\n", "\n8\n", 1), 403),
        (good.replace(ORIGIN, "log.example/other"), 404),
        (request(4, 9, ""), 409),
        (request(0, 9, ""), 409),
        (request(6, 9, ""), 409),
        (good.replacen("old 5\n", &format!("old 5\n{}", "A".repeat(43).add_pad()), 1), 422),
        (request(5, 5, "fork"), 422),
    ] {
        assert_eq!(status(&body), expected, "{body}");
    }
    let conflict = Memory(RefCell::new(Some(seen))).ask(&request(4, 9, ""), 9);
    assert_eq!((conflict.content_type, conflict.body.as_str()), ("text/x.tlog.size", "5\n"));
    // of a log that it never cosigned: no proof is needed, and none may be there
    let fresh = |body: &str| Memory(RefCell::new(None)).ask(body, 9).status;
    assert_eq!(fresh(&request(0, 4, "")), 200);
    assert_eq!(
        fresh(&request(0, 4, "").replacen("old 0\n", &format!("old 0\n{}", "A".repeat(43).add_pad()), 1)),
        422
    );
    assert_eq!(fresh(&format!("old 0\n\n{}", note(ORIGIN, 0, merkle::empty_root(), &log_key()))), 200);
    assert_eq!(fresh(&format!("old 0\n\n{}", note(ORIGIN, 0, [7; 32], &log_key()))), 422);
}

trait AddPad {
    fn add_pad(&self) -> String;
}

impl AddPad for String {
    fn add_pad(&self) -> String {
        format!("{self}=\n")
    }
}

#[test]
fn forks_and_rollbacks_are_refused() {
    let memory = Memory(RefCell::new(None));
    assert_eq!(memory.ask(&request(0, 8, ""), 1).status, 200);
    // a log that replaced entry 7, with a proof for its own past
    let forked = {
        let mut leaves = leaves(8, "fork");
        leaves.push(merkle::leaf(b"8"));
        let proof = merkle::prove_consistency(&leaves, 8);
        let note = note(ORIGIN, 9, merkle::root_of(&leaves), &log_key());
        Request { old: 8, proof, note: &note }.to_text()
    };
    assert_eq!(memory.ask(&forked, 2).status, 422);
    let rolled_back = request(8, 8, "").replacen("old 8", "old 5", 1);
    assert_eq!(memory.ask(&rolled_back, 2).status, 409);
    let smaller = format!("old 8\n\n{}", note(ORIGIN, 5, merkle::root_of(&leaves(5, "")), &log_key()));
    assert_eq!(memory.ask(&smaller, 2).status, 400);
    assert_eq!(memory.0.borrow().unwrap().size, 8);
}

/// The race of the specification: both are checked before either is stored.
#[test]
fn of_two_requests_that_race_one_is_told_to_come_again() {
    let memory = Memory(RefCell::new(None));
    memory.ask(&request(0, 4, ""), 1);
    let decide = |body: &str| witness().decide(body.as_bytes(), |_| *memory.0.borrow(), UtcTime(2));
    let (small, large) = (decide(&request(4, 6, "")), decide(&request(4, 9, "")));
    let (Decision::Cosign(small), Decision::Cosign(large)) = (small, large) else { panic!("both are good") };
    assert_eq!(memory.swap(&large).status, 200);
    assert_eq!(memory.swap(&small), Response::conflict(9));
    assert_eq!(memory.0.borrow().unwrap().size, 9);
}

#[test]
fn monitors_are_shown_the_logs_signature_and_the_witness_and_nothing_else() {
    let leaves = leaves(3, "");
    let note = note(ORIGIN, 3, merkle::root_of(&leaves), &log_key());
    let text = note.split_inclusive("\n\n").next().unwrap().trim_end().to_owned() + "\n";
    let stranger =
        Signatory::new("stranger.example", Kind::Ed25519, &[5; 32]).unwrap().line(&text, UtcTime(0));
    let body = format!("old 0\n\n{note}{stranger}");
    let Decision::Cosign(cosigned) = witness().decide(body.as_bytes(), |_| None, UtcTime(7)) else {
        panic!()
    };
    assert!(cosigned.checkpoint.contains(ORIGIN) && cosigned.checkpoint.contains("witness.example/w1"));
    assert!(!cosigned.checkpoint.contains("stranger"));
    assert_eq!(monitoring_path("example.com/a").len(), 64 + "/checkpoint".len());
}

/// The example of the specification.
#[test]
fn the_request_of_the_specification_is_read() {
    let body = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
";
    let request = Request::parse(body.as_bytes()).unwrap();
    assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
    assert_eq!(request.to_text(), body);
}

proptest::proptest! {
    #[test]
    fn bent_and_arbitrary_requests_never_change_what_is_remembered_to_something_unsigned(
        at in 0_usize..600, byte in proptest::num::u8::ANY, junk in proptest::collection::vec(proptest::num::u8::ANY, 0..100)
    ) {
        let good = request(5, 9, "");
        let seen = Seen { size: 5, root: merkle::root_of(&leaves(5, "")), time: UtcTime(1) };
        let mut bytes = good.into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        for body in [bytes, junk] {
            if let Decision::Cosign(cosigned) = witness().decide(&body, |_| Some(seen), UtcTime(2)) {
                proptest::prop_assert_eq!((cosigned.after.size, cosigned.after.root), (9, merkle::root_of(&leaves(9, ""))));
            }
        }
    }
}
