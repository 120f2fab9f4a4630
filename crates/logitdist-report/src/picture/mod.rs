//! Pictures of a sweep that show single pairs: the numbers behind each, then the figure. They are listed in
//! [`pictures`](crate::pictures), with those that are [declared](crate::declared).

pub(crate) mod axes;
pub mod certificates;
pub mod divergence;
mod family;
pub mod frontier;
pub(crate) mod sample;

pub(crate) use axes::{level_style, moved};
pub use certificates::Certificates;
pub use divergence::Divergences;
pub use family::{Family, families};
pub(crate) use family::{certificates_of_m_cca, rank, styles};
pub use frontier::Frontiers;
