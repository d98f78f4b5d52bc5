//! Numbers handed from one process to another: files of little-endian values, nothing else.

use miette::{IntoDiagnostic, Result, WrapErr};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder with nothing of an earlier run in it.
pub fn fresh_folder(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path).into_diagnostic().wrap_err_with(|| path.display().to_string())?;
    }
    fs::create_dir_all(path).into_diagnostic().wrap_err_with(|| path.display().to_string())
}

/// Writes text.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).into_diagnostic().wrap_err_with(|| path.display().to_string())
}

/// Writes 64-bit reals.
pub fn write_reals(path: &Path, values: impl IntoIterator<Item = f64>) -> Result<()> {
    write_bytes(path, values.into_iter().flat_map(f64::to_le_bytes).collect())
}

/// Writes 32-bit whole numbers.
pub fn write_numbers(path: &Path, values: impl IntoIterator<Item = u32>) -> Result<()> {
    write_bytes(path, values.into_iter().flat_map(u32::to_le_bytes).collect())
}

fn write_bytes(path: &Path, bytes: Vec<u8>) -> Result<()> {
    fs::write(path, bytes).into_diagnostic().wrap_err_with(|| path.display().to_string())
}

/// Reads 64-bit reals.
pub fn read_reals(path: &Path) -> Result<Vec<f64>> {
    let bytes = read_bytes(path)?;
    Ok(bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
}

/// Reads 32-bit whole numbers.
pub fn read_numbers(path: &Path) -> Result<Vec<u32>> {
    let bytes = read_bytes(path)?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
}

fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).into_diagnostic().wrap_err_with(|| path.display().to_string())
}

/// A file of large outside data, if it is there.
pub fn outside(variable: &str, folder: &str, file: &str) -> Option<PathBuf> {
    let root = std::env::var_os(variable).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(folder),
        PathBuf::from,
    );
    let path = root.join(file);
    path.exists().then_some(path)
}

/// The catalogue that everything about the real network is measured on.
pub fn catalogue() -> Option<PathBuf> {
    outside("SKYWEAVE_DATA", "data", "catalogues/starlink-2026-05-20.tle.gz")
}
