//! One page about one pair of models, from the CSV that `logitdist compare --report` leaves.

mod comparison;
mod figures;
mod histogram;
mod inputs;
mod labels;
mod lines;
mod results;
mod spectra;

pub use comparison::{BoundLine, Comparison, Value};
pub use figures::{Picture, pictures};
pub use inputs::Inputs;
pub use labels::Labels;
pub use results::PairResults;
pub use spectra::Spectra;

#[cfg(test)]
mod look {
    #[test]
    fn look() {
        for entry in std::fs::read_dir("/tmp/r").unwrap() {
            let folder = entry.unwrap().path();
            let results = super::PairResults::read(&folder).unwrap();
            for p in super::pictures(&results) {
                std::fs::write(folder.join(format!("{}.png", p.name)), p.figure.to_png()).unwrap();
                std::fs::write(folder.join(format!("{}.svg", p.name)), p.figure.to_svg()).unwrap();
            }
        }
    }
}
