//! The numbers behind every picture, against what the formulas of the sweep say.

use crate::sweep;
use logitdist_report::View;
use logitdist_report::picture::{
    Bounds, Certificates, Divergences, Families, Frontiers, Maps, certificates, quantity::Quantity,
};
use logitdist_results::Study;

fn study() -> Study {
    let folder = tempfile::tempdir().unwrap();
    sweep::write(folder.path());
    Study::read(folder.path()).unwrap()
}

fn axis(study: &Study, name: &str) -> usize {
    study.axes.iter().position(|axis| axis.name == name).unwrap()
}

#[test]
fn a_study_knows_its_axes_cells_and_bounds() {
    let s = study();
    assert_eq!((s.total, s.not_applicable, s.cells.len()), (76, 1, 76));
    assert!(!s.is_thinned());
    let names: Vec<&str> = s.varied().into_iter().map(|a| s.axes[a].name.as_str()).collect();
    assert_eq!(names, ["level", "dim", "gamma"]);
    assert_eq!(s.axes[axis(&s, "level")].values, ["0", "0.01", "0.1", "1"]);
    assert!(s.axes[axis(&s, "level")].logarithmic && !s.axes[axis(&s, "dim")].logarithmic);
    assert_eq!(s.measures, ["d_logit", "kl_ab", "m_cca"]);
    let bounds: Vec<&str> = s.bounds.iter().map(|(token, _)| token.as_str()).collect();
    assert_eq!(bounds, ["d_ls", "m_cca_linear", "m_cca_sharp", "d_rep"]);
    assert_eq!(s.cells[0].evaluations.len(), 8);
    assert!(s.sources_apart(axis(&s, "dim")).is_empty());
}

#[test]
fn tightness_against_an_axis_has_the_quantiles_of_the_formula() {
    let s = study();
    let (dim, level) = (axis(&s, "dim"), axis(&s, "level"));
    let panels = Bounds { bound: s.bound("d_ls").unwrap(), x: dim, lines: Some(level), is_filed: true }
        .numbers(&s)
        .unwrap();
    // E6 has neither the axis nor bounds.
    assert_eq!(panels.len(), 1);
    assert_eq!((panels[0].title.as_str(), panels[0].label.as_str()), ("noise", "tightness lhs/rhs"));
    let names: Vec<&str> = panels[0].curves.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["level 0", "level 0.01", "level 0.1", "level 1"]);
    for curve in &panels[0].curves {
        for (at, m) in [2.0, 4.0, 8.0].into_iter().enumerate() {
            let q = curve.points[at];
            assert_eq!((q.at, q.n), (at, 10));
            // Ten values, 1 1 2 2 3 3 4 4 5 5 over 10 M.
            for (got, want) in [(q.q05, 1.0), (q.q50, 3.0), (q.q95, 5.0)] {
                assert!((got - want / (10.0 * m)).abs() < 1e-12, "{curve:?}");
            }
        }
    }
    let families = Families { x: dim, source: None }.numbers(&s).unwrap();
    let titles: Vec<&str> = families.iter().map(|p| p.title.as_str()).collect();
    assert_eq!(titles, ["m_cca", "alignment"]);
    assert_eq!(families[0].label, "certified m_cca");
    assert_eq!(families[0].curves.len(), 2);
}

#[test]
fn frontiers_pair_the_two_sides_of_each_evaluation() {
    let panels = Frontiers.numbers(&study()).unwrap();
    assert_eq!(panels.len(), 1);
    let series = &panels[0].series[0];
    assert_eq!((series.name.as_str(), series.n, series.points.len()), ("d_ls, sharpened", 120, 120));
    let mut lhs: Vec<f64> = series.points.iter().map(|p| p.1).collect();
    lhs.sort_by(f64::total_cmp);
    assert_eq!((lhs[0], lhs[119]), (1.0 / 80.0, 0.25));
    assert!(series.points.iter().all(|p| p.0 == 1.0));
}

#[test]
fn certificates_are_cut_off_at_zero_and_vacuous_ones_counted() {
    let s = study();
    let all = Certificates.numbers(&s).unwrap();
    // 1 − M x ≤ 0 at level 1 for every M; 1 − M x/2 also at M = 2.
    let counts: Vec<(usize, usize)> = all.iter().map(|c| (c.n, c.vacuous)).collect();
    assert_eq!(counts, [(120, 30), (120, 30)]);
    assert!(all[0].points.iter().all(|p| p.0 == 0.99 && (0.0..=0.99).contains(&p.1)));
    let (level, dim) = (axis(&s, "level"), axis(&s, "dim"));
    let shares = certificates::vacuous(&s, level, None);
    assert_eq!(shares[0].2, [(0, 0.0), (1, 0.0), (2, 0.0), (3, 1.0)]);
    let noise = s.axes[0].values.iter().position(|v| v == "noise");
    assert_eq!(certificates::vacuous(&s, dim, noise)[1].2, [(0, 0.25), (1, 0.25), (2, 0.25)]);
}

#[test]
fn divergences_begin_with_the_counter_example() {
    let all = Divergences.numbers(&study()).unwrap();
    assert_eq!(all.len(), 75);
    assert!(all[..15].iter().all(|d| d.is_counter_example && d.m_cca == Some(0.001)));
    assert!(!all[15].is_counter_example);
    for d in &all[15..] {
        assert!((d.kl - d.d_logit * d.d_logit / 8.0).abs() < 1e-15);
    }
}

#[test]
fn maps_hold_medians_and_shares() {
    let s = study();
    let (level, dim) = (axis(&s, "level"), axis(&s, "dim"));
    let found = |quantity, axes| Maps { quantity, axes, is_filed: true }.numbers(&s);
    let map = found(Quantity::Bound(s.bound("d_ls").unwrap()), [level, dim]).unwrap();
    let want: Vec<f64> = [2.0, 4.0, 8.0].into_iter().flat_map(|m| [3.0 / (10.0 * m); 4]).collect();
    for (got, want) in map.iter().zip(want) {
        assert!((got.unwrap() - want).abs() < 1e-12);
    }
    let map = found(Quantity::Vacuous(s.bound("m_cca_linear").unwrap()), [level, dim]).unwrap();
    assert_eq!(map, [0.0, 0.0, 0.0, 1.0].repeat(3).into_iter().map(Some).collect::<Vec<_>>());
    let gamma = axis(&s, "gamma");
    let map = found(Quantity::Measure(s.measure("m_cca").unwrap()), [gamma, dim]);
    assert!(map.is_none(), "no cell has both parameters");
}
