//! Flows of an experiment: checked, seated, and asked what became of them.

mod pages;
mod transfers;

use super::format::{Capture, CapturedEnd, Experiment, Flow};
use crate::ends::{End, Ends, duration};
use miette::{Result, miette};
use skyweave_io::results::{FlowRow, SecondRow};
use skyweave_io::scenario::Prepared;
use skyweave_net::capture::Captured;
use skyweave_net::host::Host;
use skyweave_net::packet::{FlowId, HostId};
use skyweave_net::space::Space;
use skyweave_net::spread::Spread;
use skyweave_net::time::Ns;
use skyweave_net::traffic::{
    Arrivals, Asking, Call, Echo, Pings, Received, Requests, Responder, Sink, Stream, UdpSource, VideoSource,
};
use skyweave_net::transport::Transfer;
use std::collections::BTreeSet;
use transfers::Stack;

/// The longest an experiment may last.
const LONGEST: Ns = Ns(24 * 3_600_000_000_000);
const MOST_ANSWER_BYTES: u32 = 10_000_000;
const MOST_RATE_MBPS: f64 = 100_000.0;
/// Key frames of a call: one in so many frames, so many times as large.
const KEY_FRAMES: (u32, f64) = (120, 6.0);

/// What a flow does.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Udp { bytes: u32, arrivals: Arrivals },
    Ping { bytes: u32, interval: Ns },
    Requests { request_bytes: u32, answer_bytes: u32, mean_interval: Ns, patience: Ns },
    Video { bps: u64, frames_per_s: u32 },
    Web { pause: Ns, connections: u32 },
    Transfer { stack: Stack, bytes: Option<u64> },
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Udp { .. } => "udp",
            Self::Ping { .. } => "ping",
            Self::Requests { .. } => "requests",
            Self::Video { .. } => "video",
            Self::Web { .. } => "web",
            Self::Transfer { stack, .. } => stack.name(),
        }
    }
}

/// A flow that was checked.
pub(super) struct Checked {
    number: u32,
    flow: Flow,
    pub ends: Ends,
    kind: Kind,
    begin: Ns,
    end: Ns,
    seed: u64,
    captured: [Option<usize>; 2],
}

/// A flow whose hosts sit in the network.
pub(super) struct Seated {
    checked: Checked,
    pub from: HostId,
    pub to: HostId,
    transfer: Option<Transfer>,
}

/// Checks all flows and captures.
pub(super) fn check(experiment: &Experiment, prepared: &Prepared, length: Ns) -> Result<Vec<Checked>> {
    if length > LONGEST {
        return Err(miette!(help = "accepted: up to `24h`", "duration is {}", experiment.duration));
    }
    if experiment.flows.is_empty() {
        return Err(miette!(help = "accepted: at least one `[[flows]]`", "nothing is sent"));
    }
    let mut names = BTreeSet::new();
    let mut checked = Vec::new();
    for (number, flow) in experiment.flows.iter().enumerate() {
        if !names.insert(flow.name.as_str()) {
            return Err(miette!(
                help = "accepted: a name of its own for each",
                "two flows are called `{}`",
                flow.name
            ));
        }
        let of_flow = |error: miette::Report| error.wrap_err(format!("flow `{}`", flow.name));
        checked.push(check_one(experiment, prepared, number as u32, flow, length).map_err(of_flow)?);
    }
    for capture in &experiment.captures {
        note_capture(capture, &mut checked)?;
    }
    Ok(checked)
}

fn note_capture(capture: &Capture, checked: &mut [Checked]) -> Result<()> {
    let flow = checked.iter_mut().find(|checked| checked.flow.name == capture.flow);
    let flow = flow.ok_or_else(|| {
        miette!(help = "accepted: the name of a flow of this file", "a capture of `{}`", capture.flow)
    })?;
    let end = usize::from(capture.end == CapturedEnd::To);
    flow.captured[end] = Some(capture.snapshot_bytes as usize);
    Ok(())
}

fn check_one(
    experiment: &Experiment,
    prepared: &Prepared,
    number: u32,
    flow: &Flow,
    length: Ns,
) -> Result<Checked> {
    let ends = Ends::find(prepared, [&flow.from, &flow.to])?;
    let begin = if flow.start == "0s" { Ns(0) } else { duration("start", &flow.start)? };
    let end = flow.stop.as_deref().map_or(Ok(length), |stop| duration("stop", stop))?.min(length);
    if begin >= end {
        return Err(miette!(
            help = "accepted: a start before the stop, and within the duration",
            "it starts at {} s and ends at {} s",
            begin.as_s(),
            end.as_s()
        ));
    }
    let seed = experiment.seed ^ (u64::from(number) << 32);
    let kind = kind(flow, seed)?;
    Ok(Checked { number, flow: flow.clone(), ends, kind, begin, end, seed, captured: [None; 2] })
}

fn kind(flow: &Flow, seed: u64) -> Result<Kind> {
    let mut kinds = Vec::new();
    if let Some(udp) = &flow.udp {
        let (bytes, rate) = (packet_bytes(udp.packet_bytes)?, rate_mbps(udp.rate_mbps)?);
        let apart = Ns((f64::from(bytes) * 8e3 / rate).round().max(1.0) as u64);
        let arrivals = if udp.poisson { Arrivals::Poisson(apart, seed) } else { Arrivals::Constant(apart) };
        kinds.push(Kind::Udp { bytes, arrivals });
    }
    if let Some(ping) = &flow.ping {
        let (bytes, interval) = (packet_bytes(ping.packet_bytes)?, duration("interval", &ping.interval)?);
        kinds.push(Kind::Ping { bytes, interval });
    }
    if let Some(requests) = &flow.requests {
        let answer_bytes = requests.answer_bytes;
        if !(28..=MOST_ANSWER_BYTES).contains(&answer_bytes) {
            return Err(miette!(help = "accepted: 28 to 10000000", "answer_bytes is {answer_bytes}"));
        }
        kinds.push(Kind::Requests {
            request_bytes: packet_bytes(requests.request_bytes)?,
            answer_bytes,
            mean_interval: duration("mean_interval", &requests.mean_interval)?,
            patience: duration("patience", &requests.patience)?,
        });
    }
    if let Some(video) = &flow.video {
        if !(1..=240).contains(&video.frames_per_s) {
            return Err(miette!(help = "accepted: 1 to 240", "frames_per_s is {}", video.frames_per_s));
        }
        let bps = (rate_mbps(video.rate_mbps)? * 1e6) as u64;
        kinds.push(Kind::Video { bps, frames_per_s: video.frames_per_s });
    }
    if let Some(web) = &flow.web {
        if !(1..=64).contains(&web.connections) {
            return Err(miette!(help = "accepted: 1 to 64", "connections is {}", web.connections));
        }
        kinds.push(Kind::Web { pause: duration("pause", &web.pause)?, connections: web.connections });
    }
    if let Some(tcp) = &flow.tcp {
        kinds.push(Kind::Transfer { stack: Stack::of_tcp(tcp.congestion), bytes: tcp.bytes });
    }
    if let Some(quic) = &flow.quic {
        kinds.push(Kind::Transfer { stack: Stack::of_quic(quic.congestion), bytes: quic.bytes });
    }
    let [kind] = kinds[..] else {
        return Err(miette!(
            help = "accepted: exactly one of `udp`, `ping`, `requests`, `video`, `web`, `tcp`, `quic`",
            "it says {} of what it is",
            if kinds.is_empty() { "nothing" } else { "more than one" }
        ));
    };
    Ok(kind)
}

fn packet_bytes(bytes: u32) -> Result<u32> {
    let error =
        || miette!(help = "accepted: 28 to 1500, the IP header included", "a packet of {bytes} bytes");
    (28..=1_500).contains(&bytes).then_some(bytes).ok_or_else(error)
}

fn rate_mbps(rate: f64) -> Result<f64> {
    let error = || miette!(help = "accepted: more than 0, up to 100000 Mbit/s", "rate_mbps is {rate}");
    (rate > 0.0 && rate <= MOST_RATE_MBPS).then_some(rate).ok_or_else(error)
}

impl Checked {
    /// Puts both hosts in their places.
    pub fn seat(self, space: &mut Space, prepared: &Prepared) -> Result<Seated> {
        if let Kind::Transfer { stack, bytes } = self.kind {
            return transfers::seat(self, space, prepared, stack, bytes);
        }
        if let Kind::Web { pause, connections } = self.kind {
            return pages::seat(self, space, prepared, pause, connections);
        }
        // the receiver comes first, so that the sender's number is the next one
        let receiver: Box<dyn Host> = match self.kind {
            Kind::Udp { .. } | Kind::Video { .. } => Box::<Sink>::default(),
            Kind::Ping { .. } => Box::new(Echo),
            Kind::Requests { answer_bytes, .. } => Box::new(Responder::new(answer_bytes)),
            Kind::Web { .. } | Kind::Transfer { .. } => {
                return Err(miette!("a connection has no receiver of this kind"));
            }
        };
        let to = self.ends.to.seat(space, self.watched(receiver, 1))?;
        let from = space.next_host();
        let (flow, begin, end, seed) = (FlowId(self.number), self.begin, self.end, self.seed);
        let sender: Box<dyn Host> = match self.kind {
            Kind::Udp { bytes, arrivals } => {
                Box::new(UdpSource::new(Stream { flow, from, to, bytes, arrivals, begin, end }))
            }
            Kind::Ping { bytes, interval } => {
                Box::new(Pings::new(flow, [from, to], bytes, interval, [begin, end]))
            }
            Kind::Requests { request_bytes, answer_bytes, mean_interval, patience } => {
                let asking =
                    Asking { flow, from, to, request_bytes, mean_interval, patience, seed, begin, end };
                Box::new(Requests::new(asking, answer_bytes))
            }
            Kind::Video { bps: video_bps, frames_per_s } => {
                let key_frames = KEY_FRAMES;
                let call = Call { flow, from, to, video_bps, frames_per_s, key_frames, seed, begin, end };
                Box::new(VideoSource::new(call))
            }
            Kind::Web { .. } | Kind::Transfer { .. } => {
                return Err(miette!("a connection has no sender of this kind"));
            }
        };
        let from = self.ends.from.seat(space, self.watched(sender, 0))?;
        Ok(Seated { checked: self, from, to, transfer: None })
    }

    fn watched(&self, host: Box<dyn Host>, end: usize) -> Box<dyn Host> {
        match self.captured[end] {
            Some(snapshot_bytes) => Box::new(Captured::around(host, snapshot_bytes)),
            None => host,
        }
    }
}

impl Seated {
    /// The flow's name.
    pub fn name(&self) -> &str {
        &self.checked.flow.name
    }

    /// Where its ends are.
    pub fn ends(&self) -> &Ends {
        &self.checked.ends
    }

    /// Ends that were captured, and what their files are called.
    pub fn captured(&self) -> Vec<(HostId, String)> {
        let ends = [(self.from, "from"), (self.to, "to")].into_iter().zip(self.checked.captured);
        let kept = ends.filter(|(_, captured)| captured.is_some());
        kept.map(|((host, end), _)| (host, format!("{}.{end}.pcapng", self.name()))).collect()
    }

    /// What became of it.
    pub fn row(&self, space: &Space) -> FlowRow {
        let engine = space.engine();
        let flow = &self.checked.flow;
        let mut row = FlowRow {
            flow: flow.name.clone().into(),
            kind: self.checked.kind.name().into(),
            from: flow.from.clone().into(),
            to: flow.to.clone().into(),
            sent_packets: 0,
            received_packets: None,
            received_bytes: 0,
            reordered_packets: 0,
            retransmitted_packets: None,
            goodput_mbps: None,
            completion_s: None,
            delay_min_ms: None,
            delay_p50_ms: None,
            delay_p95_ms: None,
            delay_p99_ms: None,
            delay_max_ms: None,
            rtt_min_ms: None,
            rtt_p50_ms: None,
            rtt_p95_ms: None,
            rtt_max_ms: None,
        };
        if let Some(sink) = engine.host::<Sink>(self.to) {
            of_received(&mut row, &sink.received);
        }
        let udp = engine.host::<UdpSource>(self.from).map(UdpSource::sent);
        let video = engine.host::<VideoSource>(self.from).map(VideoSource::sent);
        row.sent_packets = udp.or(video).map_or(0, i64::from);
        if let Some(pings) = engine.host::<Pings>(self.from) {
            let mut rtts = Spread::default();
            let answered = pings.pings().iter().filter_map(|ping| Some(ping.answered?.since(ping.sent)));
            answered.for_each(|rtt| rtts.add(rtt));
            row.sent_packets = pings.pings().len() as i64;
            of_round_trips(&mut row, &rtts);
        }
        if let Some(result) = transfers::result(self, space) {
            transfers::describe(&mut row, &result);
        }
        pages::describe(&mut row, self, space);
        if let Some(requests) = engine.host::<Requests>(self.from) {
            row.sent_packets = i64::from(requests.asked());
            of_round_trips(&mut row, &requests.times);
        }
        row
    }

    /// The flow second by second.
    pub fn seconds(&self, space: &Space) -> Vec<SecondRow> {
        let received = space.engine().host::<Sink>(self.to).map(|sink| &sink.received);
        let seconds = received.map_or(&[][..], |received| &received.seconds);
        let row = |(second, counted): (usize, &skyweave_net::traffic::Second)| SecondRow {
            flow: self.name().to_owned().into(),
            second: second as u32,
            received_packets: counted.packets as i64,
            received_bytes: counted.bytes as i64,
            delay_max_ms: counted.most_delay.as_ms(),
        };
        seconds.iter().enumerate().map(row).collect()
    }
}

fn of_received(row: &mut FlowRow, received: &Received) {
    row.received_packets = Some(received.packets as i64);
    row.received_bytes = received.bytes as i64;
    row.reordered_packets = received.reordered as i64;
    let lasted_s = received.first.map_or(0.0, |first| received.last.since(first).as_s());
    row.goodput_mbps = (lasted_s > 0.0).then(|| received.bytes as f64 * 8e-6 / lasted_s);
    let ms = |share: f64| received.delay.quantile(share).map(Ns::as_ms);
    row.delay_min_ms = received.delay.least().map(Ns::as_ms);
    (row.delay_p50_ms, row.delay_p95_ms, row.delay_p99_ms) = (ms(0.5), ms(0.95), ms(0.99));
    row.delay_max_ms = received.delay.most().map(Ns::as_ms);
}

fn of_round_trips(row: &mut FlowRow, rtts: &Spread) {
    row.received_packets = Some(rtts.count() as i64);
    row.rtt_min_ms = rtts.least().map(Ns::as_ms);
    row.rtt_p50_ms = rtts.quantile(0.5).map(Ns::as_ms);
    row.rtt_p95_ms = rtts.quantile(0.95).map(Ns::as_ms);
    row.rtt_max_ms = rtts.most().map(Ns::as_ms);
}
