//! Forwarding states over time, written as Hypatia's simulator reads them.
//!
//! | file | a line | lines |
//! |---|---|---|
//! | `fstate_<ns>.txt` | `node,destination,next,interface,next's interface`; -1 three times where there is no way | all at 0, then those that changed |
//! | `gsl_if_bandwidth_<ns>.txt` | `node,ground interface,bandwidth` | all at 0, then none |

use super::{Hop, HypatiaError, Network, Node, Satellite, State, Station};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long and how often, and what to do about files that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// States are written for times below this.
    pub duration: Duration,
    /// Time from one state to the next.
    pub step: Duration,
    /// Write every state whole, and not only what changed since the one before.
    pub full: bool,
    /// Remove the states that the output directory already holds.
    pub overwrite: bool,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Satellites of the network.
    pub satellites: usize,
    /// Ground stations of the network.
    pub stations: usize,
    /// States written, each as two files.
    pub states: u64,
    /// Lines of forwarding state in all files.
    pub rows: u64,
}

/// Writes the forwarding states of the state directory `directory` into `out`, which is made where it is missing.
/// `progress` hears how many states are done, of how many. Each file appears whole or not at all.
///
/// # Errors
/// What is wrong with the state directory, with duration or step, or with `out`.
pub fn write(
    directory: &Path,
    out: &Path,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Summary, HypatiaError> {
    let duration_ns = nanoseconds("duration", options.duration)?;
    let step_ns = nanoseconds("step", options.step)?;
    let network = Network::read(directory)?;
    // before anything is removed: lasers that are too long mostly are so from the start
    network.laser_lengths_m(&network.sky_at(0)?)?;
    prepare(out, options.overwrite)?;

    let (satellites, stations) = (network.satellite_count(), network.stations().len());
    let states = duration_ns.div_ceil(step_ns);
    let mut summary = Summary { satellites, stations, states: 0, rows: 0 };
    let mut before = None;
    for t_ns in (0..states).map(|index| index * step_ns) {
        let state = network.state_at(t_ns)?;
        let (text, rows) = forwarding(&network, &state, before.as_ref());
        write_whole(out, &format!("gsl_if_bandwidth_{t_ns}.txt"), &bandwidth(&network, t_ns))?;
        write_whole(out, &format!("fstate_{t_ns}.txt"), &text)?;
        summary.states += 1;
        summary.rows += rows;
        progress(summary.states, states);
        before = (!options.full).then_some(state);
    }
    Ok(summary)
}

fn nanoseconds(what: &'static str, time: Duration) -> Result<u64, HypatiaError> {
    match u64::try_from(time.as_nanos()) {
        Ok(ns) if ns > 0 => Ok(ns),
        _ => Err(HypatiaError::Time { what, found: format!("{} s", time.as_secs_f64()) }),
    }
}

/// Rows that changed since `before`, or all, and how many they are.
fn forwarding(network: &Network, state: &State, before: Option<&State>) -> (String, u64) {
    let mut text = String::new();
    let mut rows = 0;
    for (from, to, hop) in state.rows(before) {
        append_row(&mut text, network, (from, to), hop);
        rows += 1;
    }
    (text, rows)
}

fn append_row(text: &mut String, network: &Network, (from, to): (Node, Station), hop: Option<Hop>) {
    let (from, to) = (network.number(from), network.number(Node::Station(to)));
    // writing to a string cannot fail
    let _ = match hop {
        Some(Hop { next, interface, next_interface }) => {
            writeln!(text, "{from},{to},{},{interface},{next_interface}", network.number(next))
        }
        None => writeln!(text, "{from},{to},-1,-1,-1"),
    };
}

fn bandwidth(network: &Network, t_ns: u64) -> String {
    let mut text = String::new();
    if t_ns > 0 {
        return text;
    }
    let satellites = (0..network.satellite_count() as u32).map(Satellite);
    let satellites = satellites.map(|sat| (Node::Satellite(sat), network.ground_interface(sat)));
    let stations = (0..network.stations().len() as u32).map(|gid| (Node::Station(Station(gid)), 0));
    for (node, interface) in satellites.chain(stations) {
        // writing to a string cannot fail
        let _ = writeln!(text, "{},{interface},{:.6}", network.number(node), network.ground_bandwidth(node));
    }
    text
}

/// Makes the directory, and sees to it that there are no states in it.
fn prepare(out: &Path, overwrite: bool) -> Result<(), HypatiaError> {
    let failed = |source| HypatiaError::Write { path: out.to_owned(), source };
    fs::create_dir_all(out).map_err(failed)?;
    let mut found = Vec::new();
    for entry in fs::read_dir(out).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if let Some(name) = name.to_str().filter(|name| is_state(name)) {
            found.push(name.to_owned());
        }
    }
    found.sort_unstable();
    for file in found {
        if !overwrite {
            return Err(HypatiaError::Occupied { directory: out.to_owned(), file });
        }
        let path = out.join(file);
        fs::remove_file(&path).map_err(|source| HypatiaError::Write { path, source })?;
    }
    Ok(())
}

fn is_state(name: &str) -> bool {
    let time = name.strip_prefix("fstate_").or_else(|| name.strip_prefix("gsl_if_bandwidth_"));
    let time = time.and_then(|rest| rest.strip_suffix(".txt"));
    time.is_some_and(|time| !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Writes beside the place and renames, so that whoever looks sees all of the file or nothing.
pub(super) fn write_whole(out: &Path, name: &str, text: &str) -> Result<(), HypatiaError> {
    let path = out.join(name);
    let beside = out.join(format!(".{name}.part"));
    match fs::write(&beside, text).and_then(|()| fs::rename(&beside, &path)) {
        Ok(()) => Ok(()),
        Err(source) => {
            // what is half written is of no use, and the error that counts is the one at hand
            let _ = fs::remove_file(&beside);
            Err(HypatiaError::Write { path, source })
        }
    }
}
