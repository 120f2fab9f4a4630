//! The two floating-point types a network is computed in: f32 to train, f64 to export and to check gradients.

use faer::traits::ComplexField;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// `f32` or `f64`.
pub(crate) trait Scalar:
    ComplexField
    + Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
    + 'static
{
    const ZERO: Self;
    const ONE: Self;
    /// Smaller numbers are set to zero where they could make others subnormal; see `flushed`.
    const TINY: Self;
    /// Its square is [`TINY`](Scalar::TINY).
    const SQUARE_IS_TINY: Self;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn tanh(self) -> Self;
    fn sqrt(self) -> Self;
    fn abs(self) -> Self;

    /// The number, or zero if it is smaller than [`TINY`](Scalar::TINY).
    ///
    /// Arithmetic on subnormal numbers is about a hundred times slower. Gradients of saturated predictions and moments of dead units become
    /// subnormal, so both are set to zero here. The processor's own flush-to-zero mode is not used: Rust assumes that it is off.
    #[inline(always)]
    fn flushed(self) -> Self {
        if self.abs() < Self::TINY { Self::ZERO } else { self }
    }
}

macro_rules! scalar {
    ($type:ty, $tiny:expr, $square_is_tiny:expr) => {
        impl Scalar for $type {
            const ZERO: $type = 0.0;
            const ONE: $type = 1.0;
            const TINY: $type = $tiny;
            const SQUARE_IS_TINY: $type = $square_is_tiny;

            #[inline(always)]
            fn from_f64(value: f64) -> $type {
                value as $type
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }

            #[inline(always)]
            fn exp(self) -> $type {
                <$type>::exp(self)
            }

            #[inline(always)]
            fn ln(self) -> $type {
                <$type>::ln(self)
            }

            #[inline(always)]
            fn tanh(self) -> $type {
                <$type>::tanh(self)
            }

            #[inline(always)]
            fn sqrt(self) -> $type {
                <$type>::sqrt(self)
            }

            #[inline(always)]
            fn abs(self) -> $type {
                <$type>::abs(self)
            }
        }
    };
}

scalar!(f32, 1e-30, 1e-15);
scalar!(f64, 1e-200, 1e-100);
