//! Years of a fleet in which everything goes wrong between any two steps: people approve or do not, the service lies, packages are lost,
//! kept and bent, points restart. Whatever happens: nothing is in force without its quorum and the log, emergencies lapse, epochs grow.

use crate::world::{DAY, HOUR, PEOPLE, Point, World, key_of, law, publisher};
use skyweave_proof::UtcTime;
use skyweave_proof::audit::{Evidence, audit};
use skyweave_proof::bundle::{Anchor, BundleEpoch};
use skyweave_proof::document::Document;
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::order::{Approval, Class, Order, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Draws by counting: the same seed, the same years.
struct Chance(u64);

impl Chance {
    /// `SplitMix64`.
    fn draw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    fn is(&mut self, percent: u64) -> bool {
        self.draw(100) < percent
    }
}

/// What really happened, apart from everything that is tested.
struct Truth {
    class: Class,
    requester: String,
    approved: BTreeSet<String>,
    start: UtcTime,
    expires: Option<UtcTime>,
}

impl Truth {
    fn allows(&self, now: UtcTime) -> bool {
        let needed = if self.class == Class::Cut { 3 } else { 2 };
        let is_over = self.expires.is_some_and(|expires| now >= expires);
        let approved = self.approved.iter().filter(|name| **name != self.requester).count();
        let is_short =
            self.class != Class::Emergency || self.expires.is_some_and(|end| end.since(self.start) <= DAY);
        approved >= needed && !is_over && now >= self.start && is_short
    }
}

struct Years {
    chance: Chance,
    world: World,
    points: Vec<(Point, BundleEpoch)>,
    orders: Vec<(Hash, Order, u8)>,
    truth: BTreeMap<u8, Truth>,
    kept: Vec<Vec<u8>>,
    refused: u64,
    next_law: u8,
}

impl Years {
    fn new(seed: u64) -> Self {
        let world = World::new();
        let points = ["a", "b", "c"].map(|name| (world.point(name), BundleEpoch(0))).into();
        let (orders, truth, kept) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { chance: Chance(seed), world, points, orders, truth, kept, refused: 0, next_law: 1 }
    }

    fn somebody(&mut self) -> &'static str {
        PEOPLE[self.chance.draw(5) as usize]
    }

    fn propose(&mut self) {
        let class = [Class::Cut, Class::Emergency, Class::Restore][self.chance.draw(3) as usize];
        let requester = self.somebody();
        let number = self.next_law;
        self.next_law = self.next_law % 250 + 1;
        let for_s = (class != Class::Restore).then(|| HOUR * (1 + self.chance.draw(30)));
        let order = self.world.draw(class, requester, number, for_s);
        if let Ok(id) = self.world.propose(&order) {
            let (start, expires) = (order.start, order.expires);
            let (requester, approved) = (requester.to_owned(), BTreeSet::new());
            self.truth.insert(number, Truth { class, requester, approved, start, expires });
            self.orders.push((id, order, number));
        }
    }

    fn approve(&mut self) {
        let Some(at) = self.orders.len().checked_sub(1) else { return };
        let at = at - self.chance.draw(3.min(at as u64 + 1)) as usize;
        let (_, order, number) = self.orders[at].clone();
        let (approver, signer) = (self.somebody(), self.somebody());
        let mut said = Approval::of(&order.to_bytes(), approver, Verdict::Approve).unwrap();
        if self.chance.is(10) {
            said.terms.preview = Some([1; 32]);
        }
        // one in some is signed by somebody else
        let signer = if self.chance.is(85) { approver } else { signer };
        let entry = said.to_envelope().signed(&key_of(signer)).to_bytes();
        let taken = self.world.enter(&entry);
        let is_honest = signer == approver && said.terms.preview != Some([1; 32]);
        assert!(taken.is_err() || is_honest);
        if taken.is_ok() {
            self.truth.get_mut(&number).unwrap().approved.insert(approver.to_owned());
        }
    }

    /// The service publishes: rightly, too early, or something else altogether.
    fn publish(&mut self) {
        if self.chance.is(80) {
            self.world.cosign();
        }
        // mostly what is approved; else the newest, approved or not, or nothing
        let newest: Vec<(Hash, Order, u8)> = if self.chance.is(60) {
            let (register, size) = (&self.world.register, self.witnessed());
            let is_ready = |(id, order, _): &&(Hash, Order, u8)| {
                let docket = &register.dockets()[id];
                order.before == *self.world.standing()
                    && docket.check_quorum(id, register.authority(), size).is_ok()
            };
            self.orders.iter().rev().find(is_ready).into_iter().cloned().collect()
        } else {
            let count = self.chance.draw(2) as usize;
            self.orders.iter().rev().take(count).cloned().collect()
        };
        let adopted: Vec<(Hash, &Order)> = newest.iter().map(|(id, order, _)| (*id, order)).collect();
        let mut bundle = self.world.draft(&adopted);
        match self.chance.draw(12) {
            0 => bundle.standing.phases[0].law = law(255),
            1 => bundle.epoch.0 -= 1,
            2 => bundle.previous = Some([1; 32]),
            3 => bundle.expires = bundle.expires.plus(400 * DAY),
            4 => bundle.orders.clear(),
            _ => {}
        }
        let key = if self.chance.is(95) { publisher() } else { key_of("alice") };
        self.refused += u64::from(self.world.enter(&bundle.to_envelope().signed(&key).to_bytes()).is_err());
        // the service may die here: witnessed later or never
        if self.chance.is(90) {
            self.world.cosign();
        }
    }

    fn hand_out(&mut self) {
        let which = self.chance.draw(3) as usize;
        let fresh = self.world.anchor();
        let anchor = if self.chance.is(80) { self.points[which].0.anchor.clone() } else { fresh };
        let held = self.world.register.held();
        let indices = self.world.trail.entries(anchor.epoch, anchor.authority.version, held.epoch);
        if indices.iter().any(|index| *index >= self.witnessed()) {
            return;
        }
        let mut package = self.world.package_of(&indices);
        match self.chance.draw(6) {
            0 if !self.kept.is_empty() => {
                package.clone_from(&self.kept[self.chance.draw(self.kept.len() as u64) as usize]);
            }
            1 => {
                let at = self.chance.draw(package.len() as u64) as usize;
                package[at] ^= 1 << self.chance.draw(7);
            }
            2 => return,
            _ => self.kept.push(package.clone()),
        }
        self.kept.truncate(8);
        let now = self.world.now;
        let point = &mut self.points[which].0;
        let before = point.anchor.epoch;
        if point.offer(&package, now).is_ok() {
            assert!(point.anchor.epoch > before, "epochs only grow");
        } else {
            assert_eq!(point.anchor.epoch, before);
        }
        // a restart: what it remembers is what was on its disk
        if self.chance.is(20) {
            point.anchor = Anchor::parse(&point.anchor.to_bytes()).unwrap();
        }
    }

    fn witnessed(&self) -> u64 {
        self.world.witnesses[0].1.map_or(0, |seen| seen.size)
    }

    fn check(&mut self) {
        let now = self.world.now;
        for (point, highest) in &mut self.points {
            assert!(point.anchor.epoch >= *highest);
            *highest = point.anchor.epoch;
            // not only now: whatever it would do if nobody ever spoke to it again
            for later in [0, HOUR, 12 * HOUR, DAY, 3 * DAY, 60 * DAY] {
                let at = now.plus(later);
                let table = point.table(at);
                let Some(truth) = self.truth.get(&table) else {
                    assert_eq!(table, 0, "a law that nobody ordered");
                    continue;
                };
                assert!(truth.allows(at), "law {table} at {at}");
            }
        }
    }

    fn run(mut self, steps: u64) -> Self {
        for _ in 0..steps {
            match self.chance.draw(20) {
                0..2 => self.propose(),
                2..11 => self.approve(),
                11..14 => self.publish(),
                14..18 => self.hand_out(),
                _ => {
                    let seconds = self.chance.draw(8 * HOUR);
                    self.world.pass(seconds);
                }
            }
            self.check();
        }
        self
    }
}

#[test]
fn whatever_goes_wrong_nothing_is_in_force_that_was_not_decided() {
    let (mut in_force, mut refused) = (0, 0);
    for seed in 1..=6 {
        let mut years = Years::new(seed).run(260);
        years.world.cosign();
        let report = audit(&years.world.files, &years.world.genesis, &Evidence::default());
        let adopted = report.decisions.iter().filter(|decision| decision.adopted.is_some()).count();
        in_force += adopted;
        refused += years.refused;
        // the auditor comes to what the service came to, entry by entry
        assert_eq!(report.bundles, years.world.register.epoch().0, "seed {seed}");
        assert!(report.violations.iter().all(|one| one.to_string().contains("has no effect")), "{report}");
    }
    // the years were not idle
    assert!(in_force > 15 && refused > 50, "{in_force} {refused}");
}
