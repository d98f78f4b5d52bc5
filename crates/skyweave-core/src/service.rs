//! Decision tables in force, and what of them a planner asks in each slot, looked up once.
//!
//! A table decides by the class of a place and by a terminal's attributes ([`skyweave_proof::table`]). Cells are of one class, or of
//! several where a border crosses them; a listed terminal's class is that of the very place where it is.

use crate::geodesy::Geodetic;
use crate::ids::{CellId, PlanId, TerminalId};
use crate::time::SlotNo;
use h3o::CellIndex;
use rayon::prelude::*;
use skyweave_proof::table::document::WHOLE_PARTS;
use skyweave_proof::table::{Attributes, CellClass, ClassNo, Decision, Registries, Share, Table};
pub use skyweave_proof::table::{Evidence, LineState, Point, Surface};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who a listed terminal is, as far as decisions go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Land, sea or air.
    pub surface: Surface,
    /// Its service line is for use in motion.
    pub in_motion: bool,
    /// What it is used for.
    pub use_class: Option<String>,
    /// Hospital, emergency, relief.
    pub protected_class: Option<String>,
    /// The lists it is on.
    pub registries: Vec<String>,
    /// The territory of its service line's address.
    pub home: Option<String>,
    /// Days away from home without a break.
    pub roaming_days: i32,
    /// How its service line stands.
    pub line: LineState,
    /// How its position is known.
    pub evidence: Evidence,
    /// Standard error of its position, m.
    pub error_m: i32,
}

impl Subscriber {
    /// Of whom nothing is said: on land, at home, in no class and on no list, with an active line.
    #[must_use]
    pub fn plain() -> Self {
        let plain = Attributes::plain(0);
        Self {
            surface: plain.surface,
            in_motion: plain.in_motion,
            use_class: None,
            protected_class: None,
            registries: Vec::new(),
            home: None,
            roaming_days: plain.roaming_days,
            line: plain.line,
            evidence: plain.evidence,
            error_m: plain.error_m,
        }
    }
}

/// How somebody moves over the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// Where it is.
    pub place: Geodetic,
    /// Its speed over ground, m/s.
    pub speed_m_s: f64,
}

/// What decides who may be served, over time.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// By listed terminal: who it is.
    pub subscribers: Vec<Subscriber>,
    /// Tables with the slots that they are in force from, in order. Without any everybody may be served.
    pub steps: Vec<(SlotNo, Arc<Ruling>)>,
}

impl Service {
    /// What is in force at a slot. Before the first step it is the first one.
    #[must_use]
    pub fn at(&self, slot: SlotNo) -> Option<&Arc<Ruling>> {
        let begun = self.steps.partition_point(|(from, _)| *from <= slot);
        self.steps.get(begun.saturating_sub(1)).map(|(_, ruling)| ruling)
    }
}

/// Of which class a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Class(ClassNo),
    /// The mix by this number.
    Mix(u32),
}

/// A decision table before a world: everything that does not change from slot to slot is looked up.
#[derive(Debug)]
pub struct Ruling {
    table: Arc<Table>,
    /// By cell of the world.
    cells: Vec<Of>,
    mixes: Vec<Vec<Share>>,
    /// By plan of the world: a terminal without a name that pays for it.
    plans: Vec<Attributes>,
    /// By listed terminal, standing still at the epoch.
    terminals: Vec<Attributes>,
}

impl Ruling {
    /// Looks up cells by their H3 indexes, plans by their names, and listed terminals with what they pay for. Names that the table does not know are nobody's:
    /// no policy can mean them. `inhabited` gives the points of a cell where terminals without a name may stand, all alike; where it gives
    /// none they are spread over all of the cell's area.
    #[must_use]
    pub fn new(
        table: Arc<Table>,
        cells: &[u64],
        plans: &[&str],
        subscribers: &[(PlanId, &Subscriber)],
        inhabited: &(dyn Fn(u64) -> Vec<Point> + Sync),
    ) -> Self {
        let classes: Vec<Vec<Share>> =
            cells.par_iter().map(|h3| classes_of(&table, *h3, inhabited)).collect();
        let mut numbers: BTreeMap<Vec<(u16, u32)>, u32> = BTreeMap::new();
        let mut mixes = Vec::new();
        let of_shares = |shares: Vec<Share>| {
            if let [Share { class, .. }] = shares[..] {
                return Of::Class(class);
            }
            let key = shares.iter().map(|share| (share.class.0, share.parts)).collect();
            Of::Mix(*numbers.entry(key).or_insert_with(|| {
                mixes.push(shares);
                (mixes.len() - 1) as u32
            }))
        };
        let cells = classes.into_iter().map(of_shares).collect();
        let plain = Attributes::plain(0);
        let plan = |name: &&str| Attributes { plan: table.plan_named(name), ..plain };
        let plans: Vec<Attributes> = plans.iter().map(plan).collect();
        let known = |(plan, one): &(PlanId, &Subscriber)| attributes(&table, one, &plans[plan.index()]);
        let terminals = subscribers.iter().map(known).collect();
        Self { table, cells, mixes, plans, terminals }
    }

    /// The table.
    #[must_use]
    pub const fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// What the table decides for each class and plan at a time.
    #[must_use]
    pub fn by_class(&self, time_s: i64) -> Vec<Decision> {
        let classes = 0..self.table.class_count() as u16;
        let of_class = |class: u16| {
            self.plans
                .iter()
                .map(move |plan| self.table.decide(ClassNo(class), &Attributes { time_s, ..*plan }))
        };
        classes.flat_map(of_class).collect()
    }

    /// The classes of a cell with their shares of its area.
    pub fn shares(&self, cell: CellId) -> impl Iterator<Item = (ClassNo, f64)> {
        let (alone, mix) = match self.cells[cell.index()] {
            Of::Class(class) => (Some((class, 1.0)), &[][..]),
            Of::Mix(number) => (None, &self.mixes[number as usize][..]),
        };
        let all: u32 = mix.iter().map(|share| share.parts).sum();
        let part = move |share: &Share| (share.class, f64::from(share.parts) / f64::from(all));
        alone.into_iter().chain(mix.iter().map(part))
    }

    /// How many plans the world has.
    #[must_use]
    pub const fn plans(&self) -> usize {
        self.plans.len()
    }

    /// Where the decision of a class and plan is in [`Self::by_class`].
    #[must_use]
    pub fn place(&self, class: ClassNo, plan: PlanId) -> usize {
        class.index() * self.plans.len() + plan.index()
    }

    /// What the table decides for a listed terminal, by the exact place where it is.
    #[must_use]
    pub fn of_terminal(&self, id: TerminalId, course: &Course, time_s: i64) -> Decision {
        let Course { place, speed_m_s } = course;
        let attributes = Attributes {
            time_s,
            speed_cm_s: (speed_m_s * 100.0).round() as i32,
            altitude_m: place.height_m.round() as i32,
            ..self.terminals[id.index()]
        };
        let point = Point::from_degrees(place.latitude_rad.to_degrees(), wrapped_deg(place.longitude_rad));
        let class = point.map_or(ClassNo::NOWHERE, |point| self.table.class_at(point));
        self.table.decide(class, &attributes)
    }
}

/// Degrees of longitude from -180 to 180.
fn wrapped_deg(longitude_rad: f64) -> f64 {
    let degrees = longitude_rad.to_degrees();
    if degrees.abs() <= 180.0 { degrees } else { (degrees + 180.0).rem_euclid(360.0) - 180.0 }
}

/// The classes of a cell with their shares; one that is no cell is nowhere.
fn classes_of(table: &Table, h3: u64, inhabited: &(dyn Fn(u64) -> Vec<Point> + Sync)) -> Vec<Share> {
    let whole = |class| vec![Share { class, parts: WHOLE_PARTS }];
    let Ok(cell) = CellIndex::try_from(h3) else { return whole(ClassNo::NOWHERE) };
    if let CellClass::Whole(class) = table.class_of_cell(cell) {
        return whole(class);
    }
    let points = inhabited(h3);
    if points.is_empty() {
        return table.shares_of_cell(cell);
    }
    let mut counts: BTreeMap<ClassNo, u32> = BTreeMap::new();
    for point in &points {
        *counts.entry(table.class_at(*point)).or_insert(0) += 1;
    }
    let parts = |count: u32| (u64::from(count) * u64::from(WHOLE_PARTS) / points.len() as u64) as u32;
    counts.into_iter().map(|(class, count)| Share { class, parts: parts(count) }).collect()
}

fn attributes(table: &Table, subscriber: &Subscriber, plan: &Attributes) -> Attributes {
    let registries = subscriber.registries.iter().filter_map(|name| table.registry_named(name));
    Attributes {
        surface: subscriber.surface,
        in_motion: subscriber.in_motion,
        use_class: subscriber.use_class.as_deref().and_then(|name| table.use_class_named(name)),
        protected_class: subscriber
            .protected_class
            .as_deref()
            .and_then(|name| table.protected_class_named(name)),
        home: subscriber.home.as_deref().and_then(|name| table.territory_named(name)),
        roaming_days: subscriber.roaming_days,
        line: subscriber.line,
        registries: registries.fold(Registries::NONE, Registries::with),
        evidence: subscriber.evidence,
        error_m: subscriber.error_m,
        ..*plan
    }
}
