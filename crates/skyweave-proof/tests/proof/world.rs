//! A fleet in memory: its people, its log, its witnesses, and a clock that is set by hand.

use skyweave_proof::UtcTime;
use skyweave_proof::bound::{Fleet, Ledger, Row, territory_key};
use skyweave_proof::bundle::{
    Acknowledgement, Anchor, Bundle, BundleEpoch, Inputs, Package, Points, Proven, Refusal,
};
use skyweave_proof::document::{Document, identity};
use skyweave_proof::dsse::Envelope;
use skyweave_proof::keys::{Authority, DAY_S, Genesis, HOUR_S, Limits, Principal, Quorums, Rotation};
use skyweave_proof::log::checkpoint::Checkpoint;
use skyweave_proof::log::excerpt::Excerpt;
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::log::mirror::{Copy, Mirror};
use skyweave_proof::log::note::{Kind, Signatory, Verifier};
use skyweave_proof::log::reader::Reader;
use skyweave_proof::log::witness::{Decision, Request, Seen, Witness};
use skyweave_proof::log::writer::Writer;
use skyweave_proof::order::{
    Action, Approval, Class, Content, FailMode, Law, Matter, Opening, Order, Preview, Rules, Standing,
    Target, TargetKind, Verdict,
};
use skyweave_proof::quorum::Quorum;
use skyweave_proof::register::{Register, Trail};
use skyweave_proof::signature::SecretKey;
use std::collections::BTreeMap;

pub const FLEET: &str = "aurora";
pub const ORIGIN: &str = "log.aurora.example/orders";
pub const PEOPLE: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];
pub const START: UtcTime = UtcTime(1_800_000_000);
pub const HOUR: u64 = HOUR_S;
pub const DAY: u64 = DAY_S;

pub type Files = BTreeMap<String, Vec<u8>>;

/// Everything that the service and its surroundings hold.
pub struct World {
    pub now: UtcTime,
    pub genesis_entry: Vec<u8>,
    pub genesis: Hash,
    pub writer: Writer,
    pub files: Files,
    pub witnesses: Vec<(Witness, Option<Seen>)>,
    pub mirror: (Mirror, Copy),
    /// The service's own register and trail.
    pub register: Register,
    pub trail: Trail,
    pub openings: Vec<Opening>,
    pub inputs: Inputs,
    pub lowered: Ledger,
    /// The newest checkpoint with every signature.
    pub checkpoint: String,
    cosigned: u64,
}

/// A principal's key; `second` is another of the same one.
pub fn key_of(name: &str) -> SecretKey {
    let number = PEOPLE.iter().position(|one| *one == name).map_or(100, |at| at as u8 + 1);
    SecretKey::ed25519(&[number; 32])
}

pub fn second_key_of_alice() -> SecretKey {
    SecretKey::ed25519(&[11; 32])
}

pub fn publisher() -> SecretKey {
    SecretKey::ed25519(&[50; 32])
}

pub fn log_key() -> Signatory {
    Signatory::new(ORIGIN, Kind::Ed25519, &[60; 32]).unwrap()
}

fn cosigner(name: &str, secret: u8) -> Signatory {
    Signatory::new(name, Kind::Cosignature, &[secret; 32]).unwrap()
}

pub fn witness_key(number: u8) -> Signatory {
    cosigner(&format!("witness.example/w{number}"), 70 + number)
}

pub fn mirror_key() -> Signatory {
    cosigner("mirror.example/m1", 80)
}

pub fn policy_text() -> String {
    let log = log_key().verifier().to_text();
    let witness = |number: u8| format!("witness w{number} {}\n", witness_key(number).verifier().to_text());
    let witnesses: String = (1..=3).map(witness).collect();
    let mirror = mirror_key().verifier().to_text();
    format!(
        "log {log}\n{witnesses}witness m1 {mirror}\ngroup seen 2 w1 w2 w3\ngroup kept any m1\ngroup public all seen kept\nquorum public\n"
    )
}

pub fn rules(number: u8) -> Rules {
    Rules { table: [number; 32], boundaries: [200; 32], protected: [201; 32], fail_mode: FailMode::Stay }
}

pub fn law(number: u8) -> Law {
    Law::Open(rules(number))
}

pub fn authority() -> Authority {
    let principal = |name: &&str| {
        let mut keys = vec![key_of(name).public()];
        if *name == "alice" {
            keys.push(second_key_of_alice().public());
        }
        keys.sort_unstable();
        Principal { name: (*name).to_owned(), keys }
    };
    let of = |threshold| Quorum::of(threshold, &PEOPLE);
    Authority {
        version: 1,
        principals: PEOPLE.iter().map(principal).collect(),
        quorums: Quorums { cut: of(3), emergency: of(2), restore: of(2), rotate: of(3) },
        publisher: publisher().public(),
        witnesses: policy_text(),
        limits: Limits::USUAL,
    }
}

pub fn genesis() -> Genesis {
    Genesis { fleet: FLEET.to_owned(), authority: authority(), law: law(0) }
}

/// Signed by everybody in it.
pub fn genesis_entry(genesis: &Genesis) -> Vec<u8> {
    let mut envelope = genesis.to_envelope();
    for name in PEOPLE {
        envelope.sign(&key_of(name));
    }
    envelope.to_bytes()
}

pub fn matter(action: Action, target: &str, losing: u64) -> Matter {
    Matter {
        action,
        target: Target { kind: TargetKind::Territory, name: target.to_owned() },
        reason: "an exercise".to_owned(),
        basis: "section 1".to_owned(),
        preview: Preview { hash: [77; 32], gaining: 0, losing, people: 4 * losing },
        relation: None,
    }
}

/// 3,000 terminals in three territories.
pub fn fleet(change: impl Fn(usize, Row) -> Option<Row>) -> Fleet {
    let row = |number: usize| {
        let mut terminal = [0; 16];
        terminal[8..].copy_from_slice(&(number as u64).to_be_bytes());
        let territory = territory_key(["north", "south", "east"][number / 1_000]);
        Row {
            terminal,
            cell: number as u64 / 50,
            territory,
            barred: 0,
            rate_kbps: 100_000,
            weight_permille: 1_000,
        }
    };
    Fleet::new((0..3_000).filter_map(|number| change(number, row(number))).collect()).unwrap()
}

impl World {
    pub fn new() -> Self {
        Self::of(&genesis())
    }

    pub fn of(genesis: &Genesis) -> Self {
        let entry = genesis_entry(genesis);
        let id = identity(&genesis.to_bytes());
        let known: BTreeMap<String, Vec<Verifier>> =
            [(ORIGIN.to_owned(), vec![log_key().verifier().clone()])].into();
        let witness = |number| (Witness::new(known.clone(), witness_key(number)), None);
        let mirror = Mirror::new(ORIGIN, vec![log_key().verifier().clone()], mirror_key());
        let mut world = Self {
            now: START,
            genesis_entry: entry.clone(),
            genesis: id,
            writer: Writer::default(),
            files: Files::new(),
            witnesses: (1..=3).map(witness).collect(),
            mirror: (mirror, Copy::default()),
            register: Register::open(&entry, &id).unwrap(),
            trail: Trail::default(),
            openings: Vec::new(),
            inputs: Inputs { fleet: fleet(|_, row| Some(row)).root(), ..Inputs::default() },
            lowered: Ledger::default(),
            checkpoint: String::new(),
            cosigned: 0,
        };
        world.append(&entry);
        world.cosign();
        world
    }

    pub fn pass(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now.plus(seconds);
        self
    }

    /// Writes an entry into the log's files, whatever it is.
    pub fn append(&mut self, entry: &[u8]) -> u64 {
        for file in self.writer.push(entry).unwrap() {
            self.files.insert(file.tile.path(), file.bytes);
        }
        self.writer.size() - 1
    }

    /// Writes an entry and tells the service's own register of it.
    pub fn enter(&mut self, entry: &[u8]) -> Result<u64, Refusal> {
        let index = self.append(entry);
        let taken = self.register.take(index, entry)?;
        self.trail.note(index, &taken, &self.register);
        Ok(index)
    }

    /// The log signs its size and root.
    pub fn note(&self) -> String {
        let (size, root) = (self.writer.size(), self.writer.root());
        let text = Checkpoint { origin: ORIGIN.to_owned(), size, root, extensions: Vec::new() }.to_text();
        format!("{text}\n{}", log_key().line(&text, self.now))
    }

    pub fn write_partial(&mut self) {
        // a real log keeps those of earlier checkpoints until a full one is there; nobody asks for them here
        self.files.retain(|path, _| !path.contains(".p/"));
        for file in self.writer.partial() {
            self.files.insert(file.tile.path(), file.bytes);
        }
    }

    /// Everybody cosigns, as they do in life: the witnesses what only grew, the mirror what it has stored.
    pub fn cosign(&mut self) {
        self.write_partial();
        let note = self.note();
        let size = self.writer.size();
        let proof = Reader::new(&self.files, size).prove_consistency(self.cosigned, size).unwrap();
        let body = Request { old: self.cosigned, proof, note: &note }.to_text();
        let mut whole = note.clone();
        for (witness, seen) in &mut self.witnesses {
            let Decision::Cosign(cosigned) = witness.decide(body.as_bytes(), |_| *seen, self.now) else {
                panic!("a log that only grew is cosigned")
            };
            *seen = Some(cosigned.after);
            whole += &cosigned.response.body;
        }
        let (mirror, copy) = &mut self.mirror;
        mirror.add_checkpoint(copy, body.as_bytes(), self.now).unwrap();
        let reader = Reader::new(&self.files, size);
        while copy.next() < copy.wanted() {
            let bundle = reader.entries(copy.next() / 256).unwrap();
            for entry in bundle.iter().skip((copy.next() % 256) as usize) {
                copy.store(entry).unwrap();
            }
        }
        let mirrored = mirror.cosign(copy, self.now).unwrap();
        whole += &mirrored
            .lines()
            .filter(|line| line.contains("mirror.example"))
            .map(|line| line.to_owned() + "\n")
            .collect::<String>();
        self.cosigned = size;
        self.files.insert("checkpoint".to_owned(), whole.clone().into_bytes());
        self.checkpoint = whole;
    }

    pub fn standing(&self) -> &Standing {
        &self.register.held().standing
    }

    /// An order that puts another law into force from now on.
    pub fn draw(&self, class: Class, requester: &str, number: u8, for_s: Option<u64>) -> Order {
        let (action, losing) = match class {
            Class::Restore => (Action::Activate, 0),
            Class::Cut | Class::Emergency => (Action::Deactivate, 1_000),
        };
        self.draw_about(class, requester, number, for_s, matter(action, "north", losing))
    }

    pub fn draw_about(
        &self,
        class: Class,
        requester: &str,
        number: u8,
        for_s: Option<u64>,
        matter: Matter,
    ) -> Order {
        let expires = for_s.map(|s| self.now.plus(s));
        let before = self.standing().clone();
        let after = before.clone().without_past(self.now).with(&law(number), self.now, expires);
        let (drawn, start) = (self.now, self.now);
        let (fleet, requester) = (FLEET.to_owned(), requester.to_owned());
        Order {
            fleet,
            class,
            requester,
            drawn,
            start,
            expires,
            before,
            after,
            content: Content::Open(matter),
        }
    }

    /// Logs an order, signed by its requester.
    pub fn propose(&mut self, order: &Order) -> Result<Hash, Refusal> {
        let entry = order.to_envelope().signed(&key_of(&order.requester)).to_bytes();
        self.enter(&entry)?;
        Ok(identity(&order.to_bytes()))
    }

    /// Logs a word on an order, signed by who says it.
    pub fn approve(&mut self, order: &Order, approver: &str) -> Result<u64, Refusal> {
        self.enter(&approval(order, approver).signed(&key_of(approver)).to_bytes())
    }

    /// A bundle with these orders, on the newest checkpoint. Not signed yet.
    pub fn draft(&self, orders: &[(Hash, &Order)]) -> Bundle {
        let held = self.register.held();
        let standing = orders.last().map_or(&held.standing, |(_, order)| &order.after).clone();
        Bundle {
            fleet: FLEET.to_owned(),
            epoch: BundleEpoch(held.epoch.0 + 1),
            previous: held.bundle,
            authority: held.authority.version,
            not_before: self.now,
            expires: self.now.plus(DAY),
            standing,
            orders: orders.iter().map(|(id, _)| *id).collect(),
            checkpoint: self.checkpoint.clone(),
            inputs: self.inputs,
            lowered: self.lowered.clone().since_a_month(self.now),
            openings: BTreeMap::new(),
        }
    }

    /// Witnesses, publishes a bundle, and has it witnessed.
    pub fn publish(&mut self, orders: &[(Hash, &Order)]) -> Result<Bundle, Refusal> {
        self.cosign();
        let bundle = self.draft(orders);
        self.publish_as_is(&bundle)?;
        Ok(bundle)
    }

    pub fn publish_as_is(&mut self, bundle: &Bundle) -> Result<u64, Refusal> {
        let entered = self.enter(&bundle.to_envelope().signed(&publisher()).to_bytes());
        self.cosign();
        entered
    }

    /// Proposes, has some approve, publishes.
    pub fn carry_out(&mut self, order: &Order, approvers: &[&str]) -> Result<Bundle, Refusal> {
        let id = self.propose(order)?;
        for approver in approvers {
            self.approve(order, approver)?;
        }
        self.publish(&[(id, order)])
    }

    /// What a point that has this anchor is handed.
    pub fn package(&self, anchor: &Anchor) -> Vec<u8> {
        let held = self.register.held();
        let indices = self.trail.entries(anchor.epoch, anchor.authority.version, held.epoch);
        self.package_of(&indices)
    }

    pub fn package_of(&self, indices: &[u64]) -> Vec<u8> {
        let reader = Reader::new(&self.files, self.cosigned);
        let excerpt = Excerpt::of(&reader, self.checkpoint.clone(), indices).unwrap();
        Package { excerpt, openings: self.openings.clone() }.to_bytes()
    }

    pub fn anchor(&self) -> Anchor {
        Anchor::pinned(&self.genesis_entry, &self.genesis).unwrap()
    }

    pub fn point(&self, name: &str) -> Point {
        let number = name.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        let key = SecretKey::ed25519(&[number; 32]);
        Point { name: name.to_owned(), key, anchor: self.anchor(), bundle: None }
    }
}

pub fn approval(order: &Order, approver: &str) -> Envelope {
    Approval::of(&order.to_bytes(), approver, Verdict::Approve).unwrap().to_envelope()
}

pub fn rotation(world: &World, authority: Authority) -> Rotation {
    let previous = world.register.held().authority_id;
    Rotation { fleet: FLEET.to_owned(), previous, reason: "a new key".to_owned(), authority }
}

/// A point of enforcement: what it remembers and what it has in force.
pub struct Point {
    pub name: String,
    pub key: SecretKey,
    pub anchor: Anchor,
    pub bundle: Option<Proven<Bundle>>,
}

impl Point {
    /// Takes a bundle if it is proven; else what it has stays in force.
    pub fn offer(&mut self, bytes: &[u8], now: UtcTime) -> Result<(), Refusal> {
        let proven = Proven::<Bundle>::verify(bytes, &self.anchor, self.anchor.epoch, now)?;
        self.anchor = proven.next_anchor().clone();
        self.bundle = Some(proven);
        Ok(())
    }

    /// The table in force: which one decides who is served.
    pub fn table(&self, now: UtcTime) -> u8 {
        let rules = self.bundle.as_ref().and_then(|bundle| bundle.rules_at(now));
        rules.map_or(0, |rules| rules.table[0])
    }

    pub fn acknowledge(&self, now: UtcTime) -> Vec<u8> {
        let bundle = self.bundle.as_ref().unwrap();
        let (fleet, point) = (FLEET.to_owned(), self.name.clone());
        let said =
            Acknowledgement { fleet, point, epoch: bundle.epoch, bundle: bundle.identity(), time: now };
        said.to_envelope().signed(&self.key).to_bytes()
    }
}

pub fn points(points: &[&Point]) -> Points {
    Points(points.iter().map(|point| (point.name.clone(), point.key.public())).collect())
}
