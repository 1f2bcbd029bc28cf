//! The order in which people expect names: `web-2` before `web-10`.

use std::cmp::Ordering;

/// Compares names with their numbers as numbers.
pub(crate) fn natural(left: &str, right: &str) -> Ordering {
    let (mut lefts, mut rights) = (left, right);
    loop {
        let order = match (lefts.chars().next(), rights.chars().next()) {
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                let (a, b) = (take_number(&mut lefts), take_number(&mut rights));
                // Without leading zeros a longer number is a larger one.
                a.len().cmp(&b.len()).then(a.cmp(b))
            }
            (Some(a), Some(b)) => {
                lefts = &lefts[a.len_utf8()..];
                rights = &rights[b.len_utf8()..];
                a.cmp(&b)
            }
            (None, None) => return left.cmp(right),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Takes the run of digits that `text` begins with, without its leading zeros.
fn take_number<'a>(text: &mut &'a str) -> &'a str {
    let end = text
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    digits.trim_start_matches('0')
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
