//! Particles that Korean hangs on a word. The list is closed: what is not in it is part of the word.

/// What a particle says about the word before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Josa {
    /// There is none.
    Bare,
    /// `까지`: up to that time.
    Until,
    /// `부터`: from that time on.
    From,
    /// `에`: at that time.
    At,
    /// Subject, object and the like, which change nothing here.
    Other,
}

/// Longest first, so that `까지로` is not taken for `로`.
const JOSA: &[(&str, Josa)] = &[
    ("까지로", Josa::Until),
    ("까지만", Josa::Until),
    ("까지는", Josa::Until),
    ("까지", Josa::Until),
    ("부터는", Josa::From),
    ("부터", Josa::From),
    ("에는", Josa::At),
    ("에만", Josa::At),
    ("에도", Josa::At),
    ("에", Josa::At),
    ("으로", Josa::Other),
    ("로", Josa::Other),
    ("은", Josa::Other),
    ("는", Josa::Other),
    ("이", Josa::Other),
    ("가", Josa::Other),
    ("을", Josa::Other),
    ("를", Josa::Other),
    ("도", Josa::Other),
    ("의", Josa::Other),
    ("만", Josa::Other),
];

/// `word` as it is, then without each particle that it ends with, the longest first.
pub(super) fn stems(word: &str) -> impl Iterator<Item = (&str, Josa)> {
    std::iter::once((word, Josa::Bare)).chain(JOSA.iter().filter_map(move |(suffix, josa)| {
        let stem = word.strip_suffix(suffix)?;
        (!stem.is_empty()).then_some((stem, *josa))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_word_comes_first_and_the_longest_particle_next() {
        let found: Vec<_> = stems("22시까지로").collect();
        assert_eq!(
            found,
            [
                ("22시까지로", Josa::Bare),
                ("22시", Josa::Until),
                ("22시까지", Josa::Other)
            ]
        );
    }

    #[test]
    fn a_particle_alone_is_a_word() {
        assert_eq!(stems("이").collect::<Vec<_>>(), [("이", Josa::Bare)]);
    }
}
