//! A comparison as a table for people.

use super::compared_pair::ComparedPair;
use super::verdict::sentences;
use logitdist::{Bound, Comparison, Statement};
use logitdist_results::number::{number, short};

/// The whole table, at most [`WIDTH`] columns wide but for the models' paths.
pub fn render(result: &ComparedPair) -> String {
    let mut table = Table { comparison: &result.comparison, text: String::new(), footnotes: Vec::new() };
    table.models(result);
    table.distributions();
    table.representations();
    table.bounds("Bounds, with a's spectrum and labels", &result.comparison.bounds);
    table.bounds("Bounds, with b's spectrum and labels", &result.comparison.bounds_ba);
    table.verdict(result);
    table.notes();
    table.text
}

const WIDTH: usize = 100;

struct Table<'a> {
    comparison: &'a Comparison,
    text: String,
    footnotes: Vec<String>,
}

impl Table<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A sentence, wrapped; `hanging` indents what follows its first line.
    fn sentence(&mut self, indent: &str, hanging: &str, sentence: &str) {
        let mut line = indent.to_owned();
        let mut empty = true;
        for word in sentence.split(' ') {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = hanging.to_owned();
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(&line);
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(heading);
    }

    /// The value of a token as text; n/a with a footnote where there is none.
    fn value(&mut self, token: &str) -> String {
        match self.comparison.scalar(token) {
            Some(Ok(x)) => number(*x),
            Some(Err(reason)) => self.not_applicable(&reason.to_string()),
            None => "-".into(),
        }
    }

    /// The value of a token with its standard error, if it has one.
    fn value_with_error(&mut self, token: &str) -> String {
        let value = self.value(token);
        match self.comparison.scalar(&format!("{token}_se")) {
            Some(Ok(error)) if *error > 0.0 => format!("{value} ± {}", short(*error)),
            _ => value,
        }
    }

    fn not_applicable(&mut self, reason: &str) -> String {
        let position = self.footnotes.iter().position(|f| f == reason).unwrap_or_else(|| {
            self.footnotes.push(reason.to_owned());
            self.footnotes.len() - 1
        });
        format!("n/a [{}]", position + 1)
    }

    fn models(&mut self, result: &ComparedPair) {
        self.line(&format!("a  {}", result.run.model_a));
        self.line(&format!("b  {}", result.run.model_b));
        let inputs = self.value("n_inputs");
        let labels = self.value("n_labels");
        self.line(&format!("{inputs} inputs, {labels} labels"));
        self.heading("Sizes                            a              b");
        for (name, a, b) in [
            ("dimension", "dim_a", "dim_b"),
            ("rank of the embeddings", "rank_embeddings_a", "rank_embeddings_b"),
            ("rank of the unembeddings", "rank_unembeddings_a", "rank_unembeddings_b"),
            ("rank of the logits", "rank_logits_a", "rank_logits_b"),
        ] {
            let (a, b) = (self.value(a), self.value(b));
            self.line(&format!("  {name:26}     {a:14} {b}"));
        }
    }

    /// One measure a line: token, value, standard error where inputs were sampled, what it means.
    fn measure(&mut self, token: &str, meaning: &str) {
        let sampled = self.comparison.scalar("n_inputs_probability") != self.comparison.scalar("n_inputs");
        let value = if sampled { self.value_with_error(token) } else { self.value(token) };
        self.line(&format!("  {token:22} {value:22} {meaning}"));
    }

    fn distributions(&mut self) {
        let over = self.value("n_inputs_probability");
        self.heading(&format!(
            "Distributions (0 = same predictions; KL and its relatives over {over} inputs)"
        ));
        self.measure("d_logit", "logit distance, nats");
        self.measure("d_logit_centred", "its part that varies over inputs, nats");
        self.measure("kl_ab", "KL(a ‖ b), nats");
        self.measure("kl_ba", "KL(b ‖ a), nats");
        self.measure("js", "Jensen–Shannon, nats, at most 0.6931");
        self.measure("tv", "total variation, at most 1");
        self.measure("hellinger", "at most 1");
        self.measure("d_llv", "log-likelihood variance, given sets");
        self.measure("d_llv_min", "log-likelihood variance, minimised");
        self.measure("top1_agreement", "share of inputs predicted alike (1 = all)");
        self.measure("log_tau", "log of the smallest probability");
    }

    fn representations(&mut self) {
        self.heading("Representations, larger is closer (1 = same)");
        self.measure("m_cca", "mean canonical correlation of the embeddings");
        self.measure("m_cca_unembeddings", "the same of the unembeddings");
        self.measure("m_cca_logits", "the same of the centred logits");
        self.measure("cka", "linear CKA");
        self.measure("cka_debiased", "without its small-sample bias");
        self.measure("svcca", "SVCCA");
        self.pair_of("pwcca", "projection-weighted CCA, weights of a | of b");
        self.pair_of("r2", "variance of a explained by b | of b by a");
        self.heading("Representations, smaller is closer (0 = same)");
        self.pair_of("d_rep", "b onto a | a onto b, over subsets");
        self.pair_of("d_ls", "the same by least squares, without subsets");
        self.measure("d_fg", "PLS-SVD dissimilarity");
        self.measure("procrustes", "orthogonal Procrustes, at most 2");
    }

    /// A measure with two directions on one line.
    fn pair_of(&mut self, token: &str, meaning: &str) {
        let [ab, ba] = ["ab", "ba"].map(|direction| self.value_with_error(&format!("{token}_{direction}")));
        let both = format!("{ab} | {ba}");
        if both.chars().count() <= 40 {
            self.line(&format!("  {token:22} {both:22} {meaning}"));
        } else {
            self.line(&format!("  {token:22} {both}"));
            self.line(&format!("  {:22} {:22} {meaning}", "", ""));
        }
    }

    fn bounds(&mut self, heading: &str, bounds: &[Bound]) {
        self.heading(&format!("{heading:42} {:>12} {:>14}   {:>9}", "is", "at most", "tightness"));
        for bound in bounds.iter().filter(|b| !b.theorem.is_lower()) {
            let sides = match bound.statement {
                Some(Statement::AtMost { lhs, rhs }) => {
                    let rhs = if rhs.is_finite() { number(rhs) } else { "∞".into() };
                    let tightness = bound.tightness.map_or_else(|| "rounding".into(), short);
                    format!("{:>12} {rhs:>14}   {tightness:>9}", number(lhs))
                }
                _ => self.absent(bound),
            };
            self.line(&format!(
                "  {:28} {:11} {sides}{}",
                bound.theorem.token,
                bound.theorem.form.to_string(),
                remark(bound)
            ));
        }
        self.line(&format!("{:42} {:>12} {:>14}   {:>9}", "", "is", "at least", "slack"));
        for bound in bounds.iter().filter(|b| b.theorem.is_lower()) {
            let sides = match bound.statement {
                Some(Statement::AtLeast { bound: at_least, value }) => {
                    let slack = short(value - at_least);
                    format!("{:>12} {:>14}   {slack:>9}", number(value), number(at_least))
                }
                _ => self.absent(bound),
            };
            self.line(&format!(
                "  {:28} {:11} {sides}{}",
                bound.theorem.token,
                bound.theorem.form.to_string(),
                remark(bound)
            ));
        }
    }

    fn absent(&mut self, bound: &Bound) -> String {
        let text = self.not_applicable(&bound.reason().unwrap_or_default());
        format!("{text:>12}")
    }

    fn verdict(&mut self, result: &ComparedPair) {
        self.heading("Verdict");
        for sentence in sentences(result) {
            self.sentence("  ", "    ", &sentence);
        }
    }

    fn notes(&mut self) {
        if !self.footnotes.is_empty() || !self.comparison.notes.is_empty() {
            self.line("");
        }
        for (i, reason) in std::mem::take(&mut self.footnotes).iter().enumerate() {
            self.sentence("", "    ", &format!("[{}] {reason}", i + 1));
        }
        for (token, note) in self.comparison.notes.clone() {
            self.sentence("", "    ", &format!("{token}: {note}"));
        }
    }
}

fn remark(bound: &Bound) -> &'static str {
    match (bound.is_violated(), bound.status.name()) {
        (true, _) => "  VIOLATED",
        (_, "vacuous") => "  vacuous",
        _ => "",
    }
}
