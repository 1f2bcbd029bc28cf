//! A 128-bit hash that says whether two requests are the same, quickly enough to be asked for every schedule at every
//! tick. It is kept in this process only and begins with random keys, so that nobody can choose text that collides.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::LazyLock,
};

/// Odd numbers without pattern: the first digits of the square roots of 2 and 3 in binary.
const MULTIPLIERS: [u64; 2] = [0x6a09_e667_f3bc_c909, 0xbb67_ae85_84ca_a73b];

static KEYS: LazyLock<[u64; 2]> = LazyLock::new(|| {
    let state = RandomState::new();
    [state.hash_one(0_u8), state.hash_one(1_u8)]
});

/// Two lanes, each multiplied to 128 bits and folded back to 64 for every word.
#[derive(Debug, Clone)]
pub(crate) struct Fingerprint {
    lanes: [u64; 2],
}

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Self { lanes: *KEYS }
    }

    /// Takes a value in.
    pub(crate) fn with(mut self, value: &impl Hash) -> Self {
        value.hash(&mut self);
        self
    }

    /// Takes another print in.
    pub(crate) fn with_print(mut self, print: u128) -> Self {
        self.write_u128(print);
        self
    }

    /// The print of everything that was taken in.
    pub(crate) fn print(&self) -> u128 {
        let [first, second] = self.lanes;
        u128::from(fold(first, MULTIPLIERS[1] ^ second)) << 64
            | u128::from(fold(second, MULTIPLIERS[0] ^ first))
    }

    #[inline]
    fn mix(&mut self, word: u64) {
        let [first, second] = self.lanes;
        let mixed = fold(first ^ word, MULTIPLIERS[0]).wrapping_add(second);
        self.lanes = [
            mixed,
            fold(second ^ word.rotate_left(32), MULTIPLIERS[1]).wrapping_add(first),
        ];
    }
}

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "both halves are taken, one after the other"
)]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

impl Hasher for Fingerprint {
    fn finish(&self) -> u64 {
        self.lanes[0]
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            // A rest has at most seven bytes: the last one is free for how many.
            word[7] = u8::try_from(rest.len()).unwrap_or_default();
            self.mix(u64::from_le_bytes(word));
        }
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.mix(number.into());
    }

    #[inline]
    fn write_u16(&mut self, number: u16) {
        self.mix(number.into());
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.mix(number.into());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }
}

/// Looks up by prints, which are hashes already.
#[derive(Debug, Clone, Default)]
pub(crate) struct ByPrint(u64);

impl Hasher for ByPrint {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "half of a print is as good a hash"
    )]
    fn write_u128(&mut self, print: u128) {
        self.0 = print as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: impl Hash) -> u128 {
        Fingerprint::new().with(&value).print()
    }

    #[test]
    fn equal_values_have_equal_prints() {
        assert_eq!(of(("a", 1)), of(("a", 1)));
    }

    #[test]
    fn a_text_that_moves_between_fields_changes_the_print() {
        assert_ne!(of(("ab", "c")), of(("a", "bc")));
        assert_ne!(of(("", "a")), of(("a", "")));
        assert_ne!(of("a\0"), of("a"));
        assert_ne!(of([0_u64; 3]), of([0_u64; 4]));
    }

    #[test]
    fn prints_of_near_values_do_not_collide() {
        let prints: std::collections::BTreeSet<u128> = (0_u32..100_000).map(of).collect();
        assert_eq!(prints.len(), 100_000);
    }
}
