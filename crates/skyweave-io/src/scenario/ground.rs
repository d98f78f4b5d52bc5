//! Gateways, PoPs and fibre of a scenario.

use super::area::Atlas;
use super::diagnostic::{ACCEPTED_NAME, ScenarioError, closest, name_fault};
use super::format::Ground;
use super::ground_file::{self, GroundRow, Kind};
use super::limits::CAPACITY_GBPS;
use crate::builtin;
use skyweave_core::ids::{GatewayId, PopId};
use skyweave_core::world::{Fibre, Gateway, Place, Pop};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;

/// What a set of gateways or PoPs may be.
const ACCEPTED_SET: &str = "accepted: `builtin`, or a CSV file with name, latitude_deg, longitude_deg, or GeoJSON points, \
                            or a JSON list";
/// A gateway or PoP further from any land than this is a mistake, m.
const FARTHEST_FROM_LAND_M: f64 = 300_000.0;
/// No fibre is longer, m: more than twice around the Earth.
const LONGEST_FIBRE_M: f64 = 100_000_000.0;

/// The ground segment.
pub struct GroundSegment {
    pub gateways: Vec<Gateway>,
    pub pops: Vec<Pop>,
    pub fibres: Vec<Fibre>,
    /// Planned sites that the files list and that were left out.
    pub left_out: usize,
}

pub fn build(ground: &Ground, atlas: &Atlas<'_>) -> Result<GroundSegment, ScenarioError> {
    let mut left_out = 0;
    let mut gateways = BTreeMap::new();
    for set in &ground.gateways {
        for row in rows(set, Kind::Gateway, atlas, &mut left_out)? {
            add(&mut gateways, row, &set.span(), atlas)?;
        }
    }
    for gateway in &ground.gateway {
        let row = GroundRow {
            name: gateway.name.get_ref().clone(),
            city: String::new(),
            latitude_deg: gateway.latitude_deg,
            longitude_deg: gateway.longitude_deg,
            antennas: gateway.antennas,
            min_elevation_deg: gateway.min_elevation_deg,
            capacity_gbps: gateway.capacity_gbps,
            hypothetical: gateway.hypothetical,
        };
        add(&mut gateways, row, &gateway.name.span(), atlas)?;
    }
    let mut pops = BTreeMap::new();
    for set in &ground.pops {
        for row in rows(set, Kind::Pop, atlas, &mut left_out)? {
            add(&mut pops, row, &set.span(), atlas)?;
        }
    }
    for pop in &ground.pop {
        let row = GroundRow {
            name: pop.code.get_ref().clone(),
            city: pop.city.clone(),
            latitude_deg: pop.latitude_deg,
            longitude_deg: pop.longitude_deg,
            antennas: None,
            min_elevation_deg: None,
            capacity_gbps: pop.capacity_gbps,
            hypothetical: pop.hypothetical,
        };
        add(&mut pops, row, &pop.code.span(), atlas)?;
    }
    if gateways.is_empty() || pops.is_empty() {
        return Err(atlas.source.fault(
            atlas.source.span_of(&["ground"]),
            "the world has no gateway or no PoP",
            "here",
            "accepted: at least one of each; leave `[ground]` out for the built-in set",
        ));
    }
    let gateways: Vec<Gateway> = gateways.into_values().map(|row| gateway(row, ground)).collect();
    let pops: Vec<Pop> = pops.into_values().map(|row| pop(row, ground)).collect();
    let fibres = fibres(ground, &gateways, &pops, atlas)?;
    Ok(GroundSegment { gateways, pops, fibres, left_out })
}

fn rows(
    set: &Spanned<String>,
    kind: Kind,
    atlas: &Atlas<'_>,
    left_out: &mut usize,
) -> Result<Vec<GroundRow>, ScenarioError> {
    let name = set.get_ref();
    let text = match (name.as_str(), kind) {
        ("builtin", Kind::Gateway) => builtin::gateways_csv().to_owned(),
        ("builtin", Kind::Pop) => builtin::pops_csv().to_owned(),
        _ => atlas.file(name, &set.span(), ACCEPTED_SET)?,
    };
    let (rows, hidden) = ground_file::read(&text, kind)
        .map_err(|why| atlas.source.fault(set.span(), &format!("{name}: {why}"), "this set", ACCEPTED_SET))?;
    *left_out += hidden;
    Ok(rows)
}

fn add(
    rows: &mut BTreeMap<String, GroundRow>,
    row: GroundRow,
    span: &Range<usize>,
    atlas: &Atlas<'_>,
) -> Result<(), ScenarioError> {
    if let Some(wrong) = name_fault(&row.name) {
        return Err(atlas.source.fault(span.clone(), wrong, "here", ACCEPTED_NAME));
    }
    atlas.coordinates(row.latitude_deg, row.longitude_deg, span)?;
    let off_land = atlas.borders.distance_to_land_m(row.latitude_deg, row.longitude_deg);
    if off_land > FARTHEST_FROM_LAND_M {
        return Err(atlas.source.fault(
            span.clone(),
            &format!(
                "`{}` stands at {}, {}: {:.0} km from any land",
                row.name,
                row.latitude_deg,
                row.longitude_deg,
                off_land / 1_000.0
            ),
            "here",
            &format!(
                "accepted: a place within {:.0} km of land; is a coordinate missing, or a sign wrong?",
                FARTHEST_FROM_LAND_M / 1e3
            ),
        ));
    }
    if row.antennas.is_some_and(|antennas| !(1..=1_000).contains(&antennas)) {
        return Err(atlas.source.fault(
            span.clone(),
            &format!("`{}` has {} antennas", row.name, row.antennas.unwrap_or(0)),
            "here",
            "accepted: from 1 to 1,000",
        ));
    }
    if let Some(elevation) = row.min_elevation_deg.filter(|e| !(0.0..=89.0).contains(e)) {
        return Err(atlas.source.fault(
            span.clone(),
            &format!("`{}` has a lowest elevation of {elevation} degrees", row.name),
            "here",
            "accepted: from 0 to 89 degrees",
        ));
    }
    let (least, most) = CAPACITY_GBPS;
    if let Some(gbps) = row.capacity_gbps.filter(|gbps| !(least..=most).contains(gbps)) {
        return Err(atlas.source.fault(
            span.clone(),
            &format!("`{}` carries {gbps} Gbit/s", row.name),
            "here",
            &format!("accepted: from {least} to {most} Gbit/s; leave it out where it never binds"),
        ));
    }
    let name = row.name.clone();
    if rows.insert(name.clone(), row).is_some() {
        return Err(atlas.source.fault(
            span.clone(),
            &format!("`{name}` is there twice"),
            "the second one is here",
            "accepted: a name of its own for each gateway and each PoP",
        ));
    }
    Ok(())
}

fn gateway(row: GroundRow, ground: &Ground) -> Gateway {
    Gateway {
        place: Place::from_degrees(row.latitude_deg, row.longitude_deg),
        antennas: row.antennas.unwrap_or(ground.default_antennas),
        min_elevation_rad: row.min_elevation_deg.unwrap_or(ground.default_min_elevation_deg).to_radians(),
        capacity_bps: capacity_bps(row.capacity_gbps.or(ground.default_gateway_capacity_gbps)),
        hypothetical: row.hypothetical,
        name: row.name,
    }
}

fn pop(row: GroundRow, ground: &Ground) -> Pop {
    Pop {
        place: Place::from_degrees(row.latitude_deg, row.longitude_deg),
        city: row.city,
        capacity_bps: capacity_bps(row.capacity_gbps.or(ground.default_pop_capacity_gbps)),
        hypothetical: row.hypothetical,
        code: row.name,
    }
}

/// What is not stated never binds.
fn capacity_bps(gbps: Option<f64>) -> f64 {
    gbps.map_or(f64::INFINITY, |gbps| gbps * 1e9)
}

fn fibres(
    ground: &Ground,
    gateways: &[Gateway],
    pops: &[Pop],
    atlas: &Atlas<'_>,
) -> Result<Vec<Fibre>, ScenarioError> {
    let rule = &ground.fibre;
    let mut lengths: BTreeMap<(GatewayId, PopId), f64> = BTreeMap::new();
    let distance_m = |g: usize, p: usize| gateways[g].place.geodetic.great_circle_m(pops[p].place.geodetic);
    let mut join = |g: usize, p: usize| {
        lengths.insert((GatewayId::at(g), PopId::at(p)), distance_m(g, p) * rule.route_factor);
    };
    for g in 0..gateways.len() {
        (0..pops.len()).filter(|&p| distance_m(g, p) <= rule.reach_km * 1_000.0).for_each(|p| join(g, p));
        // nobody builds a gateway without a PoP to bring its traffic to, or a PoP that nothing reaches
        if let Some(p) = (0..pops.len()).min_by(|&a, &b| distance_m(g, a).total_cmp(&distance_m(g, b))) {
            join(g, p);
        }
    }
    for p in 0..pops.len() {
        if let Some(g) = (0..gateways.len()).min_by(|&a, &b| distance_m(a, p).total_cmp(&distance_m(b, p))) {
            join(g, p);
        }
    }
    let mut listed = BTreeSet::new();
    for route in &rule.routes {
        let gateway = find(&route.gateway, gateways.iter().map(|g| g.name.as_str()), "gateway", atlas)?;
        let pop = find(&route.pop, pops.iter().map(|p| p.code.as_str()), "PoP", atlas)?;
        let shortest = gateways[gateway].place.geodetic.great_circle_m(pops[pop].place.geodetic);
        let length_m = route.length_km * 1_000.0;
        if !(shortest * 0.999..=LONGEST_FIBRE_M).contains(&length_m) {
            return Err(atlas.source.fault(
                route.gateway.span(),
                &format!(
                    "a fibre of {} km, where the great circle is {:.0} km",
                    route.length_km,
                    shortest / 1e3
                ),
                "this route",
                "accepted: from the great circle to 100,000 km",
            ));
        }
        if !listed.insert((gateway, pop)) {
            return Err(atlas.source.fault(
                route.gateway.span(),
                &format!(
                    "the fibre from `{}` to `{}` is there twice",
                    route.gateway.get_ref(),
                    route.pop.get_ref()
                ),
                "the second one is here",
                "accepted: one route for each gateway and PoP",
            ));
        }
        lengths.insert((GatewayId::at(gateway), PopId::at(pop)), length_m);
    }
    Ok(lengths
        .into_iter()
        .map(|((gateway, pop), length_m)| Fibre::new(gateway, pop, length_m, rule.velocity_factor))
        .collect())
}

/// The place of a name in a table.
pub fn find<'a>(
    name: &Spanned<String>,
    names: impl Iterator<Item = &'a str> + Clone,
    what: &str,
    atlas: &Atlas<'_>,
) -> Result<usize, ScenarioError> {
    names.clone().position(|known| known == name.get_ref()).ok_or_else(|| {
        atlas.source.fault(
            name.span(),
            &format!("no {what} `{}`", name.get_ref()),
            "unknown here",
            &format!("accepted: a {what} of this world; {}", closest(name.get_ref(), names)),
        )
    })
}
