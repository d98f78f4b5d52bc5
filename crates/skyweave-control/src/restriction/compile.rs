//! From policies whose names are known to the rules of each class of places.

use super::condition::{Condition, Place, Validity};
use super::emit::{TooLong, program, size};
use super::fault::{Fault, Faults};
use super::load::{Restrictions, sorted};
use super::operand::{Numbers, cell_of};
use super::subset::{Reading, cells_named};
use super::{NONE, Names};
use crate::territory::Cover;
use h3o::CellIndex;
use skyweave_proof::table::document::Document;
use skyweave_proof::table::policy::{Policy, Rule};
use skyweave_proof::table::program::Program;
use skyweave_proof::table::{AreaNo, PolicyNo};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Why resolved policies and a cover do not make a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The cover is of other territories than those that policies were resolved with.
    #[error("the policies were read for other territories than the places are of")]
    OtherTerritories,
    /// The cover does not know the cells that the policies name.
    #[error("the places were worked out for other cells than the policies name")]
    OtherCells,
    /// A policy comes to too many tests in some class.
    #[error(
        "{source_place}: policy {id} comes to more than {} tests in some place; write several",
        Program::MOST_NODES
    )]
    TooLong {
        /// Its id.
        id: String,
        /// `file:line`.
        source_place: String,
    },
}

/// Policies with everything they name looked up.
#[derive(Debug, Clone)]
pub struct Resolved {
    names: Names,
    cells: BTreeSet<CellIndex>,
    policies: Vec<(Policy, Condition)>,
}

impl Restrictions {
    /// Looks up what the policies name.
    ///
    /// # Errors
    /// Every name that is not known, and every expression outside the subset that compiles.
    pub fn resolve(&self, names: &Names) -> Result<Resolved, Faults> {
        let mut faults = reserved(names);
        let named = self.policies.iter().flat_map(|loaded| cells_named(&loaded.policy));
        let cells: BTreeSet<CellIndex> = named.filter_map(|named| cell_of(named).ok()).collect();
        let numbers = Numbers { names, cells: &cells };
        let mut policies = Vec::new();
        for loaded in &self.policies {
            let source = self.source(loaded);
            match (Reading { numbers: &numbers, source }).policy(&loaded.policy) {
                Ok(condition) if size(&condition) > Program::MOST_NODES / 4 => {
                    let what = format!(
                        "{} tests in one policy; at most {}",
                        size(&condition),
                        Program::MOST_NODES / 4
                    );
                    faults.push(source.fault_at(loaded.policy.loc(), what));
                }
                Ok(condition) => {
                    let place = format!("{}:{}", source.file, loaded.line);
                    policies.push((
                        Policy { id: loaded.id.clone(), source: place, kind: loaded.kind },
                        condition,
                    ));
                }
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            Ok(Resolved { names: names.clone(), cells, policies })
        } else {
            Err(sorted(faults))
        }
    }
}

/// A plan that is called "none" could not be told from having none.
fn reserved(names: &Names) -> Vec<Fault> {
    let lists = [
        ("plans", &names.plans),
        ("classes of use", &names.use_classes),
        ("protected classes", &names.protected_classes),
        ("registries", &names.registries),
        ("territories", &names.territories),
    ];
    let taken = lists.into_iter().filter(|(_, names)| names.contains(NONE));
    let fault = |(list, _)| Fault {
        file: format!("the list of {list}"),
        line: 1,
        column: 1,
        what: format!("the name \"{NONE}\", which policies use for having none"),
    };
    taken.map(fault).collect()
}

impl Resolved {
    /// The cells that policies name: areas that the cover must know.
    #[must_use]
    pub const fn cells(&self) -> &BTreeSet<CellIndex> {
        &self.cells
    }

    /// The table's document, for the places of a cover that was made of the territories by these names and of [`Self::cells`].
    ///
    /// # Errors
    /// A cover of other territories or cells; a policy of more tests than a program may have.
    pub fn compile(&self, cover: Cover, refuse_at_parts: u32) -> Result<Document, CompileError> {
        if !cover.territories.iter().map(|territory| &territory.name).eq(&self.names.territories) {
            return Err(CompileError::OtherTerritories);
        }
        if !cover.cells.iter().eq(&self.cells) {
            return Err(CompileError::OtherCells);
        }
        let validities: Vec<Validity> = cover
            .territories
            .iter()
            .map(|territory| Validity { from_s: territory.from_s, until_s: territory.until_s })
            .collect();
        let mut programs = Programs::default();
        let mut rules: Vec<Vec<Rule>> = vec![Vec::new(); cover.classes.len()];
        for ((policy, condition), number) in self.policies.iter().zip(0..) {
            let left = left_of(condition, &cover.classes, &validities, &mut programs).map_err(|TooLong| {
                CompileError::TooLong { id: policy.id.clone(), source_place: policy.source.clone() }
            })?;
            for (rules, program) in rules.iter_mut().zip(left) {
                rules.extend(program.map(|program| Rule { policy: PolicyNo(number), program }));
            }
        }
        let (programs, places) = programs.in_order();
        for rule in rules.iter_mut().flatten() {
            rule.program = places[rule.program as usize];
        }
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect();
        Ok(Document {
            refuse_at_parts,
            territories: cover.territories,
            plans: list(&self.names.plans),
            use_classes: list(&self.names.use_classes),
            protected_classes: list(&self.names.protected_classes),
            registries: list(&self.names.registries),
            cell_areas: cover.cells,
            classes: cover.classes,
            policies: self.policies.iter().map(|(policy, _)| policy.clone()).collect(),
            programs,
            rules,
            whole: cover.whole,
            borders: cover.borders,
        })
    }
}

/// For each class the program that is left of a condition, if it can hold there. Classes that are alike in the areas that it names are
/// worked out once.
fn left_of(
    condition: &Condition,
    classes: &[Vec<AreaNo>],
    validities: &[Validity],
    programs: &mut Programs,
) -> Result<Vec<Option<u32>>, TooLong> {
    let mut named = BTreeSet::new();
    let only_named = condition.areas(&mut named);
    let mut known: HashMap<Vec<AreaNo>, Result<Option<u32>, TooLong>> = HashMap::new();
    let per_class = classes.iter().map(|areas| {
        let key: Vec<AreaNo> =
            areas.iter().copied().filter(|area| !only_named || named.contains(area)).collect();
        *known.entry(key).or_insert_with(|| {
            let left = condition.at(Place { areas, validities });
            program(&left).map(|program| program.map(|program| programs.number(program)))
        })
    });
    per_class.collect()
}

/// Programs that differ, in the order in which they came up.
#[derive(Default)]
struct Programs(BTreeMap<Program, u32>);

impl Programs {
    fn number(&mut self, program: Program) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(program).or_insert(next)
    }

    /// In their own order, and where the ones by the earlier numbers went.
    fn in_order(self) -> (Vec<Program>, Vec<u32>) {
        let mut places = vec![0; self.0.len()];
        for (place, &number) in self.0.values().enumerate() {
            places[number as usize] = place as u32;
        }
        (self.0.into_keys().collect(), places)
    }
}
