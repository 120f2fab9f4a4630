//! A sweep of trained networks made up by formulas: its means, tables and pictures.

use logitdist_report::trained::csv;
use logitdist_report::{pictures, report};
use logitdist_results::{Damaged, Study, t_975};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const LOSSES: [&str; 4] = ["kl", "l1", "l2", "cross_entropy"];
const DIMS: [u32; 2] = [2, 8];
const EPOCHS: [u32; 3] = [5, 20, 100];
const CONCEPTS: [&str; 3] = ["closed_loop", "straight", "at_least_five"];
const TUNES: [&str; 2] = ["head", "whole"];
const BITS: [u32; 3] = [2, 4, 8];
const TEACHERS: u32 = 4;
const STUDENTS: u32 = 3;

/// Between −1 and 1, the same for the same names.
fn chance(names: &[u32]) -> f64 {
    let hash = names
        .iter()
        .fold(7u64, |hash, &n| (hash ^ u64::from(n + 1)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
    (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64 / f64::from(1 << 23) - 1.0
}

/// m_cca of a student: higher over training, lower by kl, and a little else with every network. The network on labels is its own,
/// whatever the teacher.
fn m_cca(dim: u32, loss: usize, epoch: u32, teacher: u32, student: u32) -> f64 {
    let of_student = if LOSSES[loss] == "cross_entropy" {
        chance(&[dim, student])
    } else {
        chance(&[student, teacher, loss as u32])
    };
    let level = [0.75, 0.9, 0.93, 0.6][loss] - 0.02 * f64::from(dim);
    level * (1.0 - 1.0 / f64::from(epoch)) + 0.02 * chance(&[teacher, dim]) + 0.02 * of_student
}

/// Rows and bounds.
pub fn tables() -> (String, String) {
    let axes = "source,width,dim,loss,epoch,bits,concept,tune,teacher,student,replicate,cell_seed";
    let mut rows = format!(
        "{axes},status,reason,d_logit,kl_ab,m_cca,top1_agreement,accuracy_a,accuracy_b,probe_majority,probe_accuracy_b,\
         probe_accuracy_carried,tuned_accuracy_b\n"
    );
    let mut bounds = format!("{axes},direction,bound,form,status,lhs,rhs,tightness,slack,holds,reason\n");
    let mut cell = 0u64;
    let mut add = |start: &str, m: f64, measures: &str| {
        cell += 1;
        let seed = format!("{:016x}", cell.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let d_logit = 20.0 * (1.0 - m);
        writeln!(rows, "{start},0,{seed},ok,,{d_logit},{},{m},{measures}", d_logit / 9.0).unwrap();
        let (lhs, rhs) = (50.0 * (1.0 - m), 4.0 * d_logit * d_logit);
        writeln!(bounds, "{start},0,{seed},ab,cca_spectral,published,ok,{lhs},{rhs},{},,true,", lhs / rhs)
            .unwrap();
    };
    for dim in DIMS {
        for (loss, name) in LOSSES.iter().enumerate() {
            for epoch in EPOCHS {
                for (c, concept) in CONCEPTS.iter().enumerate() {
                    for (t, tune) in TUNES.iter().enumerate() {
                        for (teacher, student) in
                            (0..TEACHERS).flat_map(|t| (0..STUDENTS).map(move |s| (t, s)))
                        {
                            let m = m_cca(dim, loss, epoch, teacher, student);
                            let agreement =
                                0.97 - 1.0 / f64::from(epoch) + 0.01 * chance(&[teacher, student, 3]);
                            let accuracy = 0.9 + 0.01 * chance(&[teacher]);
                            let refitted = 0.8 + 0.06 * c as f64 + 0.01 * chance(&[student, teacher, 5]);
                            let carried = refitted - 0.5 * (1.0 - m);
                            let tuned =
                                0.5 + 0.3 * m + 0.1 * t as f64 + 0.02 * chance(&[teacher, student, c as u32]);
                            let start = format!(
                                "train.all,64,{dim},{name},{epoch},,{concept},{tune},{teacher},{student}"
                            );
                            let measures = format!(
                                "{agreement},{accuracy},{},{},{refitted},{carried},{tuned}",
                                accuracy - 0.02,
                                0.5 + 0.05 * c as f64
                            );
                            add(&start, m, &measures);
                        }
                    }
                }
            }
        }
    }
    for bits in BITS {
        for teacher in 0..TEACHERS {
            let m = 1.0 - 0.5f64.powi(bits as i32) * (1.0 + 0.2 * chance(&[teacher, bits]));
            add(&format!("train.rounded,128,2,copy,,{bits},,,{teacher},"), m, &format!("{m},0.9,0.9,,,,"));
        }
    }
    (rows, bounds)
}

pub fn write(folder: &Path) {
    let (rows, bounds) = tables();
    std::fs::write(folder.join("rows.csv"), rows).unwrap();
    std::fs::write(folder.join("bounds.csv"), bounds).unwrap();
}

fn study() -> Study {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    Study::read(folder.path()).unwrap()
}

/// Lines of `measures.csv` by column.
fn measures(study: &Study) -> Vec<BTreeMap<String, String>> {
    let text = csv(study);
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let line = |line: &str| {
        header.iter().copied().map(String::from).zip(line.split(',').map(String::from)).collect()
    };
    lines.map(line).collect()
}

/// The lines that have these fields.
fn chosen<'a>(
    all: &'a [BTreeMap<String, String>],
    fields: &[(&str, &str)],
) -> Vec<&'a BTreeMap<String, String>> {
    all.iter().filter(|line| fields.iter().all(|(column, value)| line[*column] == *value)).collect()
}

fn number(line: &BTreeMap<String, String>, column: &str) -> f64 {
    line[column].parse().unwrap()
}

#[test]
fn axes_that_follow_from_the_source_and_numbers_of_networks_are_no_axes() {
    let s = study();
    let names: Vec<&str> = s.varied().into_iter().map(|axis| s.axes[axis].name.as_str()).collect();
    assert_eq!(names, ["loss", "epoch", "bits", "concept", "dim", "tune"]);
    for absent in ["source", "width", "teacher", "student"] {
        assert!(!names.contains(&absent), "{absent}");
    }
    assert!(
        s.summary.groups.iter().any(|g| g.axis == "teacher")
            && s.summary.groups.iter().any(|g| g.axis == "width")
    );
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let made = report(folder.path(), Damaged::Refused, None).unwrap();
    // The first one says that there is no manifest.
    assert!(made.sentences[1].ends_with("with 4 teachers and 3 students."), "{}", made.sentences[1]);
    for sentence in &made.sentences {
        assert!(
            ["At teacher", "At student", "At width", "width ("].iter().all(|b| !sentence.contains(b)),
            "{sentence}"
        );
    }
    for file in &made.files {
        let name = file.file_name().unwrap().to_string_lossy();
        assert!(!name.contains("teacher") && !name.contains("width"), "{name}");
    }
}

#[test]
fn means_and_intervals_of_students_of_their_own_are_those_of_the_definition() {
    let all = measures(&study());
    for (loss, name) in LOSSES.iter().enumerate().filter(|(_, name)| **name != "cross_entropy") {
        for (dim, epoch) in DIMS.iter().flat_map(|d| EPOCHS.iter().map(move |e| (*d, *e))) {
            let fields = [("dim", dim.to_string()), ("epoch", epoch.to_string())];
            let [(d, dim_text), (e, epoch_text)] = &fields;
            let lines = chosen(&all, &[("measure", "m_cca"), ("loss", name), (d, dim_text), (e, epoch_text)]);
            // Once, not for every concept and way of tuning.
            assert_eq!(lines.len(), 1);
            let means: Vec<f64> = (0..TEACHERS)
                .map(|t| {
                    (0..STUDENTS).map(|s| m_cca(dim, loss, epoch, t, s)).sum::<f64>() / f64::from(STUDENTS)
                })
                .collect();
            let n = f64::from(TEACHERS);
            let mean = means.iter().sum::<f64>() / n;
            let squares: f64 = means.iter().map(|m| (m - mean).powi(2)).sum();
            let half = t_975(3) * (squares / (n - 1.0) / n).sqrt();
            for (column, want) in
                [("n", 12.0), ("teachers", 4.0), ("mean", mean), ("low", mean - half), ("high", mean + half)]
            {
                assert!((number(lines[0], column) - want).abs() < 1e-12, "{column}: {:?}", lines[0]);
            }
            assert_eq!(lines[0]["students"], "");
        }
    }
}

/// The definition with pairs of pairs: products of errors of all that share a teacher, plus a student, minus those that share both.
#[test]
fn networks_that_all_teachers_share_widen_the_interval() {
    let all = measures(&study());
    for dim in DIMS {
        let y = |t: u32, s: u32| m_cca(dim, 3, 100, t, s);
        let pairs: Vec<(u32, u32)> = (0..TEACHERS).flat_map(|t| (0..STUDENTS).map(move |s| (t, s))).collect();
        let n = pairs.len() as f64;
        let mean = pairs.iter().map(|&(t, s)| y(t, s)).sum::<f64>() / n;
        let variance = |shares: &dyn Fn((u32, u32), (u32, u32)) -> bool, clusters: f64| {
            let mut sum = 0.0;
            for &a in &pairs {
                for &b in pairs.iter().filter(|&&b| shares(a, b)) {
                    sum += (y(a.0, a.1) - mean) * (y(b.0, b.1) - mean);
                }
            }
            sum / n / n * clusters / (clusters - 1.0)
        };
        let teachers = variance(&|a, b| a.0 == b.0, f64::from(TEACHERS));
        let students = variance(&|a, b| a.1 == b.1, f64::from(STUDENTS));
        let both = (teachers + students - variance(&|a, b| a == b, n)).max(teachers).max(students);
        let half = t_975(2) * both.sqrt();
        let text = dim.to_string();
        let lines = chosen(
            &all,
            &[("measure", "m_cca"), ("loss", "cross_entropy"), ("dim", &text), ("epoch", "100")],
        );
        assert_eq!((lines.len(), &*lines[0]["students"]), (1, "3"));
        assert!((number(lines[0], "high") - mean - half).abs() < 1e-12);
        assert!(half > t_975(3) * teachers.sqrt());
    }
}

#[test]
fn each_measure_has_an_arm_for_all_that_it_depends_on() {
    let all = measures(&study());
    let count = |measure: &str, source: &str| chosen(&all, &[("measure", measure), ("source", source)]).len();
    let arms = LOSSES.len() * DIMS.len() * EPOCHS.len();
    for (measure, want) in [
        ("m_cca", arms),
        ("accuracy_a", arms),
        ("probe_accuracy_b", arms * CONCEPTS.len()),
        ("tuned_accuracy_b", arms * CONCEPTS.len() * TUNES.len()),
        ("d_rep_ab", 0),
    ] {
        assert_eq!(count(measure, "train.all"), want, "{measure}");
    }
    assert_eq!(
        (count("m_cca", "train.rounded"), count("probe_accuracy_b", "train.rounded")),
        (BITS.len(), 0)
    );
    // What is of teachers alone does not vary with students that these share.
    let of = |loss: &str| {
        chosen(&all, &[("measure", "accuracy_a"), ("loss", loss), ("dim", "2"), ("epoch", "5")])[0]["high"]
            .clone()
    };
    assert_eq!(of("kl"), of("cross_entropy"));
}

#[test]
fn one_teacher_has_a_mean_and_no_interval() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    for name in ["rows.csv", "bounds.csv"] {
        let path = folder.path().join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let one = |line: &&str| ["teacher", "0"].contains(&line.split(',').nth(8).unwrap());
        std::fs::write(&path, text.lines().filter(one).map(|l| format!("{l}\n")).collect::<String>())
            .unwrap();
    }
    let made = report(folder.path(), Damaged::Refused, None).unwrap();
    let s = Study::read(folder.path()).unwrap();
    assert!(measures(&s).iter().all(|line| line["low"].is_empty() && !line["mean"].is_empty()));
    assert!(made.files.iter().any(|file| file.ends_with("measures.csv")));
    let page = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
    assert!(page.contains("**Representations.**") && !page.contains("NaN"), "{page}");
}

#[test]
fn tables_of_means_show_the_last_epoch() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    report(folder.path(), Damaged::Refused, None).unwrap();
    let text = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
    let means = &text[text.find("Means over teachers").unwrap()..];
    insta::assert_snapshot!("trained_means", means);
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    for part in [
        "<h3>Representations</h3>",
        "<h3>Concepts</h3>",
        "data-key=\"training-course\"",
        "data-key=\"training-tuning\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.replace("http://www.w3.org/2000/svg", "").contains("http"));
}

/// With LOGITDIST_GALLERY set to a folder, the pictures are left there to look at.
#[test]
fn every_question_has_a_picture_with_its_words() {
    let all = pictures(&study());
    let of =
        |view: &str| all.iter().find(|picture| picture.key() == view).unwrap_or_else(|| panic!("{view}"));
    for (view, texts) in [
        (
            "training-course",
            vec!["epoch", "logit distance (nats)", "dimension 2", "dimension 8", "KL", "cross entropy"],
        ),
        ("training-sides", vec!["sides of T1 (nats²)", "epoch", "dimension 8"]),
        ("training-sizes", vec!["bits", "logit distance (nats)"]),
        ("training-sameness", vec!["share of inputs predicted alike", "all, dimension 2", "L2"]),
        ("training-concepts", vec!["accuracy", "at least five", "probe refitted on b", "dimension 2, KL"]),
        ("training-tuning", vec!["dimension 2, closed loop, head tuned"]),
    ] {
        let svg = of(view).figure.to_svg();
        for text in texts {
            assert!(svg.contains(&format!(">{text}</text>")), "{view}: {text} in {svg}");
        }
        assert!(of(view).is_filed && of(view).question.ends_with('.'), "{view}");
    }
    if let Some(folder) = std::env::var_os("LOGITDIST_GALLERY").map(PathBuf::from) {
        for picture in all.iter().filter(|p| p.view.starts_with("training-")) {
            std::fs::write(folder.join(format!("{}.png", picture.name)), picture.figure.to_png()).unwrap();
        }
    }
}

#[test]
fn no_picture_of_a_bound_is_over_what_it_does_not_depend_on() {
    let study = study();
    let pictures = logitdist_report::declared::defaults(&study);
    let mut over: Vec<&str> = pictures.iter().map(|picture| study.axes[picture.x].name.as_str()).collect();
    over.sort();
    over.dedup();
    assert_eq!(over, ["bits", "dim", "epoch", "loss"]);
}

#[test]
fn a_sweep_without_trained_networks_has_neither_means_nor_their_pictures() {
    let folder = tempfile::tempdir().unwrap();
    crate::sweep::write(folder.path());
    let made = report(folder.path(), Damaged::Refused, None).unwrap();
    let names = made.files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned());
    assert!(names.into_iter().all(|name| name != "measures.csv" && !name.starts_with("training-")));
}
