//! From policies and territories to a table in one step.

use super::Names;
use super::compile::CompileError;
use super::fault::Faults;
use super::load::{PolicyFile, Restrictions};
use crate::territory::{self, Cover, Territory};
use skyweave_proof::table::{Malformed, Table};

/// Why there is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCompiled {
    /// Policies are wrong.
    #[error(transparent)]
    Policies(#[from] Faults),
    /// Territories are.
    #[error(transparent)]
    Territories(#[from] territory::Fault),
    /// Both are right, and do not fit together.
    #[error(transparent)]
    Together(#[from] CompileError),
    /// The table would be too large for its format.
    #[error(transparent)]
    Table(#[from] Malformed),
}

/// Compiles policies for territories. The names of the territories are added to those that policies may use. A cover that was worked out
/// before is used again if it is of the same territories: covering takes longer than all the rest. The cover is given back with the table.
///
/// # Errors
/// What is wrong with either: every mistake in the policies, the first in the territories.
pub fn compile(
    files: &[PolicyFile],
    names: &Names,
    territories: &[Territory],
    refuse_at_parts: u32,
    before: Option<&Cover>,
) -> Result<(Table, Cover), NotCompiled> {
    let territory_names = territories.iter().map(|territory| territory.name.clone());
    let names = Names { territories: territory_names.collect(), ..names.clone() };
    let resolved = Restrictions::load(files)?.resolve(&names)?;
    let cover = match before.filter(|cover| cover.is_of(territories, resolved.cells())) {
        Some(cover) => cover.clone(),
        None => Cover::of(territories, resolved.cells())?,
    };
    Ok((Table::new(resolved.compile(cover.clone(), refuse_at_parts)?)?, cover))
}
