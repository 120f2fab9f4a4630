//! Published values: exercise against physiological variables of 20 men (Linnerud), as in the documentation of PROC CANCORR.

use crate::pairs::{assert_close, compared, list, normal, rng, value};
use logitdist::measure::pls_svd::d_svd;
use logitdist::{Mat, Model};

#[rustfmt::skip]
const EXERCISE: [[f64; 3]; 20] = [
    [5.0, 162.0, 60.0], [2.0, 110.0, 60.0], [12.0, 101.0, 101.0], [12.0, 105.0, 37.0], [13.0, 155.0, 58.0],
    [4.0, 101.0, 42.0], [8.0, 101.0, 38.0], [6.0, 125.0, 40.0], [15.0, 200.0, 40.0], [17.0, 251.0, 250.0],
    [17.0, 120.0, 38.0], [13.0, 210.0, 115.0], [14.0, 215.0, 105.0], [1.0, 50.0, 50.0], [6.0, 70.0, 31.0],
    [12.0, 210.0, 120.0], [4.0, 60.0, 25.0], [11.0, 230.0, 80.0], [15.0, 225.0, 73.0], [2.0, 110.0, 43.0],
];

#[rustfmt::skip]
const PHYSIOLOGICAL: [[f64; 3]; 20] = [
    [191.0, 36.0, 50.0], [189.0, 37.0, 52.0], [193.0, 38.0, 58.0], [162.0, 35.0, 62.0], [189.0, 35.0, 46.0],
    [182.0, 36.0, 56.0], [211.0, 38.0, 56.0], [167.0, 34.0, 60.0], [176.0, 31.0, 74.0], [154.0, 33.0, 56.0],
    [169.0, 34.0, 50.0], [166.0, 33.0, 52.0], [154.0, 34.0, 64.0], [247.0, 46.0, 50.0], [193.0, 36.0, 46.0],
    [202.0, 37.0, 62.0], [176.0, 37.0, 54.0], [157.0, 32.0, 52.0], [156.0, 33.0, 54.0], [138.0, 33.0, 68.0],
];

fn matrix(rows: &[[f64; 3]; 20]) -> Mat<f64> {
    Mat::from_fn(20, 3, |i, j| rows[i][j])
}

fn centred(m: &Mat<f64>) -> Mat<f64> {
    let mean = |j: usize| m.col(j).iter().sum::<f64>() / 20.0;
    Mat::from_fn(20, 3, |i, j| m[(i, j)] - mean(j))
}

#[test]
fn measures_of_linnerud_are_the_published_ones() {
    let mut rng = rng(0);
    let labels = normal(5, 3, &mut rng);
    let model = |rows| Model::new(matrix(rows), labels.clone(), None).unwrap();
    let comparison = compared(&model(&EXERCISE), &model(&PHYSIOLOGICAL));
    for (got, want) in list(&comparison, "rho").iter().zip([0.795608154420, 0.200556041107, 0.072570286210]) {
        assert_close(*got, want, 1e-11, "rho");
    }
    for (token, want) in [
        ("cka", 0.196825316147),
        ("cka_debiased", 0.144813942769),
        ("procrustes", 1.180147446507),
        ("svcca", 0.308252246281),
        ("pwcca_ab", 0.410039033905),
        ("pwcca_ba", 0.414214990267),
        ("r2_ab", 0.283008322579),
        ("r2_ba", 0.257252457507),
    ] {
        assert_close(value(&comparison, token), want, 1e-11, token);
    }
    let (x, y) = (centred(&matrix(&EXERCISE)), centred(&matrix(&PHYSIOLOGICAL)));
    assert_close(d_svd(x.as_ref(), y.as_ref(), "inputs").unwrap(), 0.587838810769, 1e-11, "d_svd");
}
