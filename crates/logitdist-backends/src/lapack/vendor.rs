//! Which LAPACK libraries are known, and where they are looked for.

use libloading::Library;
use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// A LAPACK library that can be loaded.
#[derive(Debug)]
pub struct Vendor {
    pub(super) name: &'static str,
    /// The environment variable with its path; if that is set nothing else is tried.
    variable: &'static str,
    /// What the system's loader is asked for.
    file_names: &'static [&'static str],
    /// Where Python's packages have it: Python's name of a folder, and the path in it.
    python: &'static [(&'static str, &'static str)],
    install: &'static str,
    /// What to do if its integers have 64 bits.
    pub(super) integers: &'static str,
    /// What stands before each symbol, one of these.
    pub(super) prefixes: &'static [&'static str],
    /// The function that takes a number of threads as C's int.
    pub(super) set_threads: &'static str,
    pub(super) version: fn(&Library, &str) -> Option<String>,
}

/// OpenBLAS: Debian's, or the newer one of PyPI's `scipy-openblas32`.
#[cfg(feature = "openblas")]
pub const OPENBLAS: Vendor = Vendor {
    name: "openblas",
    variable: "LOGITDIST_OPENBLAS",
    file_names: &["libopenblas.so.0", "libscipy_openblas.so", "libopenblas.so"],
    python: &[("purelib", "scipy_openblas32/lib/libscipy_openblas.so")],
    install: "apt-get install libopenblas0, or pip install scipy-openblas32",
    integers: "take the library without `64` in its name",
    prefixes: &["", "scipy_"],
    set_threads: "openblas_set_num_threads",
    version: openblas_version,
};

/// Intel's MKL, of PyPI's `mkl`. Proprietary.
#[cfg(feature = "mkl")]
pub const MKL: Vendor = Vendor {
    name: "mkl",
    variable: "LOGITDIST_MKL",
    file_names: &["libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so"],
    python: &[("data", "lib/libmkl_rt.so.3"), ("data", "lib/libmkl_rt.so.2")],
    install: "pip install mkl",
    integers: "unset MKL_INTERFACE_LAYER or set it to LP64",
    prefixes: &[""],
    set_threads: "MKL_Set_Num_Threads",
    version: mkl_version,
};

/// Why a library is not there.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoadError {
    /// No file could be loaded.
    #[error(
        "{library} is not found: {install}, or set {variable} to the path of the library (tried: {tried})"
    )]
    NotFound {
        /// Which library.
        library: &'static str,
        /// The command that brings it.
        install: &'static str,
        /// The environment variable that leads to it.
        variable: &'static str,
        /// What was tried, and what the loader said.
        tried: String,
    },
    /// A file was loaded that has not all of LAPACK with 32-bit integers.
    #[error(
        "{library} in {path} lacks the function `{symbol}`: a library with LAPACK and 32-bit integers is needed"
    )]
    Incomplete {
        /// Which library.
        library: &'static str,
        /// The file.
        path: String,
        /// What it lacks.
        symbol: String,
    },
    /// A library whose routines take 64-bit integers under the names of those that take 32-bit ones.
    #[error("{library} in {path} takes 64-bit integers (ILP64): 32-bit integers (LP64) are needed; {remedy}")]
    Integers {
        /// Which library.
        library: &'static str,
        /// The file.
        path: String,
        /// What to do.
        remedy: &'static str,
    },
}

impl Vendor {
    /// Its name, short and lower case.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Loads the first library there is, and says from where.
    pub(super) fn load(&self) -> Result<(Library, PathBuf), LoadError> {
        let mut tried = Vec::new();
        for path in self.places() {
            match load(&path) {
                Ok(library) => return Ok((library, path)),
                Err(error) => {
                    // The loader's own words are in the source.
                    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                    tried.push(if reason.contains(&*path.to_string_lossy()) {
                        reason
                    } else {
                        format!("{}: {reason}", path.display())
                    });
                }
            }
        }
        let tried = tried.join("; ");
        Err(LoadError::NotFound { library: self.name, install: self.install, variable: self.variable, tried })
    }

    fn places(&self) -> Vec<PathBuf> {
        if let Some(path) = std::env::var_os(self.variable).filter(|path| !path.is_empty()) {
            return vec![path.into()];
        }
        let by_loader = self.file_names.iter().map(PathBuf::from);
        let in_python = self.python.iter().filter_map(|(folder, path)| {
            Some(python_folder(folder)?.join(path)).filter(|file| file.exists())
        });
        by_loader.chain(in_python).collect()
    }
}

/// Where the present `python3` has its packages (`purelib`) or what comes with them (`data`).
fn python_folder(name: &str) -> Option<PathBuf> {
    let code = format!("import sysconfig; print(sysconfig.get_path({name:?}), end='')");
    let output = Command::new("python3").args(["-c", &code]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.is_empty()).then(|| OsString::from(text).into())
}

#[allow(unsafe_code)]
fn load(path: &std::path::Path) -> Result<Library, libloading::Error> {
    // SAFETY: loading runs the library's initialisers, which those of BLAS libraries are made for; which file it is
    // is the choice of who runs the program.
    unsafe { Library::new(path) }
}

#[cfg(feature = "openblas")]
#[allow(unsafe_code)]
fn openblas_version(library: &Library, prefix: &str) -> Option<String> {
    type Text = unsafe extern "C" fn() -> *const std::ffi::c_char;
    let text = |name: &str| {
        // SAFETY: both functions take nothing and return a string that ends with 0 and is never freed.
        unsafe {
            let function = library.get::<Text>(format!("{prefix}{name}")).ok()?;
            let text = function();
            (!text.is_null()).then(|| std::ffi::CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    };
    Some(format!("{}, running as {}", text("openblas_get_config")?.trim(), text("openblas_get_corename")?))
}

#[cfg(feature = "mkl")]
#[allow(unsafe_code)]
fn mkl_version(library: &Library, _: &str) -> Option<String> {
    type Fill = unsafe extern "C" fn(*mut std::ffi::c_char, std::ffi::c_int);
    let mut text = [0_u8; 198];
    // SAFETY: the function writes at most so many bytes as it is told.
    unsafe {
        library.get::<Fill>("MKL_Get_Version_String").ok()?(
            text.as_mut_ptr().cast(),
            text.len() as std::ffi::c_int,
        )
    };
    Some(String::from_utf8_lossy(&text).trim_matches(['\0', ' ']).to_owned())
}
