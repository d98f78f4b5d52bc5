//! Where and when a result was obtained: day, commit, machine, compiler.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::command::CommandLine;

/// What a measured time depends on besides the program.
pub struct Machine {
    /// Processor as the system names it.
    pub cpu: String,
    /// Threads this process may use at once.
    pub cores: usize,
    /// Main memory, bytes.
    pub memory_bytes: Option<u64>,
    /// The compiler's own version line.
    pub rustc: String,
}

impl Machine {
    /// The machine this runs on. Anything it does not tell is given as unknown.
    pub fn here(root: &Path) -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        Self {
            cpu: proc_field(&cpuinfo, "model name").unwrap_or("unknown").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: proc_field(&meminfo, "MemTotal").and_then(kibibytes),
            rustc: first_line(&CommandLine::new("rustc --version"), root),
        }
    }
}

/// The commit that is checked out, with `+changes` if a file differs from it that is not itself a report.
pub fn commit(root: &Path) -> String {
    let head = CommandLine::new("git rev-parse --verify --quiet --short HEAD");
    let unchanged = CommandLine::new("git diff --quiet HEAD -- . :!VALIDATION.md :!BENCHMARKS.md");
    if !head.answers(root) {
        return "no commit".to_owned();
    }
    let changes = if unchanged.answers(root) { "" } else { "+changes" };
    first_line(&head, root) + changes
}

/// The present day in UTC, `YYYY-MM-DD`.
pub fn today() -> String {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    date(since_epoch.as_secs() / 86_400)
}

/// Day number since 1970-01-01 to a Gregorian date.
///
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`, for days after the epoch.
fn date(days_since_epoch: u64) -> String {
    let z = days_since_epoch + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn proc_field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    })
}

fn kibibytes(value: &str) -> Option<u64> {
    value.strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

fn first_line(command: &CommandLine, root: &Path) -> String {
    let output = command.output(root).unwrap_or_default();
    output.lines().next().unwrap_or("unknown").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_at_the_ends_of_months_and_leap_years() {
        let known = [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (19_722, "2023-12-31"),
            (20_513, "2026-03-01"),
        ];
        for (day, expected) in known {
            assert_eq!(date(day), expected);
        }
    }

    #[test]
    fn fields_of_proc_files() {
        let text = "processor\t: 0\nmodel name\t: Quick 9000\nMemTotal:       16000 kB\n";
        assert_eq!(proc_field(text, "model name"), Some("Quick 9000"));
        assert_eq!(proc_field(text, "MemTotal").and_then(kibibytes), Some(16_384_000));
        assert_eq!(proc_field(text, "SwapTotal"), None);
    }
}
