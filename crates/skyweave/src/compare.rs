//! `skyweave compare`: two results side by side.

use crate::args::Compare as Options;
use crate::run::open;
use crate::say::say;
use crate::table::{Table, count, ms, percent, rate};
use miette::Result;
use skyweave_io::results::RunState;
use skyweave_io::summary::{Act, Summary};
use std::process::ExitCode;

/// Prints acts and sites of two runs next to each other.
pub fn compare(options: &Options) -> Result<ExitCode> {
    let runs = [open(&options.one)?, open(&options.other)?];
    for run in &runs {
        if run.file().state != RunState::Finished {
            eprintln!(
                "warning: the run in {} is not finished: --resume goes on with it",
                run.dir().display()
            );
        }
    }
    let (one, other) = (Summary::of(&runs[0])?, Summary::of(&runs[1])?);
    let (left, right) = (options.one.display().to_string(), options.other.display().to_string());
    say!("left: {left} ({})\nright: {right} ({})\n", one.scenario, other.scenario);
    if (&one.from, &one.until) != (&other.from, &other.until) {
        say!("note: the time windows differ\n");
    }
    let mut acts = Table::new(
        &["from event", "served", "", "delivered", "", "RTT p50", "", "RTT p95 ms", "", "terminals lost", ""],
        1,
    );
    for (index, act) in one.acts.iter().enumerate() {
        // labels may come again: the third "fails" of one run belongs to the third of the other
        let earlier = one.acts[..index].iter().filter(|a| a.label == act.label).count();
        let twin = other.acts.iter().filter(|a| a.label == act.label).nth(earlier);
        let pair = |value: &dyn Fn(&Act) -> String| [value(act), twin.map_or_else(|| "-".to_owned(), value)];
        let mut row = vec![if act.label.is_empty() { "(start)".to_owned() } else { act.label.clone() }];
        row.extend(pair(&|a| percent(a.served_share)));
        row.extend(pair(&|a| rate(a.delivered_down_bps)));
        row.extend(pair(&|a| ms(a.rtt_p50_ms)));
        row.extend(pair(&|a| ms(a.rtt_p95_ms)));
        row.extend(pair(&|a| count(a.terminals_asking - a.terminals_served)));
        acts.row(row);
    }
    crate::say::write(format_args!("{}", acts.lines()));

    let mut sites =
        Table::new(&["site", "served", "", "RTT p50", "", "RTT p95 ms", "", "handovers/h", ""], 1);
    for site in &one.sites {
        let Some(twin) = other.sites.iter().find(|s| s.name == site.name) else { continue };
        let mut row = vec![site.name.clone()];
        for s in [site, twin] {
            row.push(percent(s.served_share));
        }
        for k in [1, 2] {
            row.extend([site, twin].map(|s| ms(s.rtt_ms.map(|r| r[k]))));
        }
        row.extend([site, twin].map(|s| format!("{:.0}", s.handovers_per_hour)));
        sites.row(row);
    }
    if !one.sites.is_empty() {
        crate::say::write(format_args!("\n{}", sites.lines()));
    }
    Ok(ExitCode::SUCCESS)
}
