//! Vectors as wide as the machine's, with the same bits on every width.
//!
//! A kernel is written once over `Simd` and run by [`Path`]: eight lanes with AVX-512, four with AVX2, one without. Every
//! operation is one IEEE 754 operation on each lane, rounded once; a fused multiply-add is asked for by name and never made up
//! by the compiler. So the width changes the speed and nothing else, and tests run every path that the machine has.
//!
//! All unsafe code of the planner is in this module. What makes it sound: an implementation of `Simd` is a token that only
//! `Path::run` makes, after it asked the processor; a vector can only be made by a token, so where there is a vector there is
//! the instruction that works on it.

mod scalar;
mod twice;
#[cfg(target_arch = "x86_64")]
#[macro_use]
mod wide;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::OnceLock;
pub(crate) use twice::Twice;

/// Lanes of the widest vector: what tables are padded to.
pub const MOST_LANES: usize = 8;

/// Which instructions kernels run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// One lane.
    Scalar,
    /// Four lanes: x86-64 with AVX2 and FMA.
    Avx2,
    /// Eight lanes: x86-64 with AVX-512 F, DQ and VL.
    Avx512,
}

/// The path is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// This processor has not got the instructions.
    #[error("this processor cannot run the path {}", .0.name())]
    Missing(Path),
    /// Kernels have run on another path already.
    #[error("the path is {} already and cannot be changed any more", .0.name())]
    Settled(Path),
}

static CHOSEN: OnceLock<Path> = OnceLock::new();

impl Path {
    /// All paths, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// The name: `scalar`, `avx2` or `avx512`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The path of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|path| path.name() == name)
    }

    /// True if this processor can run it.
    #[must_use]
    pub fn is_there(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::Avx2::new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::Avx512::new().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The paths that this processor can run, the narrowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|path| path.is_there())
    }

    /// The path that kernels take: the one chosen, else the widest there is.
    #[must_use]
    pub fn current() -> Self {
        *CHOSEN.get_or_init(|| Self::available().last().unwrap_or(Self::Scalar))
    }

    /// Chooses the path for the rest of the program; results do not depend on it.
    ///
    /// # Errors
    /// [`PathError`] when the processor cannot run it, or another one was chosen or taken before.
    pub fn choose(self) -> Result<(), PathError> {
        if !self.is_there() {
            return Err(PathError::Missing(self));
        }
        let settled = *CHOSEN.get_or_init(|| self);
        if settled == self { Ok(()) } else { Err(PathError::Settled(settled)) }
    }

    /// Runs a kernel on this path, or on one lane where the processor has not got it.
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Out {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => match avx512::Avx512::new() {
                Some(token) => token.enter(kernel),
                None => scalar::enter(kernel),
            },
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => match avx2::Avx2::new() {
                Some(token) => token.enter(kernel),
                None => scalar::enter(kernel),
            },
            _ => scalar::enter(kernel),
        }
    }
}

/// Code over vectors of any width. `run` and all it calls with vectors must be `#[inline(always)]`, and closures avoided:
/// what is not inlined is not compiled for the path.
pub(crate) trait Kernel {
    /// What it gives.
    type Out;
    /// Does it.
    fn run<S: Simd>(self, simd: S) -> Self::Out;
}

/// A width of vectors, and the proof that the processor has it.
pub(crate) trait Simd: Copy {
    /// Lanes of a vector: 1, 4 or 8.
    const LANES: usize;
    /// The vector.
    type F64s: Lanes;
    /// The same value in every lane.
    fn splat(self, value: f64) -> Self::F64s;
    /// The first [`Self::LANES`] values of a slice; panics if it has fewer.
    fn load(self, from: &[f64]) -> Self::F64s;
}

/// A vector of `f64`.
pub(crate) trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// Lanes of the vector.
    const LANES: usize;
    /// A truth value a lane.
    type Mask: Mask;
    /// Writes the lanes to the front of a slice; panics if it is shorter.
    fn store(self, to: &mut [f64]);
    /// `self * b + c`, rounded once.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// `c - self * b`, rounded once.
    fn neg_mul_add(self, b: Self, c: Self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// `self` where it is less, else `other`: `other` if either is not a number.
    fn min(self, other: Self) -> Self;
    /// `self` where it is greater, else `other`: `other` if either is not a number.
    fn max(self, other: Self) -> Self;
    /// Where `self < other`.
    fn lt(self, other: Self) -> Self::Mask;
    /// Where `self <= other`.
    fn le(self, other: Self) -> Self::Mask;
    /// `yes` where the mask is true, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// Exclusive or of the bits.
    fn xor(self, other: Self) -> Self;
    /// The bits of each lane moved up by `N`.
    fn shift_bits_up<const N: i32>(self) -> Self;
}

/// A truth value a lane.
pub(crate) trait Mask: Copy {
    /// Lanes of the vector it speaks of.
    const LANES: usize;
    /// Bit `i` is lane `i`.
    fn bits(self) -> u32;
    /// Where both are true.
    fn and(self, other: Self) -> Self;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every operation once, its results one after the other.
    struct EveryOperation<'a>(&'a [f64; 24]);

    /// The same on two vectors at a time, or on one where two are too many.
    struct EveryOperationTwice<'a>(&'a [f64; 24]);

    impl Kernel for EveryOperationTwice<'_> {
        type Out = Vec<u64>;

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Vec<u64> {
            if S::LANES < 8 {
                EveryOperation(self.0).run(Twice(simd))
            } else {
                EveryOperation(self.0).run(simd)
            }
        }
    }

    impl Kernel for EveryOperation<'_> {
        type Out = Vec<u64>;

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Vec<u64> {
            let mut out = [[0.0; 8]; 17];
            let mut masks = [0_u32; 3];
            for at in (0..8).step_by(S::LANES) {
                let a = simd.load(&self.0[at..]);
                let b = simd.load(&self.0[8 + at..]);
                let c = simd.load(&self.0[16 + at..]);
                let (less, at_most) = (a.lt(b), a.le(b));
                let both = less.and(b.lt(c));
                let results = [
                    a + b,
                    a - b,
                    a * b,
                    a / b,
                    -a,
                    a.mul_add(b, c),
                    a.neg_mul_add(b, c),
                    a.abs().sqrt(),
                    a.abs(),
                    a.min(b),
                    a.max(b),
                    S::F64s::select(less, a, c),
                    S::F64s::select(at_most, b, c),
                    a.xor(b),
                    a.shift_bits_up::<62>(),
                    S::F64s::select(both, a, b),
                    simd.splat(self.0[0]),
                ];
                for (result, out) in results.into_iter().zip(&mut out) {
                    result.store(&mut out[at..]);
                }
                for (mask, out) in [less, at_most, both].into_iter().zip(&mut masks) {
                    *out |= mask.bits() << at;
                }
            }
            let values =
                out.iter().flatten().map(|x| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() });
            values.chain(masks.into_iter().map(u64::from)).collect()
        }
    }

    proptest! {
        #[test]
        fn every_operation_has_the_same_bits_on_every_path(
            mut values in prop::array::uniform24(prop_oneof![prop::num::f64::ANY, -1e3..1e3, Just(0.0), Just(-0.0)]),
            equal in 0_usize..8,
        ) {
            values[8 + equal] = values[equal];
            let expected = Path::Scalar.run(EveryOperation(&values));
            for path in crate::golden::paths() {
                prop_assert_eq!(&path.run(EveryOperation(&values)), &expected, "{}", path.name());
                prop_assert_eq!(&path.run(EveryOperationTwice(&values)), &expected, "twice {}", path.name());
            }
        }
    }

    #[test]
    fn a_path_is_found_by_its_name() {
        assert!(Path::ALL.into_iter().all(|path| Path::named(path.name()) == Some(path)));
        assert_eq!(Path::named("neon"), None);
        assert!(Path::Scalar.is_there());
    }
}
