//! Markup: text that cannot become markup, and tables.

use std::fmt;

/// Text as it may stand between tags and in quoted attributes: whatever it says, it is inert.
pub struct Text<'a>(pub &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => write!(f, "{c}")?,
                c if c.is_control() || is_bidi_control(c) => f.write_str("\u{fffd}")?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// Characters that turn the direction of the text after them, which is not theirs.
const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Adds formatted text to a string, which cannot fail.
macro_rules! put {
    ($to:expr, $($text:tt)*) => {{
        use std::fmt::Write as _;
        let _ = $to.write_fmt(format_args!($($text)*));
    }};
}

pub(super) use put;

/// A table with a caption; it can be scrolled sideways where it is too wide.
pub struct Table {
    caption: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

struct Column {
    heading: &'static str,
    numeric: bool,
}

impl Table {
    pub const fn new(caption: &'static str) -> Self {
        Self { caption, columns: Vec::new(), rows: Vec::new() }
    }

    /// Columns of text.
    pub fn text(self, headings: &[&'static str]) -> Self {
        self.with(headings, false)
    }

    /// Columns of numbers.
    pub fn numbers(self, headings: &[&'static str]) -> Self {
        self.with(headings, true)
    }

    fn with(mut self, headings: &[&'static str], numeric: bool) -> Self {
        self.columns.extend(headings.iter().map(|&heading| Column { heading, numeric }));
        self
    }

    /// A row of plain text; its first cell is the row's heading.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Adds the table to a page.
    pub fn draw(&self, html: &mut String) {
        let caption = self.caption;
        put!(html, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">");
        put!(html, "<table><caption><span>{caption}</span></caption>\n<thead><tr>");
        for column in &self.columns {
            put!(html, "<th scope=\"col\"{}>{}</th>", class(column), column.heading);
        }
        html.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            html.push_str("<tr>");
            for (index, (column, cell)) in self.columns.iter().zip(row).enumerate() {
                let cell = Text(cell);
                if index == 0 {
                    put!(html, "<th scope=\"row\">{cell}</th>");
                } else {
                    put!(html, "<td{}>{cell}</td>", class(column));
                }
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</tbody></table></div>\n");
    }
}

const fn class(column: &Column) -> &'static str {
    if column.numeric { " class=\"n\"" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_inert() {
        let hostile = "<b a='1' b=\"2\">&\u{0}\u{202e}</b>";
        let inert = "&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;\u{fffd}\u{fffd}&lt;/b&gt;";
        assert_eq!(Text(hostile).to_string(), inert);
    }

    #[test]
    fn rows_have_headings() {
        let mut table = Table::new("Sites").text(&["site"]).numbers(&["ms"]);
        table.row(vec!["a<b".to_owned(), "7.6".to_owned()]);
        let mut html = String::new();
        table.draw(&mut html);
        assert!(html.contains("<tr><th scope=\"row\">a&lt;b</th><td class=\"n\">7.6</td></tr>"), "{html}");
    }
}
