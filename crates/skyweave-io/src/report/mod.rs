//! A result as one page: HTML that needs nothing else, neither a network nor a script. The same result gives the same bytes.
//!
//! | module | what it knows |
//! |---|---|
//! | `data`, `site`, `cell`, `outages` | what the page tells, gathered from the tables |
//! | `html`, `words`, `style.css` | how text, numbers and tables look, and how names are kept from being markup |
//! | `head`, `acts`, `places`, `network`, `losses`, `tail` | the sections |
//! | `time_axis`, `events`, `chart` | lines over time |
//! | `scale`, `map` | the maps: view, land, dots, labels, legends |

mod acts;
mod cell;
mod chart;
mod data;
mod error;
mod events;
mod head;
mod html;
mod losses;
mod map;
mod network;
mod outages;
mod places;
mod scale;
mod site;
mod tail;
mod time_axis;
mod words;

use crate::results::{ResultsError, Run, TempFile};
use data::Data;
use std::io::Write;
use std::path::{Path, PathBuf};

pub use error::ReportError;
pub use words::{duration, rate};

/// Writes the page of a result. The page is there whole or not at all; one that is there already is replaced.
///
/// # Errors
/// [`ReportError::Results`] if the folder holds no result that can be read, [`ReportError::Io`] if the page cannot be
/// written.
pub fn write(result_dir: &Path, page: &Path) -> Result<(), ReportError> {
    let data = Data::of(&Run::open(result_dir)?)?;
    let html = html(&data)?;
    save(&in_a_folder(page), html.as_bytes()).map_err(|e| ReportError::writing(page, e))
}

/// The page, from top to bottom.
fn html(data: &Data) -> Result<String, ReportError> {
    let mut html = String::new();
    head::begin(&mut html, data);
    head::key_figures(&mut html, data);
    map::section(&mut html, data)?;
    acts::section(&mut html, data);
    places::section(&mut html, data);
    network::section(&mut html, data);
    losses::section(&mut html, data);
    tail::end(&mut html, data);
    Ok(html)
}

fn save(page: &Path, content: &[u8]) -> Result<(), ResultsError> {
    let (temp, mut file) = TempFile::create(page)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(|e| ResultsError::io("write", page, e))?;
    drop(file);
    temp.put_in_place()
}

/// A bare file name, with the folder that it means.
fn in_a_folder(page: &Path) -> PathBuf {
    match page.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new(".").join(page),
        _ => page.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_in_the_folder_where_we_are() {
        assert_eq!(in_a_folder(Path::new("page.html")), Path::new("./page.html"));
        assert_eq!(in_a_folder(Path::new("out/page.html")), Path::new("out/page.html"));
    }
}
