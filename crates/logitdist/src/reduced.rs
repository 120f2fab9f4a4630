//! The pair in orthonormal coordinates of its inputs and of its labels, where every measure is a small computation.
//!
//! With R_x = Q_xᵀ[1 F F′ …]/√N and R_y = Q_yᵀ[1 G b G′ b′], a mean over inputs is a sum over p rows and a sum over
//! centred labels a sum over q columns: E‖u‖² = ‖U‖²_F for the p×q matrix U of the first model's logits.

use crate::applicable::Reason;
use crate::error::Side;
use crate::labels::Labels;
use crate::summary::PairSummary;
use logitdist_linalg::{Mat, MatRef, Svd, matmul_nt, r_factor, rank_tolerance, svd};
use std::sync::{Arc, OnceLock};

/// One model in these coordinates.
#[derive(Debug, Clone)]
pub struct ReducedModel {
    /// Which of the two.
    pub side: Side,
    /// M, the dimension.
    pub dim: usize,
    /// Embeddings, p×M; row 0 holds the means (up to sign), the rows after it the centred part.
    pub embeddings: Mat<f64>,
    /// First coordinate of the constant 1 over the inputs, ±1; its others are 0.
    pub constant: f64,
    /// Squared lengths ‖f(x)‖², p coordinates over the inputs.
    pub squared_lengths: Vec<f64>,
    /// Centred unembeddings G̃, q×M.
    pub unembeddings: Mat<f64>,
    /// Centred bias b̃, q coordinates over the labels.
    pub bias: Vec<f64>,
    /// Centred logits u, p×q, bias included.
    pub logits: Mat<f64>,
    /// (√(E‖f‖²) ‖G‖ + ‖b‖)², before any centring: the scale of the rounding errors in squared logits.
    pub squared_logit_scale: f64,
    /// Norms before centring, of the embeddings, the unembeddings, and the logits as a sum over the dimensions.
    uncentred: Uncentred,
    /// N and K.
    counts: [usize; 2],
    decompositions: Decompositions,
}

#[derive(Debug, Clone, Copy)]
struct Uncentred {
    embeddings: f64,
    unembeddings: f64,
    logits: f64,
}

/// Decompositions, computed on first use. None waits for other threads, so none can wait for itself.
#[derive(Debug, Clone, Default)]
struct Decompositions {
    embeddings_basis: OnceLock<Mat<f64>>,
    unembeddings: OnceLock<Svd>,
    logits: OnceLock<Logits>,
}

#[derive(Debug, Clone)]
struct Logits {
    basis: Mat<f64>,
    spectrum: Vec<f64>,
}

impl ReducedModel {
    /// Orthonormal basis of the centred embeddings over inputs, (p−1)×rank.
    pub fn embeddings_basis(&self) -> &Mat<f64> {
        self.decompositions.embeddings_basis.get_or_init(|| {
            without_null_directions(self.centred_embeddings(), self.uncentred.embeddings, self.counts[0]).u
        })
    }

    /// Singular value decomposition of G̃ with null directions dropped.
    pub fn unembeddings_svd(&self) -> &Svd {
        self.decompositions.unembeddings.get_or_init(|| {
            without_null_directions(self.unembeddings.as_ref(), self.uncentred.unembeddings, self.counts[1])
        })
    }

    /// Orthonormal basis of the centred logits over inputs, (p−1)×rank.
    pub fn logits_basis(&self) -> &Mat<f64> {
        &self.decomposed_logits().basis
    }

    /// Non-zero eigenvalues of Cov(u), largest first.
    pub fn spectrum(&self) -> &[f64] {
        &self.decomposed_logits().spectrum
    }

    /// With G̃ = Q R the logits are F Rᵀ Qᵀ: F Rᵀ has their left singular vectors and values in M columns. R from reflections, since
    /// columns of F and G̃ may differ in size by more than digits last, and only their products matter.
    fn decomposed_logits(&self) -> &Logits {
        self.decompositions.logits.get_or_init(|| {
            let r = r_factor(self.unembeddings.clone());
            let logits = matmul_nt(self.centred_embeddings(), r.as_ref());
            let [n_inputs, n_labels] = self.counts;
            let Svd { u, s, .. } =
                without_null_directions(logits.as_ref(), self.uncentred.logits, n_inputs.max(n_labels));
            Logits { basis: u, spectrum: s.iter().map(|s| s * s).collect() }
        })
    }

    /// Rank of the centred embeddings.
    pub fn rank_embeddings(&self) -> usize {
        self.embeddings_basis().ncols()
    }

    /// Rank of the centred unembeddings.
    pub fn rank_unembeddings(&self) -> usize {
        self.unembeddings_svd().s.len()
    }

    /// Rank of Cov(u).
    pub fn rank_logits(&self) -> usize {
        self.spectrum().len()
    }

    /// The smallest non-zero singular value of G̃; `None` if G̃ = 0.
    pub fn smallest_unembedding_value(&self) -> Option<f64> {
        self.unembeddings_svd().s.last().copied()
    }

    /// The combination of centred logits that reads a linear function of f: `v = G̃^{+T} w`, q coordinates over the labels.
    ///
    /// `v·G̃f` is w·f if w (M entries) is in the range of G̃ᵀ, and otherwise the function of its part there, which is all that the
    /// distribution determines of it.
    pub fn on_logits(&self, w: &[f64]) -> Vec<f64> {
        let svd = self.unembeddings_svd();
        let mut v = vec![0.0; svd.u.nrows()];
        for (i, s) in svd.s.iter().enumerate() {
            let along: f64 = svd.v.col(i).iter().zip(w).map(|(v, w)| v * w).sum();
            v.iter_mut().zip(svd.u.col(i).iter()).for_each(|(v, u)| *v += along / s * u);
        }
        v
    }

    /// Embeddings centred over inputs, (p−1)×M.
    pub fn centred_embeddings(&self) -> MatRef<'_, f64> {
        without_first_row(self.embeddings.as_ref())
    }
}

/// A pair in coordinates. Made once from a [`PairSummary`]; measures and bounds read it.
#[derive(Debug, Clone)]
pub struct Reduced {
    /// N, the number of inputs.
    pub n_inputs: usize,
    /// K, the number of labels.
    pub n_labels: usize,
    /// The first model.
    pub a: ReducedModel,
    /// The second model.
    pub b: ReducedModel,
    /// Logit differences Δ = u − u′, p×q.
    pub delta: Mat<f64>,
    labels: [Arc<Labels>; 2],
    masked: Option<Reason>,
    /// `d_logit` and `d_logit_centred`, which most bounds of both directions ask for.
    pub(crate) d_logit: OnceLock<f64>,
    pub(crate) d_logit_centred: OnceLock<f64>,
}

impl Reduced {
    /// Coordinates of a summarised pair.
    pub fn of(summary: &PairSummary) -> Reduced {
        let labels = &summary.labels;
        let (n_inputs, n_labels) = (summary.inputs.rows(), labels.factor.rows());
        let (m_a, m_b) = (labels.a.unembeddings.ncols(), labels.b.unembeddings.ncols());
        let r_x = scaled(summary.inputs.r(), 1.0 / (n_inputs as f64).sqrt());
        let constant = r_x[(0, 0)];
        let r_y = labels.factor.r();
        let last = r_x.ncols();
        let side = |side, m, f_from, lengths, g_from, labels: &Labels| {
            reduced_model(
                side,
                [n_inputs, n_labels],
                r_x.get(.., f_from..f_from + m).to_owned(),
                r_x.col(lengths).iter().copied().collect(),
                r_y.get(.., g_from..g_from + m),
                r_y.get(.., g_from + m..g_from + m + 1),
                labels,
                constant,
            )
        };
        let (a, b) = rayon::join(
            || side(Side::A, m_a, 1, last - 2, 1, &labels.a),
            || side(Side::B, m_b, 1 + m_a, last - 1, 2 + m_a, &labels.b),
        );
        let delta = &a.logits - &b.logits;
        Reduced {
            n_inputs,
            n_labels,
            a,
            b,
            delta,
            labels: [labels.a.clone(), labels.b.clone()],
            masked: (!labels.masks.is_empty()).then(|| Reason::Masked(labels.masks.clone())),
            d_logit: OnceLock::new(),
            d_logit_centred: OnceLock::new(),
        }
    }

    /// Makes the singular value decompositions that most measures and bounds ask for, all at once on all threads.
    pub fn decompose(&self) {
        let of = |model: &ReducedModel| {
            rayon::join(
                || model.decomposed_logits(),
                || rayon::join(|| model.embeddings_basis(), || model.unembeddings_svd()),
            );
        };
        rayon::join(|| of(&self.a), || of(&self.b));
    }

    /// The models in a direction: first the one whose labels and spectrum are used.
    pub fn models(&self, direction: Direction) -> (&ReducedModel, &ReducedModel) {
        match direction {
            Direction::Ab => (&self.a, &self.b),
            Direction::Ba => (&self.b, &self.a),
        }
    }

    /// The labels of both models in a direction.
    pub fn labels(&self, direction: Direction) -> (&Labels, &Labels) {
        let [a, b] = &self.labels;
        match direction {
            Direction::Ab => (a, b),
            Direction::Ba => (b, a),
        }
    }

    /// Why what needs log p of every label does not exist: `None` if no label is masked.
    ///
    /// Logits here are those without the biases of masked labels; whoever reads them asks this first.
    pub fn masked(&self) -> Option<&Reason> {
        self.masked.as_ref()
    }

    /// The scale against which rounding errors of squared logits are judged, of both models before centring: what centring
    /// removes has left its errors behind.
    pub fn squared_scale(&self) -> f64 {
        self.a.squared_logit_scale + self.b.squared_logit_scale
    }
}

/// Which model is carried onto which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// b is carried onto a; a's labels and spectrum are used.
    Ab,
    /// a is carried onto b; b's labels and spectrum are used.
    Ba,
}

#[expect(clippy::too_many_arguments, reason = "the parts of one model, called in one place")]
fn reduced_model(
    side: Side,
    counts: [usize; 2],
    embeddings: Mat<f64>,
    squared_lengths: Vec<f64>,
    unembeddings: MatRef<'_, f64>,
    bias: MatRef<'_, f64>,
    labels: &Labels,
    constant: f64,
) -> ReducedModel {
    // Row 0 of the label side holds means over labels, which are zero but for rounding.
    let (unembeddings, bias) = (without_first_row(unembeddings), without_first_row(bias));
    let mut logits = matmul_nt(embeddings.as_ref(), unembeddings);
    for j in 0..logits.ncols() {
        logits[(0, j)] += constant * bias[(j, 0)];
    }
    let [unembeddings_norm, bias_norm] = labels.uncentred_norms;
    let logit_scale = embeddings.norm_l2() * unembeddings_norm + bias_norm;
    let norms = embeddings.col_iter().zip(&labels.uncentred_column_norms);
    let uncentred = Uncentred {
        embeddings: embeddings.norm_l2(),
        unembeddings: unembeddings_norm,
        logits: norms.map(|(f, g)| f.norm_l2() * g).sum(),
    };
    ReducedModel {
        side,
        dim: embeddings.ncols(),
        embeddings,
        constant,
        squared_lengths,
        unembeddings: unembeddings.to_owned(),
        bias: bias.col(0).iter().copied().collect(),
        logits,
        squared_logit_scale: logit_scale * logit_scale,
        uncentred,
        counts,
        decompositions: Decompositions::default(),
    }
}

/// The thin singular value decomposition of a part of a triangle, whose rows end in zeros.
fn thin_svd(m: MatRef<'_, f64>) -> Svd {
    let is_zero = |i: usize| m.row(i).iter().all(|&x| x == 0.0);
    let reached = (0..m.nrows()).rev().find(|&i| !is_zero(i)).map_or(0, |last| last + 1);
    let Svd { u, s, v } = svd(m.get(..reached, ..));
    let mut padded = Mat::zeros(m.nrows(), u.ncols());
    padded.get_mut(..reached, ..).copy_from(&u);
    Svd { u: padded, s, v }
}

/// The singular value decomposition of a centred matrix with the directions that count as zero dropped.
///
/// `scale` is the norm before centring: subtracting a mean leaves rounding errors of its size, which must not pass
/// for variation when the matrix is constant.
fn without_null_directions(centred: MatRef<'_, f64>, scale: f64, rows: usize) -> Svd {
    let Svd { u, mut s, v } = thin_svd(centred);
    let floor = rank_tolerance(&s, rows, centred.ncols()).max(CENTRING_NOISE * scale);
    s.retain(|&value| value > floor);
    Svd { u: u.get(.., ..s.len()).to_owned(), v: v.get(.., ..s.len()).to_owned(), s }
}

/// Rounding left by centring and by the factors, relative to the norm before it: constant embeddings of trained networks have left 47ε.
pub const CENTRING_NOISE: f64 = 128.0 * f64::EPSILON;

fn without_first_row(m: MatRef<'_, f64>) -> MatRef<'_, f64> {
    m.get(1.., ..)
}

fn scaled(m: MatRef<'_, f64>, factor: f64) -> Mat<f64> {
    Mat::from_fn(m.nrows(), m.ncols(), |i, j| factor * m[(i, j)])
}
