//! Where an axis has its ticks, and what they say.

use crate::typeset::{minus, superscript, typeset};

/// Ticks of a linear axis: multiples of 1, 2 or 5 times a power of ten.
pub fn linear(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return vec![(low, typeset(low))];
    }
    let rough = span / most.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|&s| s >= rough * (1.0 - 1e-9));
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    let largest = low.abs().max(high.abs());
    let places = (-(step.log10() + 1e-9).floor()).max(0.0) as usize;
    let text =
        |x: f64| if !(1e-4..1e6).contains(&largest) { typeset(x) } else { minus(format!("{x:.places$}")) };
    // Adding 0 makes the zero of a negative step positive.
    (0..=(last - first) as usize).map(|i| (first + i as f64) * step + 0.0).map(|x| (x, text(x))).collect()
}

/// Ticks of a logarithmic axis: powers of ten, at equal distances; where there is one at most, 1, 2 and 5 times them, or more of them where these
/// are few.
pub fn logarithmic(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let most = most.max(2) as i32;
    let (first, last) = ((low.log10() - 1e-9).ceil() as i32, (high.log10() + 1e-9).floor() as i32);
    let count = last - first + 1;
    if count < 2 {
        let multiples = |of: &[f64]| -> Vec<f64> {
            let all = (first - 1..=last + 1).flat_map(|power| of.iter().map(move |m| m * 10f64.powi(power)));
            all.filter(|x| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(x)).collect()
        };
        let (few, every) = (multiples(&[1.0, 2.0, 5.0]), multiples(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0]));
        let fine = if few.len() < 3 && every.len() > 3 { every } else { few };
        return match fine.len() {
            0 | 1 => linear(low, high, most as usize).into_iter().filter(|&(x, _)| x > 0.0).collect(),
            _ => fine.into_iter().map(|x| (x, typeset(x))).collect(),
        };
    }
    const STEPS: [i32; 11] = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300];
    let powers = |step: i32| (first..=last).filter(|power| power % step == 0).collect::<Vec<_>>();
    let widest = STEPS.iter().position(|s| (count + s - 1) / s <= most).unwrap_or(STEPS.len() - 1);
    // One power alone tells no scale.
    let several = STEPS[..=widest].iter().rev().map(|&step| powers(step)).find(|powers| powers.len() > 1);
    let powers = several.unwrap_or_else(|| powers(1));
    // Always as powers, so that neighbouring panels agree.
    powers.into_iter().map(|power| (10f64.powi(power), format!("10{}", superscript(power)))).collect()
}

/// The most decades whose multiples are marked; of more, decades are.
const MOST_DECADES: f64 = 7.0;

/// Values of a logarithmic axis that have marks and no names: 2 to 9 times powers of ten, or the powers where there are many.
pub fn between(low: f64, high: f64) -> Vec<f64> {
    const MOST: usize = 80;
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let multiples: &[f64] = match high.log10() - low.log10() <= MOST_DECADES {
        true => &[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
        false => &[1.0],
    };
    let all = (first..=last).flat_map(|power| multiples.iter().map(move |m| m * 10f64.powi(power)));
    let inside: Vec<f64> = all.filter(|x| (low..=high).contains(x)).collect();
    if inside.len() > MOST { Vec::new() } else { inside }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: Vec<(f64, String)>) -> String {
        ticks.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_numbers_inside_the_range() {
        for (low, high, want) in [
            (0.0, 1.0, "0.0 0.2 0.4 0.6 0.8 1.0"),
            (-0.3, 0.3, "−0.2 0.0 0.2"),
            (0.0, 30.0, "0 10 20 30"),
            (4.0, 4.0, "4"),
            (0.0, 4e7, "0 10⁷ 2×10⁷ 3×10⁷ 4×10⁷"),
            (0.0, 3e-9, "0 10⁻⁹ 2×10⁻⁹ 3×10⁻⁹"),
        ] {
            assert_eq!(texts(linear(low, high, 5)), want, "{low} to {high}");
        }
    }

    #[test]
    fn between_decades_are_multiples_and_of_many_decades_the_powers() {
        assert_eq!(
            between(0.5, 20.0),
            [
                0.5,
                0.6000000000000001,
                0.7000000000000001,
                0.8,
                0.9,
                2.0,
                3.0,
                4.0,
                5.0,
                6.0,
                7.0,
                8.0,
                9.0,
                20.0
            ]
        );
        assert_eq!(between(1.0, 1e10).len(), 11);
        assert!(between(1e-300, 1e300).is_empty());
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten_or_few_between_them() {
        for (low, high, want) in [
            (1e-2, 1e3, "10⁻² 10⁻¹ 10⁰ 10¹ 10² 10³"),
            (1e-6, 1.0, "10⁻⁶ 10⁻⁴ 10⁻² 10⁰"),
            (1e-30, 1.0, "10⁻³⁰ 10⁻²⁰ 10⁻¹⁰ 10⁰"),
            (1e-300, 1e300, "10⁻³⁰⁰ 10⁰ 10³⁰⁰"),
            (2.0, 40.0, "2 5 10 20"),
            (3.0, 4.0, "3.0 3.2 3.4 3.6 3.8 4.0"),
            (3.0, 10.2, "3 4 5 6 8 10"),
            (1e-7, 3e-7, "10⁻⁷ 2×10⁻⁷"),
        ] {
            let most = if low == 1e-300 { 3 } else { 6 };
            let most = if low == 1e-6 || low == 1e-30 { 4 } else { most };
            assert_eq!(texts(logarithmic(low, high, most)), want, "{low} to {high}");
        }
    }
}
