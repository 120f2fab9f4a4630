//! What the command says of itself, and to those who use it wrongly.

use crate::{Files, logitdist};
use logitdist_testing::npy_of;

#[test]
fn bad_usage_and_input_have_one_clear_message_and_exit_code_2() {
    let files = Files::new();
    let a = files.model("a.npz", 30, 6, 3);
    let fewer_inputs = files.model("inputs.npz", 29, 6, 3);
    let fewer_labels = files.model("labels.npz", 30, 5, 3);
    let truncated = files.bytes("cut.npz", &std::fs::read(&a).unwrap()[..200]);
    let nan = files.bytes("nan.npy", &npy_of("(2, 2)", &[1.0, 2.0, f64::NAN, 4.0]));
    let good = files.bytes("good.npy", &npy_of("(2, 2)", &[1.0, 2.0, 3.0, 4.0]));
    let probe = files.bytes("probe.npy", &npy_of("(1, 4)", &[1.0; 4]));
    let missing = files.path("missing.npz");
    let nowhere = files.path("no/such/folder/out.json");
    std::fs::create_dir(files.path("empty")).unwrap();
    let empty = files.path("empty");
    let table: &[(&[&str], &[&str])] = &[
        (&["compare", &a, &missing], &["missing.npz"]),
        (&["compare", &a, &fewer_inputs], &["30 inputs", "29", "inputs.npz"]),
        (&["compare", &a, &fewer_labels], &["6 labels", "5", "labels.npz"]),
        (&["compare", &a, &truncated], &["cut.npz"]),
        (&["compare", &a, &empty], &["empty", "no .npy file"]),
        (&["compare", &a, &good], &["good.npy", "--embeddings-a"]),
        (&["compare", &a], &["1 model paths are given and 2 needed"]),
        (&["compare", &a, &a, &a], &["unexpected value"]),
        (
            // Shapes are compared before entries are read, so B has to fit.
            &[
                "compare",
                "--embeddings-a",
                &nan,
                "--unembeddings-a",
                &good,
                "--embeddings-b",
                &good,
                "--unembeddings-b",
                &good,
            ],
            &["nan.npy", "row 1, column 0", "NaN"],
        ),
        (&["compare", "--embeddings-a", &good, &a], &["--unembeddings-a"]),
        (&["compare", &a, &a, "--array-names", "embeddings=h"], &["`h`", "embeddings"]),
        (&["compare", &a, &a, "--array-names", "h"], &["h"]),
        (&["compare", &a, &a, "--transpose", "unembeddings"], &["a.npz"]),
        (&["compare", &a, &a, "--transpose", "bias"], &["bias"]),
        (&["compare", &a, &a, "--subsets", "0x3"], &["PIVOTSxSETS"]),
        (&["compare", &a, &a, "--subsets", "many"], &["PIVOTSxSETS"]),
        (&["compare", &a, &a, "--subsets", "999999x999999"], &["999999x999999", "at most"]),
        (&["compare", &a, &a, "--inputs-limit", "0"], &["0"]),
        (&["compare", &a, &a, "--threads", "0"], &["0"]),
        (&["compare", &a, &a, "--llv-labels", "0,0"], &["[0, 0]", "different"]),
        (&["compare", &a, &a, "--llv-inputs", "0,77"], &["[0, 77]", "below 30"]),
        (&["compare", &a, &a, "--probe", &probe], &["probe.npy", "4 entries", "needs 3"]),
        (&["compare", &a, &a, "--probe", &missing], &["missing.npz"]),
        (&["compare", &a, &a, "--out", &nowhere], &["out.json"]),
        (&["compare", &a, &a, "--out", &empty], &["empty", "it is a folder"]),
        (&["compare", &a, &a, "--format", "xml"], &["xml"]),
        (&["explain", "m_ca"], &["no token `m_ca`", "did you mean `m_cca`"]),
        (&["frobnicate"], &["frobnicate"]),
    ];
    for (arguments, needed) in table {
        let run = logitdist(arguments).refused(needed);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn numbers_that_are_none_are_told_what_is_needed() {
    let at_least = |n| format!("a whole number of at least {n} is needed");
    let (zero, one) = (at_least(0), at_least(1));
    let threads = "a whole number from 1 to 1024 is needed".to_owned();
    let compare = &["compare", "a", "b"][..];
    for (command, option, values, needed) in [
        (compare, "--threads", &["x", "-1", "0", "1025", "1.5"][..], &threads),
        (compare, "--seed", &["x", "-1", "1e3"], &zero),
        (compare, "--inputs-limit", &["x", "-1", "0"], &one),
        (compare, "--inflation-limit", &["x", "-1", "0"], &one),
        (compare, "--llv-labels", &["x", "-1", "0,x"], &zero),
        (compare, "--blocks", &["x", "-1", "2"], &"a whole number from 3 to 1000 is needed".to_owned()),
        (compare, "--null", &["x", "-1"], &"a whole number from 100 to 100000 is needed".to_owned()),
        (&["matrix", "a", "b"], "--threads", &["x", "-1"], &threads),
        (&["matrix", "a", "b"], "--seed", &["x", "-1"], &zero),
        (&["reduce", "a", "b", "--out", "c"], "--rows-from", &["x", "-1"], &zero),
        (&["budget", "a"], "--threads", &["x", "-1"], &threads),
        (&["budget", "a"], "--inflation-limit", &["x", "-1"], &one),
        (&["sweep", "a.toml"], "--threads", &["x", "-1"], &threads),
        (&["sweep", "a.toml", "--slurm"], "--array", &["x", "-1", "0"], &"from 1 to 4294967295".to_owned()),
        (&["sweep", "plan", "a.toml"], "--cpus", &["x", "-1"], &threads),
        (&["distill", "a", "--out", "b"], "--dim", &["x", "-1", "0"], &one),
        (&["distill", "a", "--out", "b"], "--seed", &["x", "-1"], &zero),
    ] {
        for value in values {
            let run = logitdist(&[command, &[option, value]].concat()).refused(&[option, needed]);
            assert!(
                run.stderr.contains(&format!("'{}'", value.rsplit(',').next().unwrap())),
                "{}",
                run.stderr
            );
        }
    }
    logitdist(&["budget", "a", "--agreement", "-1"]).refused(&["it must be above 0 and at most 1"]);
    logitdist(&["compare", "a", "b", "--logit-scale", "-1"])
        .refused(&["a number from 1e-30 to 1e30 is needed"]);
}

#[test]
fn the_nearest_known_name_is_suggested() {
    let files = Files::new();
    let model = files.model("a.npz", 30, 6, 3);
    let config = "question = \"q\"\nexpected = \"e\"\n[model]\ninputs = 6\nlabels = 4\ndim = [2, 3]\n\
                  [perturbation.noise_embeddings]\nlevel = [0.1, 0.2]\n";
    let config = files.bytes("small.toml", config.as_bytes());
    let out = files.path("out");
    logitdist(&["sweep", &config, "--out", &out]).ok();
    let gates = "[[gate]]\nfail_if = \"m_cca < 1\"\nwhyy = \"x\"\n";
    let gates = files.bytes("gates.toml", gates.as_bytes());
    let set = |change| ["sweep", config.as_str(), "--dry-run", "--set", change];
    for (command, wrong, right) in [
        (&["compare", &model, &model, "--only", "m_ca"][..], "m_ca", "m_cca"),
        (&["compare", &model, &model, "--fail-if", "m_ca < 1"], "m_ca", "m_cca"),
        (&["compare", &model, &model, "--gate", &gates], "gates.toml:3: unknown key `whyy`", "why"),
        (&["matrix", &model, &model, "--by", "m_ca"], "m_ca", "m_cca"),
        (&["matrix", &model, &model, "--all", "--square", "m_ca"], "m_ca", "m_cca"),
        (&["budget", &model, "--certify", "m_ca=0.9"], "m_ca", "m_cca"),
        (&["report", &out, "--by", "levl"], "there is no axis `levl`", "level"),
        (
            &["report", &out, "--plot", "bound=m_cca_sharpp"],
            "there is no bound `m_cca_sharpp`",
            "m_cca_sharp",
        ),
        (&["report", &out, "--plot", "y=m_ca"], "`y` is m_ca", "m_cca"),
        (&["report", &out, "--plot", "y=m_cca x=levl"], "`x` is levl", "level"),
        (&["report", &out, "--plot", "y=m_cca color=dim"], "unknown key `color`", "colour"),
        (&set("sede=3"), "unknown key `sede`", "seed"),
        (&set("model.dmi=3"), "unknown key `dmi`", "dim"),
        (&set("modle.dim=3"), "unknown table `modle`", "model"),
        (&set("family.even_label.inputs=3"), "unknown key `even_label`", "even_labels"),
        (&set("measures=[\"d_rap\"]"), "measures", "d_rep"),
        (&set("model.embeddings=gausian"), "unknown value `gausian`", "gaussian"),
        (&set("replicates={until=\"ci\",width=0.1,of=\"m_ca\",max=9}"), "`of` is m_ca", "m_cca"),
        (&["explain", "m_ca"], "m_ca", "m_cca"),
    ] {
        logitdist(command).refused(&[wrong, &format!("did you mean `{right}`?")]);
    }
}

#[test]
fn help_teaches_and_shells_can_complete() {
    let help = logitdist(&["compare", "--help"]).stdout;
    for text in ["numpy.savez", "Exit codes", "--inputs-limit", "Where to look first"] {
        assert!(help.contains(text), "{text}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(logitdist(&["completions", shell]).stdout.contains("compare"), "{shell}");
    }
}

#[test]
fn every_command_has_a_manual_page_and_the_version_a_commit() {
    let page = logitdist(&["man"]).ok().stdout;
    assert!(page.contains(".TH logitdist 1") && page.contains("compare"), "{page}");
    let page = logitdist(&["man", "sweep", "merge"]).ok().stdout;
    assert!(page.contains(".TH logitdist-sweep-merge 1") && page.contains("partial"), "{page}");
    logitdist(&["man", "sweep", "nothing"]).refused(&["logitdist-sweep has no command `nothing`", "merge"]);
    let version = logitdist(&["--version"]).ok().stdout;
    let commit = version.trim().strip_prefix(concat!("logitdist ", env!("CARGO_PKG_VERSION"))).unwrap();
    let is_commit = |hash: &str| hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    // A packed crate has none.
    let hash = commit.strip_prefix(" (commit ").and_then(|rest| rest.strip_suffix(')'));
    assert!(commit.is_empty() || hash.is_some_and(is_commit), "{version}");
}

#[test]
fn more_or_less_is_said_as_was_asked() {
    let files = Files::new();
    let (a, b) = (files.model("a.npz", 30, 6, 3), files.model_with_phase("b.npz", [30, 6, 3], 0.3));
    let said = |more: &[&str]| logitdist(&[&["compare", &a, &b], more].concat()).ok();
    let (quiet, normal, verbose) = (said(&["-q"]), said(&[]), said(&["-v"]));
    assert_eq!((quiet.stderr.as_str(), normal.stderr.as_str()), ("", ""));
    assert!(verbose.stderr.contains(" s: measures\n"), "{}", verbose.stderr);
    assert_eq!(normal.stdout, verbose.stdout);
    logitdist(&["-q", "compare", &a, "nothing.npz"]).refused(&["nothing.npz"]);
    logitdist(&["-q", "-v", "explain"]).refused(&["--verbose"]);
}
