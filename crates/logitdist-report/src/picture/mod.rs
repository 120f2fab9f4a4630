//! Pictures of a sweep: the numbers behind each, then the figure. They are listed in [`pictures`](crate::pictures).

pub(crate) mod axes;
pub mod by_axis;
pub mod certificates;
pub mod divergence;
mod family;
pub mod frontier;
pub mod heat;
pub mod quantity;
pub(crate) mod sample;

pub use by_axis::{Bounds, Families};
pub use certificates::{Certificates, VacuousShares};
pub use divergence::Divergences;
pub(crate) use family::certificates_of_m_cca;
pub use family::{Family, families};
pub use frontier::Frontiers;
pub use heat::Maps;
