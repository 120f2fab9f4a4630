//! The page: one file with everything in it, which opens from disk and asks no network.

mod cells;
mod escape;

use crate::picture::{Kind, Picture};
use crate::plot::Width;
use crate::sentences::headline;
use crate::study::Study;
use crate::training::{self, INTERVALS};
pub(crate) use escape::escaped;
use std::fmt::Write;

/// What every page looks like.
pub(crate) const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The most processes of a run that are listed.
const PROCESSES_LISTED: usize = 20;

/// The page of a study; `name` is that of its folder.
pub fn page(study: &Study, name: &str, pictures: &[Picture], sentences: &[String]) -> String {
    let title = escaped(name);
    let body = [
        top(study, &title),
        found(study, sentences),
        gallery(study, pictures),
        cells::section(study, name, pictures),
        reproduce(study, name),
        glossary(study),
    ]
    .concat();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} – logitdist</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

/// Name, question and what was expected.
fn top(study: &Study, title: &str) -> String {
    let run = &study.run;
    let paragraph = |label: &str, text: &str| match text {
        "" => String::new(),
        text => format!("<p><strong>{label}</strong> {}</p>\n", escaped(text)),
    };
    let incomplete = match run.status.as_str() {
        "" | "complete" => String::new(),
        status => format!(
            "<p class=\"bad\">The run is not complete ({}): {} cells failed, {} are missing.</p>\n",
            escaped(status),
            run.failed,
            run.missing
        ),
    };
    format!(
        "<header>\n<h1>{title}</h1>\n{}{}{incomplete}<nav aria-label=\"Sections\"><a href=\"#found\">Found</a>\
         <a href=\"#pictures\">Pictures</a><a href=\"#cells\">Cells</a><a href=\"#reproduce\">Reproduce</a>\
         <a href=\"#glossary\">Glossary</a></nav>\n</header>\n<main>\n",
        paragraph("Question.", &run.question),
        paragraph("Expected.", &run.expected)
    )
}

/// The sentences and the headline table.
fn found(study: &Study, sentences: &[String]) -> String {
    let mut text = String::from("<section id=\"found\">\n<h2>Found</h2>\n<ul>\n");
    for sentence in sentences {
        let class = if sentence.starts_with("VIOLATED") { " class=\"bad\"" } else { "" };
        writeln!(text, "<li{class}>{}</li>", escaped(sentence)).expect("writing to a string");
    }
    text.push_str("</ul>\n");
    let (header, lines) = headline(study);
    let lines: Vec<&[String]> = lines.iter().map(|line| &line[..]).collect();
    text.push_str(&table("Bounds", &header, &lines, 2));
    let tables = training::tables(study);
    if !tables.is_empty() {
        writeln!(text, "<p>{}</p>", escaped(INTERVALS)).expect("writing to a string");
    }
    for own in &tables {
        let lines: Vec<&[String]> = own.lines.iter().map(|line| &line[..]).collect();
        let header: Vec<&str> = own.header.iter().map(String::as_str).collect();
        writeln!(text, "<h3>{}</h3>", escaped(&own.title)).expect("writing to a string");
        text.push_str(&table(&own.title, &header, &lines, own.axes));
        if !own.left_out.is_empty() {
            writeln!(text, "<p class=\"soft\">{}</p>", escaped(&own.left_out)).expect("writing to a string");
        }
    }
    let failures = &study.run.failures;
    if !failures.is_empty() {
        write!(text, "<h3>Failed cells, the first {}</h3>\n<ul>\n", failures.len())
            .expect("writing to a string");
        for (message, command) in failures {
            writeln!(text, "<li>{}<br><code>{}</code></li>", escaped(message), escaped(command))
                .expect("writing to a string");
        }
        text.push_str("</ul>\n");
    }
    text + "</section>\n"
}

/// A table with a name; the first columns are texts.
fn table(name: &str, header: &[&str], lines: &[&[String]], texts: usize) -> String {
    let class = |i: usize| if i < texts { " class=\"text\"" } else { "" };
    let mut text = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table><thead><tr>",
        escaped(name)
    );
    for (i, name) in header.iter().enumerate() {
        write!(text, "<th scope=\"col\"{}>{}</th>", class(i), escaped(name)).expect("writing to a string");
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for line in lines {
        text.push_str("<tr>");
        for (i, field) in line.iter().enumerate() {
            write!(text, "<td{}>{}</td>", class(i), escaped(field)).expect("writing to a string");
        }
        text.push_str("</tr>\n");
    }
    text + "</tbody></table></div>\n"
}

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
fn gallery(study: &Study, pictures: &[Picture]) -> String {
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
    let mut text = String::from("<section id=\"pictures\">\n<h2>Pictures</h2>\n<div class=\"choices\">\n");
    let plain = |names: &[String]| names.iter().map(|n| (n.clone(), n.clone())).collect::<Vec<_>>();
    views.extend(others.iter().map(|(v, n)| ((*v).to_owned(), (*n).to_owned())));
    let mut second = vec![(String::new(), "(none)".to_owned())];
    second.extend(plain(&axes));
    // A map needs a second axis: the last is chosen at first.
    text.push_str(&select("view", "picture", &views, 0));
    text.push_str(&select("bound", "bound", &plain(&bounds), 0));
    text.push_str(&select("quantity", "quantity", &plain(&quantities), 0));
    text.push_str(&select("x", "axis", &plain(&axes), 0));
    text.push_str(&select("second", "second axis", &second, second.len().min(3) - 1));
    text.push_str(&select("source", "source", &plain(&sources), 0));
    text.push_str(
        "</div>\n<p id=\"no-picture\" hidden>There is nothing to show for this choice: take two different axes, or another bound.</p>\n",
    );
    for (i, picture) in pictures.iter().enumerate() {
        let width = if picture.figure.width == Width::Full { "full" } else { "column" };
        let hidden = if i == 0 { "" } else { " hidden" };
        let file = match picture.is_filed {
            true => format!(" <code>plots/{}.svg</code>", escaped(&picture.name)),
            false => String::new(),
        };
        write!(
            text,
            "<figure class=\"{width}\" data-key=\"{}\" id=\"picture-{i}\"{hidden}>\n{}<figcaption>{}{file}</figcaption>\n</figure>\n",
            escaped(&key(&picture.kind)),
            labelled(&picture.figure.to_linked_svg(), &picture.caption),
            escaped(&picture.caption)
        )
        .expect("writing to a string");
    }
    let undrawn = study.varied().len().saturating_sub(axes.len());
    if undrawn > 0 {
        writeln!(text, "<p class=\"soft\">Pictures are over the {} axes with most values; {undrawn} more are in summary.csv.</p>", axes.len())
            .expect("writing to a string");
    }
    text + "</section>\n"
}

/// An SVG as an image with a name, for who cannot see it.
pub(crate) fn labelled(svg: &str, caption: &str) -> String {
    svg.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{}\" ", escaped(caption)), 1)
}

fn select(id: &str, label: &str, options: &[(String, String)], chosen: usize) -> String {
    let mut text = format!("<label>{label}<select id=\"{id}\">");
    for (i, (value, name)) in options.iter().enumerate() {
        let selected = if i == chosen { " selected" } else { "" };
        write!(text, "<option value=\"{}\"{selected}>{}</option>", escaped(value), escaped(name))
            .expect("writing to a string");
    }
    text + "</select></label>\n"
}

/// How to run it again, and what ran it.
fn reproduce(study: &Study, name: &str) -> String {
    let name = escaped(name);
    let mut text = String::from("<section id=\"reproduce\">\n<h2>Reproduce</h2>\n");
    if study.run.has_config {
        write!(
            text,
            "<pre><code>cargo xtask sweep results/{name}/config.toml --out results/{name}-again\n\
             cargo xtask report --compare results/{name} results/{name}-again\n\
             cargo xtask report results/{name}</code></pre>\n"
        )
        .expect("writing to a string");
    }
    text.push_str("<ul>\n");
    if let Some(seed) = study.run.seed {
        writeln!(text, "<li>seed {seed}</li>").expect("writing to a string");
    }
    for process in study.run.processes.iter().take(PROCESSES_LISTED) {
        writeln!(text, "<li>{}</li>", escaped(process)).expect("writing to a string");
    }
    let more = study.run.processes.len().saturating_sub(PROCESSES_LISTED);
    if more > 0 {
        writeln!(text, "<li>and {more} more processes, in manifest.json</li>").expect("writing to a string");
    }
    text + "</ul>\n</section>\n"
}

/// What the tokens of this study mean.
fn glossary(study: &Study) -> String {
    let is_here = |token: &str| study.measure(token).is_some() || study.bound(token).is_some();
    let mut text = String::from(
        "<section id=\"glossary\">\n<h2>Glossary</h2>\n<details open><summary>What the tokens mean</summary>\n<dl>\n",
    );
    for entry in logitdist::glossary::glossary().iter().filter(|entry| is_here(entry.token)) {
        let formula = match entry.formula {
            "" => String::new(),
            formula => format!(": {}", escaped(formula)),
        };
        writeln!(
            text,
            "<dt>{}</dt><dd>{}{formula}. {}. <span class=\"soft\">{}</span></dd>",
            entry.token,
            escaped(entry.meaning),
            escaped(entry.range),
            escaped(entry.source)
        )
        .expect("writing to a string");
    }
    text + "</dl>\n</details>\n</section>\n</main>\n"
}
