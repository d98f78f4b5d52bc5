//! What a site sees at a time.

use miette::{IntoDiagnostic, Result, miette};
use skyweave_core::admission::{Basis, Unsigned};
use skyweave_core::time::SlotNo;
use skyweave_io::results::{Header, Row, Table, TableStream, VisibilityRow};
use skyweave_io::scenario::Prepared;

/// The satellites above a site's lowest elevation in a slot of the window, the highest first.
///
/// # Errors
/// There is no such site.
pub fn visible(prepared: &Prepared, site: &str, slot: SlotNo) -> Result<Vec<VisibilityRow>> {
    let world = &prepared.world;
    let sites = || world.terminals.iter().filter(|terminal| terminal.is_site).map(|site| site.name.as_str());
    if !sites().any(|known| known == site) {
        let known: Vec<&str> = sites().collect();
        return Err(miette!(
            help = format!("accepted: {}", known.join(", ")),
            "no site of `{}` is called `{site}`",
            prepared.scenario.name
        ));
    }
    let header = Header::of(prepared, Unsigned::NAME, env!("CARGO_PKG_VERSION"));
    let header = Header { window: (slot, slot.next()), ..header };
    let mut rows = Vec::new();
    for made in TableStream::begin(world, header, [Table::Visibility].into())? {
        for (_, batch) in made.into_diagnostic()?.batches {
            let decoded = VisibilityRow::decode(&batch);
            rows.extend(decoded.map_err(|column| miette!("the column {column} is not what it should be"))?);
        }
    }
    rows.retain(|row| row.site == *site);
    Ok(rows)
}
