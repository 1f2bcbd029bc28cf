//! Particles that follow the final consonant of the word before them.
//!
//! Only Hangul has one for certain: how somebody reads `web-2` or `RDB` aloud is theirs, so words that end in
//! anything else get none, and the sentence is built without.

/// A particle of two shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Particle {
    /// 은/는
    Topic,
    /// 이/가
    Subject,
    /// 을/를
    Object,
    /// 으로/로
    Direction,
}

impl Particle {
    /// The shape that follows `word`; none when `word` does not end in a Hangul syllable.
    pub(super) fn after(self, word: &str) -> Option<&'static str> {
        let consonant = final_consonant(word.chars().next_back()?)?;
        let closed = consonant != NO_CONSONANT;
        Some(match self {
            Self::Topic if closed => "은",
            Self::Topic => "는",
            Self::Subject if closed => "이",
            Self::Subject => "가",
            Self::Object if closed => "을",
            Self::Object => "를",
            Self::Direction if closed && consonant != RIEUL => "으로",
            Self::Direction => "로",
        })
    }
}

/// Index of an open syllable's missing final consonant.
const NO_CONSONANT: u32 = 0;
/// Index of ㄹ among the final consonants; 로 follows it as if it were not there.
const RIEUL: u32 = 8;

/// Unicode 16.0, 3.12: precomposed syllables begin at U+AC00, 28 in a row differ in the final consonant only.
fn final_consonant(syllable: char) -> Option<u32> {
    matches!(syllable, '가'..='힣').then(|| (u32::from(syllable) - 0xAC00) % 28)
}

#[cfg(test)]
mod tests {
    use super::Particle;

    #[track_caller]
    fn check(word: &str, expected: [&str; 4]) {
        let particles = [
            Particle::Topic,
            Particle::Subject,
            Particle::Object,
            Particle::Direction,
        ];
        assert_eq!(
            particles.map(|particle| particle.after(word)),
            expected.map(Some),
            "{word}"
        );
    }

    #[test]
    fn an_open_syllable_takes_the_short_shapes() {
        check("서버", ["는", "가", "를", "로"]);
        check("새벽 회의", ["는", "가", "를", "로"]);
    }

    #[test]
    fn a_closed_syllable_takes_the_long_shapes() {
        check("스테이징", ["은", "이", "을", "으로"]);
        check("서버병", ["은", "이", "을", "으로"]);
        check("값", ["은", "이", "을", "으로"]);
    }

    #[test]
    fn rieul_takes_the_short_direction() {
        check("개발", ["은", "이", "을", "로"]);
        check("휴일", ["은", "이", "을", "로"]);
    }

    #[test]
    fn double_consonants_with_rieul_take_the_long_direction() {
        check("여덟", ["은", "이", "을", "으로"]);
        check("닭", ["은", "이", "을", "으로"]);
    }

    #[test]
    fn words_that_do_not_end_in_hangul_take_none() {
        for word in ["RDB", "web-2", "개발2", "개발(임시)", "ㄱ", ""] {
            assert_eq!(Particle::Object.after(word), None, "{word}");
        }
    }
}
