//! A comparison and what is said of it, whatever the format: what the command prints and Python hands out.

use super::answer::Answer;
use super::gate::Gate;
use super::json;
use super::other_pair::{OtherPair, against_in_words, floor_in_words};
use super::probes::CarriedProbe;
use super::sampling::Sampling;
use super::table;
use super::verdict::sentences;
use anyhow::Context;
use logitdist::bound::LinearProbe;
use logitdist::{
    Comparison, Pair, PairSummary, PartialSummary, ReducedModel, Settings, Watch, compare, compare_reduced,
    compare_summary, compare_watched,
};
use logitdist_results::pair::{PairComparison, PairNames, PairRun};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A comparison and everything that is printed with it.
#[derive(Debug, Clone)]
pub struct ComparedPair {
    /// What was compared, and how.
    pub run: PairRun,
    /// Measures and bounds.
    pub comparison: Comparison,
    /// What it means: the first lines of the output.
    pub answer: Answer,
    /// Probes carried over from b to a.
    pub probes: Vec<CarriedProbe>,
    /// Whether rows were asked for by their tokens: then people see all that there are.
    pub is_selection: bool,
    /// The first model and a third one.
    pub against: Option<OtherPair>,
    /// The first model and another run of it.
    pub floor: Option<OtherPair>,
    /// What labels and inputs are called.
    pub names: PairNames,
    /// What may not be crossed.
    pub gates: Vec<Gate>,
}

impl ComparedPair {
    /// Compares a pair with the seed of `run`. Probes are of a, and come with the name that errors give them. Intervals and what is held
    /// out are computed if `intervals` says so, and where nothing is said if they cost little. What is `reduced` already is not reduced
    /// again.
    ///
    /// # Errors
    /// Settings or probes that do not fit the pair, or embeddings that cannot be read.
    pub fn of(
        pair: &Pair<'_>,
        reduced: Option<PartialSummary>,
        settings: &Settings,
        intervals: Option<bool>,
        run: PairRun,
        probes: Option<(&str, &[LinearProbe])>,
        watch: Watch<'_>,
    ) -> anyhow::Result<ComparedPair> {
        let mut rng = ChaCha8Rng::seed_from_u64(run.seed);
        // What is held out takes about as much as intervals, and goes with them.
        let with_them = Settings { intervals: true, held_out: true, ..settings.clone() };
        let sampling = Sampling::of(std::slice::from_ref(pair), &with_them, intervals);
        let settings = Settings { intervals: sampling.is_on, held_out: sampling.is_on, ..settings.clone() };
        let comparison = match reduced {
            Some(reduced) => compare_reduced(pair, reduced, &settings, &mut rng, watch)?,
            None => compare_watched(pair, &settings, &mut rng, watch)?,
        };
        let mut compared = ComparedPair::without_probes(comparison, run);
        compared.answer = Answer::of(&compared.comparison, sampling.note.into_iter().collect());
        if let Some((name, probes)) = probes {
            let carried = |(i, probe)| {
                CarriedProbe::of(pair, &compared.comparison.reduced, probe)
                    .with_context(|| format!("{name}: row {i}"))
            };
            compared.probes = probes.iter().enumerate().map(carried).collect::<anyhow::Result<_>>()?;
        }
        Ok(compared)
    }

    /// The same with other comparisons of the first model beside it, and words on them in the answer: with a third model, and with another run
    /// of the first. Settings and seed are those of the pair; intervals are there if the pair has them.
    ///
    /// # Errors
    /// Settings that do not fit a pair, or embeddings that cannot be read.
    pub fn beside(
        mut self,
        [against, floor]: [Option<(String, Pair<'_>)>; 2],
        settings: &Settings,
    ) -> anyhow::Result<ComparedPair> {
        let is_on = self.comparison.intervals.is_some();
        let settings = Settings {
            intervals: is_on,
            held_out: is_on,
            null: 0,
            shifts: false,
            per_input: false,
            by_confidence: false,
            ..settings.clone()
        };
        let compared = |other: Option<(String, Pair<'_>)>| {
            let of = |(model, pair): (String, Pair<'_>)| {
                let mut rng = ChaCha8Rng::seed_from_u64(self.run.seed);
                let comparison = compare(&pair, &settings, &mut rng).with_context(|| model.clone())?;
                Ok::<_, anyhow::Error>(OtherPair { model, comparison })
            };
            other.map(of).transpose()
        };
        let (against, floor) = (compared(against)?, compared(floor)?);
        let words = [
            ("Against", against.as_ref().and_then(|other| against_in_words(&self.comparison, other))),
            ("Floor", floor.as_ref().and_then(|floor| floor_in_words(&self.comparison, floor))),
        ];
        let said = words.into_iter().filter_map(|(heading, words)| Some((heading, words?)));
        self.answer.beside = said.collect();
        Ok(ComparedPair { against, floor, ..self })
    }

    /// Adds what is to be said of labels and inputs: notes under their tokens, more of the inputs, and limits of the answer.
    pub fn add_notes(
        &mut self,
        notes: Vec<(&'static str, String)>,
        inputs: impl Iterator<Item = String>,
        limits: Vec<String>,
    ) {
        let all = notes.into_iter().chain(inputs.map(|note| ("n_inputs", note)));
        all.for_each(|(token, note)| self.comparison.add_note(token, note));
        self.answer.warnings.splice(0..0, limits);
    }

    /// What is left of a pair whose inputs were seen elsewhere, with the seed of `run`.
    ///
    /// # Errors
    /// Something is asked for that needs the inputs.
    pub fn of_summary(
        summary: PairSummary,
        settings: &Settings,
        run: PairRun,
    ) -> anyhow::Result<ComparedPair> {
        let mut rng = ChaCha8Rng::seed_from_u64(run.seed);
        let settings =
            Settings { llv: false, per_input: false, intervals: false, held_out: false, ..settings.clone() };
        let comparison = compare_summary(summary, &settings, &mut rng)?;
        let reduced = &comparison.reduced;
        let unclear =
            [("a", &reduced.a), ("b", &reduced.b)].into_iter().filter(|(_, model)| !model.has_clear_end());
        let unclear: Vec<String> = unclear.map(|(name, model)| no_clear_end(name, model)).collect();
        let mut compared = ComparedPair::without_probes(comparison, run);
        let note = "the inputs were joined in the order of the summaries: intervals, m_cca_cv, d_llv, d_svd and what is made of them need the inputs themselves, and were left out";
        compared.answer =
            Answer::of(&compared.comparison, [note.to_owned()].into_iter().chain(unclear).collect());
        Ok(compared)
    }

    /// What was compared elsewhere.
    pub fn without_probes(comparison: Comparison, run: PairRun) -> ComparedPair {
        let answer = Answer::of(&comparison, Vec::new());
        ComparedPair {
            run,
            answer,
            comparison,
            probes: Vec::new(),
            is_selection: false,
            against: None,
            floor: None,
            names: PairNames::default(),
            gates: Vec::new(),
        }
    }

    /// The comparison as it is written and read.
    pub fn results(&self) -> PairComparison {
        let probes = self.probes.iter().map(CarriedProbe::numbers).collect();
        PairComparison::of(self.run.clone(), &self.comparison, probes, self.verdict())
    }

    /// The answer and the verdict, a sentence each.
    pub fn verdict(&self) -> Vec<String> {
        let answer = self.answer.sentences().into_iter().map(|(heading, said)| format!("{heading}: {said}."));
        answer.chain(sentences(self)).collect()
    }

    /// One JSON object, tokens as keys.
    pub fn to_json(&self) -> String {
        json::render(self)
    }

    /// The table for people, with that of the bounds if it is asked for.
    pub fn to_table(&self, bounds: bool) -> String {
        table::render(self, bounds)
    }

    /// Tokens of the bounds that are violated, in either direction: a proof or this program is wrong.
    pub fn violated(&self) -> Vec<&'static str> {
        let of_probes = self.probes.iter().map(|probe| &probe.agreement);
        let all = self.comparison.all_bounds().map(|(_, bound)| bound).chain(of_probes);
        all.filter(|bound| bound.is_violated()).map(|bound| bound.theorem.token).collect()
    }
}

/// What to say of logits whose directions may be noise.
fn no_clear_end(name: &str, model: &ReducedModel) -> String {
    format!(
        "the logits of {name} have no clear end of directions ({} of {} inputs): some may be noise, and then m_cca_logits and all that follows from it are too small",
        model.rank_logits(),
        model.n_inputs()
    )
}
