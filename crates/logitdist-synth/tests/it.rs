//! What a user of the crate relies on: the same numbers for a seed, and descriptions that read well in TOML.

use logitdist::Model;
use logitdist_synth::extremal::{
    CoupledSpectra, EvenLabels, PermutedClusters, RareLabels, SharedEmbeddings, ShrinkageNoise,
    TurnedClusters, WeakestDirection,
};
use logitdist_synth::{BaseModel, Embeddings, Extremal, Perturbation, Spectrum, Unembeddings, rng};
use serde::Deserialize;
use std::fmt::Display;

fn base() -> BaseModel {
    BaseModel {
        inputs: 12,
        labels: 5,
        dim: 3,
        embeddings: Embeddings::Gaussian,
        spectrum: Spectrum::PowerLaw(1.0),
        unembeddings: Unembeddings::Gaussian,
        condition: None,
        scale: 1.0,
        bias: 0.5,
    }
}

/// Three numbers that move if anything does: first entries without the sign (a principal direction's is the
/// decomposition's own), and the last input's logit of the last label.
fn fingerprint(model: &Model) -> [f64; 3] {
    let (f, g) = (model.embeddings(), model.unembeddings());
    let (i, y) = (f.nrows() - 1, g.nrows() - 1);
    let logit = (0..model.dim()).map(|j| f[(i, j)] * g[(y, j)]).sum::<f64>();
    [f[(0, 0)].abs(), g[(0, 0)].abs(), logit + model.bias().map_or(0.0, |b| b[y])]
}

/// Compares to 1e-12: a change of these numbers changes every published study and belongs in the changelog.
fn assert_stable(found: &[(String, [f64; 3])], wanted: &[(&str, [f64; 3])]) {
    let close =
        |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * (1.0 + b.abs()));
    let same =
        found.len() == wanted.len() && found.iter().zip(wanted).all(|((n, a), (m, b))| n == m && close(a, b));
    let listing: String =
        found.iter().map(|(name, numbers)| format!("(\"{name}\", {numbers:?}),\n")).collect();
    assert!(same, "a seed gives other numbers than it did:\n{listing}");
}

#[test]
fn a_seed_gives_the_same_base_model_for_ever() {
    let step = Spectrum::Step { leading: 1, ratio: 0.1 };
    let clustered = Unembeddings::Clustered { clusters: 2, spread: 0.5 };
    let models = [
        BaseModel { spectrum: Spectrum::Isotropic, bias: 0.0, ..base() },
        base(),
        BaseModel { embeddings: Embeddings::Clustered(0.3), spectrum: step, ..base() },
        BaseModel { embeddings: Embeddings::StudentT(3.0), ..base() },
        BaseModel { embeddings: Embeddings::Sphere, unembeddings: Unembeddings::Simplex, ..base() },
        BaseModel { unembeddings: clustered, condition: Some(10.0), ..base() },
        BaseModel { spectrum: Spectrum::Explicit(vec![2.0, 1.0, 0.0]), condition: Some(1.0), ..base() },
    ];
    let name = |m: &BaseModel| format!("{} {} {}", m.embeddings, m.spectrum, m.unembeddings);
    let found: Vec<_> =
        models.iter().map(|m| (name(m), fingerprint(&m.sample(&mut rng(1, 0)).unwrap()))).collect();
    assert_stable(
        &found,
        &[
            ("gaussian isotropic gaussian", [1.0736817139723012, 0.1534114419623082, 0.9492488938320576]),
            ("gaussian power_law(1) gaussian", [0.7026008511669213, 0.19081299723744313, -2.781511977204673]),
            (
                "clustered(0.3) step(1;0.1) gaussian",
                [0.23358077808177374, 0.16230271310883257, 0.7840016465115729],
            ),
            (
                "student_t(3) power_law(1) gaussian",
                [0.33140487344968844, 0.25617120841140884, -1.6340243435985824],
            ),
            ("sphere power_law(1) simplex", [0.09498097238703117, 0.389669375584949, 1.12035515749939]),
            (
                "gaussian power_law(1) clustered(2;0.5)",
                [0.09713947495424176, 0.4883652850234233, -0.33143286332398403],
            ),
            (
                "gaussian explicit(2;1;0) gaussian",
                [0.9936276526551405, 0.017179120128969414, -2.8861370711251437],
            ),
        ],
    );
}

#[test]
fn a_seed_gives_the_same_perturbation_for_ever() {
    use Perturbation::*;
    let model = base().sample(&mut rng(1, 0)).unwrap();
    let cases = [
        (NoiseEmbeddings, 0.1),
        (NoiseUnembeddings, 0.1),
        (NoiseLogits(2), 0.1),
        (LinearChange, 3.0),
        (AffineChange, 3.0),
        (LabelPermutation, 1.0),
        (RoundTensor, 4.0),
        (RoundRow, 4.0),
        (Prune, 0.3),
        (Truncate, 1.0),
        (Temperature, 1.0),
        (HeavyTailedNoise(3.0), 0.1),
        (Dropout, 0.9),
    ];
    let apply = |(perturbation, level): (Perturbation, f64)| {
        let perturbed = perturbation.apply(&model, level, &mut rng(1, 1)).unwrap();
        (perturbation.to_string(), fingerprint(&perturbed))
    };
    assert_stable(
        &cases.map(apply),
        &[
            ("noise_embeddings", [0.6578743561677037, 0.19081299723744313, -3.017777551963165]),
            ("noise_unembeddings", [0.7026008511669213, 0.15714322905085745, -2.6836161632796505]),
            ("noise_logits(2)", [0.7026008511669213, 0.19081299723744313, -2.681645980568487]),
            ("linear_change", [0.17706556839054235, 0.599797438572866, -2.781511977204673]),
            ("affine_change", [1.0964016313830558, 0.599797438572866, -2.781511977204673]),
            ("label_permutation", [2.0633076902602125, 0.19081299723744313, 0.9253862979903881]),
            ("round_tensor", [0.6239039400833484, 0.2290880826933435, -2.886000311938507]),
            ("round_row", [0.7026008511669213, 0.1637554218505031, -2.7226270898957186]),
            ("prune", [0.7026008511669213, 0.0, -2.738047106199291]),
            ("truncate", [0.8058733797059572, 0.04722602479768067, -2.0600241194522404]),
            ("temperature", [0.7026008511669213, 0.09540649861872157, -1.3907559886023364]),
            ("heavy_tailed_noise(3)", [0.6628644620510616, 0.19081299723744313, -3.0331360166986245]),
            ("dropout", [0.0, 0.19081299723744313, -2.781511977204673]),
        ],
    );
}

#[test]
fn a_seed_gives_the_same_pair_for_ever() {
    let (spectrum, rho) = (vec![4.0, 1.0], vec![0.9, 0.5]);
    let families = [
        Extremal::ShrinkageNoise(ShrinkageNoise {
            inputs: 7,
            labels: 4,
            spectrum: spectrum.clone(),
            rho: rho.clone(),
        }),
        Extremal::CoupledSpectra(CoupledSpectra {
            inputs: 7,
            labels: 4,
            spectrum,
            spectrum_b: vec![2.0, 0.5],
            rho,
        }),
        Extremal::WeakestDirection(WeakestDirection {
            inputs: 4,
            labels: 5,
            dim: 3,
            condition: 10.0,
            epsilon: 0.1,
        }),
        Extremal::RareLabels(RareLabels { inputs: 3, labels: 5, tau: 0.01, epsilon: 0.001 }),
        Extremal::EvenLabels(EvenLabels { inputs: 3, epsilon: 0.001 }),
        Extremal::PermutedClusters(PermutedClusters::default()),
        Extremal::SharedEmbeddings(SharedEmbeddings::default()),
        Extremal::TurnedClusters(TurnedClusters::default()),
    ];
    let found = families.map(|family| {
        family.check().unwrap();
        (family.to_string(), fingerprint(&family.sample(&mut rng(1, 0)).unwrap().1))
    });
    assert_stable(
        &found,
        &[
            (
                "shrinkage_noise(4;1|0.9;0.5)",
                [0.08266947327083657, 0.42596371771851355, 0.036221836980289024],
            ),
            (
                "coupled_spectra(4;1|2;0.5|0.9;0.5)",
                [0.06495127238547618, 0.42596371771851355, 0.1624005276010503],
            ),
            ("weakest_direction(3;10;0.1)", [1.1433846469684377, 0.24594893965524542, 2.7351464497026723]),
            ("rare_labels(5;0.01;0.001)", [1.0, 4.605170185988091, -1.118814995985629]),
            ("even_labels(0.001)", [0.0005, 1.0, 0.0005]),
            (
                "permuted_clusters(20|5;0;2;4;6;1;3)",
                [0.3867497976927316, 4.450418679126292, 40.10292010579683],
            ),
            ("shared_embeddings(5.5)", [3.4108079317248094, 5.5, 15.270628743471]),
            ("turned_clusters(8)", [3.95130231366946, 5.656854249492381, -0.9531551596240722]),
        ],
    );
}

/// Reads `value = …` and gives the short name, or the error's message.
fn read<T: for<'a> Deserialize<'a> + Display>(toml: &str) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Line<T> {
        value: T,
    }
    let line: Line<T> = toml::from_str(&format!("value = {toml}")).map_err(|e| e.message().to_owned())?;
    Ok(line.value.to_string())
}

#[test]
fn descriptions_read_from_toml_and_have_short_names() {
    let names = |found: &[Result<String, String>]| found.iter().cloned().collect::<Result<Vec<_>, _>>();
    assert_eq!(
        names(&[
            read::<Embeddings>(r#""gaussian""#),
            read::<Embeddings>("{ clustered = 0.3 }"),
            read::<Embeddings>("{ student_t = 3 }"),
            read::<Embeddings>(r#""sphere""#),
            read::<Spectrum>(r#""isotropic""#),
            read::<Spectrum>("{ power_law = 1.5 }"),
            read::<Spectrum>("{ step = { leading = 2, ratio = 0.01 } }"),
            read::<Spectrum>("{ explicit = [3.0, 1, 0.5] }"),
            read::<Unembeddings>(r#""simplex""#),
            read::<Unembeddings>("{ clustered = { clusters = 3, spread = 0.1 } }"),
            read::<Perturbation>(r#""round_tensor""#),
            read::<Perturbation>("{ noise_logits = 4 }"),
            read::<Perturbation>("{ heavy_tailed_noise = 3.0 }"),
            read::<Extremal>("{ permuted_clusters = {} }"),
            read::<Extremal>("{ rare_labels = { inputs = 9, labels = 5, tau = 0.01, epsilon = 1e-3 } }"),
        ])
        .unwrap(),
        [
            "gaussian",
            "clustered(0.3)",
            "student_t(3)",
            "sphere",
            "isotropic",
            "power_law(1.5)",
            "step(2;0.01)",
            "explicit(3;1;0.5)",
            "simplex",
            "clustered(3;0.1)",
            "round_tensor",
            "noise_logits(4)",
            "heavy_tailed_noise(3)",
            "permuted_clusters(20|5;0;2;4;6;1;3)",
            "rare_labels(5;0.01;0.001)",
        ]
    );
}

#[test]
fn unknown_names_and_keys_are_refused() {
    for (message, word) in [
        (read::<Embeddings>(r#""gausian""#), "gausian"),
        (read::<Spectrum>("{ step = { leading = 2, ratoi = 0.01 } }"), "ratoi"),
        (read::<Extremal>("{ even_labels = { inputs = 3, epsilon = 1.0, tau = 0.1 } }"), "tau"),
        (read::<Extremal>("{ turned_clusters = { radius = 3 } }"), "radius"),
        (read::<Perturbation>("{ noise_logits = -1 }"), "-1"),
    ] {
        let message = message.unwrap_err();
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn a_base_model_reads_from_a_table_and_writes_back_the_same() {
    let text = r#"
        inputs = 100
        labels = 10
        dim = 4
        embeddings = { clustered = 0.5 }
        spectrum = { power_law = 1.0 }
        unembeddings = "simplex"
        condition = 10
        scale = 3.0
        bias = 0
    "#;
    let model: BaseModel = toml::from_str(text).unwrap();
    assert_eq!(model.condition, Some(10.0));
    assert_eq!(toml::from_str::<BaseModel>(&toml::to_string(&model).unwrap()).unwrap(), model);
    let without = text.replace("condition = 10", "");
    assert_eq!(toml::from_str::<BaseModel>(&without).unwrap().condition, None);
    assert!(toml::from_str::<BaseModel>(&format!("{text}\ndims = 4")).is_err());
}
