//! The table of the ways that the sites' traffic takes.

use super::collect::Tabulate;
use super::column::Name;
use super::moment::Moment;
use super::rows::PathRow;
use skyweave_core::geodesy::LIGHT_M_S;
use skyweave_core::terminal::{Served, TerminalService};

/// Rows of `paths`.
#[derive(Default)]
pub(crate) struct Paths;

impl Tabulate for Paths {
    type Row = PathRow;

    fn slot(&mut self, now: &Moment<'_>, rows: &mut Vec<PathRow>) {
        for (index, site) in now.sites() {
            let Ok(served) = &site.outcome else { continue };
            rows.extend(hops(now, index, site, served).into_iter().enumerate().map(|(number, hop)| {
                PathRow {
                    slot: now.no.0,
                    time: now.time,
                    site: now.names.terminals[index].clone(),
                    hop: number as u32,
                    kind: Name::from(hop.kind),
                    from: hop.from.clone(),
                    to: hop.to.clone(),
                    length_m: hop.length_m,
                    one_way_ms: hop.delay_s * 1_000.0,
                }
            }));
        }
    }
}

struct Hop<'a> {
    kind: &'static str,
    from: &'a Name,
    to: &'a Name,
    length_m: f64,
    delay_s: f64,
}

impl<'a> Hop<'a> {
    fn through_space(kind: &'static str, from: &'a Name, to: &'a Name, length_m: f64) -> Self {
        Self { kind, from, to, length_m, delay_s: length_m / LIGHT_M_S }
    }
}

/// The hops of a site's traffic, in order. A site that is served has a way; without one there are no hops.
fn hops<'a>(now: &Moment<'a>, index: usize, site: &TerminalService, served: &Served) -> Vec<Hop<'a>> {
    let names = now.names;
    let Some(way) = now.routes.way(served.satellite, served.pop, now.world) else { return Vec::new() };
    let position = |satellite: skyweave_core::ids::SatId| now.sky.position[satellite.index()];
    let mut hops = Vec::with_capacity(way.satellites.len() + 2);
    let first = &names.satellites[served.satellite.index()];
    let range_m = site.place.ecef.range_m(position(served.satellite));
    hops.push(Hop::through_space("user", &names.terminals[index], first, range_m));
    for pair in way.satellites.windows(2) {
        let (from, to) = (&names.satellites[pair[0].index()], &names.satellites[pair[1].index()]);
        hops.push(Hop::through_space("laser", from, to, position(pair[0]).range_m(position(pair[1]))));
    }
    let gateway = &names.gateways[way.gateway.index()];
    if let Some(landing) = way.satellites.last()
        && let Some(feeder) = now.feeders.of_satellite[landing.index()]
    {
        let from = &names.satellites[landing.index()];
        hops.push(Hop::through_space("feeder", from, gateway, feeder.range_m));
    }
    let fibre = now.world.fibres[way.fibre.index()];
    hops.push(Hop {
        kind: "fibre",
        from: gateway,
        to: &names.pops[fibre.pop.index()],
        length_m: fibre.length_m,
        delay_s: fibre.delay_s,
    });
    hops
}
