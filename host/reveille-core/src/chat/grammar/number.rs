//! Korean numbers that stand before `시` and `시간`.

/// From one to twelve.
const NATIVE: &[(&str, u32)] = &[
    ("열두", 12),
    ("열한", 11),
    ("열", 10),
    ("아홉", 9),
    ("여덟", 8),
    ("일곱", 7),
    ("여섯", 6),
    ("다섯", 5),
    ("네", 4),
    ("세", 3),
    ("두", 2),
    ("한", 1),
];

/// The native number that `text` begins with, and the rest.
pub(super) fn split_native(text: &str) -> Option<(u32, &str)> {
    NATIVE
        .iter()
        .find_map(|(word, number)| Some((*number, text.strip_prefix(word)?)))
}

/// The digits that `text` begins with, and the rest.
pub(super) fn split_digits(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}
