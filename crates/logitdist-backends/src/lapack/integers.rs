//! Whether a library takes 32-bit or 64-bit integers: its symbols may have the same names.
#![allow(unsafe_code)]

use super::routines::Int;

#[cfg(not(target_endian = "little"))]
compile_error!("the size of a LAPACK library's integers can be told on little-endian processors only");

/// BLAS's ddot: Σ x_i y_i over n entries.
pub type Dot = unsafe extern "C" fn(*const Int, *const f64, *const Int, *const f64, *const Int) -> f64;

/// Whether a library's integers have 32 bits.
///
/// The number of entries, 1, has −1 behind it. Read as one integer of 64 bits, that is a negative number, and the sum is 0.
pub fn takes_32_bits(dot: Dot) -> bool {
    let one: [Int; 2] = [1, -1];
    let (x, y) = ([3.0], [5.0]);
    // SAFETY: there is one entry of each, and eight bytes behind each integer. A routine that takes all eight finds a negative number
    // of entries and reads none.
    let sum = unsafe { dot(one.as_ptr(), x.as_ptr(), one.as_ptr(), y.as_ptr(), one.as_ptr()) };
    sum == 15.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ddot of a library with 32-bit integers.
    unsafe extern "C" fn narrow(
        n: *const i32,
        x: *const f64,
        _: *const i32,
        y: *const f64,
        _: *const i32,
    ) -> f64 {
        // SAFETY: the caller has n entries.
        unsafe { (0..usize::try_from(*n).unwrap_or(0)).map(|i| *x.add(i) * *y.add(i)).sum() }
    }

    /// ddot of a library with 64-bit integers, under the type that the loader takes it for.
    unsafe extern "C" fn wide(
        n: *const i32,
        x: *const f64,
        _: *const i32,
        y: *const f64,
        _: *const i32,
    ) -> f64 {
        // SAFETY: the caller has n entries, and eight bytes behind n.
        unsafe {
            let n = n.cast::<i64>().read_unaligned();
            (0..usize::try_from(n).unwrap_or(0)).map(|i| *x.add(i) * *y.add(i)).sum()
        }
    }

    #[test]
    fn the_size_of_integers_is_told() {
        assert!(takes_32_bits(narrow));
        assert!(!takes_32_bits(wide));
    }
}
