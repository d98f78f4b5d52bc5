//! Skyweave for Python: what `skyweave` of the Python package calls. There is no logic here: values are turned, the GIL is released, and the
//! libraries called.
//!
//! | module | what |
//! |---|---|
//! | `scenario` | scenarios, loaded and changed |
//! | `plan` | slots and tables while they are planned |
//! | `batch` | record batches through the Arrow C interfaces |
//! | `orbits` | element sets and where satellites are |
//! | `study` | ways, previews, packet experiments, comparisons with measurements |
//! | `errors` | the words of the program as Python exceptions |
#![deny(unsafe_code)]
#![expect(clippy::needless_pass_by_value, reason = "arguments from Python come by value")]

mod batch;
mod errors;
mod orbits;
mod plan;
mod scenario;
mod study;

use pyo3::prelude::*;

#[pymodule]
fn _skyweave(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    errors::add(module)?;
    module.add_class::<scenario::Scenario>()?;
    module.add_class::<plan::Slots>()?;
    module.add_class::<plan::SlotTables>()?;
    module.add_class::<plan::TableStream>()?;
    module.add_class::<batch::Batch>()?;
    module.add_class::<orbits::Elements>()?;
    module.add_class::<study::Experiment>()?;
    module.add_function(wrap_pyfunction!(scenario::load, module)?)?;
    module.add_function(wrap_pyfunction!(scenario::from_toml, module)?)?;
    module.add_function(wrap_pyfunction!(scenario::from_json, module)?)?;
    module.add_function(wrap_pyfunction!(plan::slots, module)?)?;
    module.add_function(wrap_pyfunction!(plan::stream, module)?)?;
    module.add_function(wrap_pyfunction!(plan::planner_seconds, module)?)?;
    module.add_function(wrap_pyfunction!(orbits::elements, module)?)?;
    module.add_function(wrap_pyfunction!(orbits::elements_of, module)?)?;
    module.add_function(wrap_pyfunction!(orbits::propagate, module)?)?;
    module.add_function(wrap_pyfunction!(orbits::rust_seconds, module)?)?;
    module.add_function(wrap_pyfunction!(study::visible, module)?)?;
    module.add_function(wrap_pyfunction!(study::way, module)?)?;
    module.add_function(wrap_pyfunction!(study::ways, module)?)?;
    module.add_function(wrap_pyfunction!(study::preview, module)?)?;
    module.add_function(wrap_pyfunction!(study::packets, module)?)?;
    module.add_function(wrap_pyfunction!(study::packets_of, module)?)?;
    module.add_function(wrap_pyfunction!(study::validate, module)?)?;
    Ok(())
}
