//! Names of schedules, as people type them.

use super::{
    GrammarContext, KnownSchedule, josa,
    suggestion::{distance, is_other_layout},
    text::{normalised, trimmed},
};

/// The schedules that the caller may see, ready to be compared.
pub(super) struct Names<'a> {
    known: &'a [KnownSchedule],
    /// Normalised and in lower case, in the order of `known`.
    lower: Vec<String>,
    /// Most words that a name has.
    pub(super) longest: usize,
}

/// What a name that was typed in full stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Match {
    /// This schedule, by its place in the list.
    One(usize),
    /// Names that differ in their case only.
    Several(Vec<usize>),
}

impl<'a> Names<'a> {
    pub(super) fn new(context: &'a GrammarContext) -> Self {
        let known = &context.schedules;
        let lower: Vec<String> = known.iter().map(|schedule| lower(&schedule.name)).collect();
        let words = lower.iter().map(|name| name.split(' ').count());
        let longest = words.max().unwrap_or_default();
        Self {
            known,
            lower,
            longest,
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&'a KnownSchedule> {
        self.known.get(index)
    }

    /// All names, or those at `indices`.
    pub(super) fn all(&self) -> Vec<String> {
        self.known
            .iter()
            .map(|schedule| schedule.name.clone())
            .collect()
    }

    pub(super) fn of(&self, indices: &[usize]) -> Vec<String> {
        let schedules = indices.iter().filter_map(|index| self.known.get(*index));
        schedules.map(|schedule| schedule.name.clone()).collect()
    }

    /// The schedule whose name `typed` is, whatever its case; the case decides when it must. A particle is taken off
    /// only where that hits a name.
    pub(super) fn exact(&self, typed: &str) -> Option<Match> {
        josa::stems(typed).find_map(|(stem, _)| {
            let wanted = lower(stem);
            let hits = self.where_name(|name| name == wanted);
            match hits.as_slice() {
                [] => None,
                [one] => Some(Match::One(*one)),
                _ => Some(
                    hits.iter()
                        .find(|index| self.get(**index).is_some_and(|known| known.name == stem))
                        .map_or(Match::Several(hits.clone()), |index| Match::One(*index)),
                ),
            }
        })
    }

    /// The schedules whose names begin with `typed`.
    pub(super) fn beginning_with(&self, typed: &str) -> Vec<usize> {
        let wanted = lower(typed);
        self.where_name(|name| !wanted.is_empty() && name.starts_with(&wanted))
    }

    /// The schedule that was probably meant: the only one that begins like `typed`, or the other way round, else the
    /// nearest. With its distance in keys.
    pub(super) fn nearest(&self, typed: &str) -> Option<(usize, usize)> {
        let wanted = lower(typed);
        let related = self.where_name(|name| {
            !wanted.is_empty() && (name.starts_with(&wanted) || wanted.starts_with(name))
        });
        if let [one] = related.as_slice() {
            return Some((0, *one));
        }
        let near = self.lower.iter().enumerate();
        near.filter_map(|(index, name)| Some((distance(&wanted, name)?, index)))
            .min()
    }

    /// The name that `typed` (in lower case) is on the other language of the keyboard.
    pub(super) fn other_layout(&self, typed: &str) -> Option<String> {
        let fits = |name: &&String| is_other_layout(typed, name);
        self.lower.iter().find(fits).cloned()
    }

    fn where_name(&self, fits: impl Fn(&str) -> bool) -> Vec<usize> {
        let names = self.lower.iter().enumerate();
        names
            .filter(|(_, name)| !name.is_empty() && fits(name))
            .map(|(index, _)| index)
            .collect()
    }
}

fn lower(name: &str) -> String {
    trimmed(&normalised(name)).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Minute, Moment};

    fn context(names: &[&str]) -> GrammarContext {
        let now = Moment {
            date: chrono::NaiveDate::default(),
            minute: Minute::MIDNIGHT,
        };
        let named = |name: &&str| KnownSchedule {
            name: (*name).to_owned(),
            now,
        };
        GrammarContext {
            schedules: names.iter().map(named).collect(),
        }
    }

    #[test]
    fn case_and_composition_of_a_name_do_not_matter() {
        let context = context(&["Development", "개발", "가이"]);
        let names = Names::new(&context);
        assert_eq!(names.exact("dEVELOPMENT"), Some(Match::One(0)));
        assert_eq!(
            names.exact("\u{1100}\u{1162}\u{1107}\u{1161}\u{11af}"),
            Some(Match::One(1))
        );
        assert_eq!(names.exact("개발을"), Some(Match::One(1)));
        assert_eq!(names.exact("가이"), Some(Match::One(2)));
        assert_eq!(names.exact("가"), None);
    }

    #[test]
    fn case_decides_between_names_that_differ_in_nothing_else() {
        let context = context(&["DEV", "dev"]);
        let names = Names::new(&context);
        assert_eq!(names.exact("dev"), Some(Match::One(1)));
        assert_eq!(names.exact("Dev"), Some(Match::Several(vec![0, 1])));
    }

    #[test]
    fn the_nearest_name_is_offered() {
        let context = context(&["개발", "스테이징", "production"]);
        let names = Names::new(&context);
        assert_eq!(names.nearest("개발서버"), Some((0, 0)));
        assert_eq!(names.nearest("스테이짐"), Some((1, 1)));
        assert_eq!(names.nearest("prodcution"), Some((1, 2)));
        assert_eq!(names.nearest("배포"), None);
        assert_eq!(names.beginning_with("prod"), [2]);
    }
}
