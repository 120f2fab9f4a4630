//! Colours that the colour-blind can tell apart, that differ in lightness too, so that they print in grey, and none of which is yellow; and
//! scales of equal steps for numbers.

use logitdist::{Form, theorem, theorems};

/// Red, green and blue, 0 to 255 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour(pub u8, pub u8, pub u8);

/// The ground of figures.
pub const WHITE: Colour = Colour(0xff, 0xff, 0xff);
/// Text and frames.
pub const INK: Colour = Colour(0x1a, 0x1a, 0x1a);
/// Lines that are for orientation only.
pub const GREY: Colour = Colour(0x76, 0x76, 0x76);
/// The grid.
pub const GRID: Colour = Colour(0xdd, 0xdd, 0xdd);
/// The grid where it is finest.
pub const FINE_GRID: Colour = Colour(0xee, 0xee, 0xee);
/// The ground of gutters.
pub const GROUND: Colour = Colour(0xf1, 0xf1, 0xf1);
/// Okabe and Ito's blue; also for sharpened bounds.
pub const BLUE: Colour = Colour(0x00, 0x72, 0xb2);
/// Okabe and Ito's vermillion; also for published bounds.
pub const VERMILLION: Colour = Colour(0xd5, 0x5e, 0x00);
/// Okabe and Ito's sky blue.
pub const SKY: Colour = Colour(0x56, 0xb4, 0xe9);
/// Nearly black.
pub const NAVY: Colour = Colour(0x0b, 0x1f, 0x4b);
/// Dark violet.
pub const PLUM: Colour = Colour(0x4b, 0x1d, 0x6b);
/// Okabe and Ito's bluish green.
pub const GREEN: Colour = Colour(0x00, 0x9e, 0x73);
/// Okabe and Ito's reddish purple.
pub const PURPLE: Colour = Colour(0xcc, 0x79, 0xa7);

/// Colours of lines that have no order, in the order in which to use them. The first five differ in lightness.
pub const UNORDERED: [Colour; 6] = [BLUE, VERMILLION, SKY, NAVY, PLUM, GREEN];

/// Colours of the sharpened bounds of a family, in the order of the table.
const SHARPENED: [Colour; 4] = [BLUE, NAVY, SKY, PLUM];

/// Colours of the published bounds of a family.
const PUBLISHED: [Colour; 2] = [VERMILLION, PURPLE];

/// Colours of bounds that would have one colour and share a panel.
pub const OF_BOUNDS: [Colour; 7] = [BLUE, NAVY, SKY, PLUM, GREEN, VERMILLION, PURPLE];

/// The colour of a bound, the same in all figures of all studies where it is free: published ones are orange, sharpened ones blue; further ones of a family,
/// which share panels, are told apart.
pub fn of_bound(token: &str) -> Colour {
    let Some(own) = theorem(token) else { return BLUE };
    let family = theorems().filter(|row| row.about() == own.about() && row.form == own.form);
    let place = family.take_while(|row| row.token != own.token).count();
    match own.form {
        Form::Published => PUBLISHED[place % PUBLISHED.len()],
        Form::Sharpened => SHARPENED[place % SHARPENED.len()],
    }
}

/// Eight colours of viridis (Smith and van der Walt 2015), dark to light in equal steps of lightness, without the yellow at its end.
const VIRIDIS: [Colour; 8] = [
    Colour(0x44, 0x01, 0x54),
    Colour(0x48, 0x28, 0x78),
    Colour(0x3e, 0x49, 0x89),
    Colour(0x31, 0x68, 0x8e),
    Colour(0x26, 0x82, 0x8e),
    Colour(0x1f, 0x9e, 0x89),
    Colour(0x35, 0xb7, 0x79),
    Colour(0x6e, 0xce, 0x58),
];

/// The colour of a share in [0, 1]: viridis, 0 dark violet and 1 light green.
pub fn sequential(share: f64) -> Colour {
    between(&VIRIDIS, share)
}

/// Five colours from blue over near-white to vermillion, dark at both ends.
const BOTH_WAYS: [Colour; 5] = [
    Colour(0x00, 0x3b, 0x6f),
    Colour(0x56, 0xa0, 0xd3),
    Colour(0xf4, 0xf4, 0xf2),
    Colour(0xe6, 0x8a, 0x4e),
    Colour(0x8c, 0x2d, 0x04),
];

/// The colour of a share in [0, 1] whose middle is neutral: 0 dark blue, ½ near white, 1 dark vermillion.
pub fn diverging(share: f64) -> Colour {
    between(&BOTH_WAYS, share)
}

/// A colour of a list, from its first at 0 to its last at 1.
fn between(colours: &[Colour], share: f64) -> Colour {
    let position = share.clamp(0.0, 1.0) * (colours.len() - 1) as f64;
    let below = (position.floor() as usize).min(colours.len() - 2);
    colours[below].towards(colours[below + 1], position - below as f64)
}

/// Colours of `n` lines in an order, such as the levels of an axis: dark to light, all legible on white.
pub fn ordered(n: usize) -> Vec<Colour> {
    (0..n).map(|i| sequential(if n < 2 { 0.4 } else { i as f64 / (n - 1) as f64 })).collect()
}

impl Colour {
    /// The colour that a share of the way to another.
    pub fn towards(self, other: Colour, share: f64) -> Colour {
        let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
        Colour(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// As a page writes it: `#0072b2`.
    pub fn to_hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Whether white text on it has more contrast than text in [`INK`].
    pub fn is_dark(self) -> bool {
        self.contrast(WHITE) > self.contrast(INK)
    }

    /// The contrast to another colour as WCAG 2.2 defines it: 1 for the same, 21 for black on white.
    pub fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        a.max(b) / a.min(b)
    }

    /// The relative luminance of WCAG 2.2, from 0 for black to 1 for white: components are not in proportion to light.
    fn luminance(self) -> f64 {
        let linear = |component: u8| match f64::from(component) / 255.0 {
            c if c <= 0.04045 => c / 12.92,
            c => ((c + 0.055) / 1.055).powf(2.4),
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_goes_from_dark_to_light() {
        let lightness = |c: Colour| f64::from(c.0) * 0.299 + f64::from(c.1) * 0.587 + f64::from(c.2) * 0.114;
        let steps: Vec<f64> = (0..=100).map(|i| lightness(sequential(f64::from(i) / 100.0))).collect();
        assert!(steps.windows(2).all(|w| w[0] <= w[1]), "{steps:?}");
        assert_eq!((sequential(-1.0), sequential(2.0)), (VIRIDIS[0], VIRIDIS[7]));
        assert_eq!([0.0, 0.5, 1.0].map(diverging), [BOTH_WAYS[0], BOTH_WAYS[2], BOTH_WAYS[4]]);
        let both_ways: Vec<f64> = (0..=100).map(|i| lightness(diverging(f64::from(i) / 100.0))).collect();
        assert!(both_ways[..=50].is_sorted() && both_ways[50..].iter().rev().is_sorted(), "{both_ways:?}");
        assert_eq!((ordered(0).len(), ordered(1).len(), ordered(7).len()), (0, 1, 7));
    }

    /// A colour as eyes without green cones see it (Machado, Oliveira and Fernandes 2009, severity 1), in linear light.
    fn deuteranopic(colour: Colour) -> [f64; 3] {
        let linear = |x: u8| {
            let x = f64::from(x) / 255.0;
            if x <= 0.04045 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
        };
        let [r, g, b] = [colour.0, colour.1, colour.2].map(linear);
        [
            0.367322 * r + 0.860646 * g - 0.227968 * b,
            0.280085 * r + 0.672501 * g + 0.047413 * b,
            -0.011820 * r + 0.042940 * g + 0.968881 * b,
        ]
    }

    /// Relative luminance: what grey a colour prints as.
    fn luminance(colour: Colour) -> f64 {
        let linear = |x: u8| (f64::from(x) / 255.0).powf(2.2);
        0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2)
    }

    #[test]
    fn colours_of_bounds_differ_without_green_cones_and_in_grey_and_are_seen_on_white() {
        let all: Vec<Colour> = SHARPENED.into_iter().chain([VERMILLION]).collect();
        for (i, &a) in all.iter().enumerate() {
            assert!(1.05 / (luminance(a) + 0.05) > 2.2, "{a:?} is too light on white");
            assert!(!(a.0 > 180 && a.1 > 160 && a.2 < 120), "{a:?} is yellow");
            for &b in &all[..i] {
                let (x, y) = (deuteranopic(a), deuteranopic(b));
                let apart: f64 =
                    x.iter().zip(y).map(|(x, y)| (x.max(0.0).sqrt() - y.max(0.0).sqrt()).powi(2)).sum();
                assert!(apart.sqrt() > 0.12, "{a:?} and {b:?}: {}", apart.sqrt());
                let grey = |c| luminance(c).sqrt();
                assert!(
                    (grey(a) - grey(b)).abs() > 0.035,
                    "{a:?} and {b:?} in grey: {} {}",
                    grey(a),
                    grey(b)
                );
            }
        }
    }

    #[test]
    fn bounds_that_share_a_panel_have_colours_of_their_own() {
        for row in theorems() {
            let others = theorems().filter(|other| other.about() == row.about() && other.token != row.token);
            for other in others {
                assert_ne!(of_bound(row.token), of_bound(other.token), "{} and {}", row.token, other.token);
            }
        }
        assert_eq!((of_bound("m_cca_linear"), of_bound("m_cca_sharp")), (VERMILLION, BLUE));
    }
}
