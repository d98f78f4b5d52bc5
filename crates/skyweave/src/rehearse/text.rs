//! What a rehearsal came to, as people read it.

use super::format::{AllowList, Diverted};
use super::outcome::{Outcome, Rehearsed, Watched};
use crate::table::{Table, count};
use skyweave_control::fleet::rehearsal::allow_list::Foreseen;
use skyweave_control::fleet::synthetic::{Life, Truth};

const DAY_S: f64 = 86_400.0;

/// The outcome as people read it.
pub fn lines(outcome: &Outcome) -> String {
    let body = match &outcome.rehearsed {
        Rehearsed::Diverted { parameters, results } => diverted(parameters, results),
        Rehearsed::AllowList { parameters, results } => allow_list(parameters, results),
    };
    format!("{}, seed {}: {body}", outcome.name, outcome.seed)
}

fn diverted(parameters: &Diverted, results: &[Watched]) -> String {
    let terminals = &parameters.terminals;
    let mut text = format!(
        "{} terminals watched for {} days; {} go beyond the front for good, {} live at it\n\n",
        number(terminals.all()),
        parameters.days,
        number(terminals.diverted),
        number(terminals.border_dwellers)
    );
    text.push_str(&found(results).lines());
    text.push_str("\nWhat they were called, each by the gravest incident that was ever open against it:\n\n");
    text.push_str(&called(results).lines());
    text
}

/// Whether the diverted ones were found.
fn found(results: &[Watched]) -> Table {
    let headings =
        ["noise", "every", "found", "missed", "wrongly called", "precision", "recall", "delay, median"];
    let mut table = Table::new(&headings, 2);
    for row in results {
        let detected = &row.detected;
        let delay = detected.median_delay_s.map_or_else(|| "-".to_owned(), |s| days(s as f64));
        table.row(vec![
            row.noise.name().to_owned(),
            row.every.clone(),
            number(detected.found as u64),
            number(detected.missed as u64),
            number(detected.wrongly_called as u64),
            share(detected.precision),
            share(detected.recall),
            delay,
        ]);
    }
    table
}

/// What terminals of each kind of life were called.
fn called(results: &[Watched]) -> Table {
    let headings =
        ["noise", "every", "what they did", "terminals", "diverted", "roaming", "flicker", "nothing"];
    let mut table = Table::new(&headings, 3);
    for row in results {
        for (index, (life, called)) in row.detected.lives.iter().enumerate() {
            let of_the_first = |text: &str| if index == 0 { text.to_owned() } else { String::new() };
            let numbers =
                [called.terminals, called.diverted, called.roaming, called.border_flicker, called.nothing];
            let texts = [of_the_first(row.noise.name()), of_the_first(&row.every), did(*life).to_owned()];
            table.row(texts.into_iter().chain(numbers.map(|n| number(n as u64))).collect());
        }
    }
    table
}

fn allow_list(parameters: &AllowList, foreseen: &Foreseen) -> String {
    let lost = &foreseen.lost_by_mistake;
    let mut text = format!(
        "an allow list of {} keys over {} terminals in service; {} of {} rightful ones are missing from it\n\n",
        number(foreseen.listed as u64),
        number(foreseen.served as u64),
        number(foreseen.missing as u64),
        number(parameters.rightful)
    );
    text.push_str(&put(foreseen).lines());
    text.push_str("\nSigns of those that are named as likely mistakes:\n\n");
    text.push_str(&signs(foreseen).lines());
    text.push_str(&format!(
        "\nBefore the list takes effect, its preview names {} rightful terminals and {} wrongful ones as likely mistakes: precision {}, \
         recall {}, with those to be looked at {}.\n",
        number(foreseen.missing_named as u64),
        number(foreseen.wrongful_named as u64),
        share(foreseen.precision),
        share(foreseen.recall),
        share(foreseen.recall_with_looked_at)
    ));
    text.push_str(&format!(
        "{} keys of the list are those of no terminal; for {} of them it says which may be meant.\n",
        number(foreseen.unknown_keys as u64),
        number(foreseen.unknown_keys_with_meaning as u64)
    ));
    text.push_str(&format!(
        "If the list took effect as it is, {} rightful terminals of {} accounts would lose service by mistake; they were used for {} h in \
         the last 30 days.\n",
        number(lost.terminals as u64),
        number(lost.accounts as u64),
        number(lost.used_h)
    ));
    text
}

/// Where the preview puts terminals.
fn put(foreseen: &Foreseen) -> Table {
    let headings = ["what they are", "terminals", "keep service", "named", "to be looked at", "other losses"];
    let mut table = Table::new(&headings, 1);
    for (truth, put) in &foreseen.truths {
        let numbers = [put.terminals, put.keep, put.named, put.looked_at, put.others];
        let are = std::iter::once(are(*truth).to_owned());
        table.row(are.chain(numbers.map(|n| number(n as u64))).collect());
    }
    table
}

fn signs(foreseen: &Foreseen) -> Table {
    let mut table = Table::new(&["sign", "rightful", "wrongful"], 1);
    for (name, signed) in &foreseen.signs {
        let numbers = [signed.rightful, signed.wrongful].map(|n| number(n as u64));
        table.row(std::iter::once(name.replace('_', " ")).chain(numbers).collect());
    }
    table
}

const fn did(life: Life) -> &'static str {
    match life {
        Life::Home => "behind the front",
        Life::BorderDweller => "live at the front",
        Life::Diverted => "diverted",
        Life::Visitor => "beyond it once",
        Life::Commuter => "beyond it by day",
    }
}

const fn are(truth: Truth) -> &'static str {
    match truth {
        Truth::Listed => "on the list",
        Truth::Forgotten => "forgotten",
        Truth::Mistyped => "mistyped",
        Truth::Unheard => "of small holders",
        Truth::Wrongful => "wrongful",
    }
}

fn number(count_of: impl Into<u64>) -> String {
    count(count_of.into() as f64)
}

/// Three digits, and 1.000 only if it is all of them.
fn share(share: Option<f64>) -> String {
    share.map_or_else(
        || "-".to_owned(),
        |share| match share {
            1.0.. => "1.000".to_owned(),
            _ => format!("{:.3}", share.min(0.999)),
        },
    )
}

fn days(seconds: f64) -> String {
    format!("{:.1} d", seconds / DAY_S)
}
