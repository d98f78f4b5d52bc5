//! Scenarios: from a file, from text, from a dict; changed by paths as `--set` does.

use crate::errors::About;
use miette::{IntoDiagnostic, WrapErr, miette};
use pyo3::prelude::*;
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_io::results::UtcMs;
use skyweave_io::scenario::{FORMAT, Prepared, Source};
use skyweave_study::policies;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A scenario that was read, shared by whoever plans it.
#[derive(Clone)]
pub struct Held(pub Arc<Prepared>);

impl Deref for Held {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0.world
    }
}

/// A scenario, resolved: a world and a window of time.
#[pyclass(frozen, module = "skyweave")]
pub struct Scenario {
    source: Source,
    folder: PathBuf,
    pub held: Held,
}

impl Scenario {
    fn of(py: Python<'_>, source: Source, folder: PathBuf) -> PyResult<Self> {
        let prepared = py.detach(|| policies::prepare(&source, &folder));
        let prepared = prepared.map_err(|report| About::Scenario.raise(report))?;
        Ok(Self { source, folder, held: Held(Arc::new(prepared)) })
    }

    pub fn prepared(&self) -> &Prepared {
        &self.held.0
    }
}

/// Reads a scenario file, and changes the values that `settings` (`PATH=VALUE`) name.
#[pyfunction]
pub fn load(py: Python<'_>, path: PathBuf, settings: Vec<String>) -> PyResult<Scenario> {
    let source = FORMAT.open(&path, &settings).map_err(|error| About::Scenario.raise(error))?;
    let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
    Scenario::of(py, source, folder)
}

/// A scenario from its text; its paths start from `folder`.
#[pyfunction]
pub fn from_toml(py: Python<'_>, text: String, folder: PathBuf, settings: Vec<String>) -> PyResult<Scenario> {
    let source = FORMAT.change(Source { name: "scenario".to_owned(), text }, &settings);
    Scenario::of(py, source.map_err(|error| About::Scenario.raise(error))?, folder)
}

/// A scenario from a dict, written as JSON.
#[pyfunction]
pub fn from_json(py: Python<'_>, json: &str, folder: PathBuf, settings: Vec<String>) -> PyResult<Scenario> {
    from_toml(py, toml_of(json).map_err(|report| About::Scenario.raise(report))?, folder, settings)
}

/// The same values in TOML.
pub fn toml_of(json: &str) -> miette::Result<String> {
    let values: serde_json::Value = serde_json::from_str(json).into_diagnostic()?;
    if !values.is_object() {
        return Err(miette!(help = "accepted: a dict of tables and values", "this is no dict"));
    }
    toml::to_string(&values).into_diagnostic().wrap_err("the dict cannot be written as TOML")
}

#[pymethods]
impl Scenario {
    /// The same scenario with values changed (`PATH=VALUE`).
    fn changed(&self, py: Python<'_>, settings: Vec<String>) -> PyResult<Self> {
        let source = FORMAT.change(self.source.clone(), &settings);
        Self::of(py, source.map_err(|error| About::Scenario.raise(error))?, self.folder.clone())
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        &self.prepared().scenario.name
    }

    /// Its text in TOML, changed values included.
    #[getter]
    fn text(&self) -> &str {
        &self.prepared().text
    }

    /// SHA-256 of the text, hexadecimal.
    #[getter]
    fn sha256(&self) -> &str {
        &self.prepared().sha256
    }

    /// The first slot and the first after the last.
    #[getter]
    fn window(&self) -> (i64, i64) {
        (self.prepared().first.0, self.prepared().end.0)
    }

    /// When the first slot begins, as in RFC 3339.
    #[getter]
    fn start(&self) -> String {
        UtcMs::of_slot(self.prepared().first).to_string()
    }

    /// When the last slot ends.
    #[getter]
    fn end(&self) -> String {
        UtcMs::of_slot(self.prepared().end).to_string()
    }

    /// Slots in its window.
    #[getter]
    fn slots(&self) -> i64 {
        self.prepared().end.0 - self.prepared().first.0
    }

    /// What is worth knowing and no error.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.prepared().warnings.clone()
    }

    /// Names of its satellites.
    #[getter]
    fn satellites(&self) -> Vec<String> {
        self.held.satellites.iter().map(|satellite| satellite.name.clone()).collect()
    }

    /// Names of its sites.
    #[getter]
    fn sites(&self) -> Vec<String> {
        let sites = self.held.terminals.iter().filter(|terminal| terminal.is_site);
        sites.map(|terminal| terminal.name.clone()).collect()
    }

    /// Names of its gateways.
    #[getter]
    fn gateways(&self) -> Vec<String> {
        self.held.gateways.iter().map(|gateway| gateway.name.clone()).collect()
    }

    /// Codes of its PoPs.
    #[getter]
    fn pops(&self) -> Vec<String> {
        self.held.pops.iter().map(|pop| pop.code.clone()).collect()
    }

    /// Cells in which somebody lives, by their H3 index, with latitude and longitude, deg, people and terminals without a name.
    #[getter]
    fn cells(&self) -> Vec<(String, f64, f64, f64, u32)> {
        let cells = self.held.cells.iter().map(|cell| {
            let place = cell.place.geodetic;
            let (latitude, longitude) = (place.latitude_rad.to_degrees(), place.longitude_rad.to_degrees());
            (format!("{:x}", cell.h3), latitude, longitude, cell.population, cell.anonymous_terminals)
        });
        cells.collect()
    }

    fn __repr__(&self) -> String {
        let world = &self.held;
        format!(
            "<skyweave.Scenario {:?}: {} satellites, {} gateways, {} sites, {} cells, {} slots from {}>",
            self.name(),
            world.satellites.len(),
            world.gateways.len(),
            self.sites().len(),
            world.cells.len(),
            self.slots(),
            self.start()
        )
    }
}

/// The slots of a window.
pub fn count(window: &std::ops::Range<SlotNo>) -> i64 {
    window.end.0 - window.start.0
}
