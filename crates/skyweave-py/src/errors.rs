//! What goes wrong, in the words of the program: an exception each for scenarios, plans, elements, experiments and comparisons.

use miette::Report;
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

create_exception!(
    skyweave,
    SkyweaveError,
    PyException,
    "What Skyweave says is wrong; `help` says what would do."
);
create_exception!(skyweave, ScenarioError, SkyweaveError, "A scenario cannot be used.");
create_exception!(skyweave, PlanError, SkyweaveError, "What was asked of a plan cannot be given.");
create_exception!(skyweave, ElementsError, SkyweaveError, "Element sets cannot be used.");
create_exception!(skyweave, ExperimentError, SkyweaveError, "An experiment with packets cannot be run.");
create_exception!(skyweave, ValidationError, SkyweaveError, "Measurements cannot be compared with.");

/// What somebody was about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Scenario,
    Plan,
    Elements,
    Experiment,
    Validation,
}

impl About {
    /// The exception for a report of the libraries.
    pub fn raise(self, report: impl Into<Report>) -> PyErr {
        let report: Report = report.into();
        let mut text = report.to_string();
        for cause in report.chain().skip(1) {
            text.push_str(&format!("\n  {cause}"));
        }
        let help = report.help().map(|help| help.to_string());
        if let Some(help) = &help {
            text.push_str(&format!("\n  help: {help}"));
        }
        let error = match self {
            Self::Scenario => ScenarioError::new_err(text),
            Self::Plan => PlanError::new_err(text),
            Self::Elements => ElementsError::new_err(text),
            Self::Experiment => ExperimentError::new_err(text),
            Self::Validation => ValidationError::new_err(text),
        };
        // an exception takes any attribute; without it the text says the same
        let _ = Python::attach(|py| error.value(py).setattr("help", help));
        error
    }
}

/// Puts the exceptions into the module.
pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("SkyweaveError", py.get_type::<SkyweaveError>())?;
    module.add("ScenarioError", py.get_type::<ScenarioError>())?;
    module.add("PlanError", py.get_type::<PlanError>())?;
    module.add("ElementsError", py.get_type::<ElementsError>())?;
    module.add("ExperimentError", py.get_type::<ExperimentError>())?;
    module.add("ValidationError", py.get_type::<ValidationError>())
}
