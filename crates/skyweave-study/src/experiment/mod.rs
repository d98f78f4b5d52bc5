//! Packets through planned slots, in virtual time: an experiment as its file says it, run, and what became of its flows.

mod flows;
mod format;

use crate::demand::Demand;
use crate::ends::{Ends, duration};
use crate::faults;
use crate::policies;
use flows::{Checked, Seated};
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use rayon::ThreadPoolBuilder;
use skyweave_core::ids::TerminalId;
use skyweave_core::plan::Slots;
use skyweave_core::time::unix_seconds;
use skyweave_io::pcapng;
use skyweave_io::results::{FlowRow, Format, SecondRow, write_packets};
use skyweave_io::scenario::{self, Prepared, Source};
use skyweave_net::capture::{self, on_the_wire};
use skyweave_net::packet::{HostId, Loss};
use skyweave_net::space::{Options as Model, SLOT, Space};
use skyweave_net::time::Ns;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread::available_parallelism;

pub use format::{
    Capture, CapturedEnd, Experiment, FORMAT, Flow, Ping, Quic, QuicCongestion, Requests, Tcp, TcpCongestion,
    Udp, Video, Web,
};

/// What is still under way after the end has this long to come.
const AFTERWARDS: Ns = Ns::from_ms(5_000);
/// More parts of the network than this give no thread more to do.
const MOST_REGIONS: usize = 64;

/// An experiment that was checked and can be run.
pub struct Ready {
    experiment: Experiment,
    prepared: Prepared,
    checked: Vec<Checked>,
    end: Ns,
}

/// Reads an experiment, and the scenario that it names; `folder` is where its path starts from.
///
/// # Errors
/// The first fault of either.
pub fn open(source: &Source, folder: &Path) -> Result<Ready> {
    let experiment: Experiment = FORMAT.parse(source)?;
    let length = duration("duration", &experiment.duration)?;
    let demand: Demand = experiment
        .demand
        .parse()
        .map_err(|accepted: String| miette!(help = accepted, "demand is `{}`", experiment.demand))?;
    let mut prepared = scenario::read(&folder.join(&experiment.scenario), &[])?;
    let terminals = terminals(&experiment, &prepared)?;
    demand.apply(&mut prepared.world, &terminals)?;
    policies::put_in_force(&mut prepared)?;
    let checked = flows::check(&experiment, &prepared, length)?;
    Ok(Ready { experiment, prepared, checked, end: length.after(AFTERWARDS) })
}

/// Every terminal that some flow begins or ends at.
fn terminals(experiment: &Experiment, prepared: &Prepared) -> Result<Vec<TerminalId>> {
    let mut all = BTreeSet::new();
    for flow in &experiment.flows {
        let ends = Ends::find(prepared, [&flow.from, &flow.to]);
        all.extend(ends.wrap_err_with(|| format!("flow `{}`", flow.name))?.terminals());
    }
    Ok(all.into_iter().collect())
}

impl Ready {
    /// What its file says.
    #[must_use]
    pub const fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// Slots that it takes.
    #[must_use]
    pub const fn slots(&self) -> u64 {
        self.end.0.div_ceil(SLOT.0)
    }

    /// Sends everything, with so many threads (one a core if none is said), which change nothing of what comes out. `go_on` is asked after
    /// each slot; if it says no, there is nothing to tell.
    ///
    /// # Errors
    /// An end of a flow has no place in the network; a fault is on the link of nobody.
    pub fn run(
        self,
        threads: Option<NonZeroUsize>,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Outcome>> {
        let Self { experiment, prepared, checked, end } = self;
        let world = &prepared.world;
        let mut slots = Slots::from(world, prepared.first);
        let mut slot = slots.next();
        let members = terminals(&experiment, &prepared)?;
        let threads = threads.unwrap_or_else(|| available_parallelism().unwrap_or(NonZeroUsize::MIN)).get();
        // one for the network, and one for each terminal
        let regions = if threads == 1 { 1 } else { (members.len() + 1).min(MOST_REGIONS) as u16 };
        let model = Model { medium_access: experiment.medium_access, regions, ..Model::default() };
        let mut space = Space::new(world, &members, slot.no, model);
        space.set_faults(faults::place(&experiment.faults, world, &members)?);
        let seated = checked.into_iter().map(|checked| checked.seat(&mut space, &prepared));
        let seated: Vec<Seated> = seated.collect::<Result<_>>()?;
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().into_diagnostic()?;
        loop {
            space.enter(world, &slot);
            let until = space.begin_of(slot.no).after(SLOT).min(end);
            pool.install(|| space.run_until(until));
            let wanted = go_on();
            if until >= end {
                break;
            }
            if !wanted {
                return Ok(None);
            }
            slot = slots.next();
        }
        drop(slots);
        Ok(Some(Outcome { experiment, prepared, seated, space }))
    }
}

/// What an experiment came to.
pub struct Outcome {
    experiment: Experiment,
    prepared: Prepared,
    seated: Vec<Seated>,
    space: Space,
}

impl Outcome {
    /// What its file says.
    #[must_use]
    pub const fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// What became of each flow.
    #[must_use]
    pub fn flows(&self) -> Vec<FlowRow> {
        self.seated.iter().map(|seated| seated.row(&self.space)).collect()
    }

    /// The flows second by second.
    #[must_use]
    pub fn seconds(&self) -> Vec<SecondRow> {
        self.seated.iter().flat_map(|seated| seated.seconds(&self.space)).collect()
    }

    /// Packets that were sent, and hops that all of them took together.
    #[must_use]
    pub fn packets(&self) -> (u64, u64) {
        let done = self.space.engine().done();
        (done.sent, done.hops)
    }

    /// Packets that the network lost, by reason.
    #[must_use]
    pub fn lost(&self) -> BTreeMap<&'static str, u64> {
        let lost = self.space.engine().done().lost;
        Loss::ALL.iter().map(|&why| (why.name(), lost.of(why))).collect()
    }

    /// What its tables say of their origin.
    #[must_use]
    pub fn origin(&self) -> [(&'static str, &str); 5] {
        [
            ("skyweave.version", env!("CARGO_PKG_VERSION")),
            ("skyweave.experiment", &self.experiment.name),
            ("skyweave.scenario", &self.prepared.scenario.name),
            ("skyweave.scenario_sha256", &self.prepared.sha256),
            ("skyweave.basis", "unsigned"),
        ]
    }

    /// Writes its tables and captures into a folder; what is there of an earlier run is replaced.
    ///
    /// # Errors
    /// What keeps them from being written.
    pub fn write(&self, folder: &Path, format: Format) -> Result<()> {
        let origin = self.origin();
        write_packets(folder, format, &origin, &self.flows())?;
        write_packets(folder, format, &origin, &self.seconds())?;
        let addresses = self.addresses();
        let origin_unix_ns = (unix_seconds(self.prepared.first.start()) * 1e9) as u64;
        for (host, file) in self.seated.iter().flat_map(Seated::captured) {
            let path = folder.join(file);
            let mut bytes = Vec::new();
            pcapng::begin(&mut bytes).into_diagnostic()?;
            let captured = self.space.engine().capture(host).map_or(&[][..], capture::Captured::packets);
            for (at, packet) in captured {
                let kept = &on_the_wire(packet, &addresses);
                let captured = pcapng::Captured { unix_ns: origin_unix_ns + at.0, bytes: packet.bytes, kept };
                pcapng::packet(&mut bytes, &captured).into_diagnostic()?;
            }
            std::fs::write(&path, bytes)
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// The address of each host: that of its terminal or PoP.
    fn addresses(&self) -> BTreeMap<HostId, [u8; 4]> {
        let ends = self
            .seated
            .iter()
            .flat_map(|seated| [(seated.from, seated.ends().from), (seated.to, seated.ends().to)]);
        ends.map(|(host, end)| (host, end.ipv4(&self.prepared.addressing).octets())).collect()
    }
}
