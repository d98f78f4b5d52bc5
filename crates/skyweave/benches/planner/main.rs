//! What Skyweave costs beside what people use today: rows {name, ours, peer, `peer_value`, unit, ratio}.
//!
//! Whoever is measured, we or another program, is a process of its own that says what it is, then does the same work
//! once for each line it is sent and answers with the time it took: see [`contestant`]. So everybody gets the same
//! files, the same core and the same turns. A group of rows is a module, and our side of it one function:
//!
//! | rows | module | our entry point |
//! |---|---|---|
//! | `sgp4` | [`sgp4`] | `sgp4::Ours::propagate` |
//! | `visibility` | [`visibility`] | `visibility::Ours::look` |
//! | `forwarding` | [`forwarding`] | `forwarding::ours` |
//! | `radio` | [`radio`] | `radio::Links::user`, `feeder` |
//! | `optimum` | [`optimum`] | `contention::Contested::assign` |
//! | `slot` | [`slot`] | `plan::plan` |

mod clock;
mod constellations;
mod contention;
mod contest;
mod contestant;
mod files;
mod forwarding;
mod links;
mod optimum;
mod options;
mod petgraph_peer;
mod radio;
mod report;
mod rstar_peer;
mod serve;
mod sgp4;
mod sgp4_crate_peer;
mod slot;
mod visibility;

use clap::Parser;
use miette::Result;
use options::Options;
use report::Report;

/// Measures a group and adds its rows.
type Measure = fn(&Options, &mut Report) -> Result<()>;

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(name) = &options.serve {
        return serve::serve(name, &options.work);
    }
    files::fresh_folder(&options.work)?;
    let mut report = Report::default();
    let groups: [(&str, Measure); 6] = [
        ("sgp4", sgp4::measure),
        ("visibility", visibility::measure),
        ("forwarding", forwarding::measure),
        ("radio", radio::measure),
        ("optimum", optimum::measure),
        ("slot", slot::measure),
    ];
    for (name, measure) in groups {
        if options.wants(name) {
            measure(&options, &mut report)?;
        }
    }
    report.show();
    if let Some(path) = &options.json {
        report.write(path)?;
    }
    Ok(())
}
