//! A run of Hypatia's packet simulator: its `config_ns3.properties` and the schedule of its UDP bursts, read; its tables of what
//! arrived, written.

use super::text::{Line, TextFile};
use super::{HypatiaError, Network, Node, Station, output::write_whole};
use std::fmt::Write as _;
use std::path::Path;

/// A UDP flow at a constant rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// Its number.
    pub id: u32,
    /// Who sends.
    pub from: Station,
    /// Who gets it.
    pub to: Station,
    /// Rate on the IP layer, Mbit/s.
    pub rate_mbps: f64,
    /// When it begins, ns.
    pub start_ns: u64,
    /// How long it lasts, ns.
    pub duration_ns: u64,
}

/// What is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// How long, ns.
    pub end_ns: u64,
    /// How often forwarding is replaced, ns.
    pub step_ns: u64,
    /// Of each laser, bit/s.
    pub laser_bps: u64,
    /// Of each ground link, bit/s.
    pub ground_bps: u64,
    /// Packets that wait before a laser.
    pub laser_queue: u32,
    /// Packets that wait before a ground link.
    pub ground_queue: u32,
    /// Who pings whom.
    pub pings: Vec<(Station, Station)>,
    /// How often, ns.
    pub ping_interval_ns: u64,
    /// UDP flows.
    pub bursts: Vec<Burst>,
}

/// What arrived of a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// Packets.
    pub packets: u64,
}

/// Bytes of a burst's packet on the IP layer, and of what it carries.
pub const BURST_BYTES: (u32, u32) = (1_500, 1_472);

const RATE: &str = "a rate above 0, in Mbit/s, up to 1000000";

impl Experiment {
    /// Reads a configuration. The schedule of bursts is taken from `schedule`, or from the file of that name beside the configuration.
    ///
    /// # Errors
    /// [`HypatiaError::Read`] and [`HypatiaError::Line`] for what cannot be read or is not what it should be.
    pub fn read(network: &Network, config: &Path, schedule: Option<&Path>) -> Result<Self, HypatiaError> {
        let file = TextFile::read(config.to_owned())?;
        let mut read = Self {
            end_ns: 0,
            step_ns: 100_000_000,
            laser_bps: 0,
            ground_bps: 0,
            laser_queue: 100,
            ground_queue: 100,
            pings: Vec::new(),
            ping_interval_ns: 10_000_000,
            bursts: Vec::new(),
        };
        let mut named = None;
        for line in file.lines().filter(|line| !line.text.trim().is_empty() && !line.text.starts_with('#')) {
            let parts = line.text.splitn(2, '=').map(str::trim);
            let [key, value] = line.split(parts, "`key=value`")?;
            match key {
                "simulation_end_time_ns" => read.end_ns = nanoseconds(line, key, value)?,
                "dynamic_state_update_interval_ns" => read.step_ns = nanoseconds(line, key, value)?,
                "isl_data_rate_megabit_per_s" => read.laser_bps = rate(line, key, value)?,
                "gsl_data_rate_megabit_per_s" => read.ground_bps = rate(line, key, value)?,
                "isl_max_queue_size_pkts" => read.laser_queue = line.whole(key, value)?,
                "gsl_max_queue_size_pkts" => read.ground_queue = line.whole(key, value)?,
                "pingmesh_interval_ns" => read.ping_interval_ns = nanoseconds(line, key, value)?,
                "pingmesh_endpoint_pairs" => read.pings = pairs(network, line, value)?,
                "udp_burst_schedule_filename" => named = Some(value.trim_matches('"').to_owned()),
                // what says where files lie, what is tracked, and what only TCP has to do with
                _ => {}
            }
        }
        for (what, missing) in [
            ("simulation_end_time_ns", read.end_ns == 0),
            ("isl_data_rate_megabit_per_s", read.laser_bps == 0),
            ("gsl_data_rate_megabit_per_s", read.ground_bps == 0),
        ] {
            if missing {
                return Err(file.ends("what it has".to_owned(), format!("a line `{what}=...`")));
            }
        }
        let beside = named.map(|name| config.with_file_name(name));
        if let Some(path) = schedule.or(beside.as_deref()) {
            read.bursts = bursts(network, path)?;
        }
        Ok(read)
    }
}

/// Writes what arrived as `udp_bursts_incoming.csv`, as Hypatia's simulator does.
///
/// # Errors
/// [`HypatiaError::Write`].
pub fn write_bursts(
    out: &Path,
    network: &Network,
    experiment: &Experiment,
    arrived: &[Arrived],
) -> Result<(), HypatiaError> {
    let mut text = String::new();
    for (burst, arrived) in experiment.bursts.iter().zip(arrived) {
        let lasted_ns = burst.duration_ns.min(experiment.end_ns.saturating_sub(burst.start_ns)).max(1);
        let [wire, payload] = [BURST_BYTES.0, BURST_BYTES.1].map(|bytes| arrived.packets * u64::from(bytes));
        let mbps = |bytes: u64| bytes as f64 * 8e3 / lasted_ns as f64;
        let Burst { id, from, to, rate_mbps, start_ns, duration_ns } = *burst;
        let [from, to] = [from, to].map(|station| network.number(Node::Station(station)));
        // writing to a string cannot fail
        let _ = writeln!(
            text,
            "{id},{from},{to},{rate_mbps:.6},{start_ns},{duration_ns},{:.6},{:.6},{},{wire},{payload},",
            mbps(wire),
            mbps(payload),
            arrived.packets
        );
    }
    write_whole(out, "udp_bursts_incoming.csv", &text)
}

/// Writes pings as `pingmesh.csv`: pair, number, when it was sent, when its answer came, the round trip, all in ns.
///
/// # Errors
/// [`HypatiaError::Write`].
pub fn write_pings<'a>(
    out: &Path,
    network: &Network,
    rows: impl IntoIterator<Item = (Station, Station, &'a [(u64, Option<u64>)])>,
) -> Result<(), HypatiaError> {
    let mut text = String::from("from,to,number,sent_ns,answered_ns,rtt_ns\n");
    for (from, to, pings) in rows {
        let [from, to] = [from, to].map(|station| network.number(Node::Station(station)));
        for (number, (sent, answered)) in pings.iter().enumerate() {
            // writing to a string cannot fail
            let _ = match answered {
                Some(at) => writeln!(text, "{from},{to},{number},{sent},{at},{}", at - sent),
                None => writeln!(text, "{from},{to},{number},{sent},,"),
            };
        }
    }
    write_whole(out, "pings.csv", &text)
}

fn nanoseconds(line: Line<'_>, what: &str, text: &str) -> Result<u64, HypatiaError> {
    let accepted = "a whole number of nanoseconds, from 1 to 10^15";
    let value = line.number(what, text, accepted, |ns| (1.0..=1e15).contains(&ns) && ns.fract() == 0.0)?;
    Ok(value as u64)
}

fn rate(line: Line<'_>, what: &str, text: &str) -> Result<u64, HypatiaError> {
    Ok((line.number(what, text, RATE, |mbps| mbps > 0.0 && mbps <= 1e6)? * 1e6) as u64)
}

fn station(network: &Network, line: Line<'_>, text: &str) -> Result<Station, HypatiaError> {
    let number = line.whole("a node", text)?;
    match network.node(number) {
        Some(Node::Station(station)) => Ok(station),
        _ => Err(line.complain(format!("node {number}"), "the node number of a ground station")),
    }
}

fn pairs(network: &Network, line: Line<'_>, value: &str) -> Result<Vec<(Station, Station)>, HypatiaError> {
    let accepted = "`set(1174->1229,1173->1241)`";
    let inside = value.strip_prefix("set(").and_then(|rest| rest.strip_suffix(')'));
    let inside = inside.ok_or_else(|| line.complain(format!("`{value}`"), accepted))?;
    let pair = |text: &str| {
        let [from, to] = line.split(text.split("->").map(str::trim), accepted)?;
        Ok((station(network, line, from)?, station(network, line, to)?))
    };
    inside.split(',').filter(|text| !text.trim().is_empty()).map(pair).collect()
}

fn bursts(network: &Network, path: &Path) -> Result<Vec<Burst>, HypatiaError> {
    let file = TextFile::read(path.to_owned())?;
    let lines = file.lines().filter(|line| !line.text.trim().is_empty());
    let burst = |line: Line<'_>| {
        let accepted = "`number,from,to,Mbit/s,start ns,duration ns,,`";
        let [id, from, to, rate, start, duration, _, _] = line.split(line.text.split(','), accepted)?;
        let whole = |what: &str, text: &str| {
            let accepted = "a whole number of nanoseconds up to 10^15";
            line.number(what, text, accepted, |ns| (0.0..=1e15).contains(&ns) && ns.fract() == 0.0)
        };
        Ok(Burst {
            id: line.whole("the flow", id)?,
            from: station(network, line, from)?,
            to: station(network, line, to)?,
            rate_mbps: line.number("the rate", rate, RATE, |mbps| mbps > 0.0 && mbps <= 1e6)?,
            start_ns: whole("the start", start)? as u64,
            duration_ns: whole("the duration", duration)? as u64,
        })
    };
    lines.map(burst).collect()
}
