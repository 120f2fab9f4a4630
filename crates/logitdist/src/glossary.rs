//! What every token means: the one place that tables, JSON, CSV and `explain` take their words from.

/// What kind of quantity a token names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// Sizes and ranks.
    Size,
    /// Distances between the distributions.
    Distribution,
    /// Dissimilarities and similarities of the representations.
    Representation,
    /// Measures of others, for comparison.
    Baseline,
    /// Bounds between the two.
    Bound,
    /// What the means are made of: values at an input, and of a pair of labels.
    Detail,
}

impl Section {
    /// What a list of its tokens is called.
    pub fn heading(self) -> &'static str {
        match self {
            Section::Size => "Sizes and ranks",
            Section::Distribution => "Distances of the distributions",
            Section::Representation => "The representations",
            Section::Baseline => "What others measure",
            Section::Bound => "Bounds",
            Section::Detail => "Input by input, label by label",
        }
    }
}

/// A token and its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The name in code, tables, JSON, CSV and plots.
    pub token: &'static str,
    /// What kind of quantity it is. A token may name a measure and a bound on it.
    pub section: Section,
    /// One line.
    pub meaning: &'static str,
    /// Definition or statement; empty where the meaning says it all.
    pub formula: &'static str,
    /// Range, units, and which end is which.
    pub range: &'static str,
    /// Where it comes from; empty for common knowledge.
    pub source: &'static str,
}

/// Every token, in the order of the sections of a report.
pub fn glossary() -> &'static [Entry] {
    &GLOSSARY
}

/// The entries of a token: none, one, or a measure and a bound of the same name.
pub fn explain(token: &str) -> impl Iterator<Item = &'static Entry> {
    GLOSSARY.iter().filter(move |entry| entry.token == token)
}

const fn entry(
    section: Section,
    token: &'static str,
    meaning: &'static str,
    formula: &'static str,
    range: &'static str,
    source: &'static str,
) -> Entry {
    Entry { token, section, meaning, formula, range, source }
}

const LOGIT_DISTANCE: &str =
    "Nielsen et al. 2026, Logit Distance Bounds Representational Similarity (arXiv 2602.15438)";
const CLOSENESS: &str = "Nielsen et al. 2025, When Does Closeness in Distribution Imply Representational Similarity? (NeurIPS, arXiv 2506.03784)";

#[rustfmt::skip]
const GLOSSARY: [Entry; 98] = [
    entry(Section::Size, "n_inputs", "Number N of inputs both models were evaluated on",
        "", "a whole number, at least 1", ""),
    entry(Section::Size, "n_labels", "Number K of labels",
        "", "a whole number, at least 1", ""),
    entry(Section::Size, "dim_a", "Dimension M of model a",
        "", "a whole number, at least 1", ""),
    entry(Section::Size, "dim_b", "Dimension M′ of model b",
        "", "a whole number, at least 1", ""),
    entry(Section::Size, "rank_embeddings_a", "Numerical rank of the centred embeddings of model a",
        "number of singular values of the embeddings, centred over inputs, above the tolerance; tolerance max(rows, columns)·ε·σ₁, at least 32ε times the norm before centring", "0 (constant) to the dimension", "numerical convention of this project"),
    entry(Section::Size, "rank_embeddings_b", "Numerical rank of the centred embeddings of model b",
        "number of singular values of the embeddings, centred over inputs, above the tolerance; tolerance max(rows, columns)·ε·σ₁, at least 32ε times the norm before centring", "0 (constant) to the dimension", "numerical convention of this project"),
    entry(Section::Size, "rank_unembeddings_a", "Numerical rank of the centred unembeddings of model a",
        "number of singular values of G̃ above the tolerance; at most K − 1; tolerance max(rows, columns)·ε·σ₁, at least 32ε times the norm before centring", "0 (constant) to the dimension", "numerical convention of this project"),
    entry(Section::Size, "rank_unembeddings_b", "Numerical rank of the centred unembeddings of model b",
        "number of singular values of G̃ above the tolerance; at most K − 1; tolerance max(rows, columns)·ε·σ₁, at least 32ε times the norm before centring", "0 (constant) to the dimension", "numerical convention of this project"),
    entry(Section::Size, "rank_logits_a", "Numerical rank of the centred logits of model a",
        "number of singular values of the centred logits above the tolerance; tolerance max(rows, columns)·ε·σ₁, at least 32ε times the norm before centring", "0 (constant) to the dimension", "numerical convention of this project"),
    entry(Section::Size, "rank_logits_b", "Numerical rank of the centred logits of model b",
        "number of singular values of the centred logits above the tolerance; tolerance max(rows, columns)·ε·σ₁, at least 32ε times the norm before centring", "0 (constant) to the dimension", "numerical convention of this project"),
    entry(Section::Size, "n_inputs_probability", "Inputs that KL and its relatives were computed on",
        "all, or a random sample", "a whole number", ""),
    entry(Section::Distribution, "d_logit", "Logit distance of the two distributions, a metric",
        "√(E‖u − u′‖²), u = G̃ f + b̃ the centred logits", "≥ 0; 0 = equal predictions; in nats", LOGIT_DISTANCE),
    entry(Section::Distribution, "d_logit_centred", "Centred part d̄ of the logit distance, what T1–T5 spend",
        "√(d_logit² − ‖E(u − u′)‖²)", "0 to d_logit; in nats", "centred part of the same"),
    entry(Section::Distribution, "kl_ab", "KL(a ‖ b): KL divergence from a to b, expected under a",
        "E_x Σ_y p (log p − log p′), as E_x Σ_y p (eᵈ − 1 − d), d = log p′ − log p", "≥ 0; 0 = equal; nats", ""),
    entry(Section::Distribution, "kl_ab_se", "Standard error of kl_ab over inputs",
        "sd over inputs / √n", "≥ 0", ""),
    entry(Section::Distribution, "kl_ba", "KL(b ‖ a): KL divergence from b to a, expected under b",
        "E_x Σ_y p′ (log p′ − log p)", "≥ 0; 0 = equal; nats", ""),
    entry(Section::Distribution, "kl_ba_se", "Standard error of kl_ba over inputs",
        "sd over inputs / √n", "≥ 0", ""),
    entry(Section::Distribution, "jeffreys", "Jeffreys divergence",
        "kl_ab + kl_ba", "≥ 0; 0 = equal; nats", ""),
    entry(Section::Distribution, "js", "Jensen–Shannon divergence",
        "E_x ½KL(p‖m) + ½KL(p′‖m), m = (p + p′)/2", "0 to ln 2; 0 = equal; nats", ""),
    entry(Section::Distribution, "js_se", "Standard error of js over inputs",
        "sd over inputs / √n", "≥ 0", ""),
    entry(Section::Distribution, "tv", "Total variation distance",
        "E_x ½ Σ|p − p′|", "0 to 1; 0 = equal", ""),
    entry(Section::Distribution, "tv_se", "Standard error of tv over inputs",
        "sd over inputs / √n", "≥ 0", ""),
    entry(Section::Distribution, "hellinger", "Hellinger distance",
        "E_x √(½ Σ(√p − √p′)²)", "0 to 1; 0 = equal", ""),
    entry(Section::Distribution, "hellinger_se", "Standard error of hellinger over inputs",
        "sd over inputs / √n", "≥ 0", ""),
    entry(Section::Distribution, "tau", "Smallest probability τ",
        "min over inputs, labels and both models of p", "0 to 1/K; 0 if it underflows, see log_tau", LOGIT_DISTANCE),
    entry(Section::Distribution, "log_tau", "Logarithm of the smallest probability",
        "log τ", "≤ −log K; finite where τ underflows; nats", LOGIT_DISTANCE),
    entry(Section::Distribution, "top1_agreement", "Share of inputs with the same most probable label",
        "E_x 1[argmax p = argmax p′], the first of equals", "0 to 1; 1 = same predictions; larger is closer", ""),
    entry(Section::Distribution, "d_llv", "Log-likelihood variance distance, on given sets: a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        "max{t1, t2, λ t3, λ t4}, λ = 1e-5", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Distribution, "llv_t1", "Its term t1: standardised, over inputs, on given sets: a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        "max over the set of sd_x(log p/s − log p′/s′), of its labels and the pivot", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Distribution, "llv_t2", "Its term t2: standardised, over labels, on given sets: a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        "the same with inputs and labels exchanged", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Distribution, "llv_t3", "Its term t3: difference of sds over inputs, on given sets: a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        "max over the set of |s_y − s′_y|, s_y = sd_x(log p(y|x) − log p(y₀|x)); sd with ddof = 0", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Distribution, "llv_t4", "Its term t4: difference of sds over labels, on given sets: a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        "the same with inputs and labels exchanged; sd with ddof = 0", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Distribution, "d_llv_min", "Log-likelihood variance distance, on sets that minimise: t1 over pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        "max{t1, t2, λ t3, λ t4}, λ = 1e-5", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Distribution, "llv_min_t1", "Its term t1: standardised, over inputs, on sets that minimise: t1 over pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        "max over the set of sd_x(log p/s − log p′/s′), of its labels and the pivot", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Distribution, "llv_min_t2", "Its term t2: standardised, over labels, on sets that minimise: t1 over pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        "the same with inputs and labels exchanged", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Distribution, "llv_min_t3", "Its term t3: difference of sds over inputs, on sets that minimise: t1 over pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        "max over the set of |s_y − s′_y|, s_y = sd_x(log p(y|x) − log p(y₀|x)); sd with ddof = 0", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Distribution, "llv_min_t4", "Its term t4: difference of sds over labels, on sets that minimise: t1 over pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        "the same with inputs and labels exchanged; sd with ddof = 0", "≥ 0; 0 = equal distributions", CLOSENESS),
    entry(Section::Representation, "m_cca", "Mean canonical correlation of the embeddings f(x), f′(x)",
        "(1/r) Σ ρᵢ, r the smaller rank; invariant to f ↦ A f + c", "0 to 1; 1 = linearly equivalent; larger is closer", "Björck & Golub 1973; Morcos et al. 2018"),
    entry(Section::Representation, "rho", "Canonical correlations of the embeddings f(x), f′(x), largest first",
        "cosines of the principal angles between the centred columns", "each 0 to 1", "Björck & Golub 1973; Morcos et al. 2018"),
    entry(Section::Representation, "m_cca_unembeddings", "Mean canonical correlation of the unembeddings g(y), g′(y)",
        "(1/r) Σ ρᵢ, r the smaller rank; 1 whatever the models once a rank reaches K − 1 (saturated)", "0 to 1; 1 = linearly equivalent; larger is closer", "Björck & Golub 1973; Morcos et al. 2018"),
    entry(Section::Representation, "rho_unembeddings", "Canonical correlations of the unembeddings g(y), g′(y), largest first",
        "cosines of the principal angles between the centred columns", "each 0 to 1", "Björck & Golub 1973; Morcos et al. 2018"),
    entry(Section::Representation, "m_cca_logits", "Mean canonical correlation of the centred logits u(x), u′(x)",
        "(1/r) Σ ρᵢ, r the smaller rank; a function of the distributions alone", "0 to 1; 1 = linearly equivalent; larger is closer", "Björck & Golub 1973; Morcos et al. 2018"),
    entry(Section::Representation, "rho_logits", "Canonical correlations of the centred logits u(x), u′(x), largest first",
        "cosines of the principal angles between the centred columns", "each 0 to 1", "Björck & Golub 1973; Morcos et al. 2018"),
    entry(Section::Representation, "spectrum_a", "Eigenvalues σ of Cov(u) above the tolerance, largest first",
        "squared singular values of the centred logits / N", "each > 0; in nats²", "as in arXiv 2602.15438"),
    entry(Section::Representation, "spectrum_b", "Eigenvalues σ of Cov(u′) above the tolerance, largest first",
        "squared singular values of the centred logits / N", "each > 0; in nats²", "as in arXiv 2602.15438"),
    entry(Section::Representation, "d_ls_ab", "Least-squares alignment error of model b carried onto a",
        "√(E‖G̃⁺(u − u′)‖²)", "≥ 0; 0 = equal up to a linear map; units of f; smaller is closer", "this project, in place of d_rep without subsets"),
    entry(Section::Representation, "d_ls_ba", "Least-squares alignment error of model a carried onto b",
        "√(E‖G̃⁺(u − u′)‖²)", "≥ 0; 0 = equal up to a linear map; units of f; smaller is closer", "this project, in place of d_rep without subsets"),
    entry(Section::Representation, "d_rep_ab", "Linear identifiability dissimilarity, with b carried onto a",
        "√(mean over label subsets of E‖f − A f′ − c‖²), A = L⁻ᵀL′ᵀ, c = L⁻ᵀ(β′ − β), L the labels' differences of model a, β its biases'", "≥ 0; 0 = equal up to an affine map; units of f; smaller is closer", LOGIT_DISTANCE),
    entry(Section::Representation, "d_rep_ab_se", "Standard error of d_rep, with b carried onto a",
        "from the spread between sampled pivots", "≥ 0; 0 if every subset was used", LOGIT_DISTANCE),
    entry(Section::Representation, "d_rep_ab_median", "Median over label subsets, with b carried onto a",
        "median of √(E‖f − A f′ − c‖²)", "≥ 0; units of f", LOGIT_DISTANCE),
    entry(Section::Representation, "d_rep_ab_max", "Maximum over label subsets, with b carried onto a",
        "max of √(E‖f − A f′ − c‖²)", "≥ 0; units of f", LOGIT_DISTANCE),
    entry(Section::Representation, "n_subsets_ab", "Label subsets used for d_rep, with b carried onto a",
        "a pivot and M further labels each", "a whole number", LOGIT_DISTANCE),
    entry(Section::Representation, "n_subsets_skipped_ab", "Label subsets skipped because L is singular, with b carried onto a",
        "reciprocal condition of L under 1e-12", "a whole number", "numerical convention of this project"),
    entry(Section::Representation, "sigma_min_ab", "Smallest singular value of L over the label subsets used, with b carried onto a",
        "min over subsets of σ_min(L)", "> 0; units of g", LOGIT_DISTANCE),
    entry(Section::Representation, "d_rep_per_subset_rhs_ab", "Per-subset bound on d_rep, with b carried onto a",
        "√(mean over subsets of E‖δ_L‖²/σ_min(L)²)", "≥ d_rep; units of f", "proved in this project"),
    entry(Section::Representation, "d_rep_subset_violations_ab", "Label subsets whose own bound fails, with b carried onto a",
        "count of E‖f − A f′ − c‖² > E‖δ_L‖²/σ_min(L)²", "0, always", "proved in this project"),
    entry(Section::Representation, "d_rep_ba", "Linear identifiability dissimilarity, with a carried onto b",
        "√(mean over label subsets of E‖f − A f′ − c‖²), A = L⁻ᵀL′ᵀ, c = L⁻ᵀ(β′ − β), L the labels' differences of model b, β its biases'", "≥ 0; 0 = equal up to an affine map; units of f; smaller is closer", LOGIT_DISTANCE),
    entry(Section::Representation, "d_rep_ba_se", "Standard error of d_rep, with a carried onto b",
        "from the spread between sampled pivots", "≥ 0; 0 if every subset was used", LOGIT_DISTANCE),
    entry(Section::Representation, "d_rep_ba_median", "Median over label subsets, with a carried onto b",
        "median of √(E‖f − A f′ − c‖²)", "≥ 0; units of f", LOGIT_DISTANCE),
    entry(Section::Representation, "d_rep_ba_max", "Maximum over label subsets, with a carried onto b",
        "max of √(E‖f − A f′ − c‖²)", "≥ 0; units of f", LOGIT_DISTANCE),
    entry(Section::Representation, "n_subsets_ba", "Label subsets used for d_rep, with a carried onto b",
        "a pivot and M further labels each", "a whole number", LOGIT_DISTANCE),
    entry(Section::Representation, "n_subsets_skipped_ba", "Label subsets skipped because L is singular, with a carried onto b",
        "reciprocal condition of L under 1e-12", "a whole number", "numerical convention of this project"),
    entry(Section::Representation, "sigma_min_ba", "Smallest singular value of L over the label subsets used, with a carried onto b",
        "min over subsets of σ_min(L)", "> 0; units of g", LOGIT_DISTANCE),
    entry(Section::Representation, "d_rep_per_subset_rhs_ba", "Per-subset bound on d_rep, with a carried onto b",
        "√(mean over subsets of E‖δ_L‖²/σ_min(L)²)", "≥ d_rep; units of f", "proved in this project"),
    entry(Section::Representation, "d_rep_subset_violations_ba", "Label subsets whose own bound fails, with a carried onto b",
        "count of E‖f − A f′ − c‖² > E‖δ_L‖²/σ_min(L)²", "0, always", "proved in this project"),
    entry(Section::Representation, "d_svd_embeddings", "PLS-SVD dissimilarity of M logit differences over inputs",
        "1 − (1/M) Σ singular values of corr(Z, Z′)", "0 to 1; 0 = equal up to rotation of standardised columns; smaller is closer", CLOSENESS),
    entry(Section::Representation, "d_svd_unembeddings", "PLS-SVD dissimilarity of M input differences over labels",
        "1 − (1/M) Σ singular values of corr(Z, Z′)", "0 to 1; 0 = equal up to rotation of standardised columns; smaller is closer", CLOSENESS),
    entry(Section::Representation, "d_fg", "Larger of the two PLS-SVD dissimilarities",
        "max{d_svd_embeddings, d_svd_unembeddings}", "0 to 1; smaller is closer", CLOSENESS),
    entry(Section::Baseline, "cka", "Linear CKA of the embeddings",
        "‖XᵀY‖²/(‖XᵀX‖ ‖YᵀY‖), columns centred", "0 to 1; 1 = equal up to rotation and scale; larger is closer", "Kornblith et al. 2019"),
    entry(Section::Baseline, "cka_debiased", "Linear CKA with the unbiased estimator of HSIC",
        "HSIC₁(K, L)/√(HSIC₁(K, K) HSIC₁(L, L))", "at most 1; about 0 for independent embeddings; larger is closer", "Song et al. 2012; Nguyen et al. 2021"),
    entry(Section::Baseline, "procrustes", "Squared orthogonal Procrustes distance",
        "2 − 2‖XᵀY‖_*, X and Y centred, of Frobenius norm 1", "0 to 2; 0 = equal up to rotation and scale; smaller is closer", "Ding et al. 2021"),
    entry(Section::Baseline, "svcca", "SVCCA",
        "mean ρ of the principal directions holding 99 % of each variance", "0 to 1; larger is closer", "Raghu et al. 2017"),
    entry(Section::Baseline, "pwcca_ab", "Projection-weighted CCA, weights from model a",
        "Σ αᵢρᵢ/Σ αᵢ, αᵢ = Σⱼ |hᵢ·xⱼ|, h the canonical variates", "0 to 1; larger is closer", "Morcos et al. 2018"),
    entry(Section::Baseline, "pwcca_ba", "Projection-weighted CCA, weights from model b",
        "Σ αᵢρᵢ/Σ αᵢ, αᵢ = Σⱼ |hᵢ·xⱼ|, h the canonical variates", "0 to 1; larger is closer", "Morcos et al. 2018"),
    entry(Section::Baseline, "r2_ab", "Share of the variance of a's embeddings that a linear regression on b's explains",
        "1 − residual variance/total variance", "0 to 1; larger is closer", ""),
    entry(Section::Baseline, "r2_ba", "Share of the variance of b's embeddings that a linear regression on a's explains",
        "1 − residual variance/total variance", "0 to 1; larger is closer", ""),
    entry(Section::Bound, "cca_spectral", "T1: canonical correlations that the distance leaves no room to lose",
        "Σ (1 − ρᵢ²) σᵢ ≤ d̄²", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality (shrinkage-noise pairs, E1)", "published: Nielsen et al. 2026 (arXiv 2602.15438), Theorem F.1"),
    entry(Section::Bound, "cca_two_spectra", "T4: the same with both spectra",
        "Σ (√σᵢ − √σ′ᵢ)² + 2 Σ (1 − ρᵢ) √(σᵢσ′ᵢ) ≤ d̄²", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality (coupled spectra, E2)", "sharpened: proved in this project; implies cca_spectral"),
    entry(Section::Bound, "m_cca_linear", "T2: linear lower bound on m_CCA (ρ padded with zeros to M)",
        "m_CCA ≥ 1 − d̄²/(M σ_M), if G̃ and G̃′ have full column rank", "m_CCA ≥ bound; vacuous if the bound is ≤ 0", "published: corollary of Nielsen et al. 2026 (arXiv 2602.15438), Theorem F.1"),
    entry(Section::Bound, "m_cca_sharp", "T3: best lower bound on m_CCA from one spectrum, by water-filling",
        "m_CCA ≥ min (1/M) Σ ρᵢ over Σ (1 − ρᵢ²) σᵢ ≤ d̄²; full column rank as for m_cca_linear", "m_CCA ≥ bound; vacuous if the bound is ≤ 0; attained by E1", "sharpened: proved in this project; sharpens m_cca_linear"),
    entry(Section::Bound, "m_cca_two_spectra", "T5: best lower bound on m_CCA from both spectra",
        "m_CCA ≥ min (1/M) Σ ρᵢ over the constraint of cca_two_spectra; full column rank as for m_cca_linear", "m_CCA ≥ bound; vacuous if the bound is ≤ 0; attained by E2", "sharpened: proved in this project; sharpens m_cca_linear"),
    entry(Section::Bound, "m_cca_logits_sharp", "T3 for the correlations of the logits, which always exist",
        "m_cca_logits ≥ the water-filling mean over r", "m_CCA ≥ bound; vacuous if the bound is ≤ 0", "sharpened: proved in this project"),
    entry(Section::Bound, "m_cca_logits_two_spectra", "T5 for the correlations of the logits",
        "m_cca_logits ≥ the two-spectra mean over r", "m_CCA ≥ bound; vacuous if the bound is ≤ 0", "sharpened: proved in this project"),
    entry(Section::Bound, "compression_floor", "T11: no model of dimension M′ comes closer",
        "Σ_{i > M′} σᵢ ≤ d̄²", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality (the best model of rank M′)", "published: corollary of Nielsen et al. 2026 (arXiv 2602.15438), Theorem F.1"),
    entry(Section::Bound, "d_ls", "T7: logit distance bounds the least-squares alignment",
        "d_LS ≤ d_logit/σ_min(G̃), the smallest non-zero singular value", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality (a difference in the weakest direction, E3)", "sharpened: proved in this project; sharpens d_rep_worst_subset"),
    entry(Section::Bound, "probe_transfer", "T8: what any linear probe w·f can lose when carried over through G̃⁺G̃′",
        "√(E(w·G̃⁺Δ)²) ≤ ‖G̃⁺ᵀw‖ · d_logit; lhs is the worst over probes with ‖G̃⁺ᵀw‖ = 1", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality (E3)", "sharpened: proved in this project"),
    entry(Section::Bound, "d_rep_worst_subset", "T6: logit distance bounds d_rep through the worst label subset",
        "d_rep ≤ √(2M/(K − 1)) d_logit/min_L σ_min(L)", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality for M = 1", "published: Nielsen et al. 2026 (arXiv 2602.15438)"),
    entry(Section::Bound, "d_rep_per_subset", "T6′: the same, subset by subset",
        "d_rep ≤ √(mean over subsets of E‖δ_L‖²/σ_min(L)²), and each subset by its own", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality", "sharpened: proved in this project; sharpens d_rep_worst_subset"),
    entry(Section::Bound, "logit_from_kl", "T9: KL divergence bounds logit distance if no probability is under τ",
        "d_logit² ≤ (2/τ) d_KL", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality (two rare labels, E4, in the limit); vacuous if τ underflows", "sharpened: proved in this project; the best constant under the assumption of arXiv 2602.15438"),
    entry(Section::Bound, "logit_from_kl_pointwise", "T9 input by input",
        "d_logit² ≤ E[(2/τ(x)) KL(x)], τ(x) the smallest probability at x", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality (E4)", "sharpened: proved in this project"),
    entry(Section::Bound, "kl_from_logit", "T10: logit distance bounds KL divergence",
        "d_KL ≤ d_logit²/4", "lhs ≤ rhs; tightness lhs/rhs is 1 at equality (two even labels, E5, in the limit)", "sharpened: proved in this project"),
    entry(Section::Bound, "d_fg_linear", "T12: d_LLV bounds d_fg linearly",
        "d_fg ≤ 2M d_LLV", "lhs ≤ rhs; not tight, measured ratios are at most 0.52", "published: Nielsen et al. 2025 (arXiv 2506.03784)"),
    entry(Section::Bound, "d_fg_quadratic", "T13: d_LLV bounds d_fg quadratically, without the dimension",
        "d_fg ≤ 2 d_LLV²", "lhs ≤ rhs; measured ratios are up to 0.98", "sharpened: proved in this project; sharpens d_fg_linear for d_LLV < M"),
    entry(Section::Detail, "d_logit_x", "Logit distance at one input x",
        "‖u(x) − u′(x)‖; d_logit² = E_x d_logit_x²", "≥ 0; 0 = equal predictions at x; in nats", LOGIT_DISTANCE),
    entry(Section::Detail, "kl_ab_x", "KL(a ‖ b) at one input x, expected under a",
        "Σ_y p (eᵈ − 1 − d), d = log p′ − log p; kl_ab = E_x kl_ab_x", "≥ 0; 0 = equal predictions at x; nats", ""),
    entry(Section::Detail, "kl_ba_x", "KL(b ‖ a) at one input x, expected under b",
        "Σ_y p′ (e⁻ᵈ − 1 + d), d = log p′ − log p; kl_ba = E_x kl_ba_x", "≥ 0; 0 = equal predictions at x; nats", ""),
    entry(Section::Detail, "label_correlation_a", "Correlation over inputs of the centred logits of two labels, in model a",
        "corr_x(u_y, u_y′), the cosine of g̃(y), g̃(y′) in the metric of Cov(f); a function of the distribution alone", "−1 to 1; 1 = raised and lowered together; does not exist for a label whose logit is constant", "this project, in place of cosines of g, which depend on the choice of basis"),
    entry(Section::Detail, "label_correlation_b", "Correlation over inputs of the centred logits of two labels, in model b",
        "corr_x(u′_y, u′_y′), the cosine of g̃′(y), g̃′(y′) in the metric of Cov(f′); a function of the distribution alone", "−1 to 1; 1 = raised and lowered together; does not exist for a label whose logit is constant", "this project, in place of cosines of g, which depend on the choice of basis"),
];
