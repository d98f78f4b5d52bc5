//! What terminals with packets behind them ask of the planner: as much as they can get, and not what people use on average.

use miette::{Result, miette};
use skyweave_core::ids::{PlanId, TerminalId};
use skyweave_core::rules::Plan;
use skyweave_core::world::World;
use std::str::FromStr;

/// What each such terminal asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Demand {
    /// What its plan does.
    OfPlan,
    /// So much at every hour, down and up, bit/s.
    Steady(f64, f64),
}

/// Accepted by [`Demand::from_str`].
const ACCEPTED: &str = "accepted: Mbit/s down and up, such as `200/20`, or `plan`";
/// The most that may be asked for, Mbit/s.
const MOST_MBPS: f64 = 10_000.0;

impl FromStr for Demand {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "plan" {
            return Ok(Self::OfPlan);
        }
        let mbps = |text: &str| text.parse::<f64>().ok().filter(|mbps| *mbps > 0.0 && *mbps <= MOST_MBPS);
        let both = text.split_once('/').and_then(|(down, up)| mbps(down).zip(mbps(up)));
        both.map(|(down, up)| Self::Steady(down * 1e6, up * 1e6)).ok_or_else(|| ACCEPTED.to_owned())
    }
}

impl Demand {
    /// Gives terminals a plan of their own that asks for this, under the name of the one that they have: policies see no difference.
    ///
    /// # Errors
    /// The world has no such terminal.
    pub fn apply(self, world: &mut World, terminals: &[TerminalId]) -> Result<()> {
        let Self::Steady(down_bps, up_bps) = self else { return Ok(()) };
        for terminal in terminals {
            let plans = &mut world.rules.demand.plans;
            let one = world.terminals.get_mut(terminal.index()).ok_or_else(|| miette!("no such terminal"))?;
            let plan = Plan { share: 0.0, down_bps, up_bps, steady: true, ..plans[one.plan.index()].clone() };
            let known = plans.iter().position(|known| *known == plan);
            one.plan = PlanId::at(known.unwrap_or(plans.len()));
            if known.is_none() {
                plans.push(plan);
            }
        }
        Ok(())
    }
}
