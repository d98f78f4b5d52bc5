//! The file of an experiment with packets. Units are in the names.

use crate::faults::Fault;
use schemars::JsonSchema;
use serde::Deserialize;
use skyweave_io::scenario::Format;
use std::path::PathBuf;

/// The format that this version reads.
pub const FORMAT: Format = Format {
    kind: "packet experiment",
    version: 1,
    page: "docs/packets.md",
    setting: "duration=2min",
    replaced: |_| None,
};

/// A whole file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of this format: 1.
    #[serde(rename = "format")]
    _format: u32,
    /// Short name.
    pub name: String,
    /// One or two sentences: what it shows.
    #[serde(default, rename = "description")]
    _description: String,
    /// The scenario file, relative to this one.
    pub scenario: PathBuf,
    /// How long packets are sent, such as `60s`; the experiment begins where the scenario does.
    pub duration: String,
    /// What terminals with flows ask of the planner, Mbit/s down and up at every hour, such as `200/20`; `plan` for what their plans say.
    #[serde(default = "demand")]
    pub demand: String,
    /// False leaves out what medium access adds: grants, held arrivals, detours.
    #[serde(default = "yes")]
    pub medium_access: bool,
    /// Seed of everything that flows draw by chance.
    #[serde(default)]
    pub seed: u64,
    /// What is sent.
    pub flows: Vec<Flow>,
    /// What is captured.
    #[serde(default)]
    pub captures: Vec<Capture>,
    /// Trouble on user links: losses by chance, rain within a slot, cuts.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

fn demand() -> String {
    "200/20".to_owned()
}

const fn yes() -> bool {
    true
}

/// A flow: exactly one of `udp`, `ping`, `requests`, `video`, `web`, `tcp`, `quic`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Name, unique in the file.
    pub name: String,
    /// Who sends, or asks: a site, a terminal, a PoP's code, or `pop` for the PoP of the other.
    pub from: String,
    /// Who receives, or answers.
    pub to: String,
    /// When it begins, after the begin of the experiment.
    #[serde(default = "at_once")]
    pub start: String,
    /// When it ends; with the experiment if left out.
    pub stop: Option<String>,
    /// Packets at a steady pace or at random.
    pub udp: Option<Udp>,
    /// Questions that are sent back.
    pub ping: Option<Ping>,
    /// Questions and longer answers.
    pub requests: Option<Requests>,
    /// Pictures and sound of a call, in one direction.
    pub video: Option<Video>,
    /// Pages that `from` reads, of `to`.
    pub web: Option<Web>,
    /// Bytes over a TCP connection (smoltcp).
    pub tcp: Option<Tcp>,
    /// Bytes over a QUIC connection (quinn-proto, without encryption).
    pub quic: Option<Quic>,
}

fn at_once() -> String {
    "0s".to_owned()
}

/// Packets without answers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Udp {
    /// Rate on the IP layer, Mbit/s.
    pub rate_mbps: f64,
    /// Length of a packet on the IP layer, bytes, 28 to 1500.
    #[serde(default = "full_size")]
    pub packet_bytes: u32,
    /// True if packets come at random (Poisson), and not at equal intervals.
    #[serde(default)]
    pub poisson: bool,
}

/// Questions that are sent back as they are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ping {
    /// Time from one to the next, such as `100ms`.
    pub interval: String,
    /// Length on the IP layer, bytes, 28 to 1500.
    #[serde(default = "ping_size")]
    pub packet_bytes: u32,
}

/// Questions in one packet, answers in as many as they need; without congestion control.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// Mean time from one question to the next, exponential, such as `2s`.
    pub mean_interval: String,
    /// Bytes of a question on the IP layer, 28 to 1500.
    #[serde(default = "ping_size")]
    pub request_bytes: u32,
    /// Bytes of an answer on the IP layer, up to 10 MB.
    pub answer_bytes: u32,
    /// An answer that is not whole after this is given up.
    #[serde(default = "patience")]
    pub patience: String,
}

/// One direction of a video call that does not adapt.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Video {
    /// Rate of the pictures on the IP layer, Mbit/s.
    pub rate_mbps: f64,
    /// Frames a second, 1 to 240.
    #[serde(default = "frames")]
    pub frames_per_s: u32,
}

/// Pages: a main object, and what it names over several connections at once; sizes as IEEE 802.16m-08/004r5 draws them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Mean time from the end of a page to the next, exponential.
    #[serde(default = "pause")]
    pub pause: String,
    /// Connections at once, 1 to 64.
    #[serde(default = "connections")]
    pub connections: u32,
}

/// Bytes from `from` to `to` over one TCP connection. The terminal opens it; between two, `from` does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tcp {
    /// How many bytes; as many as go until the flow's end if left out.
    pub bytes: Option<u64>,
    /// `cubic` or `reno`.
    #[serde(default)]
    pub congestion: TcpCongestion,
}

/// Who decides how much may be in flight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TcpCongestion {
    /// RFC 9438.
    #[default]
    Cubic,
    /// RFC 5681.
    Reno,
}

/// Bytes from `from` to `to` over one QUIC connection. The terminal opens it; between two, `from` does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quic {
    /// How many bytes; as many as go until the flow's end if left out.
    pub bytes: Option<u64>,
    /// `cubic`, `new_reno` or `bbr`.
    #[serde(default)]
    pub congestion: QuicCongestion,
}

/// Who decides how much may be in flight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuicCongestion {
    /// RFC 9438.
    #[default]
    Cubic,
    /// RFC 9002.
    NewReno,
    /// Version 1, as far as a window alone can be it.
    Bbr,
}

/// A capture of what all flows send and receive at their ends at one place.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// The flow whose ends are captured.
    pub flow: String,
    /// The end: `from` or `to`.
    pub end: CapturedEnd,
    /// Bytes that are kept of a packet with content.
    #[serde(default = "snapshot")]
    pub snapshot_bytes: u32,
}

/// An end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CapturedEnd {
    /// Who sends or asks.
    From,
    /// Who receives or answers.
    To,
}

fn pause() -> String {
    "30s".to_owned()
}

const fn connections() -> u32 {
    6
}

const fn full_size() -> u32 {
    1_500
}

const fn ping_size() -> u32 {
    84
}

const fn frames() -> u32 {
    30
}

const fn snapshot() -> u32 {
    128
}

fn patience() -> String {
    "5s".to_owned()
}
