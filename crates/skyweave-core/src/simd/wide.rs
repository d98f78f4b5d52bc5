//! What two widths do alike, by other intrinsics: written once.

/// The one reason of the vectors: an intrinsic called where its instruction is known to be there.
macro_rules! there {
    ($e:expr) => {{
        // SAFETY: a value of this width was made by the token, so the processor has the instruction. A vector is as
        // large as an array of its lanes, and any bits are valid in both.
        #[expect(unsafe_code, reason = "intrinsics need their instruction, and the token proves it")]
        unsafe {
            $e
        }
    }};
}

/// A width: how its token runs kernels, and the operations that differ by nothing but the intrinsic's name. `own` are the
/// methods of `Lanes` that do differ.
macro_rules! width {
    (
        features $features:literal,
        types $token:ident, $vector:ident($raw:ty), $mask:ident,
        lanes $lanes:literal: [$($lane:literal)*],
        intrinsics {
            splat $splat:ident, add $add:ident, sub $sub:ident, mul $mul:ident, div $div:ident, mul_add $fmadd:ident,
            neg_mul_add $fnmadd:ident, sqrt $sqrt:ident, min $min:ident, max $max:ident, xor $xor:ident,
        },
        own { $($own:tt)* }
    ) => {
        impl $token {
            /// Runs a kernel on this width.
            #[expect(unsafe_code, reason = "code compiled for an instruction is called with the proof of it")]
            pub(super) fn enter<K: Kernel>(self, kernel: K) -> K::Out {
                // SAFETY: `self` exists, so the processor has what the function is compiled for.
                unsafe { compiled_for_it(self, kernel) }
            }
        }

        #[target_feature(enable = $features)]
        fn compiled_for_it<K: Kernel>(token: $token, kernel: K) -> K::Out {
            kernel.run(token)
        }

        impl Simd for $token {
            const LANES: usize = $lanes;
            type F64s = $vector;

            #[inline(always)]
            fn splat(self, value: f64) -> $vector {
                $vector(there!($splat(value)))
            }

            #[inline(always)]
            fn load(self, from: &[f64]) -> $vector {
                let from = &from[..$lanes];
                $vector(there!(std::mem::transmute::<[f64; $lanes], $raw>([$(from[$lane]),*])))
            }
        }

        width!(operator $vector, Add, add, $add);
        width!(operator $vector, Sub, sub, $sub);
        width!(operator $vector, Mul, mul, $mul);
        width!(operator $vector, Div, div, $div);

        impl Neg for $vector {
            type Output = Self;

            #[inline(always)]
            fn neg(self) -> Self {
                Self(there!($xor(self.0, $splat(-0.0))))
            }
        }

        impl Lanes for $vector {
            const LANES: usize = $lanes;
            type Mask = $mask;

            #[inline(always)]
            fn store(self, to: &mut [f64]) {
                let to = &mut to[..$lanes];
                let lanes = there!(std::mem::transmute::<$raw, [f64; $lanes]>(self.0));
                for (to, lane) in to.iter_mut().zip(lanes) {
                    *to = lane;
                }
            }

            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                Self(there!($fmadd(self.0, b.0, c.0)))
            }

            #[inline(always)]
            fn neg_mul_add(self, b: Self, c: Self) -> Self {
                Self(there!($fnmadd(self.0, b.0, c.0)))
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(there!($sqrt(self.0)))
            }

            #[inline(always)]
            fn min(self, other: Self) -> Self {
                Self(there!($min(self.0, other.0)))
            }

            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Self(there!($max(self.0, other.0)))
            }

            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                Self(there!($xor(self.0, other.0)))
            }

            $($own)*
        }
    };
    (operator $vector:ident, $trait:ident, $method:ident, $intrinsic:ident) => {
        impl $trait for $vector {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(there!($intrinsic(self.0, other.0)))
            }
        }
    };
}
