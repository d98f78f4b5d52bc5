//! What a decision costs, beside Cedar's own authorizer in the same run: `cargo bench -p skyweave-control --bench decisions`.
//!
//! The world is the countries at 1:50 million, each a territory. Policies are of the kinds that operators write: permits, excluded
//! territories, speed limits, lists, hours, four to a territory, and three for everybody.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench may stop where it stands, and says what it found"
)]

#[path = "../tests/control/decisions/natural_earth.rs"]
mod natural_earth;
#[path = "../tests/control/decisions/oracle.rs"]
mod oracle;

use h3o::{LatLng, Resolution};
use oracle::Oracle;
use skyweave_control::evidence::{Fix, judge};
use skyweave_control::restriction::{Names, PolicyFile, Restrictions};
use skyweave_control::territory::Cover;
use skyweave_proof::table::{
    Attributes, CellClass, Evidence, PlanNo, Point, Registries, RegistryNo, Surface, Table,
};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::ops::Range;
use std::time::Instant;

const PLACES: usize = 100_000;
const ROUNDS: usize = 5;
/// A millisecond or less of most of what is measured.
const STRETCH: usize = 500;

fn main() {
    let started = Instant::now();
    let set = natural_earth::world();
    let territories = natural_earth::territories(&set);
    println!("borders read: {} territories in {:.2} s", territories.len(), started.elapsed().as_secs_f64());
    let names: Vec<String> = territories.iter().map(|territory| territory.name.clone()).collect();

    let started = Instant::now();
    let cover = Cover::of(&territories, &BTreeSet::default()).unwrap();
    let (whole, borders) = cover.cell_counts();
    println!(
        "cover: {:.2} s, {whole} whole cells, {borders} border cells, {} classes",
        started.elapsed().as_secs_f64(),
        cover.class_count()
    );
    for (count, label) in [(5, "5 policies"), (1_003, "1,003 policies")] {
        let text = policies(&names, count);
        let started = Instant::now();
        let file = PolicyFile { name: "bench.cedar".to_owned(), text: text.clone() };
        let resolved = Restrictions::load(&[file]).unwrap().resolve(&known(&names)).unwrap();
        let loaded = started.elapsed();
        let started = Instant::now();
        let document = resolved.compile(cover.clone(), 62_259).unwrap();
        let compiled = started.elapsed();
        let bytes = document.to_bytes();
        let started = Instant::now();
        let table = Table::parse(&bytes).unwrap();
        println!(
            "{label}: loaded and validated {:.2} s, compiled {:.2} s, {:.1} MB, table read {:.2} s",
            loaded.as_secs_f64(),
            compiled.as_secs_f64(),
            bytes.len() as f64 / 1e6,
            started.elapsed().as_secs_f64()
        );
        decisions(label, &table);
        cedar(label, &text, &table);
    }
}

/// Three for everybody, and in turn a permit, a speed limit, a list and quiet nights for each territory.
fn policies(names: &[String], count: usize) -> String {
    let mut text = String::from(
        r#"
        @id("z-stolen") @reason("ACCOUNT_DISABLED")
        forbid(principal in Registry::"stolen", action == Action::"serve", resource);
        @id("z-sea") @reason("IN_OCEAN")
        forbid(principal, action == Action::"serve", resource)
        when { context.surface == Surface::"sea" && principal.plan != Plan::"maritime" };
        @id("z-fast") @reason("MOVING_TOO_FAST_FOR_POLICY")
        forbid(principal, action == Action::"serve", resource)
        when { context.speed_cm_s > 30000 && principal.plan != Plan::"aviation" };
        "#,
    );
    for number in 0..count - 3 {
        let (name, kind) = (&names[number % names.len()], number / names.len());
        let inside = format!("resource.territories.contains(Territory::\"{name}\")");
        text.push_str(&match kind {
            0 => format!(
                "@id(\"on-{number}\") permit(principal, action == Action::\"serve\", resource) when {{ {inside} }};\n"
            ),
            1 => format!(
                "@id(\"speed-{number}\") @reason(\"MOVING_TOO_FAST_FOR_POLICY\") \
                 forbid(principal, action == Action::\"serve\", resource) \
                 when {{ {inside} && context.speed_cm_s > 2083 }} unless {{ principal in Registry::\"listed\" }};\n"
            ),
            2 => format!(
                "@id(\"list-{number}\") @reason(\"IDENTITY_CHECK_REQUIRED\") \
                 forbid(principal, action == Action::\"serve\", resource) \
                 when {{ {inside} && context.in_motion }} unless {{ principal in Registry::\"listed\" }};\n"
            ),
            _ => format!(
                "@id(\"night-{number}\") @throttle_kbps(\"512\") \
                 forbid(principal, action == Action::\"full_rate\", resource) \
                 when {{ {inside} && (context.second_of_day < 21600 || context.second_of_day >= 79200) }};\n"
            ),
        });
    }
    text
}

fn known(names: &[String]) -> Names {
    Names {
        plans: ["residential", "maritime", "aviation"].map(str::to_owned).into(),
        registries: ["stolen", "listed"].map(str::to_owned).into(),
        territories: names.iter().cloned().collect(),
        ..Names::default()
    }
}

/// Over land where people are, evenly: the R2 sequence of Roberts (2018), kept where some territory is.
fn places(table: &Table) -> Vec<Point> {
    let spread = (0_u32..).map(|n| {
        let part = |step: f64| (0.5 + step * f64::from(n)).fract();
        let (lat, lon) = (part(0.754_877_666_246_692_7), part(0.569_840_290_998_053_2));
        Point::from_degrees(130.0 * lat - 60.0, 360.0 * lon - 180.0).unwrap()
    });
    spread.filter(|&point| !table.areas_of(table.class_at(point)).is_empty()).take(PLACES).collect()
}

fn terminal(number: usize) -> Attributes {
    let listed =
        if number.is_multiple_of(3) { Registries::NONE.with(RegistryNo(0)) } else { Registries::NONE };
    Attributes {
        speed_cm_s: (number * 37 % 4_000) as i32,
        in_motion: number.is_multiple_of(5),
        surface: Surface::Land,
        plan: Some(PlanNo(2)),
        registries: listed,
        ..Attributes::plain(1_795_305_600 + number as i64)
    }
}

/// In ns for each of so many: the sum over short stretches of the fastest of some rounds, so that what else the machine does is left out.
fn fastest(count: usize, mut stretch: impl FnMut(Range<usize>) -> u64) -> f64 {
    let mut total_ns = 0;
    for start in (0..count).step_by(STRETCH) {
        let range = start..count.min(start + STRETCH);
        let time_ns = |_| {
            let started = Instant::now();
            black_box(stretch(range.clone()));
            started.elapsed().as_nanos()
        };
        total_ns += (0..ROUNDS).map(time_ns).min().unwrap_or(0);
    }
    total_ns as f64 / count as f64
}

fn decisions(label: &str, table: &Table) {
    let points = places(table);
    let terminals: Vec<Attributes> = (0..points.len()).map(terminal).collect();
    let cell = |point: &Point| {
        let (lat, lon) = point.degrees();
        LatLng::new(lat, lon).unwrap().to_cell(Resolution::Five)
    };
    let cells: Vec<_> = points.iter().map(cell).collect();
    let served = |point: Point, attributes: &Attributes| {
        u64::from(table.decide(table.class_at(point), attributes).outcome.is_served())
    };
    let from_cell = fastest(points.len(), |range| {
        let decided = range.map(|at| {
            let class = match table.class_of_cell(cells[at]) {
                CellClass::Whole(class) => class,
                CellClass::Mixed => table.class_in(cells[at], points[at]),
            };
            u64::from(table.decide(class, &terminals[at]).outcome.is_served())
        });
        decided.sum()
    });
    let from_place = fastest(points.len(), |range| range.map(|at| served(points[at], &terminals[at])).sum());
    let only_cell = fastest(points.len(), |range| range.map(|at| u64::from(cell(&points[at])) & 1).sum());
    let border: Vec<usize> =
        (0..points.len()).filter(|&at| table.class_of_cell(cells[at]) == CellClass::Mixed).collect();
    let at_border = fastest(border.len(), |range| {
        border[range].iter().map(|&at| served(points[at], &terminals[at])).sum()
    });
    let started = Instant::now();
    let halves = points.len() / 2;
    std::thread::scope(|scope| {
        for half in [0..halves, halves..points.len()] {
            let (points, terminals) = (&points[half.clone()], &terminals[half]);
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    let decided: u64 = points
                        .iter()
                        .zip(terminals)
                        .map(|(&point, attributes)| served(point, attributes))
                        .sum();
                    black_box(decided);
                }
            });
        }
    });
    let both = (ROUNDS * points.len()) as f64 / started.elapsed().as_secs_f64();
    println!(
        "{label}: {from_cell:.0} ns from cell, {from_place:.0} ns from latitude and longitude ({only_cell:.0} of them to \
         the cell), {at_border:.0} ns in the {:.1} % of places in border cells; {:.2} M/s on two threads",
        100.0 * border.len() as f64 / points.len() as f64,
        both / 1e6
    );
    let judged = fastest(2_000, |range| {
        let judged = range.map(|at| {
            let fix = Fix { time_s: 0, point: points[at], error_m: 30, evidence: Evidence::ClaimedGnss };
            u64::from(judge(table, &[fix], &terminals[at]).refused_parts)
        });
        judged.sum()
    });
    let explained = fastest(2_000, |range| {
        let explained = range.map(|at| {
            table.explain(table.class_at(points[at]), Some(points[at]), &terminals[at]).remedies.len() as u64
        });
        explained.sum()
    });
    println!(
        "{label}: {:.1} us with evidence to 30 m, {:.1} us with an explanation",
        judged / 1e3,
        explained / 1e3
    );
}

/// The same questions to Cedar: requests and entities made beforehand, only the decision timed. Every answer must be the table's.
fn cedar(label: &str, text: &str, table: &Table) {
    let oracle = Oracle::of(text);
    let count = if text.len() > 10_000 { 200 } else { 2_000 };
    let points = places(table);
    let asked: Vec<_> = (0..count)
        .map(|number| {
            let (point, attributes) = (points[number * 97 % points.len()], terminal(number));
            let class = table.class_at(point);
            let inside: Vec<&str> = table
                .areas_of(class)
                .iter()
                .map(|area| table.document().territories[area.index()].name.as_str())
                .collect();
            let question = oracle.question(table.document(), &inside, &[], &attributes);
            let served = table.decide(class, &attributes).outcome.is_served();
            (oracle.request(&question, "serve"), question, served)
        })
        .collect();
    let differing =
        asked.iter().filter(|(request, question, served)| oracle.answer(request, question).0 != *served);
    assert_eq!(differing.count(), 0);
    let took = fastest(count, |range| {
        asked[range].iter().map(|(request, question, _)| u64::from(oracle.answer(request, question).0)).sum()
    });
    println!("{label}: {:.1} us by Cedar's authorizer, action serve alone", took / 1e3);
}
