//! Two vectors at a time: what one waits for, the other computes.

use super::{Lanes, Mask, Simd};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Twice the lanes of another width. A long chain of operations leaves most of a processor idle; two chains, operation by
/// operation in turns, leave less.
#[derive(Clone, Copy)]
pub(crate) struct Twice<S>(pub(crate) S);

/// A pair of vectors, the lower lanes first.
#[derive(Clone, Copy)]
pub(crate) struct Pair<V>(V, V);

impl<S: Simd> Simd for Twice<S> {
    const LANES: usize = 2 * S::LANES;
    type F64s = Pair<S::F64s>;

    #[inline(always)]
    fn splat(self, value: f64) -> Self::F64s {
        let vector = self.0.splat(value);
        Pair(vector, vector)
    }

    #[inline(always)]
    fn load(self, from: &[f64]) -> Self::F64s {
        let from = &from[..2 * S::LANES];
        Pair(self.0.load(from), self.0.load(&from[S::LANES..]))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<V: Lanes> $trait for Pair<V> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0), self.1.$method(other.1))
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl<V: Lanes> Neg for Pair<V> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

/// Methods that are those of both vectors.
macro_rules! both {
    ($($method:ident($($other:ident),*);)*) => {
        $(
            #[inline(always)]
            fn $method(self, $($other: Self),*) -> Self {
                Self(self.0.$method($($other.0),*), self.1.$method($($other.1),*))
            }
        )*
    };
}

impl<V: Lanes> Lanes for Pair<V> {
    const LANES: usize = 2 * V::LANES;
    type Mask = Pair<V::Mask>;

    #[inline(always)]
    fn store(self, to: &mut [f64]) {
        let to = &mut to[..2 * V::LANES];
        self.0.store(to);
        self.1.store(&mut to[V::LANES..]);
    }

    both! {
        mul_add(b, c);
        neg_mul_add(b, c);
        sqrt();
        abs();
        min(other);
        max(other);
        xor(other);
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Self::Mask {
        Pair(self.0.lt(other.0), self.1.lt(other.1))
    }

    #[inline(always)]
    fn le(self, other: Self) -> Self::Mask {
        Pair(self.0.le(other.0), self.1.le(other.1))
    }

    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        Self(V::select(mask.0, yes.0, no.0), V::select(mask.1, yes.1, no.1))
    }

    #[inline(always)]
    fn shift_bits_up<const N: i32>(self) -> Self {
        Self(self.0.shift_bits_up::<N>(), self.1.shift_bits_up::<N>())
    }
}

impl<M: Mask> Mask for Pair<M> {
    const LANES: usize = 2 * M::LANES;

    #[inline(always)]
    fn bits(self) -> u32 {
        self.0.bits() | self.1.bits() << M::LANES
    }

    both! {
        and(other);
    }
}
