//! What the beams of each cell carry, the interference of the others counted.

use super::Given;
use crate::ids::BeamId;
use crate::radio::{Interference, Lit, PowerShares, UserLink, UserRate};
use crate::schedule::{Beam, Outage};
use crate::world::World;
use rayon::prelude::*;

/// How the carriers of each beam cell are heard.
pub(super) struct Heard {
    /// By beam cell: C/(N+I) down and up; zero where no beam serves.
    pub cni: Vec<[f32; 2]>,
    /// By beam cell: what one of its beams carries, or why nothing; cells without a beam have `NoBeam`.
    pub rates: Vec<Result<UserRate, Outage>>,
}

impl Heard {
    pub fn find(world: &World, given: &Given<'_>) -> Self {
        let lit = lit(world, given);
        let power = PowerShares::of(&world.rules.radio, &given.assignment.beams_of_satellite);
        let interference = Interference::new(world, given.sky, &lit, &power);
        let (cni, rates) = given
            .assignment
            .beams
            .par_iter()
            .with_min_len(2_048)
            .enumerate()
            .map(|(beam, answer)| {
                let Some(Ok(serving)) = answer else { return ([0.0; 2], Err(Outage::NoBeam)) };
                let beam = BeamId::at(beam);
                let [down, up] = interference.over_carrier(beam, &serving.view());
                let under = |cn: f64, over_carrier: f64| 1.0 / (1.0 / cn + over_carrier);
                let link = UserLink {
                    down_cn: under(serving.link.down_cn * power.of_satellite(serving.satellite), down),
                    up_cn: under(serving.link.up_cn, up),
                };
                let rate = given.links.rate(link);
                let answer = if rate.is_cut() {
                    Err(blame(given, beam, serving, power.of_satellite(serving.satellite)))
                } else {
                    Ok(rate)
                };
                ([link.down_cn as f32, link.up_cn as f32], answer)
            })
            .unzip();
        Self { cni, rates }
    }
}

/// Every beam cell that is served, as the others hear it.
fn lit(world: &World, given: &Given<'_>) -> Vec<Option<Lit>> {
    let radio = &world.rules.radio;
    let share =
        |lit_at_once: u16, wanted: u32| (f64::from(lit_at_once) / f64::from(wanted.max(1))).min(1.0) as f32;
    let of = |beam: &Beam| {
        let [down, up] = given.assignment.beams_of_satellite[beam.satellite.index()];
        Lit {
            satellite: beam.satellite,
            colours: [beam.down_colours, beam.up_colours],
            share_of_time: [
                share(radio.down_beams.per_satellite, down),
                share(radio.up_beams.per_satellite, up),
            ],
        }
    };
    let beams = given.assignment.beams.par_iter().with_min_len(4_096);
    beams.map(|answer| answer.as_ref()?.as_ref().ok().map(of)).collect()
}

/// Why a link carries nothing: the rain, if there is some and it would carry something without; else noise, or what others send.
fn blame(given: &Given<'_>, beam: BeamId, serving: &Beam, power: f64) -> Outage {
    let position = given.sky.position[serving.satellite.index()];
    let dry = given.links.user_in_dry_air(beam, &serving.view(), position);
    let is_dry = given.links.user(beam, &serving.view(), position) == dry;
    let heard = UserLink { down_cn: dry.down_cn * power, ..dry };
    if is_dry || given.links.rate(heard).is_cut() { Outage::LinkBudget } else { Outage::Rain }
}
