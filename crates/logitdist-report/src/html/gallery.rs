//! All pictures of a sweep with a selector that chooses one, and the selectors that draw any other.

use super::{figure, in_script};
use crate::declared::explorer_data;
use crate::view::Picture;
use logitdist_io::for_shell;
use logitdist_results::Study;
use maud::{Markup, html};

/// All pictures and their selector.
pub fn content(pictures: &[Picture]) -> Markup {
    html! {
        div class="choices" {
            label {
                "picture"
                select id="view" {
                    @for (i, picture) in pictures.iter().enumerate() {
                        option value=(picture.key()) selected[i == 0] { (picture.title) }
                    }
                }
            }
        }
        @for (i, picture) in pictures.iter().enumerate() { (figure(picture, i > 0)) "\n" }
    }
}

/// The selectors that draw any picture, and the command that makes it for a paper.
pub fn explorer(study: &Study, name: &str) -> Markup {
    let data = explorer_data(study, &for_shell(&format!("results/{name}")));
    html! {
        p {
            "Choose what is drawn; everything that is not shown is fixed to one value, so that nothing but replicates is under a line. The command \
            makes the same picture as SVG, PNG and PDF."
        }
        div class="choices" id="choices" {}
        div id="drawn" role="img" aria-live="polite" aria-label="The chosen picture" {}
        pre { code id="command" {} }
        script type="application/json" id="explorer-data" { (in_script(&data)) }
    }
}
