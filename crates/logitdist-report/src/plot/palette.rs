//! Colours: Okabe and Ito's eight, which the colour-blind can tell apart, and a scale of equal steps for numbers.

/// Red, green and blue, 0 to 255 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour(pub u8, pub u8, pub u8);

/// Text and frames.
pub const INK: Colour = Colour(0x1a, 0x1a, 0x1a);
/// Lines that are for orientation only.
pub const GREY: Colour = Colour(0x76, 0x76, 0x76);
/// The grid.
pub const GRID: Colour = Colour(0xdd, 0xdd, 0xdd);
/// The ground of gutters.
pub const GROUND: Colour = Colour(0xf1, 0xf1, 0xf1);
/// Okabe and Ito's blue; also for sharpened bounds.
pub const BLUE: Colour = Colour(0x00, 0x72, 0xb2);
/// Okabe and Ito's vermillion; also for published bounds.
pub const VERMILLION: Colour = Colour(0xd5, 0x5e, 0x00);
/// Okabe and Ito's bluish green.
pub const GREEN: Colour = Colour(0x00, 0x9e, 0x73);
/// Okabe and Ito's reddish purple.
pub const PURPLE: Colour = Colour(0xcc, 0x79, 0xa7);
/// Okabe and Ito's orange.
pub const ORANGE: Colour = Colour(0xe6, 0x9f, 0x00);
/// Okabe and Ito's sky blue.
pub const SKY: Colour = Colour(0x56, 0xb4, 0xe9);

/// Colours of lines that have no order, in the order in which to use them.
pub const UNORDERED: [Colour; 6] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY];

/// Ten colours of viridis (Smith and van der Walt 2015), dark to light in equal steps of lightness.
const VIRIDIS: [Colour; 10] = [
    Colour(0x44, 0x01, 0x54),
    Colour(0x48, 0x28, 0x78),
    Colour(0x3e, 0x49, 0x89),
    Colour(0x31, 0x68, 0x8e),
    Colour(0x26, 0x82, 0x8e),
    Colour(0x1f, 0x9e, 0x89),
    Colour(0x35, 0xb7, 0x79),
    Colour(0x6e, 0xce, 0x58),
    Colour(0xb5, 0xde, 0x2b),
    Colour(0xfd, 0xe7, 0x25),
];

/// The colour of a share in [0, 1]: viridis, 0 dark violet and 1 yellow.
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
    (0..n).map(|i| sequential(if n < 2 { 0.3 } else { 0.05 + 0.75 * i as f64 / (n - 1) as f64 })).collect()
}

impl Colour {
    /// The colour that a share of the way to another.
    pub fn towards(self, other: Colour, share: f64) -> Colour {
        let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
        Colour(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// Whether white text on it is easier to read than black text.
    pub fn is_dark(self) -> bool {
        0.299 * f64::from(self.0) + 0.587 * f64::from(self.1) + 0.114 * f64::from(self.2) < 140.0
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
        assert_eq!((sequential(-1.0), sequential(2.0)), (VIRIDIS[0], VIRIDIS[9]));
        assert_eq!([0.0, 0.5, 1.0].map(diverging), [BOTH_WAYS[0], BOTH_WAYS[2], BOTH_WAYS[4]]);
        let both_ways: Vec<f64> = (0..=100).map(|i| lightness(diverging(f64::from(i) / 100.0))).collect();
        assert!(both_ways[..=50].is_sorted() && both_ways[50..].iter().rev().is_sorted(), "{both_ways:?}");
        assert_eq!((ordered(0).len(), ordered(1).len(), ordered(7).len()), (0, 1, 7));
    }
}
