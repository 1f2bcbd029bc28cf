//! The order in which people expect names: `web-2` before `web-10`.

use std::{cmp::Ordering, iter::Peekable, str::Chars};

/// Compares names with their numbers as numbers.
pub(crate) fn natural(left: &str, right: &str) -> Ordering {
    let (mut lefts, mut rights) = (left.chars().peekable(), right.chars().peekable());
    loop {
        let order = match (lefts.peek(), rights.peek()) {
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                let (a, b) = (digits(&mut lefts), digits(&mut rights));
                a.len().cmp(&b.len()).then(a.cmp(&b))
            }
            (Some(_), Some(_)) => lefts.next().cmp(&rights.next()),
            (None, None) => return left.cmp(right),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The run of digits that is next, without leading zeros, so that a longer one is a larger number.
fn digits(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut digits = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        if digit != '0' || !digits.is_empty() {
            digits.push(digit);
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[track_caller]
    fn check(sorted: &[&str]) {
        let mut names: Vec<&str> = sorted.iter().rev().copied().collect();
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, sorted);
    }

    #[test]
    fn numbers_in_names_count_as_numbers() {
        check(&["web-1", "web-2", "web-10", "web-100"]);
        check(&["개발 2호", "개발 11호"]);
    }

    #[test]
    fn a_shorter_name_comes_first() {
        check(&["", "a", "a1", "a1b"]);
    }

    #[test]
    fn leading_zeros_only_break_ties() {
        check(&["a01", "a1", "a02", "a2"]);
    }

    #[test]
    fn numbers_of_any_length_are_compared() {
        check(&["a9", "a99999999999999999999998", "a99999999999999999999999"]);
    }
}
