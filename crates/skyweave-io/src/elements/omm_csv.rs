//! OMM as CSV: a header line with the names of the fields, then one line per object.

use super::fault::{Fault, Gathered};
use super::omm::{Field, REQUIRED, Record};
use std::borrow::Cow;
use std::ops::Range;

/// Reads each line of a table.
pub(super) fn gather(text: &str, gathered: &mut Gathered) {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(ToOwned::to_owned).collect(),
        Err(error) => return gathered.take(Err(unreadable(text, &error, 0))),
    };
    if let Some(missing) = REQUIRED.iter().find(|key| !header.iter().any(|name| name == *key)) {
        let problem = format!("the header has no {missing}");
        return gathered.take(Err(Fault::new(
            first_line(text, 0),
            problem,
            format!("a header with {}", REQUIRED.join(", ")),
        )));
    }
    let mut row = csv::StringRecord::new();
    for number in 1.. {
        match reader.read_record(&mut row) {
            Ok(false) => return,
            Ok(true) => {
                gathered.take(record(text, &header, &row).elements().map_err(|f| f.in_record(number)));
            }
            Err(error) => gathered.take(Err(unreadable(text, &error, header.len()).in_record(number))),
        }
    }
}

fn record<'t>(text: &'t str, header: &'t [String], row: &'t csv::StringRecord) -> Record<'t> {
    let start = first_line(text, row.position().map_or(0, |position| position.byte() as usize)).start;
    let spans = cells(text, start);
    let fields = header.iter().zip(row).zip(spans).map(|((key, value), span)| Field {
        key: Cow::Borrowed(key),
        value: Some(Cow::Borrowed(value)),
        span,
        unit: None,
    });
    Record { fields: fields.collect(), span: first_line(text, start) }
}

fn unreadable(text: &str, error: &csv::Error, columns: usize) -> Fault {
    let at = error.position().map_or(0, |position| position.byte() as usize);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { len, .. } => Fault::new(
            first_line(text, at),
            format!("the line has {len} values"),
            format!("{columns} values, as the header has names"),
        ),
        _ => Fault::new(
            first_line(text, at),
            format!("the line is not CSV: {error}"),
            "comma-separated values",
        ),
    }
}

/// The first line from a place that is not blank.
fn first_line(text: &str, at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let blank = text[at..].bytes().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let start = at + blank;
    let line = text[start..].split(['\r', '\n']).next().unwrap_or_default();
    start..start + line.len()
}

/// Where the values of the row that begins at a place stand, without their quotes.
fn cells(text: &str, start: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = start;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let mut in_quotes = false;
        let end = rest.bytes().position(|byte| {
            in_quotes ^= byte == b'"';
            !in_quotes && matches!(byte, b',' | b'\r' | b'\n')
        });
        let end = at + end.unwrap_or(rest.len());
        let cell = &text[at..end];
        let span = match cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')) {
            Some(_) => at + 1..end - 1,
            None => at..end,
        };
        at = end + 1;
        Some(span)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_with_and_without_quotes() {
        let text = "A,B,C\n1,\"two, quoted\",3\n4";
        let found: Vec<&str> = cells(text, 6).take(3).map(|span| &text[span]).collect();
        assert_eq!(found, ["1", "two, quoted", "3"]);
    }
}
