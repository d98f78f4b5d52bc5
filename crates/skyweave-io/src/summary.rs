//! What a run comes to: figures for the terminal, for golden files and for comparisons. Made from its tables alone.

use crate::results::{NetworkRow, OutageRow, ResultsError, Run, SiteRow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Seconds of a slot.
const SLOT_S: f64 = skyweave_core::time::SLOT_S as f64;

/// A whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Name of the scenario.
    pub scenario: String,
    /// How its admissions came about: `unsigned` where nobody signed them.
    pub basis: String,
    /// Where the climate of its links is from.
    pub climate: String,
    /// Start of the window, ISO 8601.
    pub from: String,
    /// End of the window, ISO 8601.
    pub until: String,
    /// Slots in the tables.
    pub slots: usize,
    /// The time between events, each with its means; one act where there are no events.
    pub acts: Vec<Act>,
    /// By named site.
    pub sites: Vec<Site>,
    /// Terminal-seconds without service by reason, the greatest first.
    pub lost: Vec<Lost>,
    /// Satellites that serve some cell, least and greatest over the slots.
    pub satellites_serving: (u32, u32),
    /// Lasers that carry traffic, least and greatest.
    pub lasers_up: (u32, u32),
    /// Lasers that changed between possible and not, a minute.
    pub laser_changes_per_minute: f64,
}

/// The time from one event to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// The event's label; empty before the first.
    pub label: String,
    /// Its slots.
    pub slots: usize,
    /// Terminals that ask for service, mean.
    pub terminals_asking: f64,
    /// Terminals without power, mean.
    pub terminals_dark: f64,
    /// Terminals that may not be served, by any policy, mean.
    pub terminals_refused: f64,
    /// Of those, in cells that a lit beam covers, mean.
    pub terminals_refused_under_beams: f64,
    /// Those that are served, mean.
    pub terminals_served: f64,
    /// Those that are served as a share of those that ask.
    pub served_share: f64,
    /// Downlink asked for, mean, bit/s.
    pub offered_down_bps: f64,
    /// Downlink delivered, mean, bit/s.
    pub delivered_down_bps: f64,
    /// Round-trip time that half of the served terminals do not exceed, median over the slots, ms.
    pub rtt_p50_ms: Option<f64>,
    /// The same for 95 %.
    pub rtt_p95_ms: Option<f64>,
    /// Share of the served terminals whose traffic takes lasers.
    pub over_lasers_share: f64,
    /// Served terminals that had to take another PoP, and with it other addresses, mean.
    pub terminals_moved_pop: f64,
    /// What it takes, if somebody may not be served in some act: so that acts can be told apart by what serving them costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Takes>,
}

/// What serving takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Takes {
    /// Satellites that serve some cell, mean.
    pub satellites: f64,
    /// Gateways that traffic of some served cell comes down at, mean.
    pub gateways: f64,
    /// Served terminals whose traffic takes lasers, mean.
    pub terminals_over_lasers: f64,
}

/// A named site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Share of the slots in which it is served.
    pub served_share: f64,
    /// Round-trip time: least, median, 95 %, ms.
    pub rtt_ms: Option<[f64; 3]>,
    /// Changes of satellite, an hour.
    pub handovers_per_hour: f64,
    /// Longest time without service, s.
    pub longest_outage_s: f64,
    /// The reason that keeps it without service in most slots.
    pub main_outage: Option<String>,
    /// PoPs that it used, in order of time.
    pub pops: Vec<String>,
    /// The gateway that it used in most slots.
    pub main_gateway: Option<String>,
    /// Downlink rate, median, bit/s.
    pub down_bps: Option<f64>,
}

/// What one reason cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lost {
    /// The reason.
    pub reason: String,
    /// Terminals without service times seconds.
    pub terminal_seconds: f64,
}

impl Summary {
    /// Sums up a run.
    ///
    /// # Errors
    /// What is wrong with its tables.
    pub fn of(run: &Run) -> Result<Self, ResultsError> {
        let network: Vec<NetworkRow> = run.all()?;
        let file = run.file();
        let range = |value: fn(&NetworkRow) -> u32| {
            let values = network.iter().map(value);
            (values.clone().min().unwrap_or(0), values.max().unwrap_or(0))
        };
        let changes: u32 = network.iter().map(|row| row.laser_changes).sum();
        let minutes = network.len() as f64 * SLOT_S / 60.0;
        Ok(Self {
            scenario: file.scenario_name.clone(),
            basis: file.basis.clone(),
            climate: file.climate.clone(),
            from: file.from.clone(),
            until: file.until.clone(),
            slots: network.len(),
            acts: acts(&network),
            sites: sites(run)?,
            lost: lost(run)?,
            satellites_serving: range(|row| row.satellites_serving),
            lasers_up: range(|row| row.lasers_up),
            laser_changes_per_minute: rounded(f64::from(changes) / minutes.max(1e-9), 2),
        })
    }

    /// Terminals served over terminals asking, over the whole run.
    #[must_use]
    pub fn served_share(&self) -> f64 {
        let sum =
            |value: fn(&Act) -> f64| self.acts.iter().map(|act| value(act) * act.slots as f64).sum::<f64>();
        let asking = sum(|act| act.terminals_asking);
        if asking > 0.0 { sum(|act| act.terminals_served) / asking } else { 0.0 }
    }
}

fn acts(network: &[NetworkRow]) -> Vec<Act> {
    let some_refused = network.iter().any(|row| row.terminals_refused > 0.0);
    network
        .chunk_by(|a, b| a.act == b.act)
        .map(|rows| {
            let mean =
                |value: fn(&NetworkRow) -> f64| rows.iter().map(value).sum::<f64>() / rows.len() as f64;
            let middle = |value: fn(&NetworkRow) -> Option<f64>| {
                quantile(rows.iter().filter_map(value).collect(), 0.5).map(|v| rounded(v, 3))
            };
            let asking = mean(|row| row.terminals_admitted);
            let served = mean(|row| row.terminals_served);
            let over_lasers = mean(|row| row.terminals_over_lasers);
            Act {
                label: rows[0].act.to_string(),
                slots: rows.len(),
                terminals_asking: rounded(asking, 2),
                terminals_dark: rounded(mean(|row| row.terminals_dark), 2),
                terminals_refused: rounded(mean(|row| row.terminals_refused), 2),
                terminals_refused_under_beams: rounded(mean(|row| row.terminals_refused_under_beams), 2),
                terminals_served: rounded(served, 2),
                served_share: share_of(served, asking),
                offered_down_bps: mean(|row| row.offered_down_bps).round(),
                delivered_down_bps: mean(|row| row.delivered_down_bps).round(),
                rtt_p50_ms: middle(|row| row.rtt_p50_ms),
                rtt_p95_ms: middle(|row| row.rtt_p95_ms),
                over_lasers_share: rounded(if served > 0.0 { over_lasers / served } else { 0.0 }, 6),
                terminals_moved_pop: rounded(mean(|row| row.terminals_moved_pop), 2),
                takes: some_refused.then(|| Takes {
                    satellites: rounded(mean(|row| row.satellites_serving.into()), 2),
                    gateways: rounded(mean(|row| row.gateways_in_use.into()), 2),
                    terminals_over_lasers: rounded(over_lasers, 2),
                }),
            }
        })
        .collect()
}

#[derive(Default)]
struct SiteTally {
    slots: usize,
    rtt_ms: Vec<f64>,
    down_bps: Vec<f64>,
    handovers: usize,
    outage: usize,
    longest_outage: usize,
    reasons: BTreeMap<String, usize>,
    gateways: BTreeMap<String, usize>,
    pops: Vec<String>,
}

fn sites(run: &Run) -> Result<Vec<Site>, ResultsError> {
    let mut tallies: BTreeMap<String, SiteTally> = BTreeMap::new();
    for row in run.rows::<SiteRow>()? {
        let row = row?;
        let tally = tallies.entry(row.site.to_string()).or_default();
        tally.slots += 1;
        tally.handovers += usize::from(row.handover == Some(true));
        if let Some(rtt) = row.rtt_ms {
            tally.rtt_ms.push(rtt);
            tally.outage = 0;
        } else {
            tally.outage += 1;
            tally.longest_outage = tally.longest_outage.max(tally.outage);
            *tally.reasons.entry(row.state.to_string()).or_default() += 1;
        }
        tally.down_bps.extend(row.down_bps);
        if let Some(gateway) = row.gateway {
            *tally.gateways.entry(gateway.to_string()).or_default() += 1;
        }
        if let Some(pop) = row.pop.map(|pop| pop.to_string())
            && tally.pops.last() != Some(&pop)
        {
            tally.pops.push(pop);
        }
    }
    Ok(tallies.into_iter().map(|(name, tally)| tally.finish(name)).collect())
}

impl SiteTally {
    fn finish(self, name: String) -> Site {
        let hours = self.slots as f64 * SLOT_S / 3_600.0;
        let at = |share: f64| quantile(self.rtt_ms.clone(), share).map(|v| rounded(v, 3));
        let rtt_ms = match (at(0.0), at(0.5), at(0.95)) {
            (Some(least), Some(median), Some(high)) => Some([least, median, high]),
            _ => None,
        };
        Site {
            name,
            served_share: rounded(self.rtt_ms.len() as f64 / self.slots as f64, 6),
            rtt_ms,
            handovers_per_hour: rounded(self.handovers as f64 / hours, 1),
            longest_outage_s: self.longest_outage as f64 * SLOT_S,
            main_outage: most(self.reasons),
            pops: self.pops,
            main_gateway: most(self.gateways),
            down_bps: quantile(self.down_bps, 0.5).map(f64::round),
        }
    }
}

/// The name that was counted most; the first by name where several were.
fn most(counts: BTreeMap<String, usize>) -> Option<String> {
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(name, _)| name)
}

fn lost(run: &Run) -> Result<Vec<Lost>, ResultsError> {
    let mut by_reason: BTreeMap<String, f64> = BTreeMap::new();
    for row in run.rows::<OutageRow>()? {
        let row = row?;
        if row.subject == *"cell" {
            let seconds = (row.until_slot - row.from_slot) as f64 * SLOT_S;
            *by_reason.entry(row.reason.to_string()).or_default() += row.terminals * seconds;
        }
    }
    let mut lost: Vec<Lost> = by_reason
        .into_iter()
        .map(|(reason, seconds)| Lost { reason, terminal_seconds: seconds.round() })
        .collect();
    lost.sort_by(|a, b| b.terminal_seconds.total_cmp(&a.terminal_seconds).then(a.reason.cmp(&b.reason)));
    Ok(lost)
}

/// The value that a share of all values does not exceed.
fn quantile(mut values: Vec<f64>, share: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let at = (share * values.len() as f64).ceil() as usize;
    values.get(at.saturating_sub(1)).copied()
}

/// A share to six digits, downwards: what is not whole must not look so.
fn share_of(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole * 1e6).floor() / 1e6 } else { 0.0 }
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
