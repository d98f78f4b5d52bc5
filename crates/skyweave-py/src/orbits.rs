//! Element sets, and where satellites are: numpy arrays, made by the planner's own batch propagator.

use crate::errors::About;
use crate::scenario::Scenario;
use hifitime::Epoch;
use miette::miette;
use numpy::{PyArray1, PyArray3, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;
use skyweave_core::orbit::{Ephemeris, Fleet, Frame};
use skyweave_core::time::{SlotInstant, unix_seconds};
use skyweave_core::world::{Satellite, World};
use std::path::PathBuf;
use std::time::Instant;

/// Satellites by their mean elements.
#[pyclass(frozen, module = "skyweave")]
pub struct Elements {
    satellites: Vec<Satellite>,
    fleet: Fleet,
    unusable: Vec<(String, String)>,
}

impl Elements {
    fn of(satellites: Vec<Satellite>, unusable: Vec<(String, String)>) -> Self {
        Self { fleet: Fleet::new(&satellites), satellites, unusable }
    }
}

/// Reads element sets (TLE, or OMM as CSV, JSON or XML; plain or gzipped).
#[pyfunction]
pub fn elements(py: Python<'_>, path: PathBuf) -> PyResult<Elements> {
    let set = py.detach(|| skyweave_io::elements::read(&path));
    let set = set.map_err(|error| About::Elements.raise(error))?;
    let designs: Vec<_> = set.elements.into_iter().map(|elements| (elements, None)).collect();
    let (satellites, unusable) = World::satellites_from(&designs);
    Ok(Elements::of(satellites, unusable.into_iter().map(|(name, why)| (name, why.to_string())).collect()))
}

/// The satellites of a scenario.
#[pyfunction]
pub fn elements_of(scenario: &Scenario) -> Elements {
    Elements::of(scenario.held.satellites.clone(), Vec::new())
}

#[pymethods]
impl Elements {
    /// Names.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.satellites.iter().map(|satellite| satellite.name.clone()).collect()
    }

    /// Catalogue numbers.
    #[getter]
    fn catalog_numbers<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        PyArray1::from_iter(py, self.satellites.iter().map(|satellite| satellite.catalog_number))
    }

    /// Epochs, Unix seconds.
    #[getter]
    fn epochs_unix_s<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let epoch =
            |satellite: &Satellite| unix_seconds(satellite.epoch.slot.start()) + satellite.epoch.offset_s;
        PyArray1::from_iter(py, self.satellites.iter().map(epoch))
    }

    /// Records that are no orbit, and why.
    #[getter]
    fn unusable(&self) -> Vec<(String, String)> {
        self.unusable.clone()
    }

    fn __len__(&self) -> usize {
        self.satellites.len()
    }

    fn __repr__(&self) -> String {
        format!("<skyweave.Elements: {} satellites>", self.satellites.len())
    }
}

fn frame(name: &str) -> PyResult<Frame> {
    match name {
        "ecef" => Ok(Frame::EarthFixed),
        "teme" => Ok(Frame::Teme),
        _ => {
            Err(About::Elements
                .raise(miette!(help = "accepted: `ecef`, `teme`", "there is no frame `{name}`")))
        }
    }
}

fn instants(times_unix_s: &[f64]) -> PyResult<Vec<SlotInstant>> {
    if let Some(wrong) = times_unix_s.iter().find(|time| !time.is_finite() || time.abs() > 1e11) {
        let help = "accepted: Unix seconds, or numpy datetime64";
        return Err(About::Elements.raise(miette!(help = help, "{wrong} is no time")));
    }
    Ok(times_unix_s.iter().map(|time| SlotInstant::of(Epoch::from_unix_seconds(*time))).collect())
}

type Arrays<'py> = (Bound<'py, PyArray3<f64>>, Bound<'py, PyArray3<f64>>);

/// Positions (m) and velocities (m/s) by satellite, time and component; not a number where the theory has no answer.
#[pyfunction]
pub fn propagate<'py>(
    py: Python<'py>,
    elements: &Elements,
    times_unix_s: PyReadonlyArray1<'py, f64>,
    frame_name: &str,
) -> PyResult<Arrays<'py>> {
    let frame = frame(frame_name)?;
    let instants = instants(&times_unix_s.as_array().to_vec())?;
    let shape = [elements.fleet.len(), instants.len(), 3];
    let (position_m, velocity_m_s) = py.detach(|| whole(&elements.fleet, &instants, frame));
    let array = |numbers: Vec<f64>| PyArray1::from_vec(py, numbers).reshape(shape);
    Ok((array(position_m)?, array(velocity_m_s)?))
}

fn whole(fleet: &Fleet, instants: &[SlotInstant], frame: Frame) -> (Vec<f64>, Vec<f64>) {
    let room = fleet.len() * instants.len() * 3;
    let (mut position_m, mut velocity_m_s) = (vec![0.0; room], vec![0.0; room]);
    let mut to = Ephemeris { position_m: &mut position_m, velocity_m_s: &mut velocity_m_s };
    fleet.ephemeris(instants, frame, &mut to);
    (position_m, velocity_m_s)
}

/// How long the same takes without Python, s: each of some times. It is what [`propagate`] is measured against.
#[pyfunction]
pub fn rust_seconds(
    py: Python<'_>,
    elements: &Elements,
    times_unix_s: Vec<f64>,
    frame_name: &str,
    repeat: u32,
) -> PyResult<Vec<f64>> {
    let frame = frame(frame_name)?;
    let instants = instants(&times_unix_s)?;
    let once = |_| {
        let began = Instant::now();
        drop(whole(&elements.fleet, &instants, frame));
        began.elapsed().as_secs_f64()
    };
    Ok(py.detach(|| (0..repeat).map(once).collect()))
}
