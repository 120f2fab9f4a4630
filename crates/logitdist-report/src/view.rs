//! What a picture is, whatever it is of: a sweep, trained networks or one pair.

use crate::plot::Figure;
use logitdist_io::FileSet;
use logitdist_results::ResultsError;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A kind of picture of results: a file with an implementation, and a line in the list that pictures are drawn from.
pub trait View<R>: Sized {
    /// What a page finds it by.
    const VIEW: &'static str;
    /// What it shows, in a line.
    const TITLE: &'static str;
    /// What the names of its files begin with.
    const FILES: &'static str = Self::VIEW;
    /// What is drawn.
    type Numbers;

    /// Its pictures: one for each choice that these results offer.
    fn all(results: &R) -> Vec<Self>;

    /// What this one shows, in a line.
    fn title(&self, _results: &R) -> String {
        Self::TITLE.to_owned()
    }

    /// Which of its pictures this is: selectors of the page and their values.
    fn choice(&self, _results: &R) -> Vec<Choice> {
        Vec::new()
    }

    /// The question that it answers, and how to read it.
    fn question(&self, results: &R) -> String;

    /// What the results lack if there are no numbers, said in its place; `None` if the picture is then left out.
    fn needs(&self, _results: &R) -> Option<String> {
        None
    }

    /// The numbers behind it, if there are any.
    fn numbers(&self, results: &R) -> Option<Self::Numbers>;

    /// The numbers drawn: one figure, or several that would be too large for one.
    fn figures(&self, results: &R, numbers: &Self::Numbers) -> Vec<Figure>;

    /// Whether it is kept as files too.
    fn is_filed(&self) -> bool {
        true
    }
}

/// A selector of a page and its value.
pub type Choice = (&'static str, String);

/// A picture that was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What its page finds it by, together with the choice.
    pub view: String,
    /// What it shows, in a line.
    pub title: String,
    /// Selectors of the page and their values.
    pub choice: Vec<Choice>,
    /// Name of its files, without ending.
    pub name: String,
    /// The question that it answers, and how to read it.
    pub question: String,
    /// The figure.
    pub figure: Figure,
    /// Whether it is kept as files too.
    pub is_filed: bool,
}

impl Picture {
    /// View and values, which together tell it from all others.
    pub fn key(&self) -> String {
        let values = self.choice.iter().map(|(_, value)| value.as_str());
        std::iter::once(self.view.as_str()).chain(values).collect::<Vec<_>>().join("|")
    }

    /// The value of a selector.
    pub fn chosen(&self, selector: &str) -> Option<&str> {
        self.choice.iter().find(|(name, _)| *name == selector).map(|(_, value)| value.as_str())
    }
}

/// A line of a list of views.
pub(crate) struct Listed<R> {
    /// What the names of its files begin with.
    pub files: &'static str,
    pub draw: fn(&R) -> Vec<Picture>,
}

/// A view as a line of a list.
pub(crate) const fn listed<R, V: View<R>>() -> Listed<R> {
    Listed { files: V::FILES, draw: drawn::<R, V> }
}

/// All pictures of a view that show something, and those that say why they do not.
fn drawn<R, V: View<R>>(results: &R) -> Vec<Picture> {
    V::all(results).iter().flat_map(|view| parts(results, view)).collect()
}

/// The pictures of a view, which has several where one would be too large.
pub(crate) fn parts<R, V: View<R>>(results: &R, view: &V) -> Vec<Picture> {
    let figures = match view.numbers(results) {
        Some(numbers) => view.figures(results, &numbers),
        None => view.needs(results).map(Figure::empty).into_iter().collect(),
    };
    let (choice, question, title) = (view.choice(results), view.question(results), view.title(results));
    let values = choice.iter().map(|(_, value)| value.as_str());
    let name = file_name(std::iter::once(V::FILES).chain(values));
    let picture = |(part, figure): (usize, Figure)| {
        let which = |text: &str| if part > 0 { format!("{text}{}", part + 1) } else { String::new() };
        Picture {
            view: format!("{}{}", V::VIEW, which("-")),
            title: format!("{title}{}", which(", part ")),
            choice: choice.clone(),
            name: format!("{name}{}", which("-")),
            question: question.clone(),
            figure,
            is_filed: view.is_filed(),
        }
    };
    figures.into_iter().enumerate().map(picture).collect()
}

/// A name that may stand in a file's name.
fn file_name<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(|part| part.chars().map(clean).collect::<String>()).collect::<Vec<_>>().join("-")
}

/// The endings of a picture's files.
pub(crate) const ENDINGS: [&str; 3] = ["svg", "png", "pdf"];

/// Draws figures on all processors as `NAME.svg`, `NAME.png` and `NAME.pdf` into a set; the files in order.
pub(crate) fn draw(
    folder: &Path,
    figures: &[(String, &Figure)],
    set: &FileSet,
) -> Result<Vec<PathBuf>, ResultsError> {
    logitdist_io::make_folder(folder).map_err(|e| ResultsError::io("make the folder", folder, e))?;
    let file = |name: &str, ending: &str| folder.join(format!("{name}.{ending}"));
    let (next, failed) = (Mutex::new(figures.iter()), Mutex::new(None));
    let take = || next.lock().expect("a drawer panicked").next();
    let draw = |(name, figure): &(String, &Figure)| {
        add(set, &file(name, "svg"), figure.to_svg().as_bytes())?;
        add(set, &file(name, "png"), &figure.to_png())?;
        add(set, &file(name, "pdf"), &figure.to_pdf())
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(figure) = take() {
                    if let Err(error) = draw(figure) {
                        failed.lock().expect("a drawer panicked").get_or_insert(error);
                    }
                }
            });
        }
    });
    match failed.into_inner().expect("a drawer panicked") {
        Some(error) => Err(error),
        None => Ok(figures.iter().flat_map(|(name, _)| ENDINGS.map(|ending| file(name, ending))).collect()),
    }
}

/// Writes a file of a set.
pub(crate) fn add(set: &FileSet, path: &Path, bytes: &[u8]) -> Result<(), ResultsError> {
    set.add(path, bytes).map_err(|e| ResultsError::io("write", path, e))
}

/// Puts a set in place of older files.
pub(crate) fn exchange(set: FileSet) -> Result<(), ResultsError> {
    set.finish().map_err(|(path, e)| ResultsError::io("write", &path, e))
}
