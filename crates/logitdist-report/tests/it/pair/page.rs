//! The page of a pair.

use super::{report_pair, unchanged, with};
use logitdist_report::pair::PairReport;
use tempfile::TempDir;

fn page(folder: &TempDir) -> (PairReport, String) {
    let report = report_pair(folder.path()).unwrap();
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    (report, page)
}

#[test]
fn the_page_says_what_was_compared_and_found() {
    let folder = unchanged();
    let (report, page) = page(&folder);
    assert!(report.violated.is_empty());
    assert_eq!(report.files.len(), 31);
    assert!(report.files.iter().all(|file| file.is_file()));
    for text in [
        "<h1>first &lt;1&gt; against second, final</h1>",
        "<code>runs/first &lt;1&gt;.npz</code>",
        "the same 4 inputs and 3 labels",
        "computed at 3 of the inputs",
        "<p>a &amp; b are close, it seems.</p>",
        "logitdist compare 'runs/first &lt;1&gt;.npz' 'runs/second, final.npz' --seed 7 --report FOLDER",
        ">0.250000 ± 0.125<",
        "3 labels; at least 6 are needed",
        "beyond the floating-point range",
        "vacuous: the certified correlation is not positive",
        "The worst input makes 66.7 % of d_logit², 66.7 % of kl_ab, 88.9 % of kl_ba.",
        "<th scope=\"row\" class=\"text\">2 “a &lt;dog&gt;”, 0 “cat”</th>",
        "2 “the third document”",
        "0.500 to 0.875",
        "<dt id=\"token-d_logit_x\">",
        "prefers-color-scheme: dark",
        "@media print",
    ] {
        assert!(page.contains(text), "the page does not say {text}");
    }
    assert_eq!(page.matches("<figure").count(), 5);
}

#[test]
fn the_page_needs_nothing_else_and_its_links_lead_somewhere() {
    let (_, page) = page(&unchanged());
    for outside in ["<script", "<img", "@import", "src=", "href=\"http", "href=\"/", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut different = ids.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(ids.len(), different.len(), "an id is given twice");
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(&target), "nothing is called {target}");
    }
}

#[test]
fn a_report_is_the_same_bytes_every_time_and_replaces_an_older_one() {
    let folder = unchanged();
    std::fs::write(folder.path().join("report.html"), "older").unwrap();
    let (report, first) = page(&folder);
    let images: Vec<Vec<u8>> = report.files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let (report, second) = page(&folder);
    assert!(first == second && first.ends_with("</html>\n"));
    assert!(report.files.iter().zip(images).all(|(file, image)| std::fs::read(file).unwrap() == image));
}

#[test]
fn a_violated_bound_is_said_and_marked() {
    let folder = with("comparison.csv", "d_ls,holds,true", "d_ls,holds,false");
    let (report, page) = page(&folder);
    assert_eq!(report.violated, ["d_ls"]);
    assert!(page.contains("VIOLATED") && page.contains("class=\"verdict violated\""));
}
