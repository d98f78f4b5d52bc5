//! What a modem carries at a signal-to-noise ratio: DVB-S2 (ETSI EN 302 307-1 V1.4.1, table 13) and DVB-S2X (EN 302 307-2
//! V1.1.1, table 20a), ideal demodulation in white Gaussian noise, normal frames of 64 800 bits.
//!
//! A threshold is the Es/N0 at which reception is called quasi error free: one packet of 188 bytes in 10^7 is lost by table 13, one frame in
//! 10^5 by table 20a. The texts were not at hand; the figures are held against what others copied from them (VALIDATION.md). Efficiencies are information bits a symbol without pilots;
//! they follow from the frame and are computed here (section 5.5 of part 1):
//!
//! efficiency = (64 800 r - 16 t - 80) / (symbols + 90), symbols = 90 ceil(64 800 / (90 m)),
//!
//! for code rate r, an outer code that corrects t bits and m bits a symbol. In a channel of bandwidth B with roll-off a
//! there are B / (1 + a) symbols a second, and C/N in B is Es/N0 / (1 + a).
//!
//! Modulations and codes that another one beats at a lower threshold are left out, so that the efficiency rises with C/N.

use crate::math::from_db;

/// Bits of a normal frame after coding.
const FRAME_BITS: f64 = 64_800.0;
/// Symbols of a slot, the unit in which a frame's symbols come; the header of a frame has as many.
const SLOT_SYMBOLS: f64 = 90.0;
/// Bits of the baseband header.
const HEADER_BITS: f64 = 80.0;
/// A block of 36 pilot symbols follows every 16 slots.
const SLOTS_BETWEEN_PILOTS: f64 = 16.0;
const PILOT_SYMBOLS: f64 = 36.0;

/// A modulation and code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modcod {
    /// The standard's name of it.
    pub name: &'static str,
    /// Bits a symbol of the constellation.
    pub bits: u8,
    /// Code rate in 180ths.
    pub rate_180: u8,
    /// Bits that the outer code corrects.
    pub corrects: u8,
    /// Es/N0 for a frame error ratio of 10^-5, dB.
    pub threshold_db: f64,
}

impl Modcod {
    /// Information bits a symbol, header counted and pilots where wanted.
    #[must_use]
    pub fn bits_per_symbol(&self, pilots: bool) -> f64 {
        let information =
            FRAME_BITS * f64::from(self.rate_180) / 180.0 - 16.0 * f64::from(self.corrects) - HEADER_BITS;
        let slots = (FRAME_BITS / f64::from(self.bits) / SLOT_SYMBOLS).ceil();
        // no pilots after the last slot
        let blocks = if pilots { ((slots - 1.0) / SLOTS_BETWEEN_PILOTS).floor() } else { 0.0 };
        information / ((slots + 1.0) * SLOT_SYMBOLS + blocks * PILOT_SYMBOLS)
    }
}

const fn code(name: &'static str, bits: u8, rate_180: u8, corrects: u8, threshold_db: f64) -> Modcod {
    Modcod { name, bits, rate_180, corrects, threshold_db }
}

/// Every one of both tables, by modulation.
pub const MODCODS: [Modcod; 67] = [
    code("QPSK 2/9", 2, 40, 12, -2.85),
    code("QPSK 1/4", 2, 45, 12, -2.35),
    code("QPSK 13/45", 2, 52, 12, -2.03),
    code("QPSK 1/3", 2, 60, 12, -1.24),
    code("QPSK 2/5", 2, 72, 12, -0.30),
    code("QPSK 9/20", 2, 81, 12, 0.22),
    code("QPSK 1/2", 2, 90, 12, 1.00),
    code("QPSK 11/20", 2, 99, 12, 1.45),
    code("QPSK 3/5", 2, 108, 12, 2.23),
    code("QPSK 2/3", 2, 120, 10, 3.10),
    code("QPSK 3/4", 2, 135, 12, 4.03),
    code("QPSK 4/5", 2, 144, 12, 4.68),
    code("QPSK 5/6", 2, 150, 10, 5.18),
    code("QPSK 8/9", 2, 160, 8, 6.20),
    code("QPSK 9/10", 2, 162, 8, 6.42),
    code("8PSK 3/5", 3, 108, 12, 5.50),
    code("8PSK 23/36", 3, 115, 12, 6.12),
    code("8PSK 2/3", 3, 120, 10, 6.62),
    code("8PSK 25/36", 3, 125, 12, 7.02),
    code("8PSK 13/18", 3, 130, 12, 7.49),
    code("8PSK 3/4", 3, 135, 12, 7.91),
    code("8PSK 5/6", 3, 150, 10, 9.35),
    code("8PSK 8/9", 3, 160, 8, 10.69),
    code("8PSK 9/10", 3, 162, 8, 10.98),
    code("8APSK 5/9-L", 3, 100, 12, 4.73),
    code("8APSK 26/45-L", 3, 104, 12, 5.13),
    code("16APSK 1/2-L", 4, 90, 12, 5.97),
    code("16APSK 8/15-L", 4, 96, 12, 6.55),
    code("16APSK 5/9-L", 4, 100, 12, 6.84),
    code("16APSK 26/45", 4, 104, 12, 7.51),
    code("16APSK 3/5", 4, 108, 12, 7.80),
    code("16APSK 3/5-L", 4, 108, 12, 7.41),
    code("16APSK 28/45", 4, 112, 12, 8.10),
    code("16APSK 23/36", 4, 115, 12, 8.38),
    code("16APSK 2/3-L", 4, 120, 12, 8.43),
    code("16APSK 2/3", 4, 120, 10, 8.97),
    code("16APSK 25/36", 4, 125, 12, 9.27),
    code("16APSK 13/18", 4, 130, 12, 9.71),
    code("16APSK 3/4", 4, 135, 12, 10.21),
    code("16APSK 7/9", 4, 140, 12, 10.65),
    code("16APSK 4/5", 4, 144, 12, 11.03),
    code("16APSK 5/6", 4, 150, 10, 11.61),
    code("16APSK 77/90", 4, 154, 12, 11.99),
    code("16APSK 8/9", 4, 160, 8, 12.89),
    code("16APSK 9/10", 4, 162, 8, 13.13),
    code("32APSK 2/3-L", 5, 120, 10, 11.10),
    code("32APSK 32/45", 5, 128, 12, 11.75),
    code("32APSK 11/15", 5, 132, 12, 12.17),
    code("32APSK 3/4", 5, 135, 12, 12.73),
    code("32APSK 7/9", 5, 140, 12, 13.05),
    code("32APSK 4/5", 5, 144, 12, 13.64),
    code("32APSK 5/6", 5, 150, 10, 14.28),
    code("32APSK 8/9", 5, 160, 8, 15.69),
    code("32APSK 9/10", 5, 162, 8, 16.05),
    code("64APSK 32/45-L", 6, 128, 12, 13.98),
    code("64APSK 11/15", 6, 132, 12, 14.81),
    code("64APSK 7/9", 6, 140, 12, 15.47),
    code("64APSK 4/5", 6, 144, 12, 15.87),
    code("64APSK 5/6", 6, 150, 10, 16.55),
    code("128APSK 3/4", 7, 135, 12, 17.73),
    code("128APSK 7/9", 7, 140, 12, 18.53),
    code("256APSK 29/45-L", 8, 116, 12, 16.98),
    code("256APSK 2/3-L", 8, 120, 12, 17.24),
    code("256APSK 31/45-L", 8, 124, 12, 18.10),
    code("256APSK 32/45", 8, 128, 12, 18.59),
    code("256APSK 11/15-L", 8, 132, 12, 18.84),
    code("256APSK 3/4", 8, 135, 12, 19.57),
];

/// How a modem is set up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modem {
    /// Excess bandwidth of the pulse; DVB-S2X has 0.05, 0.10, 0.15, 0.20, 0.25 and 0.35.
    pub roll_off: f64,
    /// How much worse than ideal the demodulator is, dB.
    pub implementation_margin_db: f64,
    /// Whether frames carry pilots.
    pub pilots: bool,
    /// The highest modulation that it can do, bits a symbol: 5 is 32APSK, 8 is 256APSK.
    pub most_bits: u8,
}

/// One step of a [`Ladder`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rung {
    /// Which modulation and code.
    pub modcod: Modcod,
    /// From this C/N in the channel on, as a ratio.
    pub least_cn: f64,
    /// Information bits a second for each hertz of the channel.
    pub efficiency_bps_hz: f64,
}

/// Bins to a doubling of C/N: each is at most 0.034 dB wide, and thresholds are 0.05 dB apart or more.
const BINS_PER_OCTAVE_LOG2: u32 = 7;
/// Bits of an `f64` below those that number the bins.
const BIN_SHIFT: u32 = 52 - BINS_PER_OCTAVE_LOG2;

/// The efficiency of a modem by C/N: a table over the leading bits of the ratio, exact at every threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    rungs: Vec<Rung>,
    /// The least C/N of each rung, then one that nothing reaches: no number.
    least_cn: Vec<f64>,
    /// Zero below the first rung, then the efficiency of each.
    efficiency: Vec<f64>,
    /// The number of the first bin.
    first_bin: u64,
    /// By bin: how many rungs begin in the bins before.
    below: Vec<u8>,
}

impl Ladder {
    /// The steps of a modem.
    #[must_use]
    pub fn new(modem: &Modem) -> Self {
        let occupied = 1.0 + modem.roll_off.max(0.0);
        let mut usable: Vec<Modcod> =
            MODCODS.iter().filter(|modcod| modcod.bits <= modem.most_bits).copied().collect();
        let carries = |modcod: &Modcod| modcod.bits_per_symbol(modem.pilots);
        usable.sort_by(|a, b| {
            a.threshold_db.total_cmp(&b.threshold_db).then(carries(b).total_cmp(&carries(a)))
        });
        let mut rungs: Vec<Rung> = Vec::new();
        for modcod in usable {
            let efficiency_bps_hz = carries(&modcod) / occupied;
            let best = rungs.last().map_or(0.0, |rung| rung.efficiency_bps_hz);
            if efficiency_bps_hz > best {
                let least_cn = from_db(modcod.threshold_db + modem.implementation_margin_db) / occupied;
                rungs.push(Rung { modcod, least_cn, efficiency_bps_hz });
            }
        }
        Self::of_rungs(rungs)
    }

    fn of_rungs(rungs: Vec<Rung>) -> Self {
        let bin = |cn: f64| cn.to_bits() >> BIN_SHIFT;
        let first_bin = rungs.first().map_or(0, |rung| bin(rung.least_cn));
        let last_bin = rungs.last().map_or(0, |rung| bin(rung.least_cn)) + 1;
        let below = (first_bin..=last_bin)
            .map(|number| rungs.iter().filter(|rung| bin(rung.least_cn) < number).count() as u8)
            .collect();
        let least_cn = rungs.iter().map(|rung| rung.least_cn).chain([f64::NAN]).collect();
        let efficiency = [0.0].into_iter().chain(rungs.iter().map(|rung| rung.efficiency_bps_hz)).collect();
        Self { rungs, least_cn, efficiency, first_bin, below }
    }

    /// The steps, from the most robust to the fastest.
    #[must_use]
    pub fn rungs(&self) -> &[Rung] {
        &self.rungs
    }

    /// How many steps a C/N climbs: 0 is below all of them.
    #[inline]
    #[must_use]
    fn climbed(&self, cn: f64) -> usize {
        // a ratio that is negative or no number climbs nothing
        let number = (cn.max(0.0).to_bits() >> BIN_SHIFT).max(self.first_bin) - self.first_bin;
        let bin = (number as usize).min(self.below.len() - 1);
        let rung = usize::from(self.below[bin]);
        rung + usize::from(cn >= self.least_cn[rung])
    }

    /// Information bits a second for each hertz of the channel at a C/N in that channel, as a ratio; zero where not even the
    /// most robust step holds.
    #[inline]
    #[must_use]
    pub fn efficiency_bps_hz(&self, cn: f64) -> f64 {
        self.efficiency[self.climbed(cn)]
    }

    /// The step in use at a C/N, as a ratio.
    #[must_use]
    pub fn rung(&self, cn: f64) -> Option<&Rung> {
        self.climbed(cn).checked_sub(1).map(|index| &self.rungs[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDEAL: Modem = Modem { roll_off: 0.0, implementation_margin_db: 0.0, pilots: false, most_bits: 8 };

    /// Efficiencies as the standards print them.
    const PRINTED: [(&str, f64); 20] = [
        ("QPSK 2/9", 0.434_841),
        ("QPSK 1/4", 0.490_243),
        ("QPSK 1/2", 0.988_858),
        ("QPSK 9/10", 1.788_612),
        ("8PSK 3/5", 1.779_991),
        ("8PSK 13/18", 2.145_136),
        ("8APSK 5/9-L", 1.647_211),
        ("16APSK 2/3", 2.637_201),
        ("16APSK 2/3-L", 2.635_236),
        ("16APSK 77/90", 3.386_618),
        ("32APSK 2/3-L", 3.291_954),
        ("32APSK 9/10", 4.453_027),
        ("64APSK 32/45-L", 4.206_428),
        ("64APSK 4/5", 4.735_354),
        ("64APSK 5/6", 4.936_639),
        ("128APSK 3/4", 5.163_248),
        ("128APSK 7/9", 5.355_556),
        ("256APSK 29/45-L", 5.065_690),
        ("256APSK 11/15-L", 5.768_987),
        ("256APSK 3/4", 5.900_855),
    ];

    #[test]
    fn the_frame_gives_the_efficiencies_that_the_standards_print() {
        for (name, printed) in PRINTED {
            let modcod = MODCODS.iter().find(|modcod| modcod.name == name).unwrap();
            let computed = modcod.bits_per_symbol(false);
            assert!((computed - printed).abs() < 1.5e-6, "{name}: {computed} against {printed}");
        }
    }

    #[test]
    fn names_say_modulation_and_rate() {
        for modcod in &MODCODS {
            let (modulation, rate) = modcod.name.split_once(' ').unwrap();
            let (numerator, denominator) = rate.trim_end_matches("-L").split_once('/').unwrap();
            let rate: f64 = numerator.parse::<f64>().unwrap() / denominator.parse::<f64>().unwrap();
            assert!((rate * 180.0 - f64::from(modcod.rate_180)).abs() < 1e-9, "{}", modcod.name);
            let points: u32 = modulation.trim_end_matches(|c: char| c.is_alphabetic()).parse().unwrap_or(4);
            assert_eq!(points, 1 << modcod.bits, "{}", modcod.name);
        }
    }

    #[test]
    fn no_step_asks_for_less_than_shannon() {
        for modcod in &MODCODS {
            let capacity = (1.0 + from_db(modcod.threshold_db)).log2();
            let share = modcod.bits_per_symbol(false) / capacity;
            assert!((0.7..0.97).contains(&share), "{}: {share} of capacity", modcod.name);
        }
    }

    #[test]
    fn the_table_is_the_search_at_every_ratio() {
        for (roll_off, implementation_margin_db, most_bits) in
            [(0.0, 0.0, 8), (0.05, 1.0, 8), (0.2, 2.5, 5), (0.35, 0.37, 2)]
        {
            let ladder = Ladder::new(&Modem { roll_off, implementation_margin_db, pilots: true, most_bits });
            let searched = |cn: f64| {
                let reached = ladder.rungs().iter().rev().find(|rung| cn >= rung.least_cn);
                reached.map_or(0.0, |rung| rung.efficiency_bps_hz)
            };
            let mut before = 0.0;
            for step in -6_000..6_000 {
                let cn = from_db(f64::from(step) * 0.005);
                let efficiency = ladder.efficiency_bps_hz(cn);
                assert_eq!(efficiency, searched(cn), "{cn}");
                assert!(efficiency >= before);
                before = efficiency;
            }
            for rung in ladder.rungs() {
                assert_eq!(ladder.rung(rung.least_cn), Some(rung), "at its threshold");
                let just_below = f64::from_bits(rung.least_cn.to_bits() - 1);
                assert_eq!(ladder.efficiency_bps_hz(just_below), searched(just_below));
            }
            for nothing in [0.0, -1.0, f64::NAN, f64::MIN_POSITIVE, f64::NEG_INFINITY] {
                assert_eq!(ladder.efficiency_bps_hz(nothing), 0.0, "{nothing}");
            }
            assert_eq!(
                ladder.efficiency_bps_hz(f64::INFINITY),
                ladder.rungs().last().unwrap().efficiency_bps_hz
            );
        }
    }

    #[test]
    fn what_is_beaten_is_left_out() {
        let ladder = Ladder::new(&IDEAL);
        let names: Vec<&str> = ladder.rungs().iter().map(|rung| rung.modcod.name).collect();
        for beaten in ["QPSK 9/10", "16APSK 3/5", "8PSK 2/3", "128APSK 3/4", "128APSK 7/9", "32APSK 9/10"] {
            assert!(!names.contains(&beaten), "{beaten}");
        }
        for kept in ["QPSK 2/9", "8APSK 5/9-L", "16APSK 1/2-L", "256APSK 29/45-L", "256APSK 3/4"] {
            assert!(names.contains(&kept), "{kept}");
        }
    }

    #[test]
    fn roll_off_and_margin_done_by_hand() {
        // QPSK 1/2 with 25 % roll-off and 1 dB margin: Es/N0 2 dB is C/N 1.031 dB; 0.988858 / 1.25 = 0.791086 bit/s/Hz
        let ladder = Ladder::new(&Modem { roll_off: 0.25, implementation_margin_db: 1.0, ..IDEAL });
        let rung = ladder.rungs().iter().find(|rung| rung.modcod.name == "QPSK 1/2").unwrap();
        assert!((10.0 * rung.least_cn.log10() - 1.030_9).abs() < 1e-3, "{}", rung.least_cn);
        assert!((rung.efficiency_bps_hz - 0.791_086).abs() < 1e-5, "{}", rung.efficiency_bps_hz);
        // pilots: 360 slots of QPSK have 22 blocks of 36 symbols: 32 128 bits in 33 282 symbols
        let with_pilots = rung.modcod.bits_per_symbol(true);
        assert!((with_pilots - 32_128.0 / 33_282.0).abs() < 1e-9, "{with_pilots}");
    }
}
