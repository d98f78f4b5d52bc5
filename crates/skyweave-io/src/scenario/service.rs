//! What a scenario declares about who may be served: texts and names. What policies mean is compiled by `skyweave-control`; until that is
//! done nobody is served.

use super::area::Atlas;
use super::clock;
use super::diagnostic::{ScenarioError, closest};
use super::format::{
    Boundaries, EvidenceSource, Line, Scenario, Service as Written, Site, Subscriber as WrittenSubscriber,
    Surface as Below,
};
use crate::borders::Borders;
use crate::builtin::borders_topojson;
use h3o::{CellIndex, LatLng, Resolution};
use hifitime::Epoch;
use skyweave_core::service::{Evidence, LineState, Point, Subscriber, Surface};
use skyweave_core::time::SlotNo;
use skyweave_core::world::{Motion, Terminal, World};
use skyweave_proof::table::{Document, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use toml::Spanned;

/// A file that the scenario names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As the scenario names it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// A dataset of borders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// What it is called.
    pub dataset: String,
    /// Its version.
    pub version: String,
    /// Whose view it shows.
    pub worldview: String,
    /// The property that has the names of parts.
    pub key: String,
    /// GeoJSON or TopoJSON.
    pub text: String,
    /// Turn rings and cut them at longitude 180 where needed.
    pub mend: bool,
}

/// Which policies are not in force from a slot on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The first slot that feels it.
    pub from: SlotNo,
    /// Ids of policies.
    pub disabled: BTreeSet<String>,
}

/// Everything that a decision table is compiled from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// Policies.
    pub policies: Vec<Text>,
    /// Definitions of territories.
    pub territories: Vec<Text>,
    /// Borders that they take parts from.
    pub boundaries: Vec<Dataset>,
    /// Names of plans.
    pub plans: BTreeSet<String>,
    /// Names of classes of use.
    pub use_classes: BTreeSet<String>,
    /// Names of protected classes.
    pub protected_classes: BTreeSet<String>,
    /// Names of registries.
    pub registries: BTreeSet<String>,
    /// What changes over time; the first step holds from the beginning.
    pub steps: Vec<Step>,
}

/// Where terminals without a name may stand in a cell: the centres of its 49 cells two resolutions finer that are on land by the built-in
/// borders. So a coast is no border for them.
///
/// # Errors
/// What is wrong with the built-in borders, which are tested.
pub fn inhabited() -> Result<impl Fn(u64) -> Vec<Point> + Sync, serde_json::Error> {
    let borders = Borders::builtin()?;
    Ok(move |h3: u64| {
        let Ok(cell) = CellIndex::try_from(h3) else { return Vec::new() };
        let finer = cell.resolution().succ().and_then(Resolution::succ).unwrap_or(cell.resolution());
        let centres = cell.children(finer).map(LatLng::from);
        let on_land = centres.filter(|at| borders.is_land(at.lat(), at.lng()));
        on_land.filter_map(|at| Point::from_degrees(at.lat(), at.lng())).collect()
    })
}

/// Reads what the scenario declares, and tells the world who its listed terminals are.
pub(super) fn build(
    scenario: &Scenario,
    world: &mut World,
    window: (Epoch, Epoch),
    atlas: &Atlas<'_>,
) -> Result<Option<Declared>, ScenarioError> {
    let Some(written) = &scenario.service else {
        return nothing_is_lost(scenario, atlas).map(|()| None);
    };
    let text = |name: &Spanned<String>, accepted: &str| -> Result<Text, ScenarioError> {
        let text = atlas.file(name.get_ref(), &name.span(), accepted)?;
        Ok(Text { name: name.get_ref().clone(), text })
    };
    let policies = written.policies.iter().map(|name| text(name, "accepted: a file of Cedar policies"));
    let territories =
        written.territories.iter().map(|name| text(name, "accepted: a territory's definition as JSON"));
    let registries = registries(written, world, atlas)?;
    let sites = scenario.sites.iter().chain(&scenario.terminals);
    world.service.subscribers = sites
        .zip(&world.terminals)
        .map(|(site, terminal)| {
            let lists = registries.get(terminal.name.as_str()).cloned().unwrap_or_default();
            subscriber(terminal, site, lists)
        })
        .collect();
    let subscribers = &world.service.subscribers;
    let also = |named: &[String], of: fn(&Subscriber) -> &Option<String>| -> BTreeSet<String> {
        named.iter().chain(subscribers.iter().filter_map(|one| of(one).as_ref())).cloned().collect()
    };
    let declared = Declared {
        policies: policies.collect::<Result<_, _>>()?,
        territories: territories.collect::<Result<_, _>>()?,
        boundaries: written.boundaries.iter().map(|one| dataset(one, atlas)).collect::<Result<_, _>>()?,
        plans: world.rules.demand.plans.iter().map(|plan| plan.name.clone()).collect(),
        use_classes: also(&written.use_classes, |one| &one.use_class),
        protected_classes: also(&written.protected_classes, |one| &one.protected_class),
        registries: written.registries.iter().map(|registry| registry.get_ref().name.clone()).collect(),
        steps: steps(scenario, written, window, atlas)?,
    };
    // until policies are compiled: a table without any, by which nobody is served
    if let Ok(table) = Table::new(Document::empty()) {
        world.service.steps = vec![(SlotNo(i64::MIN), world.ruled_by(Arc::new(table), &|_| Vec::new()))];
    }
    Ok(Some(declared))
}

/// What is written for a service that the scenario does not have would change nothing.
fn nothing_is_lost(scenario: &Scenario, atlas: &Atlas<'_>) -> Result<(), ScenarioError> {
    let sites = scenario.sites.iter().chain(&scenario.terminals);
    let of_site = sites.filter(|site| site.service.is_some()).map(|site| site.name.span()).next();
    let of_event =
        scenario.events.iter().filter(|event| event.policies.is_some()).map(|event| event.at.span()).next();
    match of_site.or(of_event) {
        None => Ok(()),
        Some(span) => Err(atlas.source.fault(
            span,
            "this is for policies, and the scenario has none",
            "here",
            "accepted: a table `[service]` with `policies`",
        )),
    }
}

fn dataset(written: &Spanned<Boundaries>, atlas: &Atlas<'_>) -> Result<Dataset, ScenarioError> {
    let Boundaries { file, dataset, version, worldview, key, mend } = written.get_ref();
    let text = match file {
        None => borders_topojson(),
        Some(file) => {
            atlas.file(file.get_ref(), &file.span(), "accepted: GeoJSON or TopoJSON with named polygons")?
        }
    };
    Ok(Dataset {
        dataset: dataset.clone(),
        version: version.clone(),
        worldview: worldview.clone(),
        key: key.clone(),
        text,
        mend: *mend || file.is_none(),
    })
}

/// By terminal: the lists that it is on.
fn registries(
    written: &Written,
    world: &World,
    atlas: &Atlas<'_>,
) -> Result<BTreeMap<String, Vec<String>>, ScenarioError> {
    let known: BTreeSet<&str> = world.terminals.iter().map(|terminal| terminal.name.as_str()).collect();
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for registry in &written.registries {
        let name = &registry.get_ref().name;
        if !seen.insert(name) {
            return Err(atlas.source.fault(
                registry.span(),
                &format!("the registry `{name}` is there twice"),
                "the second one is here",
                "accepted: a name of its own for each registry",
            ));
        }
        for terminal in &registry.get_ref().terminals {
            if !known.contains(terminal.get_ref().as_str()) {
                return Err(atlas.source.fault(
                    terminal.span(),
                    &format!("no site or terminal `{}`", terminal.get_ref()),
                    "here",
                    &closest(terminal.get_ref(), known.iter().copied()),
                ));
            }
            lists.entry(terminal.get_ref().clone()).or_default().push(name.clone());
        }
    }
    Ok(lists)
}

fn subscriber(terminal: &Terminal, site: &Site, registries: Vec<String>) -> Subscriber {
    let usual = WrittenSubscriber::default();
    let written = site.service.as_ref().unwrap_or(&usual);
    let (evidence, error_m) = site.evidence.as_ref().map_or((Evidence::NetworkRanging, 0), |written| {
        let source = match written.source {
            EvidenceSource::ClaimedGnss => Evidence::ClaimedGnss,
            EvidenceSource::ServingBeam => Evidence::ServingBeam,
            EvidenceSource::NetworkRanging => Evidence::NetworkRanging,
        };
        (source, written.error_m.round() as i32)
    });
    Subscriber {
        surface: match written.surface {
            Below::Land => Surface::Land,
            Below::Sea => Surface::Sea,
            Below::Air => Surface::Air,
        },
        in_motion: written.in_motion || matches!(terminal.motion, Motion::Track(_)),
        use_class: written.use_class.clone(),
        protected_class: written.protected_class.clone(),
        registries,
        home: written.home.clone(),
        roaming_days: i32::try_from(written.roaming_days).unwrap_or(i32::MAX),
        line: match written.line {
            Line::None => LineState::Absent,
            Line::Active => LineState::Active,
            Line::Suspended => LineState::Suspended,
            Line::Ended => LineState::Ended,
        },
        evidence,
        error_m,
    }
}

/// Which policies are in force when.
fn steps(
    scenario: &Scenario,
    written: &Written,
    window: (Epoch, Epoch),
    atlas: &Atlas<'_>,
) -> Result<Vec<Step>, ScenarioError> {
    let mut disabled: BTreeSet<String> = written.disabled.iter().map(|id| id.get_ref().clone()).collect();
    let mut changes = Vec::new();
    for event in &scenario.events {
        if let Some(change) = &event.policies {
            let at = SlotNo::not_before(clock::moment(atlas.source, &event.at, window.0)?);
            changes.push((at, change));
        }
    }
    changes.sort_by_key(|(at, _)| *at);
    let mut steps = vec![Step { from: SlotNo(i64::MIN), disabled: disabled.clone() }];
    for (from, change) in changes {
        let fault = |id: &Spanned<String>, what: &str| {
            let message = format!("policy `{}` is {what} already, so this changes nothing", id.get_ref());
            atlas.source.fault(id.span(), &message, "here", "accepted: ids of policies whose state changes")
        };
        for id in &change.get_ref().enable {
            if !disabled.remove(id.get_ref()) {
                return Err(fault(id, "in force"));
            }
        }
        for id in &change.get_ref().disable {
            if !disabled.insert(id.get_ref().clone()) {
                return Err(fault(id, "not in force"));
            }
        }
        match steps.last_mut().filter(|last| last.from == from) {
            Some(last) => last.disabled.clone_from(&disabled),
            None => steps.push(Step { from, disabled: disabled.clone() }),
        }
    }
    Ok(steps)
}
