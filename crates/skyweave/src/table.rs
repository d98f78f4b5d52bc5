//! Plain tables for the terminal: text to the left, numbers to the right.

pub use skyweave_io::report::{duration as time, rate};

/// Rows of cells under headings.
pub struct Table {
    rows: Vec<Vec<String>>,
    text_columns: usize,
}

impl Table {
    /// A table with these headings, of which the first `text_columns` hold text.
    pub fn new(headings: &[&str], text_columns: usize) -> Self {
        Self { rows: vec![headings.iter().map(|h| (*h).to_owned()).collect()], text_columns }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The table as lines, indented by two.
    pub fn lines(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |c: usize| {
            self.rows.iter().filter_map(|r| r.get(c)).map(|t| t.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::from("  ");
            for (column, cell) in row.iter().enumerate() {
                let pad = " ".repeat(widths[column] - cell.chars().count());
                if column < self.text_columns {
                    line.push_str(cell);
                    line.push_str(&pad);
                } else {
                    line.push_str(&pad);
                    line.push_str(cell);
                }
                line.push_str("  ");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// A count with thousands set apart.
pub fn count(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if value < 0.0 { format!("-{grouped}") } else { grouped }
}

/// A share as a percentage that never says 100 % unless it is.
pub fn percent(share: f64) -> String {
    if share >= 1.0 { "100 %".to_owned() } else { format!("{:.2} %", (share * 10_000.0).floor() / 100.0) }
}

/// Milliseconds, or a dash.
pub fn ms(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |v| format!("{v:.1}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(-1_000.0), "-1,000");
        assert_eq!(percent(0.999_99), "99.99 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(rate(1.5e9), "1.5 Gbit/s");
        assert_eq!(time(900.0), "15.0 min");
    }

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["site", "ms"], 1);
        table.row(vec!["kyiv".to_owned(), "7.6".to_owned()]);
        assert_eq!(table.lines(), "  site   ms\n  kyiv  7.6\n");
    }
}
