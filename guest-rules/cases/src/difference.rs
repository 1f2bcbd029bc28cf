//! What an answer differs in from what a case expects.

use std::fmt;

use crate::{
    case::{DecideCase, Expected, FormatCase, PlanCase, Ruled},
    line::{Action, DecisionLine, SpanLine},
};

/// What was expected and what came instead, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What was expected.
    pub expected: Vec<String>,
    /// What came.
    pub got: Vec<String>,
}

/// The lines of both, in order: `-` before what is missing, `+` before what should not be there.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut expected, mut got) = (&self.expected[..], &self.got[..]);
        while let Some((line, rest)) = expected.split_first() {
            match got.iter().position(|other| other == line) {
                Some(place) => {
                    for extra in &got[..place] {
                        writeln!(f, "+ {extra}")?;
                    }
                    writeln!(f, "  {line}")?;
                    got = &got[place + 1..];
                }
                None => writeln!(f, "- {line}")?,
            }
            expected = rest;
        }
        for extra in got {
            writeln!(f, "+ {extra}")?;
        }
        Ok(())
    }
}

impl PlanCase {
    /// What `got`, spans and notes, differs in.
    #[must_use]
    pub fn differs(&self, got: &Ruled<(Vec<SpanLine>, Vec<String>)>) -> Option<Difference> {
        let lines = |(spans, notes): &(Vec<SpanLine>, Vec<String>)| {
            spans
                .iter()
                .map(SpanLine::to_string)
                .chain(notes.iter().map(|note| format!("note: {note}")))
                .collect()
        };
        compare(&self.expected, got, lines, |expected, got| expected == got)
    }
}

impl DecideCase {
    /// What `got`, one decision for each server in which nothing is left out, differs in.
    #[must_use]
    pub fn differs(&self, got: &Ruled<Vec<DecisionLine>>) -> Option<Difference> {
        let (decided, got) = match (&self.expected, got) {
            (Ok(decided), Ok(got)) => (decided, got),
            (Err(beginning), Err(error)) => return error_differs(beginning, error),
            (Ok(decided), Err(error)) => {
                return Some(Difference {
                    expected: decided.ids().map(|id| format!("{id}: …")).collect(),
                    got: vec![format!("error: {error}")],
                });
            }
            (Err(beginning), Ok(got)) => {
                return Some(Difference {
                    expected: vec![format!("error: {beginning}…")],
                    got: got.iter().map(DecisionLine::to_string).collect(),
                });
            }
        };
        let mut difference = Difference {
            expected: Vec::new(),
            got: Vec::new(),
        };
        let mut line = |expected: String, got: String| {
            difference.expected.push(expected);
            difference.got.push(got);
        };
        let of = |id: &str| got.iter().find(|decision| decision.id == id);
        for asked in &decided.decisions {
            match of(&asked.id) {
                Some(got) => line(asked.to_string(), asked.as_told(got).to_string()),
                None => line(asked.to_string(), format!("{}: no decision", asked.id)),
            }
        }
        let ids = |keep: &dyn Fn(&Action) -> bool| -> Vec<&str> {
            got.iter()
                .filter(|decision| keep(&decision.action))
                .map(|decision| decision.id.as_str())
                .collect()
        };
        if let Some(starts) = &decided.starts {
            let started = ids(&|action| matches!(action, Action::Start | Action::Resize(_)));
            line(
                format!("starts: {}", starts.join(", ")),
                format!("starts: {}", started.join(", ")),
            );
        }
        if let Some(stops) = &decided.stops {
            let stopped = ids(&|action| matches!(action, Action::Stop));
            line(
                format!("stops: {}", stops.join(", ")),
                format!("stops: {}", stopped.join(", ")),
            );
        }
        for (id, reason) in &decided.waits {
            let got = of(id).map_or_else(String::new, |decision| {
                let reason = decision.reason.as_deref().unwrap_or_default();
                format!("{id}: {} {reason}", decision.action)
            });
            line(format!("{id}: none {reason}"), got);
        }
        (difference.expected != difference.got).then_some(difference)
    }
}

impl FormatCase {
    /// What a message differs in: its text with all its blocks, and its colour.
    #[must_use]
    pub fn differs(&self, got: &Ruled<(String, String)>) -> Option<Difference> {
        let (said, text, color) = match (&self.expected, got) {
            (Ok(said), Ok((text, color))) => (said, text, color),
            (Err(beginning), Err(error)) => return error_differs(beginning, error),
            (Ok(_), Err(error)) => {
                return Some(Difference {
                    expected: vec!["a message".to_owned()],
                    got: vec![format!("error: {error}")],
                });
            }
            (Err(beginning), Ok((text, _))) => {
                return Some(Difference {
                    expected: vec![format!("error: {beginning}…")],
                    got: text.lines().map(str::to_owned).collect(),
                });
            }
        };
        let missing = said.says.iter().filter(|part| !text.contains(*part));
        let present = said.never.iter().filter(|part| text.contains(*part));
        let mut expected: Vec<String> = missing
            .map(|part| format!("says `{part}`"))
            .chain(present.map(|part| format!("never `{part}`")))
            .collect();
        if let Some(asked) = &said.color
            && asked != color
        {
            expected.push(format!("colour {asked}, not {color}"));
        }
        (!expected.is_empty()).then(|| Difference {
            expected,
            got: text.lines().map(str::to_owned).collect(),
        })
    }
}

fn compare<T>(
    expected: &Expected<T>,
    got: &Ruled<T>,
    lines: impl Fn(&T) -> Vec<String>,
    same: impl Fn(&T, &T) -> bool,
) -> Option<Difference> {
    match (expected, got) {
        (Ok(expected), Ok(got)) if same(expected, got) => None,
        (Err(beginning), Err(error)) => error_differs(beginning, error),
        (expected, got) => Some(Difference {
            expected: match expected {
                Ok(expected) => lines(expected),
                Err(beginning) => vec![format!("error: {beginning}…")],
            },
            got: match got {
                Ok(got) => lines(got),
                Err(error) => vec![format!("error: {error}")],
            },
        }),
    }
}

/// The host says before an error what kind it is of; a case has the rule's own words.
fn error_differs(beginning: &str, error: &str) -> Option<Difference> {
    let own = error.split_once(": ").map_or(error, |(_, own)| own);
    (!error.starts_with(beginning) && !own.starts_with(beginning)).then(|| Difference {
        expected: vec![format!("error: {beginning}…")],
        got: vec![format!("error: {error}")],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{case::Kind, reader::read};

    #[test]
    fn a_difference_has_both_sides_in_order() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect();
        let difference = Difference {
            expected: words("a b c"),
            got: words("a x c y"),
        };
        assert_eq!(difference.to_string(), "  a\n- b\n+ x\n  c\n+ y\n");
    }

    #[test]
    fn an_error_is_compared_with_its_beginning_in_the_words_of_the_rule() {
        assert_eq!(
            error_differs("nothing is bound", "it lacks data: nothing is bound to `x`"),
            None
        );
        assert_eq!(
            error_differs("data `x`, line 2", "data `x`, line 2: no"),
            None
        );
        assert!(error_differs("nothing is bound", "something else").is_some());
    }

    #[test]
    fn what_a_decision_leaves_out_may_be_anything() {
        let text = "[[case]]\nname = \"a\"\nservers = [\"a: stopped start\"]\ndecisions = [\"a: start\"]\n";
        let cases = read(text).unwrap_or_default();
        let Some(Kind::Decide(case)) = cases.first().map(|case| case.kind.clone()) else {
            unreachable!("{cases:?}")
        };
        let got = |line: &str| {
            Ok(vec![
                line.parse::<DecisionLine>()
                    .unwrap_or_else(|why| unreachable!("{why}")),
            ])
        };
        assert_eq!(case.differs(&got("a: start [running] so far")), None);
        assert!(case.differs(&got("a: none [running] so far")).is_some());
    }
}
