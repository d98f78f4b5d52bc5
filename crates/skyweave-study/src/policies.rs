//! Scenarios with policies: what one declares about who may be served is compiled and put in force in its world.

use miette::{IntoDiagnostic, Report, Result, miette};
use skyweave_control::order::{BorderFile, Sources};
use skyweave_control::restriction::{Names, PolicyFile, Restrictions};
use skyweave_control::territory::outline::Mending;
use skyweave_control::territory::{BoundarySet, Cover, Definition, Reading, Territory};
use skyweave_core::world::World;
use skyweave_io::scenario::service::{Declared, Text};
use skyweave_io::scenario::{self, Prepared, Source};
use skyweave_proof::table::Table;
use skyweave_proof::table::document::REFUSE_AT_PARTS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Reads a scenario file, changes the values that `settings` name, resolves it, and compiles its policies.
///
/// # Errors
/// The first fault of the scenario, or all of its policies.
pub fn read(path: &Path, settings: &[String]) -> Result<Prepared> {
    read_changed(path, settings, |_| Ok(()))
}

/// The same, with a change of the world before its policies are compiled.
///
/// # Errors
/// As [`read`], and what the change says.
pub fn read_changed(
    path: &Path,
    settings: &[String],
    change: impl FnOnce(&mut Prepared) -> Result<()>,
) -> Result<Prepared> {
    let mut prepared = scenario::read(path, settings)?;
    change(&mut prepared)?;
    put_in_force(&mut prepared)?;
    Ok(prepared)
}

/// Resolves a scenario whose text is at hand, and compiles its policies; `folder` is where its paths start from.
///
/// # Errors
/// As [`read`].
pub fn prepare(source: &Source, folder: &Path) -> Result<Prepared> {
    let mut prepared = scenario::prepare(source, folder)?;
    put_in_force(&mut prepared)?;
    Ok(prepared)
}

/// Compiles what a scenario declares about who may be served, and puts it in force in its world.
///
/// # Errors
/// All faults of its policies.
pub fn put_in_force(prepared: &mut Prepared) -> Result<()> {
    if let Some(declared) = &prepared.service {
        let tables = tables(declared)?;
        let inhabited = scenario::service::inhabited().into_diagnostic()?;
        let from = declared.steps.iter().map(|step| step.from);
        let rulings = from
            .zip(tables)
            .map(|(from, table)| (from, prepared.world.ruled_by(Arc::new(table), &inhabited)));
        prepared.world.service.steps = rulings.collect();
    }
    Ok(())
}

/// Files of borders, by their SHA-256.
pub type BorderFiles = BTreeMap<String, Vec<u8>>;

/// Everything that the law of a scenario at its beginning is compiled from, with its files of borders.
///
/// # Errors
/// The first fault of the scenario.
pub fn sources(path: &Path) -> Result<(Sources, BorderFiles)> {
    sources_of(&scenario::read(path, &[])?)
}

/// The same of a scenario that was read. Policies that it switches on later are not in it: an order brings them.
///
/// # Errors
/// All faults of its policies.
pub fn sources_of(prepared: &Prepared) -> Result<(Sources, BorderFiles)> {
    let plans = prepared.world.rules.demand.plans.iter().map(|plan| plan.name.clone());
    let Some(declared) = &prepared.service else {
        let policies = BTreeMap::from([("everybody.cedar".to_owned(), EVERYBODY.to_owned())]);
        return Ok((Sources { policies, plans: plans.collect(), ..Sources::default() }, BTreeMap::new()));
    };
    let file = |text: &Text| PolicyFile { name: text.name.clone(), text: text.text.clone() };
    let files: Vec<PolicyFile> = declared.policies.iter().map(file).collect();
    let disabled = declared.steps.first().map(|step| step.disabled.clone()).unwrap_or_default();
    let files = Restrictions::load(&files).map_err(Report::msg)?.files_without(&disabled);
    let files = files.map_err(|unknown| miette!("no policy `{unknown}`, which the scenario disables"))?;
    let mut borders = BTreeMap::new();
    let mut known = BTreeMap::new();
    for set in &declared.boundaries {
        let sha256 = skyweave_proof::hex(&skyweave_proof::document::identity(set.text.as_bytes()));
        let file = BorderFile {
            sha256: sha256.clone(),
            dataset: set.dataset.clone(),
            version: set.version.clone(),
            worldview: set.worldview.clone(),
            key: set.key.clone(),
        };
        known.insert(sha256.clone(), file);
        borders.insert(sha256, set.text.clone().into_bytes());
    }
    let named = |text: &Text| {
        let definition = Definition::read(&text.text).map_err(|fault| miette!("{}: {fault}", text.name))?;
        Ok((definition.name, text.text.clone()))
    };
    let sources = Sources {
        policies: files.into_iter().map(|file| (file.name, file.text)).collect(),
        territories: declared.territories.iter().map(named).collect::<Result<_>>()?,
        borders: known,
        plans: declared.plans.clone(),
        use_classes: declared.use_classes.clone(),
        protected: declared.protected_classes.iter().map(|name| (name.clone(), BTreeSet::new())).collect(),
        registries: declared.registries.clone(),
    };
    Ok((sources, borders))
}

/// The decision table that lets everybody in a world be served: what holds where a scenario declares nothing.
///
/// # Errors
/// Never, but for a defect of this program.
pub fn everybody(world: &World) -> Result<Table> {
    let names = Names {
        plans: world.rules.demand.plans.iter().map(|plan| plan.name.clone()).collect(),
        ..Names::default()
    };
    let permit = PolicyFile { name: "everybody.cedar".to_owned(), text: EVERYBODY.to_owned() };
    let resolved = Restrictions::load(&[permit])
        .and_then(|restrictions| restrictions.resolve(&names))
        .map_err(Report::msg)?;
    let cover = Cover::of(&[], resolved.cells()).map_err(|fault| miette!("{fault}"))?;
    let document = resolved.compile(cover, REFUSE_AT_PARTS).map_err(|fault| miette!("{fault}"))?;
    Table::new(document).map_err(|fault| miette!("{fault}"))
}

/// The policy that lets everybody be served.
const EVERYBODY: &str = "@id(\"everybody\")\npermit(principal, action == Action::\"serve\", resource);\n";

/// The decision table of each step.
fn tables(declared: &Declared) -> Result<Vec<Table>> {
    let territories = territories(declared)?;
    let names = Names {
        plans: declared.plans.clone(),
        use_classes: declared.use_classes.clone(),
        protected_classes: declared.protected_classes.clone(),
        registries: declared.registries.clone(),
        territories: territories.iter().map(|territory| territory.name.clone()).collect(),
    };
    let file = |text: &Text| PolicyFile { name: text.name.clone(), text: text.text.clone() };
    let files: Vec<PolicyFile> = declared.policies.iter().map(file).collect();
    let restrictions = Restrictions::load(&files).map_err(Report::msg)?;
    // all of them, also those that are never in force: a mistake is one from the beginning
    restrictions.resolve(&names).map_err(Report::msg)?;
    // nearly always the same one for all steps: it depends on the cells that policies name and on nothing else of them
    let mut last: Option<(BTreeSet<_>, Cover)> = None;
    let table = |step: &scenario::service::Step| {
        let in_force = restrictions.without(&step.disabled).map_err(|unknown| {
            miette!(
                help = "accepted: the @id of a policy in the files of [service]",
                "no policy `{unknown}`, which the scenario enables or disables"
            )
        })?;
        let resolved = in_force.resolve(&names).map_err(Report::msg)?;
        let cover = match last.take().filter(|(cells, _)| cells == resolved.cells()) {
            Some((_, cover)) => cover,
            None => Cover::of(&territories, resolved.cells()).map_err(|fault| miette!("{fault}"))?,
        };
        last = Some((resolved.cells().clone(), cover.clone()));
        let document = resolved.compile(cover, REFUSE_AT_PARTS).map_err(|fault| miette!("{fault}"))?;
        Table::new(document).map_err(|fault| miette!("{fault}"))
    };
    declared.steps.iter().map(table).collect()
}

/// The territories that a scenario declares.
///
/// # Errors
/// The first fault of their borders.
pub fn territories(declared: &Declared) -> Result<Vec<Territory>> {
    let sets: Vec<BoundarySet> = declared
        .boundaries
        .iter()
        .map(|set| {
            let reading = Reading {
                dataset: set.dataset.clone(),
                version: set.version.clone(),
                worldview: set.worldview.clone(),
                key: set.key.clone(),
                mending: if set.mend { Mending::TOPOJSON } else { Mending::default() },
            };
            BoundarySet::read(set.text.as_bytes(), &reading).map_err(|fault| miette!("{fault}"))
        })
        .collect::<Result<_>>()?;
    let assembled = |text: &Text| {
        Definition::read(&text.text)
            .and_then(|definition| definition.assemble(&sets))
            .map_err(|fault| miette!("{}: {fault}", text.name))
    };
    declared.territories.iter().map(assembled).collect()
}
