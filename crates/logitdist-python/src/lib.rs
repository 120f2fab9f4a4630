//! The extension module of the Python package: what Python cannot do, in functions that the package in `python/logitdist` calls.

mod array;
mod command;
mod compare;
mod comparison;
mod device;
mod explain;
mod logits;
mod model;
mod settings;
mod summary;
mod sweep;
mod wait;
mod which;

/// What `import logitdist` finds under `_native`.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::command::command;
    #[pymodule_export]
    use crate::compare::compare;
    #[pymodule_export]
    use crate::comparison::Comparison;
    #[pymodule_export]
    use crate::device::{
        Start, device_label_twins, device_labels, device_start, device_summary, take_label_factor,
    };
    #[pymodule_export]
    use crate::explain::{explain, glossary};
    #[pymodule_export]
    use crate::logits::reduce_logits;
    #[pymodule_export]
    use crate::summary::{Heads, Summary};
    #[pymodule_export]
    use crate::sweep::{run_sweep, toml_of_json};

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        use pyo3::types::PyModuleMethods;
        logitdist_linalg::keep_freed_memory();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
