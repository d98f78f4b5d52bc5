//! The table of the named sites.

use super::collect::Tabulate;
use super::column::Name;
use super::moment::Moment;
use super::rows::SiteRow;
use skyweave_core::math::to_db;
use skyweave_core::terminal::{Served, TerminalService};

/// Rows of `sites`.
#[derive(Default)]
pub(crate) struct Sites {
    /// By listed terminal, in the slot before; `None` before the first slot.
    before: Option<Vec<Option<Served>>>,
}

impl Tabulate for Sites {
    type Row = SiteRow;

    fn slot(&mut self, now: &Moment<'_>, rows: &mut Vec<SiteRow>) {
        for (index, site) in now.sites() {
            let changes = self.before.as_ref().map(|before| {
                let now = site.outcome.as_ref().ok();
                before[index].as_ref().zip(now).map_or_else(Changes::default, Changes::between)
            });
            rows.push(row(now, index, site, changes));
        }
        self.before = Some(now.terminals.iter().map(|terminal| terminal.outcome.ok()).collect());
    }
}

/// What is another than in the slot before; nothing unless a site is served in both.
#[derive(Clone, Copy, Default)]
struct Changes {
    satellite: bool,
    gateway: bool,
    pop: bool,
}

impl Changes {
    fn between((then, now): (&Served, &Served)) -> Self {
        Self {
            satellite: then.satellite != now.satellite,
            gateway: then.flow.gateway != now.flow.gateway,
            pop: then.pop != now.pop,
        }
    }
}

/// Changes are unknown in the first slot.
fn row(now: &Moment<'_>, index: usize, site: &TerminalService, changes: Option<Changes>) -> SiteRow {
    let served = site.outcome.as_ref().ok();
    let round_trip = served.map(RoundTrip::of);
    let beam_cell = now.world.beam_of(site.cell);
    let beam = served.and(now.assignment.beams[beam_cell.index()]).and_then(Result::ok);
    let cni_db = |way: usize| served.map(|_| to_db(f64::from(now.flows.cni[beam_cell.index()][way])));
    SiteRow {
        slot: now.no.0,
        time: now.time,
        site: now.names.terminals[index].clone(),
        latitude_deg: site.place.geodetic.latitude_rad.to_degrees(),
        longitude_deg: site.place.geodetic.longitude_rad.to_degrees(),
        cell: now.names.cells[site.cell.index()].clone(),
        state: Name::from(site.outcome.as_ref().map_or_else(|outage| outage.name(), |_| "served")),
        satellite: served.map(|s| now.names.satellites[s.satellite.index()].clone()),
        azimuth_deg: served.map(|s| s.azimuth_rad.to_degrees()),
        elevation_deg: served.map(|s| s.elevation_rad.to_degrees()),
        gateway: served.map(|s| now.names.gateways[s.flow.gateway.index()].clone()),
        pop: served.map(|s| now.names.pops[s.pop.index()].clone()),
        rtt_ms: round_trip.as_ref().map(RoundTrip::total_ms),
        rtt_up_ms: round_trip.as_ref().map(|r| r.up_ms),
        rtt_lasers_ms: round_trip.as_ref().map(|r| r.lasers_ms),
        rtt_down_ms: round_trip.as_ref().map(|r| r.down_ms),
        rtt_fibre_ms: round_trip.as_ref().map(|r| r.fibre_ms),
        rtt_access_ms: round_trip.as_ref().map(|r| r.access_ms),
        laser_hops: served.map(|s| u32::from(s.flow.laser_hops)),
        down_bps: served.map(|s| s.flow.down_bps),
        up_bps: served.map(|s| s.flow.up_bps),
        share: served.map(|s| s.share),
        down_cni_db: cni_db(0),
        up_cni_db: cni_db(1),
        beams: beam.map(|beam| beam.down_colours.count_ones()),
        rain_mm_h: now.conditions.rain.on_beam(beam_cell),
        limit: served.map(|s| Name::from(s.flow.limit.name())),
        handover: changes.map(|changes| changes.satellite),
        gateway_changed: changes.map(|changes| changes.gateway),
        pop_changed: changes.map(|changes| changes.pop),
    }
}

/// The shares of a round trip.
struct RoundTrip {
    up_ms: f64,
    lasers_ms: f64,
    down_ms: f64,
    fibre_ms: f64,
    access_ms: f64,
}

impl RoundTrip {
    fn of(served: &Served) -> Self {
        let delay = served.flow.delay;
        let [up_ms, lasers_ms, down_ms, fibre_ms] =
            [delay.up_s, delay.lasers_s, delay.down_s, delay.fibre_s].map(|one_way_s| 2_000.0 * one_way_s);
        Self { up_ms, lasers_ms, down_ms, fibre_ms, access_ms: 1_000.0 * delay.access_s }
    }

    /// The sum of the shares as they are written, so that readers find the same.
    fn total_ms(&self) -> f64 {
        self.up_ms + self.lasers_ms + self.down_ms + self.fibre_ms + self.access_ms
    }
}
