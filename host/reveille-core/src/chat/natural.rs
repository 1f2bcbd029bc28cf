//! The order in which people read names: `web-2` before `web-10`.

use std::cmp::Ordering;

/// Compares names with their numbers as numbers, without regard to case; names that then are equal as they stand.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    Pieces { rest: a }
        .cmp(Pieces { rest: b })
        .then_with(|| a.cmp(b))
}

/// Part of a name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    /// A number: how many digits it has without leading zeros, and they themselves.
    Number(usize, String),
    /// A character that is no digit.
    Character(char),
}

struct Pieces<'a> {
    rest: &'a str,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let first = self.rest.chars().next()?;
        let digits = self
            .rest
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(self.rest.len());
        if digits == 0 {
            self.rest = &self.rest[first.len_utf8()..];
            return Some(Piece::Character(
                first.to_lowercase().next().unwrap_or(first),
            ));
        }
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        let number = number.trim_start_matches('0');
        Some(Piece::Number(number.len(), number.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &[&str]) {
        let mut names: Vec<&str> = expected.iter().rev().copied().collect();
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, expected);
    }

    #[test]
    fn numbers_count_as_numbers() {
        check(&["web-1", "web-2", "web-10", "web-10a"]);
    }

    #[test]
    fn a_number_may_have_any_length() {
        check(&[
            "n9",
            "n99999999999999999999999998",
            "n99999999999999999999999999",
        ]);
    }

    #[test]
    fn case_and_leading_zeros_come_last() {
        check(&["API-01", "api-1", "Api-2", "서버 2", "서버 10"]);
    }
}
