//! What is foreseen, as the document that approvers compare by its hash: whole numbers only, and nothing about so few that somebody could be
//! told from it.

use skyweave_core::ids::CellId;
use skyweave_core::impact::{self, Change, Impact};
use skyweave_core::service::Ruling;
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_proof::document::identity;
use skyweave_proof::json::{self, Fields, Malformed, Value};
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::order::Preview;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Of fewer terminals nothing is said but that they are fewer.
pub const FEW: u64 = 10;
/// People behind a terminal, by a guess that is the same for all: what is donated serves more, and a holiday home fewer.
pub const PEOPLE_A_TERMINAL: u64 = 4;

/// Who loses and who gains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Terminals that are no longer admitted.
    pub cut: u64,
    /// Terminals that are admitted, and lose service to others.
    pub spilled: u64,
    /// Terminals that gain service.
    pub gained: u64,
}

/// What is foreseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// What was planned: the hash of the world's description.
    pub world: Hash,
    /// The table without the order.
    pub without: Hash,
    /// The table with it.
    pub with: Hash,
    /// The slots that were planned.
    pub slots: Vec<i64>,
    /// Of each slot: terminals to whom something happens, and of everybody else how many are served, how much slower or faster all of them
    /// together are, in thousandths, and how much longer or shorter their round trips, in microseconds on average.
    pub by_slot: Vec<SlotCount>,
    /// By territory, protected class and plan: the most of any slot. Those of fewer than [`FEW`] are left out and counted in `hidden`.
    pub by: BTreeMap<(String, String), Count>,
    /// Rows that are left out.
    pub hidden: u64,
}

/// One slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlotCount {
    /// Terminals to whom something happens.
    pub count: Count,
    /// Others who are served in both plans.
    pub others: u64,
    /// What they lose of their rates together, thousandths.
    pub slower_permille: u64,
    /// What they gain, thousandths.
    pub faster_permille: u64,
    /// By how much their round trips are longer, on average, µs.
    pub longer_us: u64,
    /// By how much they are shorter, µs.
    pub shorter_us: u64,
}

impl Foreseen {
    /// Plans each slot twice.
    #[must_use]
    pub fn of(
        world: (&World, Hash),
        without: &Arc<Ruling>,
        with: &Arc<Ruling>,
        slots: &[SlotNo],
        told: &mut dyn FnMut(SlotNo),
    ) -> Self {
        let mut by_slot = Vec::new();
        let mut by: BTreeMap<(String, String), Count> = BTreeMap::new();
        for slot in slots {
            let impact = impact::foresee(world.0, without, with, *slot);
            by_slot.push(slot_count(&impact));
            for (key, count) in groups(world.0, with, &impact) {
                let most = by.entry(key).or_default();
                most.cut = most.cut.max(count.cut);
                most.spilled = most.spilled.max(count.spilled);
                most.gained = most.gained.max(count.gained);
            }
            told(*slot);
        }
        let all = by.len();
        by.retain(|_, count| count.cut + count.spilled + count.gained >= FEW);
        Self {
            world: world.1,
            without: without.table().identity(),
            with: with.table().identity(),
            slots: slots.iter().map(|slot| slot.0).collect(),
            by_slot,
            hidden: (all - by.len()) as u64,
            by,
        }
    }

    /// Where there is no world to plan: nothing is foreseen, and no slot is named.
    #[must_use]
    pub const fn nothing(without: Hash, with: Hash) -> Self {
        Self {
            world: [0; 32],
            without,
            with,
            slots: Vec::new(),
            by_slot: Vec::new(),
            by: BTreeMap::new(),
            hidden: 0,
        }
    }

    /// The worst slot's losses and gains, with the document's hash: what an order says of it.
    #[must_use]
    pub fn summary(&self) -> Preview {
        let most = |of: fn(&Count) -> u64| self.by_slot.iter().map(|slot| of(&slot.count)).max().unwrap_or(0);
        let losing = most(|count| count.cut + count.spilled);
        Preview {
            hash: identity(&self.to_bytes()),
            gaining: most(|count| count.gained),
            losing,
            people: losing * PEOPLE_A_TERMINAL,
        }
    }

    /// Its bytes. Numbers of few terminals are written as 0 with a word beside them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let number = |number: u64| Some(Value::Number(number));
        let slot = |one: &SlotCount| {
            Value::object([
                ("cut", number(one.count.cut)),
                ("faster_permille", number(one.faster_permille)),
                ("gained", number(one.count.gained)),
                ("longer_us", number(one.longer_us)),
                ("others", number(one.others)),
                ("shorter_us", number(one.shorter_us)),
                ("slower_permille", number(one.slower_permille)),
                ("spilled", number(one.count.spilled)),
            ])
        };
        let row = |((kind, name), count): (&(String, String), &Count)| {
            Value::object([
                ("cut", number(count.cut)),
                ("gained", number(count.gained)),
                ("kind", Some(Value::text(kind))),
                ("name", Some(Value::text(name))),
                ("spilled", number(count.spilled)),
            ])
        };
        Value::object([
            ("by", Some(Value::list(&self.by, row))),
            ("by_slot", Some(Value::list(&self.by_slot, slot))),
            ("few", number(FEW)),
            ("hidden", number(self.hidden)),
            ("slots", Some(Value::list(&self.slots, |slot| Value::Number((*slot).max(0) as u64)))),
            ("table_with", Some(Value::hash(&self.with))),
            ("table_without", Some(Value::hash(&self.without))),
            ("world", Some(Value::hash(&self.world))),
        ])
        .to_bytes()
    }

    /// The slots and the world of a document, for those who compute it again.
    ///
    /// # Errors
    /// It is none.
    pub fn asked(bytes: &[u8]) -> Result<Asked, Malformed> {
        let mut fields = Fields::of(json::parse(bytes)?, "preview")?;
        let slots = fields.list("slots", |value, place| match value {
            Value::Number(slot) => Ok(SlotNo(slot as i64)),
            _ => Err(Malformed::new(place, "a number is needed")),
        })?;
        Ok(Asked {
            world: fields.hash("world")?,
            without: fields.hash("table_without")?,
            with: fields.hash("table_with")?,
            slots,
        })
    }
}

/// What a preview is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The hash of the world's description.
    pub world: Hash,
    /// The table without the order.
    pub without: Hash,
    /// The table with it.
    pub with: Hash,
    /// The slots.
    pub slots: Vec<SlotNo>,
}

/// Few are none: two drafts that differ by one cell do not tell who is in it.
fn told(terminals: f64) -> u64 {
    let terminals = terminals.round() as u64;
    if terminals < FEW { 0 } else { terminals - terminals % FEW }
}

fn slot_count(impact: &Impact) -> SlotCount {
    let sum = |of: fn(&impact::CellChange) -> f64| told(impact.cells.iter().map(of).sum());
    let others = &impact.elsewhere;
    let permille = |part: f64, whole: f64| if whole > 0.0 { (1_000.0 * part / whole).round() } else { 0.0 };
    let rate = permille(others.down_with_bps - others.down_without_bps, others.down_without_bps);
    let rtt = others.rtt_with_s - others.rtt_without_s;
    let rtt_us = if others.terminals > 0.0 { (1e6 * rtt / others.terminals).round() } else { 0.0 };
    SlotCount {
        count: Count {
            cut: sum(|cell| cell.cut),
            spilled: sum(|cell| cell.spilled),
            gained: sum(|cell| cell.gained),
        },
        others: told(others.terminals),
        slower_permille: (-rate).max(0.0) as u64,
        faster_permille: rate.max(0.0) as u64,
        longer_us: rtt_us.max(0.0) as u64,
        shorter_us: (-rtt_us).max(0.0) as u64,
    }
}

/// Cells by territory, listed terminals by protected class and plan.
fn groups(world: &World, ruling: &Ruling, impact: &Impact) -> BTreeMap<(String, String), Count> {
    let mut sums: BTreeMap<(String, String), [f64; 3]> = BTreeMap::new();
    let mut add = |kind: &str, name: &str, counts: [f64; 3]| {
        let sum = sums.entry((kind.to_owned(), name.to_owned())).or_default();
        for (sum, count) in sum.iter_mut().zip(counts) {
            *sum += count;
        }
    };
    for change in &impact.cells {
        for (name, share) in territories(ruling, change.cell) {
            add("territory", &name, [change.cut, change.spilled, change.gained].map(|count| count * share));
        }
    }
    for (id, change) in &impact.terminals {
        let counts = match change {
            Change::Cut => [1.0, 0.0, 0.0],
            Change::Spilled => [0.0, 1.0, 0.0],
            Change::Gained => [0.0, 0.0, 1.0],
        };
        let subscriber = world.service.subscribers.get(id.index());
        if let Some(class) = subscriber.and_then(|one| one.protected_class.as_deref()) {
            add("protected", class, counts);
        }
        let plan = world.terminals[id.index()].plan;
        add("plan", &world.rules.demand.plans[plan.index()].name, counts);
    }
    let count = |[cut, spilled, gained]: [f64; 3]| Count {
        cut: told(cut),
        spilled: told(spilled),
        gained: told(gained),
    };
    sums.into_iter().map(|(key, sum)| (key, count(sum))).collect()
}

/// The territories that a cell is in, with its shares.
fn territories(ruling: &Ruling, cell: CellId) -> Vec<(String, f64)> {
    let table = ruling.table();
    let document = table.document();
    let mut found = Vec::new();
    for (class, share) in ruling.shares(cell) {
        let areas = table.areas_of(class);
        let named = areas.iter().filter_map(|area| document.territories.get(usize::from(area.0)));
        found.extend(named.map(|territory| (territory.name.clone(), share)));
    }
    found
}
