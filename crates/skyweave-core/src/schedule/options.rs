//! What the cells of a slot may choose from, all of it: what another way of choosing needs to be compared with [`assign`](super::assign).
//!
//! Cells that choose one after another look at their highest satellites first and at the others only when those are full. Here every
//! satellite that may serve a cell has its score, by the same policy, weights and draws. The load of satellites is in none of
//! them: it comes of the choices.

use super::allowed::Allowed;
use super::assign::{asking, room};
use super::candidates::Servers;
use super::rank::Judge;
use super::{Given, serves};
use crate::ids::{BeamId, SatId};
use crate::world::World;
use rayon::prelude::*;

/// What all cells of a slot may choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The beam cells that ask, ascending.
    pub cells: Vec<CellOptions>,
    /// Cells that each satellite has room for.
    pub room: u16,
}

/// What one beam cell may choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct CellOptions {
    /// The cell.
    pub beam: BeamId,
    /// Its terminals that are admitted and have power.
    pub terminals: f64,
    /// All satellites that may serve it, ascending, with their scores: in view, with a way to its PoP, and allowed by the rules
    /// of the place. None where no PoP works.
    pub satellites: Vec<(SatId, f32)>,
}

/// What the cells choose from when [`assign`](super::assign) is given the same.
#[must_use]
pub fn options(world: &World, given: &Given<'_>) -> Options {
    let servers = Servers::new(given.sky, given.routes, serves(given));
    let allowed = Allowed::new(world, given.demand, given.slot);
    let asking = asking(world, given);
    let judge = Judge::new(world, given, &allowed, &servers);
    let rankings = judge.rankings(&asking);
    let of_cell = |k: usize| {
        let one = &asking[k];
        let mut satellites = Vec::new();
        judge.scores_of_all(*one, rankings.around(k), |_| true, &mut |(score, satellite)| {
            satellites.push((satellite, score));
        });
        satellites.sort_unstable_by_key(|(satellite, _)| *satellite);
        CellOptions { beam: one.beam, terminals: one.terminals, satellites }
    };
    let cells = (0..asking.len()).into_par_iter().with_min_len(256).map(of_cell).collect();
    Options { cells, room: room(&world.rules.radio) }
}
