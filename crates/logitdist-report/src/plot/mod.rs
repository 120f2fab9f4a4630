//! Pictures fit for a paper: one description ([`Figure`]), drawn as SVG, PNG and PDF with the same content, on white.
//!
//! A figure is panels in rows; a panel has two axes and marks. Widths are those of a paper's column (3.4 in) and page (7 in), text is 7 pt,
//! colours are told apart by the colour-blind, lines are named at their ends where there is room and in a key above where
//! there is not. On a logarithmic axis zeros and infinities stand in a gutter at the edge, marked and counted. A panel
//! without anything to show says why ([`Panel::empty`]).
//!
//! ```
//! use logitdist_report::plot::{Axis, Figure, Mark, Panel, Point, Width, palette};
//!
//! let points = vec![Point::at(1e-3, 0.5), Point::at(1.0, 0.0)];
//! let panel = Panel::new("noise", Axis::log("d_logit (nats)"), Axis::log("kl_ab (nats)"))
//!     .with(Mark::points(points, palette::BLUE).labelled("pairs"))
//!     .with(Mark::line(vec![(1e-3, 1e-3), (1.0, 1.0)], palette::GREY).dashed());
//! let figure = Figure::new(Width::Column, vec![panel]);
//! assert!(figure.to_svg().starts_with("<svg"));
//! assert_eq!(&figure.to_png()[1..4], b"PNG");
//! assert!(figure.to_pdf().starts_with(b"%PDF"));
//! ```

mod axes;
mod canvas;
mod covered;
mod diagonal;
mod figure;
mod frame;
mod key;
mod layout;
mod mark;
mod marks;
mod names;
mod notes;
pub mod palette;
mod pdf;
mod piles;
mod scale;
mod shape;
mod ticks;
mod wrapped;

pub use figure::{Axis, Colours, Figure, Panel, Scale, Width};
pub use mark::{Bar, Form, Mark, Point, Shape, Tiles};
pub use palette::Colour;
