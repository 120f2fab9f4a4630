//! All pictures of a sweep and the selectors that choose one.

use super::labelled;
use crate::picture::{Kind, Picture};
use crate::plot::Width;
use crate::study::Study;
use maud::{Markup, html};

/// What the selectors make of a kind of picture.
fn key(kind: &Kind) -> String {
    match kind {
        Kind::Divergence => "divergence".into(),
        Kind::Frontier => "frontier".into(),
        Kind::Certificates => "certificates".into(),
        Kind::Vacuous => "vacuous".into(),
        Kind::Families { x, source } => format!("families|{x}|{source}"),
        Kind::Bound { bound, x, lines } => format!("bound|{bound}|{x}|{lines}"),
        Kind::Heat { quantity, x, y } => format!("map|{quantity}|{x}|{y}"),
        Kind::Training(view, part) => format!("{}-{part}", view.name()),
    }
}

/// All pictures and their selectors.
pub fn content(study: &Study, pictures: &[Picture]) -> Markup {
    let distinct = |of: &dyn Fn(&Kind) -> Option<String>| {
        let mut found: Vec<String> = Vec::new();
        for name in pictures.iter().filter_map(|p| of(&p.kind)) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    };
    let bounds = distinct(&|k| match k {
        Kind::Bound { bound, .. } => Some(bound.clone()),
        _ => None,
    });
    let quantities = distinct(&|k| match k {
        Kind::Heat { quantity, .. } => Some(quantity.clone()),
        _ => None,
    });
    let axes = distinct(&|k| match k {
        Kind::Bound { x, .. } | Kind::Families { x, .. } => Some(x.clone()),
        _ => None,
    });
    let sources = distinct(&|k| match k {
        Kind::Families { source, .. } if !source.is_empty() => Some(source.clone()),
        _ => None,
    });
    let mut views: Vec<(String, String)> = Vec::new();
    for picture in pictures {
        if let Kind::Training(view, part) = &picture.kind {
            let which = if *part > 0 { format!(", part {}", part + 1) } else { String::new() };
            views.push((key(&picture.kind), format!("{}{which}", view.title())));
        }
    }
    let mut others = vec![
        ("divergence", "KL divergence against logit distance"),
        ("frontier", "tightness frontier"),
        ("certificates", "certificates of m_cca"),
        ("vacuous", "vacuous certificates"),
    ];
    if !axes.is_empty() {
        others.extend([("families", "all bounds against an axis"), ("bound", "a bound against an axis")]);
    }
    if !quantities.is_empty() {
        others.push(("map", "map over two axes"));
    }
    let plain = |names: &[String]| names.iter().map(|n| (n.clone(), n.clone())).collect::<Vec<_>>();
    views.extend(others.iter().map(|(v, n)| ((*v).to_owned(), (*n).to_owned())));
    let mut second = vec![(String::new(), "(none)".to_owned())];
    second.extend(plain(&axes));
    let undrawn = study.varied().len().saturating_sub(axes.len());
    html! {
        div class="choices" {
            (select("view", "picture", &views, 0))
            (select("bound", "bound", &plain(&bounds), 0))
            (select("quantity", "quantity", &plain(&quantities), 0))
            (select("x", "axis", &plain(&axes), 0))
            // A map needs a second axis: the last is chosen at first.
            (select("second", "second axis", &second, second.len().min(3) - 1))
            (select("source", "source", &plain(&sources), 0))
        }
        p id="no-picture" hidden { "There is nothing to show for this choice: take two different axes, or another bound." }
        @for (i, picture) in pictures.iter().enumerate() {
            figure class=(if picture.figure.width == Width::Full { "full" } else { "column" })
                data-key=(key(&picture.kind)) id={ "picture-" (i) } hidden[i > 0] {
                (labelled(&picture.figure.to_linked_svg(), &picture.caption))
                figcaption {
                    (picture.caption)
                    @if picture.is_filed { " " code { "plots/" (picture.name) ".svg" } }
                }
            }
            "\n"
        }
        @if undrawn > 0 {
            p class="soft" {
                "Pictures are over the " (axes.len()) " axes with most values; " (undrawn) " more are in summary.csv."
            }
        }
    }
}

fn select(id: &str, label: &str, options: &[(String, String)], chosen: usize) -> Markup {
    html! {
        label {
            (label)
            select id=(id) {
                @for (i, (value, name)) in options.iter().enumerate() {
                    option value=(value) selected[i == chosen] { (name) }
                }
            }
        }
        "\n"
    }
}
