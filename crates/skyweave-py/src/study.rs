//! Ways, previews, packet experiments, comparisons with measurements.

use crate::batch::{Batch, raised};
use crate::errors::About;
use crate::scenario::{Scenario, toml_of};
use miette::IntoDiagnostic;
use pyo3::prelude::*;
use serde_json::json;
use skyweave_core::plan::Slots;
use skyweave_io::results::{Format, packet_batch};
use skyweave_io::scenario::Source;
use skyweave_study::ends::Ends;
use skyweave_study::experiment::{self, FORMAT, Outcome};
use skyweave_study::preview::Preview;
use skyweave_study::window::{part, slot_at};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn plan_error(report: miette::Report) -> PyErr {
    About::Plan.raise(report)
}

/// What a site sees in the slot of a time, as JSON.
#[pyfunction]
pub fn visible(py: Python<'_>, scenario: &Scenario, site: &str, time: Option<&str>) -> PyResult<String> {
    let seen = || {
        let prepared = scenario.prepared();
        let slot = time.map_or(Ok(prepared.first), |time| slot_at(prepared, time))?;
        let rows = skyweave_study::sight::visible(prepared, site, slot)?;
        serde_json::to_string(&rows).into_diagnostic()
    };
    py.detach(seen).map_err(plan_error)
}

/// The way between two ends in the slot of a time, as JSON.
#[pyfunction]
pub fn way(
    py: Python<'_>,
    scenario: &Scenario,
    from: &str,
    to: &str,
    time: Option<&str>,
) -> PyResult<String> {
    let way = || {
        let prepared = scenario.prepared();
        let ends = Ends::find(prepared, [from, to])?;
        let slot = time.map_or(Ok(prepared.first), |time| slot_at(prepared, time))?;
        let slot = Slots::from(&prepared.world, slot).next();
        let hops = skyweave_study::ways::way(&prepared.world, &ends, &slot)?;
        serde_json::to_string(&hops).into_diagnostic()
    };
    py.detach(way).map_err(plan_error)
}

/// The ways between two ends over a part of a scenario's window, as a table.
#[pyfunction]
pub fn ways(
    py: Python<'_>,
    scenario: &Scenario,
    from: &str,
    to: &str,
    of: (Option<String>, Option<u32>, Option<String>),
) -> PyResult<Batch> {
    let prepared = scenario.prepared();
    let rows = py.detach(|| {
        let ends = Ends::find(prepared, [from, to])?;
        let window = part(prepared, of.0.as_deref(), of.1, of.2.as_deref())?;
        Ok(skyweave_study::ways::rows(prepared, &ends, window))
    });
    let origin = [("skyweave.scenario_sha256", prepared.sha256.as_str()), ("skyweave.basis", "unsigned")];
    packet_batch(&origin, &rows.map_err(plan_error)?).map(Batch).map_err(raised)
}

/// What the law of a changed scenario would do to those who are served, slot by slot, as JSON.
#[pyfunction]
pub fn preview(
    py: Python<'_>,
    scenario: &Scenario,
    changed: &Scenario,
    times: Vec<String>,
    tell: Option<Py<PyAny>>,
) -> PyResult<String> {
    let prepared = scenario.prepared();
    let preview = py.detach(|| Preview::of(prepared, changed.prepared())).map_err(plan_error)?;
    let mut impacts = Vec::with_capacity(times.len());
    for time in &times {
        let slot = slot_at(prepared, time).map_err(plan_error)?;
        impacts.push(py.detach(|| preview.slot(slot)));
        if let Some(tell) = &tell {
            tell.call1(py, (1,))?;
        }
    }
    serde_json::to_string(&impacts).into_diagnostic().map_err(plan_error)
}

/// What an experiment with packets came to.
#[pyclass(frozen, module = "skyweave")]
pub struct Experiment {
    name: String,
    packets: (u64, u64),
    lost: BTreeMap<&'static str, u64>,
    flows: Batch,
    seconds: Batch,
    files: Option<PathBuf>,
}

/// Runs the experiment of a file. `tell` is called with 1 after each slot.
#[pyfunction]
pub fn packets(
    py: Python<'_>,
    path: PathBuf,
    settings: Vec<String>,
    output: Option<PathBuf>,
    tell: Option<Py<PyAny>>,
) -> PyResult<Experiment> {
    let source = FORMAT.open(&path, &settings).map_err(|error| About::Experiment.raise(error))?;
    run(py, &source, path.parent().unwrap_or(Path::new(".")), output, tell)
}

/// Runs an experiment from a dict, written as JSON; its scenario's path starts from `folder`.
#[pyfunction]
pub fn packets_of(
    py: Python<'_>,
    json: &str,
    folder: PathBuf,
    output: Option<PathBuf>,
    tell: Option<Py<PyAny>>,
) -> PyResult<Experiment> {
    let text = toml_of(json).map_err(|report| About::Experiment.raise(report))?;
    run(py, &Source { name: "experiment".to_owned(), text }, &folder, output, tell)
}

fn run(
    py: Python<'_>,
    source: &Source,
    folder: &Path,
    output: Option<PathBuf>,
    tell: Option<Py<PyAny>>,
) -> PyResult<Experiment> {
    let mut stopped = None;
    let ran = py.detach(|| {
        let ready = experiment::open(source, folder)?;
        ready.run(None, &mut || {
            let told = Python::attach(|py| {
                py.check_signals()?;
                tell.as_ref().map_or(Ok(()), |tell| tell.call1(py, (1,)).map(drop))
            });
            told.map_err(|error| stopped = Some(error)).is_ok()
        })
    });
    let outcome = ran.map_err(|report| About::Experiment.raise(report))?;
    match (outcome, stopped) {
        (Some(outcome), None) => Experiment::of(&outcome, output),
        (_, Some(error)) => Err(error),
        (None, None) => Err(About::Experiment.raise(miette::miette!("the experiment was stopped"))),
    }
}

impl Experiment {
    fn of(outcome: &Outcome, output: Option<PathBuf>) -> PyResult<Self> {
        if let Some(folder) = &output {
            let written = outcome.write(folder, Format::Parquet);
            written.map_err(|report| About::Experiment.raise(report))?;
        }
        let origin = outcome.origin();
        Ok(Self {
            name: outcome.experiment().name.clone(),
            packets: outcome.packets(),
            lost: outcome.lost(),
            flows: Batch(packet_batch(&origin, &outcome.flows()).map_err(raised)?),
            seconds: Batch(packet_batch(&origin, &outcome.seconds()).map_err(raised)?),
            files: output,
        })
    }
}

#[pymethods]
impl Experiment {
    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// What became of each flow.
    #[getter]
    fn flows(&self) -> Batch {
        Batch(self.flows.0.clone())
    }

    /// The flows second by second.
    #[getter]
    fn seconds(&self) -> Batch {
        Batch(self.seconds.0.clone())
    }

    /// Packets that the network lost, by reason.
    #[getter]
    fn lost(&self) -> BTreeMap<&'static str, u64> {
        self.lost.clone()
    }

    /// Packets that were sent.
    #[getter]
    fn packets_sent(&self) -> u64 {
        self.packets.0
    }

    /// Hops that all packets took together.
    #[getter]
    fn packet_hops(&self) -> u64 {
        self.packets.1
    }

    /// The folder that tables and captures were written into.
    #[getter]
    fn folder(&self) -> Option<PathBuf> {
        self.files.clone()
    }

    fn __repr__(&self) -> String {
        format!("<skyweave.Experiment {:?}: {} packets sent>", self.name, self.packets.0)
    }
}

/// Compares the model with measurements in a folder: rows, and what was left out, as JSON.
#[pyfunction]
pub fn validate(py: Python<'_>, data: PathBuf, only: Option<&str>) -> PyResult<String> {
    let outcome = py.detach(|| skyweave_io::validate::run(&data, only));
    let outcome = outcome.map_err(|error| About::Validation.raise(error))?;
    Ok(json!({ "rows": outcome.rows, "left_out": outcome.left_out }).to_string())
}
