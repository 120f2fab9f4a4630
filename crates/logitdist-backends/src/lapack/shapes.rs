//! Tests: every routine refuses shapes that do not fit.

use super::OPENBLAS;
use super::routines::Routines;
use crate::Triangle;
use faer::Mat;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// None is reachable from outside, and all would let a routine read or write beyond its matrices.
#[test]
fn shapes_that_do_not_fit_are_refused_before_the_call() {
    let Ok(routines) = Routines::load(&OPENBLAS) else { return };
    let matrix = |rows, cols| Mat::<f64>::identity(rows, cols);
    let refused = |what: &str, call: &dyn Fn()| {
        assert!(catch_unwind(AssertUnwindSafe(call)).is_err(), "{what}");
    };
    refused("LU of 3×2", &|| drop(routines.getrf(&mut matrix(3, 2)).unwrap()));
    refused("solving with 3×2", &|| routines.getrs(&mut matrix(3, 2), &[1, 2, 3], &mut matrix(3, 1)));
    refused("two rows for three", &|| routines.getrs(&mut matrix(3, 3), &[1, 2, 3], &mut matrix(2, 1)));
    refused("two exchanges", &|| routines.getrs(&mut matrix(3, 3), &[1, 2], &mut matrix(3, 1)));
    refused("an exchange with row 4", &|| {
        routines.getrs(&mut matrix(3, 3), &[1, 2, 4], &mut matrix(3, 1));
    });
    refused("condition of 3×2", &|| assert!(routines.gecon(&mut matrix(3, 2), 1.0) >= 0.0));
    refused("condition of 2×3", &|| assert!(routines.gecon(&mut matrix(2, 3), 1.0) >= 0.0));
    refused("Q of 2×3", &|| routines.orgqr(matrix(2, 3).as_mut(), &[0.0; 3]));
    refused("eigenvalues of 3×2", &|| drop(routines.syevd(&mut matrix(3, 2)).unwrap()));
    refused("a triangle of 3×2", &|| {
        routines.trsm(Triangle::Upper, matrix(3, 2).as_ref(), &mut matrix(3, 1));
    });
    refused("2×3 times 2×3", &|| drop(routines.gemm(matrix(2, 3).as_ref(), matrix(2, 3).as_ref())));
    refused("U of the wrong size", &|| {
        drop(routines.gesdd(&mut matrix(4, 3), Some((&mut matrix(3, 3), &mut matrix(3, 3)))).unwrap());
    });
    let mut x = matrix(3, 3);
    routines.getrs(&mut matrix(3, 3), &[1, 2, 3], &mut x);
    assert_eq!((x, routines.gecon(&mut matrix(3, 3), 1.0)), (matrix(3, 3), 1.0));
}
