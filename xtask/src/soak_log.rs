//! The table of soaks in VALIDATION.md: one row more, everything else untouched.

const HEADING: &str = "## Soak log";
const TABLE_HEAD: &str = "\
| date | commit | name | command | result | duration |
|---|---|---|---|---|---|";

/// One soak that was run.
pub struct Entry {
    /// Day it ended, UTC.
    pub date: String,
    /// What was tested.
    pub commit: String,
    /// The soak's name.
    pub name: String,
    /// What to type to run it again.
    pub command: String,
    /// What it found.
    pub result: String,
    /// How long it took with building, seconds.
    pub duration_s: u64,
}

impl Entry {
    fn row(&self) -> String {
        let Self { date, commit, name, command, result, duration_s } = self;
        let result = result.replace('|', r"\|");
        format!("| {date} | {commit} | {name} | `{command}` | {result} | {duration_s} s |")
    }
}

/// The text with the row added below the last one of the log, and with the log itself if there was none.
pub fn with_entry(text: &str, entry: &Entry) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let row = entry.row();
    let Some(heading) = lines.iter().position(|line| line.trim_end() == HEADING) else {
        return format!("{}\n\n{HEADING}\n\n{TABLE_HEAD}\n{row}\n", text.trim_end());
    };
    let section = lines[heading + 1..].iter().take_while(|line| !line.starts_with("## ")).count();
    let last_row = lines[..=heading + section].iter().rposition(|line| line.starts_with('|'));
    match last_row.filter(|&at| at > heading) {
        Some(at) => lines.insert(at + 1, &row),
        None => {
            lines.splice(heading + 1..=heading, ["", TABLE_HEAD, &row]);
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry {
            date: "2026-01-02".into(),
            commit: "abc1234".into(),
            name: name.into(),
            command: "cargo x".into(),
            result: "1 | 2".into(),
            duration_s: 61,
        }
    }

    const ROW: &str = r"| 2026-01-02 | abc1234 | first | `cargo x` | 1 \| 2 | 61 s |";

    #[test]
    fn begins_the_log_at_the_end() {
        let text = with_entry("# Validation\n\nText.\n", &entry("first"));
        assert_eq!(text, format!("# Validation\n\nText.\n\n{HEADING}\n\n{TABLE_HEAD}\n{ROW}\n"));
    }

    #[test]
    fn adds_below_the_last_row_and_before_the_next_section() {
        let begun = with_entry("# Validation\n", &entry("first")) + "\n## After\n\n| other | table |\n";
        let text = with_entry(&begun, &entry("second"));
        let second = ROW.replace("first", "second");
        assert_eq!(text, begun.replace(ROW, &format!("{ROW}\n{second}")));
    }

    #[test]
    fn fills_an_empty_section_and_not_the_table_before_it() {
        let text = with_entry("# V\n\n| a |\n|---|\n\n## Soak log\n\nHow to read it.\n", &entry("first"));
        let expected =
            format!("# V\n\n| a |\n|---|\n\n## Soak log\n\n{TABLE_HEAD}\n{ROW}\n\nHow to read it.\n");
        assert_eq!(text, expected);
    }
}
