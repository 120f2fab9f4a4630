//! The numbers behind every picture, against what the formulas of the sweep say.

use crate::sweep;
use logitdist_report::View;
use logitdist_report::declared::resolve;
use logitdist_report::picture::{Certificates, Divergences, Frontiers, families};
use logitdist_results::{PlotSpec, Study};

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
    let picture =
        resolve(&s, &PlotSpec::parse("bound=d_ls x=dim colour=level where=direction==ab").unwrap()).unwrap();
    assert_eq!((picture.x, picture.colour, picture.panels), (dim, Some(level), None));
    let drawn = picture.numbers(&s).unwrap();
    // E6 has neither the axis nor bounds.
    // At level 0 the models are equal, and tightness is a ratio of rounding errors.
    assert_eq!((drawn.panels.len(), drawn.panels[0].curves.len()), (1, 3));
    for curve in &drawn.panels[0].curves {
        for (at, m) in [2.0, 4.0, 8.0].into_iter().enumerate() {
            let place = curve.places[at];
            assert_eq!((place.x, place.n), (at, 5));
            // Five values, 1 2 3 4 5 over 10 M.
            let (low, high) = place.ends.unwrap();
            for (got, want) in [(low, 1.2), (place.middle, 3.0), (high, 4.8)] {
                assert!((got - want / (10.0 * m)).abs() < 1e-12, "{curve:?}");
            }
        }
    }
}

#[test]
fn frontiers_pair_the_two_sides_of_each_evaluation() {
    let s = study();
    let panels = Frontiers.numbers(&s).unwrap();
    assert_eq!(panels.len(), 1);
    let series = &panels[0].series[0];
    // Pairs at level 0 are equal, and their sides rounding errors.
    assert_eq!((series.bound, series.n, series.points.len()), (s.bound("d_ls").unwrap(), 90, 90));
    let mut lhs: Vec<f64> = series.points.iter().map(|p| p.1).collect();
    lhs.sort_by(f64::total_cmp);
    assert_eq!((lhs[0], lhs[89]), (1.0 / 80.0, 0.25));
    let titles: Vec<String> = families(&s).into_iter().map(|family| family.title).collect();
    assert_eq!(titles, ["least-squares alignment", "mean canonical correlation of the embeddings", "d_rep"]);
    assert!(series.points.iter().all(|p| p.0 == 1.0));
}

#[test]
fn certificates_are_cut_off_at_zero_and_vacuous_ones_counted() {
    let s = study();
    let all = Certificates.numbers(&s).unwrap();
    // 1 − M x ≤ 0 at level 1 for every M; 1 − M x/2 also at M = 2.
    let counts: Vec<(usize, usize)> = all.iter().map(|c| (c.n, c.vacuous)).collect();
    assert_eq!(counts, [(120, 30), (120, 30)]);
    assert!(all.iter().all(|c| c.points.len() == 90), "vacuous ones are counted, not drawn");
    assert!(all[0].points.iter().all(|p| p.1 == 0.99 && p.0 > 0.0 && p.0 <= 0.99));
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
    let found = |spec: &str| {
        let picture = resolve(&s, &PlotSpec::parse(spec).unwrap()).unwrap();
        let rows = picture.numbers(&s).unwrap().panels[0].curves.clone();
        rows.iter().flat_map(|row| &row.places).map(|place| place.middle).collect::<Vec<f64>>()
    };
    let map = found("bound=d_ls x=level rows=dim where=direction==ab");
    let want: Vec<f64> = [2.0, 4.0, 8.0].into_iter().flat_map(|m| [3.0 / (10.0 * m); 3]).collect();
    assert_eq!(map.len(), want.len());
    for (got, want) in map.iter().zip(want) {
        assert!((got - want).abs() < 1e-12);
    }
    let map = found("bound=m_cca_linear y=vacuous x=level rows=dim where=direction==ab");
    assert_eq!(map, [0.0, 0.0, 0.0, 1.0].repeat(3));
    let error = resolve(&s, &PlotSpec::parse("y=m_cca x=gamma rows=dim").unwrap()).unwrap_err();
    assert!(error.contains("no two values of gamma"), "no cell has both parameters: {error}");
}
