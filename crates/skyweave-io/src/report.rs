//! A result as one page.
use crate::results::ResultsError;
use std::path::Path;
/// Writes it.
///
/// # Errors
/// None yet.
pub fn write(_result: &Path, _page: &Path) -> Result<(), ResultsError> {
    Ok(())
}
