//! Two-line elements: which lines belong together, and what their columns say.
//!
//! | line | columns (from 1) | what |
//! |---|---|---|
//! | 1 | 3-7 | catalogue number, five digits or Alpha-5 |
//! | 1 | 10-17 | international designator, `YYNNNAAA` |
//! | 1 | 19-32 | epoch: two digits of the year, day of the year with eight decimals |
//! | 1 | 34-43, 45-52 | derivatives of the mean motion, checked and not used by SGP4 |
//! | 1 | 54-61 | B*, 1/Earth radii, decimal point implied |
//! | 1 | 63, 65-68 | ephemeris type, number of the set |
//! | 2 | 3-7 | catalogue number again |
//! | 2 | 9-16, 18-25, 35-42, 44-51 | inclination, RAAN, argument of perigee, mean anomaly, degrees |
//! | 2 | 27-33 | eccentricity, decimal point implied |
//! | 2 | 53-63, 64-68 | mean motion in revolutions per day, number of revolutions |
//! | both | 69 | checksum: the digits and 1 for each minus, modulo 10 |

use super::MeanElements;
use super::fault::{Fault, Gathered, quoted};
use super::instant::from_day_of_year;
use super::quantity::{
    ARGUMENT_OF_PERIGEE, BSTAR, ECCENTRICITY, INCLINATION, MEAN_ANOMALY, MEAN_MOTION, Quantity, RAAN,
    decimal, rad_per_minute,
};
use std::iter::Peekable;
use std::ops::Range;

/// Columns of a line of elements.
const COLUMNS: usize = 69;
/// Columns between the fields, which must be blank, from 1.
const BLANKS_1: [usize; 8] = [2, 9, 18, 33, 44, 53, 62, 64];
const BLANKS_2: [usize; 7] = [2, 8, 17, 26, 34, 43, 52];
/// A line that is no line 1 or 2 and longer than this is not a name but a damaged line of elements.
const LONGEST_NAME: usize = 60;
/// Two-digit years from here on are of the 20th century.
const FIRST_YEAR: u32 = 57;

const ACCEPTED_NUMBER: &str =
    "five digits, or a letter but I and O and four digits (A0000 is 100000), from 00001";
const ACCEPTED_EPOCH: &str =
    "a year of two digits (57-99 are 19xx) and a day that it has, 001.00000000 to 366.99999999";
const ACCEPTED_EXPONENT: &str = "sign, five digits, sign and digit of the exponent, as in ` 12345-4`";

/// A line of the file without its end.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    start: usize,
}

/// Reads sets of lines: a name or none, line 1, line 2. Blank lines are passed over.
pub(super) fn gather(text: &str, gathered: &mut Gathered) {
    let mut lines = lines(text).peekable();
    while let Some(line) = lines.next() {
        let record = match line.kind() {
            Kind::Name => named(line, &mut lines),
            Kind::First => pair(line, &mut lines).map(|elements| (String::new(), elements)),
            Kind::Second => Err(line.fault("line 2 of a set without its line 1", "a name or line 1")),
        };
        gathered.take(record.map(|(name, elements)| MeanElements { name, ..elements }));
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Name,
    First,
    Second,
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    let all = text.split_inclusive('\n').map(move |line| {
        let begins = start;
        start += line.len();
        Line { text: line.trim_end_matches(['\n', '\r', ' ', '\t']), start: begins }
    });
    all.filter(|line| !line.text.is_empty())
}

fn named<'t>(
    line: Line<'t>,
    lines: &mut Peekable<impl Iterator<Item = Line<'t>>>,
) -> Result<(String, MeanElements), Fault> {
    let name = line.text.strip_prefix("0 ").unwrap_or(line.text).trim();
    if line.is_damaged() {
        // its line 2 is no second fault
        lines.next_if(|next| next.kind() == Kind::Second);
        let problem = format!("neither a name nor a line of elements: {}", quoted(line.text));
        return Err(line.fault(problem, "a name, or a line that begins with `1 `"));
    }
    if let Some((at, found)) = line.text.char_indices().find(|(_, c)| c.is_control()) {
        lines.next_if(|next| next.kind() == Kind::First);
        lines.next_if(|next| next.kind() == Kind::Second);
        let span = line.start + at..line.start + at + found.len_utf8();
        return Err(Fault::new(
            span,
            format!("control character in the name {}", quoted(name)),
            "printable text",
        ));
    }
    if let Some(first) = lines.next_if(|next| next.kind() == Kind::First) {
        return pair(first, lines).map(|elements| (name.to_owned(), elements));
    }
    lines.next_if(|next| next.kind() == Kind::Second);
    Err(line.fault(format!("the name {} without a line 1 after it", quoted(name)), "line 1 after a name"))
}

fn pair<'t>(
    first: Line<'t>,
    lines: &mut Peekable<impl Iterator<Item = Line<'t>>>,
) -> Result<MeanElements, Fault> {
    if let Some(second) = lines.next_if(|next| next.kind() == Kind::Second) {
        return elements(first, second);
    }
    lines.next_if(|next| next.kind() == Kind::Name && next.is_damaged());
    Err(first.fault("line 1 of a set without its line 2", "line 2 after line 1"))
}

fn elements(first: Line<'_>, second: Line<'_>) -> Result<MeanElements, Fault> {
    first.is_whole(&BLANKS_1)?;
    let catalog_number = first.catalog_number()?;
    let international_designator = first.designator()?;
    let epoch = first.epoch()?;
    first.plain_number(34, 43, "first derivative of the mean motion")?;
    first.implied_exponent(45, 52, "second derivative of the mean motion")?;
    let bstar = first.implied_exponent(54, 61, BSTAR.name)?;
    first.ephemeris_type()?;
    first.counter(65, 68, "number of the set")?;
    first.checksum()?;

    second.is_whole(&BLANKS_2)?;
    let elements = MeanElements {
        name: String::new(),
        catalog_number,
        international_designator,
        epoch,
        inclination_rad: second.degrees(9, 16, &INCLINATION)?.to_radians(),
        raan_rad: second.degrees(18, 25, &RAAN)?.to_radians(),
        eccentricity: second.eccentricity()?,
        argument_of_perigee_rad: second.degrees(35, 42, &ARGUMENT_OF_PERIGEE)?.to_radians(),
        mean_anomaly_rad: second.degrees(44, 51, &MEAN_ANOMALY)?.to_radians(),
        mean_motion_rad_min: rad_per_minute(second.degrees(53, 63, &MEAN_MOTION)?),
        bstar,
    };
    second.counter(64, 68, "number of revolutions")?;
    let again = second.catalog_number()?;
    second.checksum()?;
    if again == catalog_number {
        return Ok(elements);
    }
    let accepted = format!("{catalog_number}, the number in line 1");
    Err(Fault::value(second.span(3, 7), "catalogue number", second.columns(3, 7), accepted))
}

impl<'t> Line<'t> {
    fn kind(self) -> Kind {
        match self.text.get(..2) {
            Some("1 ") => Kind::First,
            Some("2 ") => Kind::Second,
            _ => Kind::Name,
        }
    }

    fn is_damaged(self) -> bool {
        self.text.chars().count() > LONGEST_NAME
    }

    fn fault(self, problem: impl Into<String>, accepted: &str) -> Fault {
        Fault::new(self.start..self.start + self.text.len(), problem, accepted)
    }

    /// The text of columns, both from 1 and inclusive. Only for lines that are whole.
    fn columns(self, first: usize, last: usize) -> &'t str {
        self.text.get(first - 1..last).unwrap_or_default()
    }

    fn span(self, first: usize, last: usize) -> Range<usize> {
        self.start + first - 1..self.start + last
    }

    fn bad(self, first: usize, last: usize, name: &str, accepted: &str) -> Fault {
        Fault::value(self.span(first, last), name, self.columns(first, last), accepted)
    }

    /// ASCII, 69 columns, and blank where fields are apart.
    fn is_whole(self, blanks: &[usize]) -> Result<(), Fault> {
        if let Some((at, found)) = self.text.char_indices().find(|(_, c)| !(' '..='~').contains(c)) {
            let span = self.start + at..self.start + at + found.len_utf8();
            let found = found.to_string();
            return Err(Fault::value(span, "a character", &found, "printable ASCII"));
        }
        if self.text.len() != COLUMNS {
            let problem = format!("the line has {} columns", self.text.len());
            return Err(self.fault(problem, "69 columns, blanks at the end not counted"));
        }
        match blanks.iter().find(|column| self.columns(**column, **column) != " ") {
            None => Ok(()),
            Some(column) => Err(self.bad(*column, *column, "the column between two fields", "a blank")),
        }
    }

    fn checksum(self) -> Result<(), Fault> {
        let sum: u32 =
            self.columns(1, 68).chars().map(|c| if c == '-' { 1 } else { c.to_digit(10).unwrap_or(0) }).sum();
        let expected = char::from_digit(sum % 10, 10).unwrap_or('0').to_string();
        if self.columns(69, 69) == expected {
            return Ok(());
        }
        let accepted = format!("{expected}, the sum of the line's digits (a minus counts 1) modulo 10");
        Err(self.bad(69, 69, "checksum", &accepted))
    }

    fn catalog_number(self) -> Result<u32, Fault> {
        alpha5(self.columns(3, 7)).ok_or_else(|| self.bad(3, 7, "catalogue number", ACCEPTED_NUMBER))
    }

    fn designator(self) -> Result<String, Fault> {
        let text = self.columns(10, 17).trim_end();
        if text.is_empty() {
            return Ok(String::new());
        }
        let parts = text.split_at_checked(5).and_then(|(launch, piece)| {
            let is_piece = (1..=3).contains(&piece.len()) && piece.bytes().all(|b| b.is_ascii_uppercase());
            is_piece.then_some(())?;
            Some((century(digits(&launch[..2])?), digits(&launch[2..])?, piece))
        });
        parts.map(|(year, launch, piece)| format!("{year}-{launch:03}{piece}")).ok_or_else(|| {
            let accepted = "blanks, or two digits of the year, three of the launch and one to three letters";
            self.bad(10, 17, "international designator", accepted)
        })
    }

    fn epoch(self) -> Result<hifitime::Epoch, Fault> {
        let day = self.columns(21, 32);
        let parts = day.split_once('.').filter(|(whole, fraction)| whole.len() == 3 && fraction.len() == 8);
        parts
            .and_then(|(whole, fraction)| {
                let year = century(digits(self.columns(19, 20).trim_start())?);
                from_day_of_year(year.try_into().ok()?, digits(whole.trim_start())?, digits(fraction)?)
            })
            .ok_or_else(|| self.bad(19, 32, "epoch", ACCEPTED_EPOCH))
    }

    /// SGP4's own elements only: 4 marks those of a successor that SGP4 does not understand.
    fn ephemeris_type(self) -> Result<(), Fault> {
        if matches!(self.columns(63, 63), " " | "0" | "2" | "3") {
            return Ok(());
        }
        Err(self.bad(63, 63, "ephemeris type", "0, 2, 3 or blank (elements of SGP4)"))
    }

    fn counter(self, first: usize, last: usize, name: &str) -> Result<(), Fault> {
        let text = self.columns(first, last).trim_start();
        if text.is_empty() || digits(text).is_some() {
            return Ok(());
        }
        Err(self.bad(first, last, name, "digits, blanks before them"))
    }

    fn degrees(self, first: usize, last: usize, quantity: &Quantity) -> Result<f64, Fault> {
        let text = self.columns(first, last).trim_start();
        let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        quantity.check(decimal(text).filter(|_| is_plain)).ok_or_else(|| {
            let accepted = format!("digits and a decimal point, {}", quantity.accepted);
            self.bad(first, last, quantity.name, &accepted)
        })
    }

    fn plain_number(self, first: usize, last: usize, name: &str) -> Result<f64, Fault> {
        let text = self.columns(first, last).trim_start();
        let is_plain = !text.contains(['e', 'E']);
        decimal(text)
            .filter(|_| is_plain)
            .ok_or_else(|| self.bad(first, last, name, "a decimal number, blanks before it"))
    }

    fn eccentricity(self) -> Result<f64, Fault> {
        let text = self.columns(27, 33);
        let padded = zeros_for_blanks(text);
        let value = digits(&padded).and_then(|_| decimal(&format!("0.{padded}")));
        ECCENTRICITY
            .check(value)
            .ok_or_else(|| self.bad(27, 33, ECCENTRICITY.name, "seven digits, decimal point before them"))
    }

    /// A number such as `-12345-4`, which is -0.12345e-4.
    fn implied_exponent(self, first: usize, last: usize, name: &str) -> Result<f64, Fault> {
        let text = self.columns(first, last);
        let value = || {
            let (sign, rest) = text.split_at_checked(1)?;
            let (mantissa, exponent) = rest.split_at_checked(5)?;
            let sign = if sign == " " { "+" } else { sign };
            let padded = zeros_for_blanks(mantissa);
            digits(&padded)?;
            let is_signed = |text: &str| text.starts_with(['+', '-']);
            (is_signed(sign) && is_signed(exponent)).then_some(())?;
            digits(exponent.get(1..)?)?;
            decimal(&format!("{sign}0.{padded}e{exponent}"))
        };
        value().ok_or_else(|| self.bad(first, last, name, ACCEPTED_EXPONENT))
    }
}

/// Five columns: a number with blanks before it, or Alpha-5. None for anything else, and for zero.
fn alpha5(text: &str) -> Option<u32> {
    let first = text.chars().next()?;
    let letters = ('A'..='Z').filter(|letter| !matches!(letter, 'I' | 'O'));
    let number = match letters.zip(10..).find(|(letter, _)| *letter == first) {
        Some((_, ten_thousands)) => ten_thousands * 10_000 + digits(&text[1..])?,
        None => digits(text.trim_start())?,
    };
    (number > 0).then_some(number)
}

/// The year of two digits.
fn century(two_digits: u32) -> u32 {
    if two_digits < FIRST_YEAR { 2000 + two_digits } else { 1900 + two_digits }
}

/// Blanks before digits as zeros; a text of blanks alone stays as it is.
fn zeros_for_blanks(text: &str) -> String {
    let number = text.trim_start();
    if number.is_empty() { text.to_owned() } else { format!("{number:0>width$}", width = text.len()) }
}

/// A number of digits alone, one at least.
fn digits(text: &str) -> Option<u32> {
    let right = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha5_counts_letters_without_i_and_o() {
        for (text, number) in [
            ("00005", Some(5)),
            ("    5", Some(5)),
            ("69999", Some(69_999)),
            ("A0000", Some(100_000)),
            ("H9999", Some(179_999)),
            ("J0000", Some(180_000)),
            ("N9999", Some(229_999)),
            ("P0000", Some(230_000)),
            ("Z9999", Some(339_999)),
            ("I0000", None),
            ("O0000", None),
            ("a0000", None),
            ("A 000", None),
            ("5    ", None),
            ("00000", None),
            ("     ", None),
            ("+1234", None),
        ] {
            assert_eq!(alpha5(text), number, "{text}");
        }
    }

    #[test]
    fn years_turn_at_57() {
        assert_eq!([century(57), century(99), century(0), century(56)], [1957, 1999, 2000, 2056]);
    }

    #[test]
    fn blanks_stand_for_leading_zeros() {
        assert_eq!(zeros_for_blanks("     12"), "0000012");
        assert_eq!(zeros_for_blanks("       "), "       ");
    }
}
