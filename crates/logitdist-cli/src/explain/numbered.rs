//! The theorems and families of docs/theory.md by their numbers.

/// Number, title and anchor, as docs/theory.md has them; titles of families begin with the token of their generator.
pub const NUMBERED: [(&str, &str, &str); 36] = [
    ("T1", "correlations that the distance leaves no room to lose", "t1"),
    ("T2", "a linear lower bound", "t2"),
    ("T3", "water-filling", "t3"),
    ("T4", "both spectra", "t4"),
    ("T5", "the best bound from both spectra", "t5"),
    ("T6", "the published bound on d_rep", "t6"),
    ("T6′", "subset by subset", "t6prime"),
    ("T7", "the logit distance bounds the least-squares alignment", "t7"),
    ("T8", "what a linear probe can lose", "t8"),
    ("T9", "if no probability is small", "t9"),
    ("T10", "the other way round", "t10"),
    ("T10′", "the best bound at every distance", "t10prime"),
    ("T11", "no small model comes closer", "t11"),
    ("T12", "a linear bound from d_LLV", "t12"),
    ("T13", "quadratic, and without the dimension", "t13"),
    ("T14", "the KL divergence alone forces nothing", "t14"),
    ("T15", "the bounded divergences", "t15"),
    ("T16", "agreement from margins", "t16"),
    ("T17", "decisions of a carried probe", "t17"),
    ("T18", "the KL divergence is a weighted logit distance", "t18"),
    ("T18′", "what the KL divergence does force", "t18prime"),
    ("T19", "both spectra, after whitening", "t19"),
    ("T20", "explained variance", "t20"),
    ("E1", "shrinkage_noise: attains T1, T3, T20", "e1"),
    ("E2", "coupled_spectra: attains T4, T5", "e2"),
    ("E3", "weakest_direction: attains T7, T8", "e3"),
    ("E4", "rare_labels: attains T9 in the limit", "e4"),
    ("E5", "even_labels: attains T10 in the limit, and T15 always", "e5"),
    ("E6", "permuted_clusters: T14", "e6"),
    ("E7", "shared_embeddings: equal embeddings, small KL, unrelated unembeddings", "e7"),
    ("E8", "turned_clusters: perfect `m_cca`, no prediction in common", "e8"),
    ("E9", "distant_labels: two labels at distance r. Attains T10′ and T15", "e9"),
    ("E10", "moved_margins: cheapest margins. Attains T16", "e10"),
    ("E11", "moved_scores: probe direction. Attains T17", "e11"),
    ("E12", "vanishing_difference: any pair, ever closer. Attains T18 in the limit", "e12"),
    ("E13", "uncorrelated_residual: attains T20", "e13"),
];

/// The entry of a number, which may be written `t6'` or `t6prime` for `T6′`, or of a generator.
pub fn numbered(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let anchor = name.to_lowercase().replace(['′', '\''], "prime");
    let generator = |title: &str| title.split_once(": ").is_some_and(|(token, _)| token == name);
    NUMBERED.into_iter().find(|(_, title, known)| *known == anchor || generator(title))
}
