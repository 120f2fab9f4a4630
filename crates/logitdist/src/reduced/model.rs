//! One model in the coordinates of a pair, and what is decomposed of it.

use crate::error::Side;
use crate::label_directions::noise;
use crate::labels::{KnownDirections, Labels, LogitsAlone, are_equal};
use logitdist_linalg::{
    Mat, MatRef, Svd, left_singular_vectors, matmul_nt, matmul_tn, r_factor, rank_tolerance, svd,
};
use std::sync::OnceLock;

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
    /// Squared distances from the mean ‖f(x) − f̄‖², p coordinates over the inputs.
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
    /// How logits stand for the embeddings, if they are all that is known of the model.
    pub alone: Option<LogitsAlone>,
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
    embeddings: OnceLock<Svd>,
    unembeddings: OnceLock<Svd>,
    logits: OnceLock<Logits>,
}

#[derive(Debug, Clone)]
struct Logits {
    basis: Mat<f64>,
    directions: Mat<f64>,
    spectrum: Vec<f64>,
}

impl ReducedModel {
    /// Singular value decomposition of the centred embeddings over inputs with null directions dropped.
    pub fn embeddings_svd(&self) -> &Svd {
        self.decompositions.embeddings.get_or_init(|| {
            let scale = self.uncentred.embeddings;
            let noise = |s: &[f64]| self.noise(s);
            without_null_directions(self.centred_embeddings(), scale, self.counts[0], noise)
        })
    }

    /// Orthonormal basis of the centred embeddings over inputs, (p−1)×rank.
    pub fn embeddings_basis(&self) -> &Mat<f64> {
        &self.embeddings_svd().u
    }

    /// Singular value decomposition of G̃ with null directions dropped.
    pub fn unembeddings_svd(&self) -> &Svd {
        self.decompositions.unembeddings.get_or_init(|| {
            without_null_directions(
                self.unembeddings.as_ref(),
                self.uncentred.unembeddings,
                self.counts[1],
                |_| 0.0,
            )
        })
    }

    /// Orthonormal basis of the centred logits over inputs, (p−1)×rank.
    pub fn logits_basis(&self) -> &Mat<f64> {
        &self.decomposed_logits().basis
    }

    /// P, orthonormal principal directions of the centred logits over labels, q×rank: eigenvectors of Cov(u).
    pub fn logits_directions(&self) -> &Mat<f64> {
        &self.decomposed_logits().directions
    }

    /// Non-zero eigenvalues of Cov(u), largest first.
    pub fn spectrum(&self) -> &[f64] {
        &self.decomposed_logits().spectrum
    }

    /// With G̃ = Q R the logits are F Rᵀ Qᵀ: F Rᵀ has their left singular vectors and values in M columns. R from reflections, since
    /// columns of F and G̃ may differ in size by more than digits last, and only their products matter.
    fn decomposed_logits(&self) -> &Logits {
        self.decompositions.logits.get_or_init(|| {
            let (u, s) = if self.has_embeddings() {
                let r = r_factor(self.unembeddings.clone());
                let logits = matmul_nt(self.centred_embeddings(), r.as_ref());
                let [n_inputs, n_labels] = self.counts;
                let rows = n_inputs.max(n_labels);
                let (u, mut s) = left_singular_vectors(logits.get(..reached(logits.as_ref()), ..));
                drop_null(&mut s, logits.as_ref(), self.uncentred.logits, rows, |_| 0.0);
                (padded(&u, logits.nrows(), s.len()), s)
            } else {
                let Svd { u, s, .. } = self.embeddings_svd();
                (u.clone(), s.clone())
            };
            let mut directions = matmul_tn(without_first_row(self.logits.as_ref()), u.as_ref());
            for (direction, s) in directions.col_iter_mut().zip(&s) {
                direction.iter_mut().for_each(|x| *x /= s);
            }
            Logits { basis: u, directions, spectrum: s.iter().map(|s| s * s).collect() }
        })
    }

    /// Whether embeddings and unembeddings are known. Otherwise the centred logits are in their place.
    pub fn has_embeddings(&self) -> bool {
        self.alone.is_none()
    }

    /// Whether the logits are read beside the embeddings, which do not hold all of them.
    pub fn has_logits_beside(&self) -> bool {
        self.alone.is_some_and(|alone| alone.directions != KnownDirections::All)
    }

    /// What counts as noise among the singular values of the embeddings, if logits stand for them.
    fn noise(&self, s: &[f64]) -> f64 {
        let floor = self.rounding_floor();
        if self.has_embeddings() || self.has_logits_beside() {
            return floor;
        }
        // Two directions are lost by centring, over the inputs and over the labels.
        let [n_inputs, n_labels] = self.counts;
        let varying = s.len().min(n_inputs.min(n_labels).saturating_sub(1));
        noise(&s[..varying], floor, self.counts)
    }

    /// Singular values that rounded logits have by rounding alone, and four times as much to be safe: N×K independent errors of size ε have
    /// none above ε(√N + √K).
    fn rounding_floor(&self) -> f64 {
        const SAFETY: f64 = 4.0;
        let [n_inputs, n_labels] = self.counts.map(|count| count as f64);
        self.alone.map_or(0.0, |alone| SAFETY * alone.rounding * (1.0 + (n_labels / n_inputs).sqrt()))
    }

    /// N, the inputs that it is reduced over.
    pub fn n_inputs(&self) -> usize {
        self.counts[0]
    }

    /// Whether the directions of logits that were seen part by part end where noise does. If not, some may be noise: there are nearly as
    /// many as inputs, or the last is hardly larger than rounding.
    pub fn has_clear_end(&self) -> bool {
        const FAR: f64 = 10.0;
        let is_found = self.alone.is_some_and(|alone| alone.directions == KnownDirections::Found);
        let last = self.spectrum().last().map_or(f64::INFINITY, |sigma| sigma.sqrt());
        !is_found || (2 * self.rank_logits() <= self.counts[0] && last >= FAR * self.rounding_floor())
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

    /// Makes the singular value decompositions that most measures and bounds ask for, all at once on all threads.
    pub(super) fn decompose(&self) {
        // What is read of it is empty if the logits are all that is known, and the logits' is theirs.
        if self.has_embeddings() {
            rayon::join(
                || self.decomposed_logits(),
                || rayon::join(|| self.embeddings_basis(), || self.unembeddings_svd()),
            );
        } else {
            self.decomposed_logits();
        }
    }

    /// Takes what is decomposed already of this model in another pair, if it has the same coordinates there.
    pub(super) fn know(&mut self, other: &ReducedModel) -> bool {
        let is_it = self.counts == other.counts
            && are_equal(self.embeddings.as_ref(), other.embeddings.as_ref())
            && are_equal(self.unembeddings.as_ref(), other.unembeddings.as_ref())
            && are_equal(self.logits.as_ref(), other.logits.as_ref());
        if is_it {
            self.decompositions = other.decompositions.clone();
        }
        is_it
    }

    /// Takes what is decomposed already of another model's unembeddings, if they are the same.
    pub(super) fn know_unembeddings(&mut self, other: &ReducedModel) {
        if self.uncentred.unembeddings == other.uncentred.unembeddings
            && are_equal(self.unembeddings.as_ref(), other.unembeddings.as_ref())
        {
            self.decompositions.unembeddings = other.decompositions.unembeddings.clone();
        }
    }
}

/// One model from its embeddings less shifts, and its labels [G̃ b̃], q×(M + 1).
pub(super) fn reduced_model(
    side: Side,
    counts: [usize; 2],
    (mut embeddings, shifts): (Mat<f64>, &[f64]),
    lengths: &[f64],
    labels_in_coordinates: MatRef<'_, f64>,
    labels: &Labels,
    constant: f64,
) -> ReducedModel {
    let squared_lengths = around_the_mean(lengths, embeddings.as_ref(), constant);
    for (j, shift) in shifts.iter().enumerate() {
        embeddings[(0, j)] += constant * shift;
    }
    let (unembeddings, bias) = labels_in_coordinates.split_at_col(embeddings.ncols());
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
        squared_logit_scale: (logit_scale * logit_scale)
            .max(labels.alone.map_or(0.0, |alone| alone.squared_size)),
        uncentred,
        alone: labels.alone,
        counts,
        decompositions: Decompositions::default(),
    }
}

/// Coordinates of `‖f − f̄‖² = ‖f − c‖² − 2 (f̄ − c)·(f − c) + ‖f̄ − c‖²` from those of ‖f − c‖² and of f − c.
fn around_the_mean(lengths: &[f64], embeddings: MatRef<'_, f64>, constant: f64) -> Vec<f64> {
    // Row 0 is ±(f̄ − c), with the sign of the constant's coordinate.
    let mean = embeddings.row(0);
    let along = |i: usize| embeddings.row(i).iter().zip(mean.iter()).map(|(x, m)| x * m).sum::<f64>();
    let mut around: Vec<f64> =
        lengths.iter().enumerate().map(|(i, length)| length - 2.0 * constant * along(i)).collect();
    around[0] += constant * mean.squared_norm_l2();
    around
}

/// Rows of a part of a triangle before those that are zero at its end, which no decomposition needs.
fn reached(m: MatRef<'_, f64>) -> usize {
    let is_zero = |i: usize| m.row(i).iter().all(|&x| x == 0.0);
    (0..m.nrows()).rev().find(|&i| !is_zero(i)).map_or(0, |last| last + 1)
}

/// The first columns, with zeros under them up to so many rows.
fn padded(u: &Mat<f64>, rows: usize, cols: usize) -> Mat<f64> {
    let mut padded = Mat::zeros(rows, cols);
    padded.get_mut(..u.nrows(), ..).copy_from(u.get(.., ..cols));
    padded
}

/// The singular value decomposition of a centred matrix with the directions that count as zero dropped.
///
/// `scale` is the norm before centring: subtracting a mean leaves rounding errors of its size, which must not pass
/// for variation when the matrix is constant. `least` is what of the singular values counts as zero in any case.
fn without_null_directions(
    centred: MatRef<'_, f64>,
    scale: f64,
    rows: usize,
    least: impl Fn(&[f64]) -> f64,
) -> Svd {
    let Svd { u, mut s, v } = svd(centred.get(..reached(centred), ..));
    drop_null(&mut s, centred, scale, rows, least);
    Svd { u: padded(&u, centred.nrows(), s.len()), v: v.get(.., ..s.len()).to_owned(), s }
}

/// Drops the singular values of a centred matrix that count as zero.
fn drop_null(
    s: &mut Vec<f64>,
    centred: MatRef<'_, f64>,
    scale: f64,
    rows: usize,
    least: impl Fn(&[f64]) -> f64,
) {
    let floor = rank_tolerance(s, rows, centred.ncols()).max(CENTRING_NOISE * scale).max(least(s));
    s.retain(|&value| value > floor);
}

/// Rounding left by centring and by the factors, relative to the norm before it: constant embeddings of trained networks have left 47ε.
pub const CENTRING_NOISE: f64 = 128.0 * f64::EPSILON;

pub(super) fn without_first_row(m: MatRef<'_, f64>) -> MatRef<'_, f64> {
    m.get(1.., ..)
}
