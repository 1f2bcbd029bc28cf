//! Answers that were just given. Whoever asks the same in the same second, while nobody has written anything, is told
//! the same: a room in which everybody asks for the status at once costs one look.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

use super::{Answer, Incoming};

/// Most questions that are kept within a second. Each takes a few kilobytes.
const MOST_QUESTIONS: usize = 256;

/// What must be the same for an answer to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Nothing that an answer shows changes faster.
    second: i64,
    store: u64,
    fleet: u64,
    rules: u64,
}

impl Stamp {
    pub(super) fn new(now: DateTime<Utc>, store: u64, fleet: u64, rules: u64) -> Self {
        Self {
            second: now.timestamp(),
            store,
            fleet,
            rules,
        }
    }
}

/// What a reading answer depends on besides: not who asks, but what their token may see.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    text: String,
    keyword: String,
    sees: Option<BTreeSet<String>>,
}

impl Question {
    fn of(message: &Incoming) -> Self {
        Self {
            text: message.text.clone(),
            keyword: message.keyword.clone(),
            sees: message.sees.clone(),
        }
    }
}

/// The answers of one stamp.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Option<(Stamp, HashMap<Question, Answer>)>>);

impl Recent {
    /// The answer that was given to this question under this stamp.
    pub(super) fn answer(&self, stamp: Stamp, message: &Incoming) -> Option<Answer> {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*recent {
            Some((kept, answers)) if *kept == stamp => answers.get(&Question::of(message)).cloned(),
            Some(_) | None => None,
        }
    }

    /// Keeps an answer that was worked out from what was there under `stamp`.
    pub(super) fn keep(&self, stamp: Stamp, message: &Incoming, answer: &Answer) {
        // As data it is several times as large as in words, and nobody has to look into it again.
        let answer = Answer {
            message: answer.message.clone(),
            reply: None,
            changed: false,
        };
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *recent {
            Some((kept, answers)) if *kept == stamp => {
                if answers.len() < MOST_QUESTIONS {
                    answers.insert(Question::of(message), answer);
                }
            }
            other => {
                let answers = HashMap::from([(Question::of(message), answer)]);
                *other = Some((stamp, answers));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chat::Caller,
        model::reply::{Message, Reply},
        testing::utc,
    };

    fn asked(text: &str, sees: Option<&str>) -> Incoming {
        Incoming {
            text: text.to_owned(),
            writer: Caller {
                name: "Hana".to_owned(),
                email: None,
                room: String::new(),
            },
            keyword: "서버".to_owned(),
            sees: sees.map(|name| BTreeSet::from([name.to_owned()])),
            delivery_key: String::new(),
        }
    }

    fn answer(body: &str) -> Answer {
        Answer {
            message: Message {
                body: body.to_owned(),
                connect_color: String::new(),
                connect_info: Vec::new(),
            },
            reply: Some(Reply::Help {
                schedules: Vec::new(),
            }),
            changed: false,
        }
    }

    fn stamp(now: &str, store: u64, fleet: u64) -> Stamp {
        Stamp::new(utc(now), store, fleet, 1)
    }

    #[test]
    fn the_same_question_under_the_same_stamp_has_the_same_answer() {
        let recent = Recent::default();
        let then = stamp("2026-11-23 09:00", 1, 1);
        recent.keep(then, &asked("status", None), &answer("a"));
        let kept = recent.answer(then, &asked("status", None));
        assert_eq!(kept.map(|answer| answer.message.body), Some("a".to_owned()));
    }

    #[test]
    fn another_question_another_view_and_another_stamp_have_none() {
        let recent = Recent::default();
        let then = stamp("2026-11-23 09:00", 1, 1);
        recent.keep(then, &asked("status", None), &answer("a"));
        assert_eq!(recent.answer(then, &asked("info", None)), None);
        assert_eq!(recent.answer(then, &asked("status", Some("dev"))), None);
        for later in [
            stamp("2026-11-23 09:01", 1, 1),
            stamp("2026-11-23 09:00", 2, 1),
            stamp("2026-11-23 09:00", 1, 2),
            Stamp::new(utc("2026-11-23 09:00"), 1, 1, 2),
        ] {
            assert_eq!(recent.answer(later, &asked("status", None)), None);
        }
    }

    #[test]
    fn a_new_stamp_lets_go_of_what_was_kept_under_the_old_one() {
        let recent = Recent::default();
        let (old, new) = (
            stamp("2026-11-23 09:00", 1, 1),
            stamp("2026-11-23 09:00", 2, 1),
        );
        recent.keep(old, &asked("status", None), &answer("a"));
        recent.keep(new, &asked("info", None), &answer("b"));
        assert_eq!(recent.answer(old, &asked("status", None)), None);
    }

    #[test]
    fn more_questions_than_are_kept_are_answered_all_the_same() {
        let recent = Recent::default();
        let then = stamp("2026-11-23 09:00", 1, 1);
        for number in 0..=MOST_QUESTIONS {
            recent.keep(then, &asked(&number.to_string(), None), &answer("a"));
        }
        assert!(recent.answer(then, &asked("0", None)).is_some());
        let last = MOST_QUESTIONS.to_string();
        assert_eq!(recent.answer(then, &asked(&last, None)), None);
    }
}
