//! The tables and their columns. What stands here is all that is said about them anywhere: schema, reader and page follow.

use super::column::{Column, Name, UtcMs, Value};
use super::row::table;
use arrow::array::ArrayRef;
use arrow::record_batch::RecordBatch;

table! {
    /// The whole network: one row a slot. Terminals are counted by cell, those that are listed and those that are not;
    /// counts have fractions where a share of a cell's terminals is dark.
    Network => NetworkRow {
        /// Number of the slot: GPS seconds at its start, divided by 15.
        slot: i64,
        /// When the slot begins.
        time: UtcMs,
        /// Label of the latest event of the timeline; empty before the first.
        act: Name,
        /// Terminals of all cells, dark and refused ones included.
        terminals: f64,
        /// Terminals that are admitted and have power: those that ask for service.
        terminals_admitted: f64,
        /// Terminals without power, refused ones included.
        terminals_dark: f64,
        /// Terminals that may not be served, by any policy.
        terminals_refused: f64,
        /// Of those, terminals of cells that a lit beam covers although nobody there may be served, or only some: the spill-over of beams
        /// over the edges of territories.
        terminals_refused_under_beams: f64,
        /// Terminals that ask and are served: those of served cells, less those whose PoP is not reached
        /// and the listed ones that have no service of their own; what is delivered, and how, is theirs alone.
        terminals_served: f64,
        /// Cells in which somebody asks for service.
        cells_asking: u32,
        /// Cells that a satellite serves.
        cells_served: u32,
        /// Downlink demand of all terminals that ask, bit/s.
        offered_down_bps: f64,
        /// Downlink rate that they get, bit/s.
        delivered_down_bps: f64,
        /// Uplink demand of all terminals that ask, bit/s.
        offered_up_bps: f64,
        /// Uplink rate that they get, bit/s.
        delivered_up_bps: f64,
        /// Satellites that have an orbit and have not failed.
        satellites_present: u32,
        /// Satellites that serve at least one cell.
        satellites_serving: u32,
        /// Satellites that the orbit theory has no position for any more.
        satellites_without_orbit: u32,
        /// Lasers that carry traffic.
        lasers_up: u32,
        /// Lasers that changed between possible and not since the slot before.
        laser_changes: u32,
        /// Gateways that have not failed.
        gateways_up: u32,
        /// Gateways that traffic of at least one served cell comes down at.
        gateways_in_use: u32,
        /// Satellites that a gateway antenna holds.
        feeders: u32,
        /// Served terminals whose traffic takes at least one laser.
        terminals_over_lasers: f64,
        /// Served terminals whose PoP in force is not their home PoP.
        terminals_moved_pop: f64,
        /// Round-trip time that 5 % of the served terminals do not exceed, ms; propagation from the centres of cells, and medium
        /// access. Null if nobody is served.
        rtt_p5_ms: Option<f64>,
        /// The same for 50 %.
        rtt_p50_ms: Option<f64>,
        /// The same for 95 %.
        rtt_p95_ms: Option<f64>,
        /// Elevation of the serving satellite that 50 % of the served terminals do not exceed, degrees. Null if nobody
        /// is served.
        elevation_p50_deg: Option<f64>,
    }
}

table! {
    /// The named sites: one row a slot and site. What needs service is null without it. The round-trip time is that of
    /// propagation and medium access; queues are not in it. Its five shares add up to it.
    Sites => SiteRow {
        /// Number of the slot: GPS seconds at its start, divided by 15.
        slot: i64,
        /// When the slot begins.
        time: UtcMs,
        /// Name of the site.
        site: Name,
        /// Latitude of the site, degrees north (WGS84).
        latitude_deg: f64,
        /// Longitude of the site, degrees east.
        longitude_deg: f64,
        /// Cell that the site is in: its H3 index, hexadecimal.
        cell: Name,
        /// `served`, or why not: one of `no_power`, `no_satellite`, `no_serving_satellite`, `gso_arc` (all stand too near to the
        /// geostationary arc), `no_gateway`, `no_path`, `no_beam`, `no_pop`, `obstructed`, `rain`, `link_budget` (too weak even in
        /// dry air), or the code of a refusal in capitals.
        state: Name,
        /// Satellite that serves it.
        satellite: Option<Name>,
        /// Azimuth of the satellite from the site, degrees, north 0, east 90.
        azimuth_deg: Option<f64>,
        /// Elevation of the satellite over the site's horizon, degrees.
        elevation_deg: Option<f64>,
        /// Gateway that its traffic comes down at.
        gateway: Option<Name>,
        /// PoP in force: where its traffic meets the internet.
        pop: Option<Name>,
        /// Round-trip time, ms: the sum of the five shares, in their order.
        rtt_ms: Option<f64>,
        /// Round-trip share between site and satellite, ms.
        rtt_up_ms: Option<f64>,
        /// Round-trip share of lasers, ms.
        rtt_lasers_ms: Option<f64>,
        /// Round-trip share between satellite and gateway, ms.
        rtt_down_ms: Option<f64>,
        /// Round-trip share of fibre between gateway and PoP, ms.
        rtt_fibre_ms: Option<f64>,
        /// What medium access adds to a round trip, in the middle of its distribution, ms.
        rtt_access_ms: Option<f64>,
        /// Lasers on the way.
        laser_hops: Option<u32>,
        /// Downlink rate that it gets, bit/s.
        down_bps: Option<f64>,
        /// Uplink rate that it gets, bit/s.
        up_bps: Option<f64>,
        /// The downlink rate as a share of what it asks for.
        share: Option<f64>,
        /// C/(N+I) of the carriers to its cell, dB.
        down_cni_db: Option<f64>,
        /// C/(N+I) of the carriers from its cell, dB.
        up_cni_db: Option<f64>,
        /// Beams that its cell has from the satellite, each on a colour of its own.
        beams: Option<u32>,
        /// Rain on its cell, mm/h.
        rain_mm_h: f64,
        /// What keeps the downlink from being faster: `demand` (nothing), `beam`, `satellite`, `laser`, `feeder`, `gateway` or `pop`.
        limit: Option<Name>,
        /// True if it is served in this slot and in the one before, by another satellite. Null in the first slot of a
        /// file, which does not know the one before.
        handover: Option<bool>,
        /// True if it is served in this slot and in the one before, over another gateway. Null in the first slot of a file.
        gateway_changed: Option<bool>,
        /// True if it is served in this slot and in the one before, with another PoP in force. Null in the first slot of
        /// a file.
        pop_changed: Option<bool>,
    }
}

table! {
    /// The way of each served site's traffic: one row a slot, site and hop, from the site to the PoP. The one-way times
    /// of a way add up to half of what propagation takes of the site's round-trip time.
    Paths => PathRow {
        /// Number of the slot: GPS seconds at its start, divided by 15.
        slot: i64,
        /// When the slot begins.
        time: UtcMs,
        /// Name of the site.
        site: Name,
        /// Number of the hop, from 0.
        hop: u32,
        /// `user` (site to satellite), `laser` (satellite to satellite), `feeder` (satellite to gateway) or `fibre`
        /// (gateway to PoP).
        kind: Name,
        /// Where the hop begins: a site, a satellite or a gateway.
        from: Name,
        /// Where it ends: a satellite, a gateway or a PoP.
        to: Name,
        /// Length, m; of fibre, that of the route.
        length_m: f64,
        /// Time to pass it once, ms.
        one_way_ms: f64,
    }
}

table! {
    /// Every satellite: one row a slot and satellite.
    Satellites => SatelliteRow {
        /// Number of the slot: GPS seconds at its start, divided by 15.
        slot: i64,
        /// When the slot begins.
        time: UtcMs,
        /// Name of the satellite.
        satellite: Name,
        /// Catalogue number.
        catalog_number: u32,
        /// Latitude of the point below it, degrees north (WGS84). Null if the orbit theory has no position.
        latitude_deg: Option<f32>,
        /// Longitude of the point below it, degrees east. Null without a position.
        longitude_deg: Option<f32>,
        /// Height above the ellipsoid, m. Null without a position.
        altitude_m: Option<f32>,
        /// `serving`, `laser_only`, `in_transit` or `unknown`.
        service: Name,
        /// False if it failed or has no position: it then takes part in nothing.
        present: bool,
        /// Cells that it serves.
        cells: u32,
        /// Beams to its cells that it would have, were each lit all the time.
        beams: u32,
        /// Gateway whose antenna holds it. Null if none does.
        gateway: Option<Name>,
        /// What the link from that gateway carries, bit/s. Null without one.
        gateway_up_bps: Option<f64>,
        /// What the link to that gateway carries, bit/s. Null without one.
        gateway_down_bps: Option<f64>,
    }
}

table! {
    /// Lasers and feeders: one row for each time that a link keeps its state, within the hour of the file. A link that
    /// goes on over the hour has a row in each. Rows are in the order in which the times end.
    Links => LinkRow {
        /// First slot of the time.
        from_slot: i64,
        /// First slot after it.
        until_slot: i64,
        /// `laser` (of the pattern), `crossing_laser` (beyond the pattern) or `feeder`.
        kind: Name,
        /// A satellite; of a laser the one with the lower catalogue number.
        a: Name,
        /// The other satellite, or the gateway of a feeder.
        b: Name,
        /// `up` (carries traffic) or `acquiring` (possible, and not acquired yet).
        state: Name,
        /// Distance in the first slot, m.
        range_m: f64,
    }
}

table! {
    /// Who is without service: one row for each time that a site or a cell has none for one reason and for as many
    /// terminals, within the hour of the file. Cells in which nobody asks are not in it. Rows are in the order in which the times end.
    Outages => OutageRow {
        /// First slot of the time.
        from_slot: i64,
        /// First slot after it.
        until_slot: i64,
        /// `site` or `cell`.
        subject: Name,
        /// Name of the site, or the cell's H3 index, hexadecimal.
        name: Name,
        /// Why: as `state` in `sites`.
        reason: Name,
        /// Terminals that ask and get nothing; 1 for a site.
        terminals: f64,
    }
}

table! {
    /// Every cell: one row a cell and hour. Means, least and greatest are over the slots of the hour in which it is served.
    Cells => CellRow {
        /// H3 index of the cell, hexadecimal.
        cell: Name,
        /// Latitude of its centre, degrees north (WGS84).
        latitude_deg: f64,
        /// Longitude of its centre, degrees east.
        longitude_deg: f64,
        /// People who live there.
        population: f64,
        /// Terminals, dark and refused ones included; mean over the hour's slots.
        terminals: f64,
        /// Slots in which somebody asks for service.
        slots_asking: u32,
        /// Slots in which it is served.
        slots_served: u32,
        /// The second as a share of the first. Null if nobody asks.
        served_share: Option<f64>,
        /// Round-trip time from the cell's centre, mean, ms. Null if it is never served.
        rtt_mean_ms: Option<f64>,
        /// The least, ms. Null if it is never served.
        rtt_min_ms: Option<f64>,
        /// The greatest, ms. Null if it is never served.
        rtt_max_ms: Option<f64>,
        /// Elevation of the serving satellite, mean, degrees. Null if it is never served.
        elevation_mean_deg: Option<f64>,
        /// Downlink rate of each terminal, mean, bit/s. Null if it is never served.
        down_mean_bps: Option<f64>,
        /// Uplink rate of each terminal, mean, bit/s. Null if it is never served.
        up_mean_bps: Option<f64>,
        /// C/(N+I) of the carriers to it, mean of the values in dB. Null if it is never served.
        down_cni_mean_db: Option<f64>,
        /// Beams that it has, mean. Null if it is never served.
        beams_mean: Option<f64>,
        /// Times that it is served in a slot and in the one before, by another satellite. The slot before the first of
        /// the file is not known.
        handovers: u32,
        /// The reason that keeps it without service in most slots (see `sites`). Null if it always has what it asks for.
        main_outage: Option<Name>,
    }
}

table! {
    /// What sites see: one row a slot, site and satellite that stands above the lowest elevation for the site, the highest first. Satellites that
    /// failed are not in it.
    Visibility => VisibilityRow {
        /// Number of the slot: GPS seconds at its start, divided by 15.
        slot: i64,
        /// When the slot begins.
        time: UtcMs,
        /// Name of the site.
        site: Name,
        /// Name of the satellite.
        satellite: Name,
        /// Azimuth of the satellite from the site, degrees, north 0, east 90.
        azimuth_deg: f64,
        /// Elevation of the satellite over the site's horizon, degrees.
        elevation_deg: f64,
        /// Distance to it, m.
        range_m: f64,
        /// `serving`, `laser_only`, `in_transit` or `unknown`.
        service: Name,
        /// True if something that stands around the site is in the way.
        obstructed: bool,
        /// Gateway whose antenna holds the satellite. Null if none does.
        gateway: Option<Name>,
        /// True if it serves the site.
        serves: bool,
    }
}

table! {
    /// What everybody gets: one row a slot and ask, which is the terminals of one cell and plan whose traffic goes to one PoP. What needs service
    /// is null without it.
    Flows => AskRow {
        /// Number of the slot: GPS seconds at its start, divided by 15.
        slot: i64,
        /// When the slot begins.
        time: UtcMs,
        /// H3 index of the cell, hexadecimal.
        cell: Name,
        /// Name of the plan.
        plan: Name,
        /// PoP in force. Null if none works.
        pop: Option<Name>,
        /// Terminals that are admitted and have power.
        terminals: f64,
        /// `served`, or why not: as `state` in `sites`.
        state: Name,
        /// Satellite that serves the cell.
        satellite: Option<Name>,
        /// Gateway that the traffic comes down at.
        gateway: Option<Name>,
        /// Lasers on the way.
        laser_hops: Option<u32>,
        /// Round-trip time from the cell's centre: propagation and the middle of what medium access adds, ms.
        rtt_ms: Option<f64>,
        /// Downlink demand of each terminal, bit/s.
        offered_down_bps: f64,
        /// Downlink rate that each gets, bit/s.
        down_bps: Option<f64>,
        /// Uplink demand of each terminal, bit/s.
        offered_up_bps: f64,
        /// Uplink rate that each gets, bit/s.
        up_bps: Option<f64>,
        /// What keeps the downlink from being faster: as `limit` in `sites`.
        limit: Option<Name>,
    }
}
