//! `logitdist budget` as a user runs it.

use crate::{Files, fixture, json, logitdist};
use logitdist_testing::npy_of;

fn network() -> String {
    fixture("digits-m8-a.npz").to_str().unwrap().to_owned()
}

#[test]
fn the_usual_budgets_of_a_network_are_printed_with_what_is_lost_first() {
    let run = logitdist(&["budget", &network()]).ok();
    let rows: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(
        rows,
        [
            "  m_cca ≥ 0.95                      0.390111     0.0354      0.123   the weakest of 8 directions",
            "  top1_agreement ≥ 0.99            0.0142320    0.00129    0.00450   input 588, to label 2 from 8",
            "  tv ≤ 0.01                        0.0282852    0.00257    0.00894   two labels of any input",
            "  kl ≤ 0.01                         0.200111     0.0182     0.0633   two labels of any input",
        ]
    );
    assert!(run.stdout.contains("All of it is certified for every model within d_logit = 0.0142320"));
}

#[test]
fn what_is_asked_for_is_in_json_and_does_not_depend_on_threads() {
    let files = Files::new();
    let probe = files.bytes("w.npy", &npy_of("(2, 9)", &[1.0; 18]));
    let of = |threads: &str| {
        let network = network();
        let asked = ["budget", &network, "--certify", "m_cca=0.9", "--certify", "kl=1e-3", "--tv", "0.2"];
        let of_probe = ["--agreement", "0.95", "--probe", &probe, "--probe-offset"];
        logitdist(&[&asked[..], &of_probe, &["--format", "json", "--threads", threads]].concat())
    };
    let found = json(of("1"));
    assert_eq!(found, json(of("2")));
    let budgets = found["budgets"].as_array().unwrap();
    let named: Vec<&str> = budgets.iter().map(|b| b["token"].as_str().unwrap()).collect();
    assert_eq!(named, ["m_cca", "kl", "top1_agreement", "probe_kept", "probe_kept", "tv"]);
    assert_eq!([&budgets[3]["probe"], &budgets[4]["probe"]], [0, 1]);
    assert_eq!(budgets[3]["d_logit"], budgets[4]["d_logit"], "two equal probes");
    let distance = |i: usize, key: &str| budgets[i][key].as_f64().unwrap();
    assert!((distance(0, "d_logit") / 0.4777858861934881 - 1.0).abs() < 1e-9);
    assert_eq!((distance(0, "at_least"), distance(1, "at_most")), (0.9, 1e-3));
    let size = found["size"].as_f64().unwrap();
    assert_eq!(distance(0, "relative"), distance(0, "d_logit") / size);
    assert_eq!(distance(0, "per_label"), distance(0, "d_logit") / 10f64.sqrt());
    let least = (0..6).map(|i| distance(i, "d_logit")).fold(f64::INFINITY, f64::min);
    assert_eq!(found["d_logit"].as_f64(), Some(least));
}

#[test]
fn what_cannot_be_certified_has_a_reason_and_no_number() {
    let network = fixture("digits-m16-relu.npz");
    let network = network.to_str().unwrap();
    let found = json(logitdist(&["budget", network, "--certify", "m_cca=0.95", "--format", "json"]));
    let budget = &found["budgets"][0];
    assert!(budget["d_logit"].is_null() && found["d_logit"].is_null(), "{found}");
    let reason = "at most 0.7500 can be certified: the logits see 9 of the 12 directions of the embeddings";
    assert_eq!(budget["reason"], reason);
    let table = logitdist(&["budget", network]).ok().stdout;
    assert!(table.contains("n/a [1]") && table.contains(&format!("[1] {reason}")), "{table}");
    assert!(!table.contains("All of it"), "{table}");
    let files = Files::new();
    let one_label = files.model("one.npz", 6, 1, 2);
    let found = json(logitdist(&["budget", &one_label, "--agreement", "0.5", "--format", "json"]));
    let budget = &found["budgets"][0];
    assert_eq!(budget["reason"], "no distance changes so many decisions");
    for value in [&budget["d_logit"], &budget["relative"], &budget["per_label"], &found["d_logit"]] {
        assert_eq!(value, "no limit");
    }
    // What has no limit does not hide what has one.
    let both = ["budget", &one_label, "--agreement", "0.5", "--tv", "0.2"];
    let found = json(logitdist(&[&both[..], &["--format", "json"]].concat()));
    assert_eq!(found["d_logit"], found["budgets"][1]["d_logit"]);
    let table = logitdist(&both).ok().stdout;
    assert!(table.contains("no limit [1]") && table.contains("the budget of tv ≤ 0.2"), "{table}");
}

#[test]
fn the_picture_and_the_result_go_to_files() {
    let files = Files::new();
    let [svg, png, out] = ["b.svg", "b.png", "b.json"].map(|name| files.path(name));
    for picture in [&svg, &png] {
        let line = ["budget", &network(), "--picture", picture, "--out", &out, "--format", "json"];
        assert_eq!(logitdist(&line).ok().stdout, "");
    }
    let drawn = std::fs::read_to_string(&svg).unwrap();
    for text in ["m_cca", "top1_agreement", "tv", "kl", "d_logit"] {
        assert!(drawn.contains(text), "{text}");
    }
    assert_eq!(&std::fs::read(&png).unwrap()[1..4], b"PNG");
    assert!(std::fs::read_to_string(&out).unwrap().starts_with("{\n"));
    // A budget of 0 has no place on the axis.
    let constant = files.bytes("g.npy", &npy_of("(3, 2)", &[1.0; 6]));
    std::fs::create_dir(files.path("flat")).unwrap();
    std::fs::rename(constant, files.path("flat/unembeddings.npy")).unwrap();
    files.bytes("flat/embeddings.npy", &npy_of("(4, 2)", &[1.0, 2.0, 0.5, 1.0, 3.0, 2.0, 0.1, 0.2]));
    let flat = files.path("flat");
    logitdist(&["budget", &flat, "--agreement", "1", "--picture", &svg]).ok();
    assert!(std::fs::read_to_string(&svg).unwrap().contains("no budget is above 0"));
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_everything_as_it_was() {
    let files = Files::new();
    let model = files.model("a.npz", 30, 6, 3);
    let wide = files.bytes("wide.npy", &npy_of("(1, 4)", &[1.0; 4]));
    let probe = files.bytes("probe.npy", &npy_of("(1, 3)", &[1.0; 3]));
    let missing = files.path("missing.npz");
    let table: &[(&[&str], &[&str])] = &[
        (&["--certify", "m_cca"], &["TOKEN=VALUE"]),
        (&["--certify", "cka=0.9"], &["no budget for \"cka\"", "m_cca, top1_agreement, tv or kl"]),
        (&["--certify", "m_cca=1.1"], &["above 0 and at most 1"]),
        (&["--certify", "m_cca=0"], &["above 0 and at most 1"]),
        (&["--certify", "m_cca=NaN"], &["a number is needed"]),
        (&["--agreement", "99%"], &["a number is needed"]),
        (&["--tv", "1"], &["between 0 and 1"]),
        (&["--kl", "0"], &["above 0"]),
        (&["--kl", "inf"], &["a number is needed"]),
        (&["--probe", &wide], &["wide.npy: row 0", "4 entries", "needs 3"]),
        (&["--probe", &missing], &["missing.npz"]),
        (&["--probe", &probe, "--kl", "0.1"], &["--agreement"]),
        (&["--probe-offset"], &["--probe"]),
        (&["--picture", "b.pdf"], &["b.pdf", ".svg or .png"]),
        (&["--out", &model], &["would be replaced"]),
        (&["--probe", &probe, "--out", &probe], &["would be replaced"]),
        (&["--picture", "b.svg", "--out", "b.svg"], &["another name is needed"]),
        (&["--format", "csv"], &["csv"]),
        (&["--inflation-limit", "0"], &["--inflation-limit"]),
        (&["--transpose", "embeddings"], &["a.npz"]),
    ];
    let before = std::fs::read(&model).unwrap();
    for (more, needed) in table {
        let run = logitdist(&[&["budget", &model], *more].concat()).refused(needed);
        assert_eq!(run.stdout, "", "{more:?}");
    }
    assert_eq!(std::fs::read(&model).unwrap(), before);
    logitdist(&["budget", &missing]).refused(&["missing.npz"]);
    logitdist(&["budget", &probe]).refused(&["probe.npy"]);
}
