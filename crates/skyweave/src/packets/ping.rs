//! `skyweave ping A B`: round trips through the planned network, packet by packet.

use crate::args::Ping as Options;
use crate::say::say;
use miette::{IntoDiagnostic, Result};
use serde::Serialize;
use skyweave_core::plan::Slots;
use skyweave_io::scenario::Prepared;
use skyweave_net::packet::{FlowId, HostId};
use skyweave_net::space::{Options as Model, Place, SLOT, Space};
use skyweave_net::time::Ns;
use skyweave_net::traffic::{Echo, Pings};
use skyweave_study::ends::{self, Ends, duration};
use skyweave_study::policies;
use std::process::ExitCode;

/// What comes after the last question before it counts as lost.
const PATIENCE: Ns = Ns(2 * SLOT.0);

/// Sends pings and prints their answers.
pub fn ping(options: &Options) -> Result<ExitCode> {
    let interval = duration("--interval", &options.interval)?;
    let names = [options.from.as_str(), options.to.as_str()];
    let prepared = policies::read_changed(&options.scenario, &options.set, |prepared| {
        let terminals = Ends::find(prepared, names)?.terminals();
        options.demand.apply(&mut prepared.world, &terminals)
    })?;
    let world = &prepared.world;
    let mut slots = Slots::from(world, prepared.first);
    let mut slot = slots.next();
    let ends = Ends::find(&prepared, names)?;
    let model = Model { medium_access: !options.no_medium_access, ..Model::default() };
    let mut space = Space::new(world, &ends.terminals(), slot.no, model);
    let echo = ends.to.seat(&mut space, Box::new(Echo))?;
    let last = Ns(interval.0.saturating_mul(u64::from(options.count)));
    let between = [space.next_host(), echo];
    let pings = Pings::new(FlowId(0), between, options.size, interval, [Ns(0), last]);
    let from = ends.from.seat(&mut space, Box::new(pings))?;
    if !options.json {
        say!(
            "PING {} from {}: {} bytes, {}, unsigned{}",
            options.to,
            options.from,
            options.size,
            crate::catalog::date(slot.no.start()),
            if options.no_medium_access { ", without medium access" } else { "" }
        );
    }
    let end = last.after(PATIENCE);
    let mut told = 0;
    let mut ways = Vec::new();
    loop {
        space.enter(world, &slot);
        ways.push(via(&space, &prepared, from, echo));
        let until = space.begin_of(slot.no).after(SLOT).min(end);
        space.run_until(until);
        if !options.json {
            told = tell(&space, from, told, &ways);
        }
        if until >= end || answered(&space, from) == options.count as usize {
            break;
        }
        slot = slots.next();
    }
    let pings = space.engine().host::<Pings>(from).map(Pings::pings).unwrap_or_default();
    let said = Said::of(options, pings.iter().map(|ping| (ping.sent, ping.answered)), &ways);
    if options.json {
        say!("{}", serde_json::to_string_pretty(&said).into_diagnostic()?);
    } else {
        say!("{}", said.summary());
    }
    Ok(if said.received > 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What the way of a slot leads over, in words.
fn via(space: &Space, prepared: &Prepared, from: HostId, to: HostId) -> String {
    let Some(steps) = space.trace(from, to) else { return "no way".to_owned() };
    let between =
        steps.iter().map(|step| step.to).filter(|place| !matches!(place, Place::Lan(_) | Place::Dish(_)));
    let names: Vec<String> = between.map(|place| ends::of_place(&prepared.world, place)).collect();
    format!("via {}", names.join(", "))
}

fn answered(space: &Space, from: HostId) -> usize {
    let pings = space.engine().host::<Pings>(from).map(Pings::pings).unwrap_or_default();
    pings.iter().filter(|ping| ping.answered.is_some()).count()
}

/// Prints what was answered and not told yet, in order; whoever waits behind a lost one waits till the end of its patience.
fn tell(space: &Space, from: HostId, told: usize, ways: &[String]) -> usize {
    let pings = space.engine().host::<Pings>(from).map(Pings::pings).unwrap_or_default();
    let now = space.engine().now();
    let mut last_slot = told.checked_sub(1).map(|last| pings[last].sent.0 / SLOT.0);
    for (number, ping) in pings.iter().enumerate().skip(told) {
        let slot = ping.sent.0 / SLOT.0;
        if ping.answered.is_none() && now < ping.sent.after(PATIENCE) {
            return number;
        }
        if last_slot != Some(slot) {
            say!("slot {slot}: {}", ways.get(slot as usize).map_or("", String::as_str));
        }
        last_slot = Some(slot);
        match ping.answered {
            Some(at) => {
                say!("seq={number} at={:.3} s rtt={:.3} ms", ping.sent.as_s(), at.since(ping.sent).as_ms());
            }
            None => {
                say!("seq={number} at={:.3} s lost", ping.sent.as_s());
            }
        }
    }
    pings.len()
}

/// One question, as JSON has it.
#[derive(Serialize)]
struct Answer {
    sent_s: f64,
    rtt_ms: Option<f64>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Said {
    from: String,
    to: String,
    basis: &'static str,
    medium_access: bool,
    sent: usize,
    received: usize,
    rtt_min_ms: Option<f64>,
    rtt_median_ms: Option<f64>,
    rtt_p95_ms: Option<f64>,
    rtt_max_ms: Option<f64>,
    slots: Vec<String>,
    answers: Vec<Answer>,
}

impl Said {
    fn of(options: &Options, pings: impl Iterator<Item = (Ns, Option<Ns>)>, ways: &[String]) -> Self {
        let answers: Vec<Answer> = pings
            .map(|(sent, at)| Answer { sent_s: sent.as_s(), rtt_ms: at.map(|at| at.since(sent).as_ms()) })
            .collect();
        let mut rtts: Vec<f64> = answers.iter().filter_map(|answer| answer.rtt_ms).collect();
        rtts.sort_unstable_by(f64::total_cmp);
        let quantile =
            |share: f64| rtts.get(((rtts.len() as f64 * share) as usize).min(rtts.len().max(1) - 1));
        Self {
            from: options.from.clone(),
            to: options.to.clone(),
            basis: "unsigned",
            medium_access: !options.no_medium_access,
            sent: answers.len(),
            received: rtts.len(),
            rtt_min_ms: rtts.first().copied(),
            rtt_median_ms: quantile(0.5).copied(),
            rtt_p95_ms: quantile(0.95).copied(),
            rtt_max_ms: rtts.last().copied(),
            slots: ways.to_vec(),
            answers,
        }
    }

    fn summary(&self) -> String {
        let lost = 100.0 * (1.0 - self.received as f64 / self.sent.max(1) as f64);
        let mut text = format!("\n{} sent, {} received, {lost:.1} % lost", self.sent, self.received);
        if let (Some(min), Some(median), Some(p95), Some(max)) =
            (self.rtt_min_ms, self.rtt_median_ms, self.rtt_p95_ms, self.rtt_max_ms)
        {
            text.push_str(&format!("\nrtt min/median/p95/max = {min:.3}/{median:.3}/{p95:.3}/{max:.3} ms"));
        }
        text
    }
}
