//! Puts all changes of a file into it at once, each behind a switch.
//!
//! `a + b` becomes `mutated!(+, a, b, 7 -, 8 *)`, which is `a - b` if change 7 is on. So one build serves all changes.

use super::list::{Change, Genre};
use anyhow::Context;
use std::collections::BTreeMap;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Changes of one expression, and the edits that put them behind switches.
struct Switch {
    numbers: Vec<usize>,
    /// The bytes of the expression in the source.
    range: Range<usize>,
    before: String,
    /// What takes the place of the operator.
    operator: Option<(Range<usize>, String)>,
    after: String,
}

/// A file with switches.
pub(super) struct Switched {
    pub text: String,
    /// The bytes of each switch in `text`, and the numbers of its changes.
    places: Vec<(Range<usize>, Vec<usize>)>,
}

impl Switched {
    /// The changes of the innermost switch that holds some bytes of the text; of the one that they are if there is one.
    pub fn at(&self, bytes: &Range<usize>) -> Option<&[usize]> {
        let holds = |place: &Range<usize>| place.start <= bytes.start && bytes.start < place.end;
        let (_, numbers) =
            self.places.iter().filter(|(place, _)| holds(place)).min_by_key(|(place, _)| {
                (place.start != bytes.start || place.end != bytes.end, place.end - place.start)
            })?;
        Some(numbers)
    }

    /// The numbers of all changes that have a switch.
    pub fn numbers(&self) -> impl Iterator<Item = usize> {
        self.places.iter().flat_map(|(_, numbers)| numbers).copied()
    }
}

/// Puts changes of a file, given with their numbers, behind switches. Those that cannot be are left out.
pub(super) fn switched(source: &str, changes: &[(usize, &Change)]) -> anyhow::Result<Switched> {
    let mut at: BTreeMap<usize, Vec<(usize, &Change)>> = BTreeMap::new();
    for &(number, change) in changes {
        let start =
            change.span.start.offset(source).with_context(|| format!("{}: no such place", change.name))?;
        at.entry(start).or_default().push((number, change));
    }
    let file = syn::parse_file(source)?;
    let mut finder = Finder { at, switches: Vec::new() };
    finder.visit_file(&file);
    finder.without_syntax(source)?;
    Ok(applied(source, finder.switches))
}

/// Applies edits. Where some fall on one place, expressions end from the inside out and begin from the outside in.
fn applied(source: &str, switches: Vec<Switch>) -> Switched {
    // By place, ends before beginnings, and order: bytes that are replaced, text, switch.
    let mut edits: Vec<(usize, bool, isize, usize, &str, usize)> = Vec::new();
    for (index, switch) in switches.iter().enumerate() {
        let (start, end) = (switch.range.start, switch.range.end);
        // A body or a guard goes around an expression of the same length.
        let outer = isize::from(switch.operator.is_none());
        edits.push((start, true, -2 * end as isize - outer, 0, &switch.before, index));
        if let Some((operator, text)) = &switch.operator {
            edits.push((operator.start, true, -2 * operator.end as isize, operator.len(), text, index));
        }
        // What lies between patterns has no end of its own.
        if !switch.range.is_empty() {
            edits.push((end, false, -2 * start as isize + outer, 0, &switch.after, index));
        }
    }
    edits.sort_by_key(|&(place, begins, order, ..)| (place, begins, order));
    let mut places: Vec<(Range<usize>, Vec<usize>)> =
        switches.iter().map(|switch| (0..0, switch.numbers.clone())).collect();
    let (mut text, mut done) = (String::new(), 0);
    for (place, begins, _, replaced, edit, index) in edits {
        text.push_str(&source[done..place]);
        let switch = &switches[index];
        if begins && replaced == 0 {
            places[index].0.start = text.len();
        }
        text.push_str(edit);
        if !begins || switch.range.is_empty() {
            places[index].0.end = text.len();
        }
        done = place + replaced;
    }
    text.push_str(&source[done..]);
    Switched { text, places }
}

struct Finder<'a> {
    /// The changes that are not behind a switch yet, by where they begin.
    at: BTreeMap<usize, Vec<(usize, &'a Change)>>,
    switches: Vec<Switch>,
}

/// The changes of a guard of a pattern.
#[derive(Default)]
struct Guard {
    end: usize,
    always: Option<usize>,
    never: Option<usize>,
}

const ORDER: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

impl Finder<'_> {
    /// Takes the changes of a genre that begin at a place.
    fn take(&mut self, place: usize, genre: Genre) -> Vec<(usize, String)> {
        let Some(found) = self.at.get_mut(&place) else { return Vec::new() };
        let taken = found.extract_if(.., |(_, change)| change.genre == genre);
        taken.map(|(number, change)| (number, change.replacement.clone())).collect()
    }

    /// Function values and guards, whose spans say all.
    fn without_syntax(&mut self, source: &str) -> anyhow::Result<()> {
        for (start, changes) in std::mem::take(&mut self.at) {
            let mut guard: Option<Guard> = None;
            for (number, change) in changes {
                match change.genre {
                    Genre::FnValue => self.switches.push(Switch {
                        numbers: vec![number],
                        range: start..change.span.end.offset(source).context("a body ends in its file")?,
                        before: format!(
                            "if crate::mutation_switch::on({number}) {{ return {}; }} ",
                            change.replacement
                        ),
                        operator: None,
                        after: String::new(),
                    }),
                    Genre::MatchArmGuard => {
                        let end = change.span.end.offset(source).context("a guard ends in its file")?;
                        let guard = guard.get_or_insert_with(|| Guard { end, ..Guard::default() });
                        match change.replacement.as_str() {
                            "true" => guard.always = Some(number),
                            _ => guard.never = Some(number),
                        }
                    }
                    _ => {}
                }
            }
            if let Some(Guard { end, always, never }) = guard {
                let on = |number: usize| format!("crate::mutation_switch::on({number})");
                let always_on = always.map_or_else(String::new, |number| format!("{} || ", on(number)));
                let never_on = never.map_or_else(String::new, |number| format!("!{} && ", on(number)));
                self.switches.push(Switch {
                    numbers: always.into_iter().chain(never).collect(),
                    range: start..end,
                    before: format!("({always_on}{never_on}("),
                    operator: None,
                    after: "))".to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Whether an expression binds names: `let` in a chain of conditions.
fn binds(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => binds(&binary.left) || binds(&binary.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let (operator, range) = (binary.op.span().byte_range(), binary.span().byte_range());
        let found = if binds(&binary.left) || binds(&binary.right) {
            Vec::new()
        } else {
            self.take(operator.start, Genre::BinaryOperator)
        };
        if !found.is_empty() {
            let own = quoted(&binary.op);
            let name = match own.as_str() {
                "&&" | "||" => "mutated_choice",
                own if ORDER.contains(&own) => "mutated_order",
                own if own.ends_with('=') => "mutated_assignment",
                _ => "mutated",
            };
            let others: Vec<String> =
                found.iter().map(|(number, other)| format!("{number} {other}")).collect();
            self.switches.push(Switch {
                numbers: found.iter().map(|(number, _)| *number).collect(),
                range,
                before: format!("{name}!({own}, "),
                operator: Some((operator, ",".to_owned())),
                after: format!(", {})", others.join(", ")),
            });
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let (operator, range) = (unary.op.span().byte_range(), unary.span().byte_range());
        for (number, _) in self.take(operator.start, Genre::UnaryOperator) {
            let (before, own, after) = match unary.op {
                syn::UnOp::Not(_) => {
                    ("((".to_owned(), "!", format!(") != crate::mutation_switch::on({number}))"))
                }
                _ => ("mutated_sign!(".to_owned(), "", format!(", {number})")),
            };
            self.switches.push(Switch {
                numbers: vec![number],
                range: range.clone(),
                before,
                operator: Some((operator.clone(), own.to_owned())),
                after,
            });
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let pattern = arm.pat.span().byte_range();
        if !matches!(arm.pat, syn::Pat::Guard(_)) {
            for (number, _) in self.take(pattern.start, Genre::MatchArm) {
                self.switches.push(Switch {
                    numbers: vec![number],
                    range: pattern.end..pattern.end,
                    before: format!(" if !crate::mutation_switch::on({number})"),
                    operator: None,
                    after: String::new(),
                });
            }
        }
        visit::visit_arm(self, arm);
    }
}

/// An operator as it is written.
fn quoted(operator: &syn::BinOp) -> String {
    operator.span().source_text().unwrap_or_default()
}

/// Makes `mutation_switch` the first module of a crate's root, so that its macros are known in all others.
pub(super) fn with_module(root: &str) -> anyhow::Result<String> {
    let file = syn::parse_file(root)?;
    let first = file.items.first().context("a crate has items")?.span().byte_range().start;
    Ok(format!("{}#[macro_use]\nmod mutation_switch;\n{}", &root[..first], &root[first..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::list::{Place, Span};
    use std::collections::BTreeSet;

    fn change(genre: Genre, at: usize, end: usize, replacement: &str) -> Change {
        let place = |at| Place { line: 1, column: at + 1 };
        Change {
            name: String::new(),
            file: String::new(),
            package: String::new(),
            genre,
            replacement: replacement.to_owned(),
            span: Span { start: place(at), end: place(end) },
            line: String::new(),
        }
    }

    #[test]
    fn nested_expressions_nest_their_switches() {
        let source = "fn f(a: f64, b: f64) -> f64 { -a + b * a }";
        let at = |text: &str| source.find(text).unwrap();
        let changes = [
            change(Genre::BinaryOperator, at("+"), at("+") + 1, "-"),
            change(Genre::BinaryOperator, at("+"), at("+") + 1, "*"),
            change(Genre::BinaryOperator, at("* a"), at("* a") + 1, "/"),
            change(Genre::UnaryOperator, at("-a"), at("-a") + 1, ""),
            change(Genre::FnValue, at("-a"), at(" }"), "0.0"),
        ];
        let numbered: Vec<(usize, &Change)> = (1..).zip(&changes).collect();
        let switched = switched(source, &numbered).unwrap();
        let wanted = "fn f(a: f64, b: f64) -> f64 { if crate::mutation_switch::on(5) { return 0.0; } \
                      mutated!(+, mutated_sign!(a, 4) , mutated!(*, b , a, 3 /), 1 -, 2 *) }";
        assert_eq!(switched.text, wanted);
        let of = |text: &str| {
            let start = wanted.find(text).unwrap();
            switched.at(&(start..start + text.len())).map(<[usize]>::to_vec)
        };
        assert_eq!(of("mutated!(*, b , a, 3 /)"), Some(vec![3]));
        assert_eq!(
            of("mutated!(+, mutated_sign!(a, 4) , mutated!(*, b , a, 3 /), 1 -, 2 *)"),
            Some(vec![1, 2])
        );
        assert_eq!(of("return 0.0"), Some(vec![5]));
        assert_eq!(of("fn f"), None);
        assert_eq!(switched.numbers().collect::<BTreeSet<usize>>(), (1..=5).collect());
    }

    #[test]
    fn conditions_that_bind_names_are_left_alone() {
        let source = "fn f(a: Option<u8>, b: bool) -> bool { if let Some(_) = a && b { !b } else { b } }";
        let at = source.find("&&").unwrap();
        let not = source.find("!b").unwrap();
        let changes =
            [change(Genre::BinaryOperator, at, at + 2, "||"), change(Genre::UnaryOperator, not, not + 1, "")];
        let numbered: Vec<(usize, &Change)> = (1..).zip(&changes).collect();
        let switched = switched(source, &numbered).unwrap();
        assert_eq!(switched.numbers().collect::<Vec<usize>>(), [2]);
        assert!(switched.text.contains("{ ((!b) != crate::mutation_switch::on(2)) }"), "{}", switched.text);
    }
}
