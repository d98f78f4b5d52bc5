//! Mangled inputs: the readers of element sets refuse them or give finite elements, and never panic.
//!
//! `SKYWEAVE_SOAK_SECONDS` sets how long it runs (2 by default), `SKYWEAVE_SOAK_SEED` the seed, which is printed.

use flate2::{Compression, write::GzEncoder};
use miette::Diagnostic;
use skyweave_io::elements::{ElementSet, ElementsError, parse};
use std::io::Write;
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

const SEED: u64 = 0x5eed_2026_0520;
/// Most changes to one input.
const MOST_CHANGES: u64 = 8;
/// Drawing a report takes longer than reading the input: one in so many is drawn.
const REPORT_EVERY: u64 = 97;
/// Pieces that a format gives a meaning to, and numbers that are none.
const PIECES: [&str; 24] = [
    "NaN",
    "inf",
    "-inf",
    "1e999",
    "-0",
    "99999999999999999999",
    "\n",
    "\r",
    "\0",
    "\"",
    "<",
    "</omm>",
    "&#0;",
    "{",
    "]",
    ",",
    "1 ",
    "2 ",
    "A0000",
    "\u{feff}",
    "é",
    "\u{1f6f0}",
    "<![CDATA[",
    "\\u12",
];

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        from..(from + self.below(40)).min(length)
    }
}

fn mangle(input: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.next() % MOST_CHANGES {
        let at = random.below(bytes.len() + 1);
        match random.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(random.range(bytes.len()))),
            2 => {
                let piece = bytes[random.range(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                let piece = PIECES[random.below(PIECES.len())].bytes();
                bytes.splice(at..at, piece);
            }
            4 => {
                let range = random.range(bytes.len());
                let piece = PIECES[random.below(PIECES.len())].bytes();
                bytes.splice(range, piece);
            }
            5 => {
                // a digit for a digit: what a reader is most likely to take
                if let Some(byte) = bytes.get_mut(at).filter(|byte| byte.is_ascii_digit()) {
                    *byte = b'0' + (random.next() % 10) as u8;
                }
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
    if random.below(2) == 0 {
        checksums_made_right(&mut bytes);
    }
    bytes
}

/// So that not the checksum alone keeps damaged two-line elements out.
fn checksums_made_right(bytes: &mut [u8]) {
    let lines = bytes.split_mut(|byte| matches!(byte, b'\n' | b'\r'));
    for line in lines.filter(|line| line.len() == 69 && matches!(line[..2], [b'1' | b'2', b' '])) {
        let digit = |byte: &u8| if *byte == b'-' { 1 } else { u32::from(byte.wrapping_sub(b'0')) };
        let sum: u32 = line[..68].iter().filter(|b| b.is_ascii_digit() || **b == b'-').map(digit).sum();
        line[68] = b'0' + (sum % 10) as u8;
    }
}

fn inputs() -> Vec<Vec<u8>> {
    let texts = [
        include_str!("elements/two-objects.2le"),
        include_str!("elements/two-objects.tle"),
        include_str!("elements/two-objects-zero.3le"),
        include_str!("elements/two-objects.csv"),
        include_str!("elements/two-objects-quoted.csv"),
        include_str!("elements/two-objects.json"),
        include_str!("elements/two-objects-strings.json"),
        include_str!("elements/two-objects.xml"),
    ];
    let mut inputs: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(texts[0].as_bytes()).unwrap();
    inputs.push(encoder.finish().unwrap());
    inputs
}

fn assert_sound(set: &ElementSet) {
    assert!(!set.elements.is_empty());
    for e in &set.elements {
        let angles = [e.inclination_rad, e.raan_rad, e.argument_of_perigee_rad, e.mean_anomaly_rad];
        assert!(angles.iter().all(|angle| angle.abs() <= std::f64::consts::TAU), "{e:?}");
        assert!((0.0..=std::f64::consts::PI).contains(&e.inclination_rad), "{e:?}");
        assert!((0.0..1.0).contains(&e.eccentricity), "{e:?}");
        assert!(e.mean_motion_rad_min > 0.0 && e.mean_motion_rad_min < 0.1, "{e:?}");
        assert!(e.bstar.is_finite(), "{e:?}");
        assert!((1..=999_999_999).contains(&e.catalog_number), "{e:?}");
    }
}

/// What the error points at lies in the text that it shows.
fn assert_shown(error: &ElementsError) {
    assert!(error.to_string().starts_with("mangled"), "{error}");
    for label in error.labels().into_iter().flatten() {
        error.source_code().unwrap().read_span(label.inner(), 1, 1).unwrap();
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is {value}, no number")))
}

#[test]
fn mangled_inputs_never_panic() {
    let seconds = setting("SKYWEAVE_SOAK_SECONDS").unwrap_or(2);
    let seed = setting("SKYWEAVE_SOAK_SEED").unwrap_or(SEED).max(1);
    println!("seed {seed}");
    let mut random = Random(seed);
    let inputs = inputs();
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut count, mut accepted, mut panics) = (0_u64, 0_u64, 0_u64);
    while Instant::now() < end {
        for input in &inputs {
            let mangled = mangle(input, &mut random);
            let outcome = catch_unwind(|| match parse("mangled", &mangled) {
                Ok(set) => {
                    assert_sound(&set);
                    true
                }
                Err(error) => {
                    assert_shown(&error);
                    if count.is_multiple_of(REPORT_EVERY) {
                        assert!(!format!("{:?}", miette::Report::new(error)).is_empty());
                    }
                    false
                }
            });
            count += 1;
            if let Ok(taken) = outcome {
                accepted += u64::from(taken);
            } else {
                panics += 1;
                println!("panic on {:?}", String::from_utf8_lossy(&mangled));
            }
        }
    }
    println!("{accepted} of them were still whole");
    println!("hostile-input: {count} mangled inputs, {panics} panics");
    assert_eq!(panics, 0);
    assert!(accepted < count);
}
