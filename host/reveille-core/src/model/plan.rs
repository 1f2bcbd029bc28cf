//! What should be on a day: spans painted by rules.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Minute;

/// Most spans of a day plan.
pub const MAX_SPANS: usize = 256;
/// Most characters of a reason or a note; it is one line of a chat message.
pub const MAX_REASON_CHARS: usize = 200;
/// Most notes of a day plan.
pub const MAX_NOTES: usize = 16;

/// What should be with the servers of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Want {
    /// They should run.
    Run,
    /// They should be stopped.
    Stop,
    /// Each should be left as it is.
    Hold,
}

impl Want {
    /// `run`, `stop` or `hold`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Stop => "stop",
            Self::Hold => "hold",
        }
    }
}

/// One stretch of a day, `[begin, end)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First minute of it.
    pub begin: Minute,
    /// First minute after it, to 24:00.
    pub end: Minute,
    /// What should be.
    pub want: Want,
    /// Instance type that servers should have while they run in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// Name of the one period that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Why, for people.
    pub reason: String,
}

/// What should be on one date. Minutes that no span covers are [`Want::Stop`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct DayPlan {
    /// Sorted, not overlapping.
    pub spans: Vec<Span>,
    /// Remarks about the day, such as the name of a holiday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What is wrong with a plan that a rule answered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanFault {
    /// More than [`MAX_SPANS`].
    #[error("the plan has {count} spans; at most {MAX_SPANS} are allowed")]
    TooManySpans {
        /// How many there are.
        count: usize,
    },
    /// Empty, or outside the day.
    #[error("the span {begin}-{end} is empty or leaves the day")]
    BadSpan {
        /// Its begin.
        begin: Minute,
        /// Its end.
        end: Minute,
    },
    /// Unsorted or overlapping.
    #[error("the span at {begin} begins before the one in front of it ends")]
    Overlap {
        /// Begin of the second of the two.
        begin: Minute,
    },
    /// Longer than [`MAX_REASON_CHARS`].
    #[error("a reason or note has {chars} characters; at most {MAX_REASON_CHARS} are allowed")]
    LongText {
        /// How many it has.
        chars: usize,
    },
    /// More than [`MAX_NOTES`].
    #[error("the plan has {count} notes; at most {MAX_NOTES} are allowed")]
    TooManyNotes {
        /// How many there are.
        count: usize,
    },
}

impl DayPlan {
    /// The span that covers `minute`; none where the plan is silent, which means stop.
    #[must_use]
    pub fn span_at(&self, minute: Minute) -> Option<&Span> {
        self.spans
            .iter()
            .find(|span| span.begin <= minute && minute < span.end)
    }

    /// What should be at `minute`.
    #[must_use]
    pub fn want_at(&self, minute: Minute) -> Want {
        self.span_at(minute).map_or(Want::Stop, |span| span.want)
    }

    /// The plan as spans that cover the whole day; silent stretches become stops with an empty reason.
    #[must_use]
    pub fn whole_day(&self) -> Vec<Span> {
        let mut whole = Vec::with_capacity(self.spans.len() * 2 + 1);
        let mut begin = Minute::MIDNIGHT;
        let silence = |begin, end| Span {
            begin,
            end,
            want: Want::Stop,
            instance_type: None,
            period: None,
            reason: String::new(),
        };
        for span in &self.spans {
            if begin < span.begin {
                whole.push(silence(begin, span.begin));
            }
            whole.push(span.clone());
            begin = span.end;
        }
        if begin < Minute::DAY_END {
            whole.push(silence(begin, Minute::DAY_END));
        }
        whole
    }

    /// Whether the plan keeps to the contract.
    ///
    /// # Errors
    /// The first [`PlanFault`] there is.
    pub fn check(&self) -> Result<(), PlanFault> {
        if self.spans.len() > MAX_SPANS {
            return Err(PlanFault::TooManySpans {
                count: self.spans.len(),
            });
        }
        if self.notes.len() > MAX_NOTES {
            return Err(PlanFault::TooManyNotes {
                count: self.notes.len(),
            });
        }
        let mut free = Minute::MIDNIGHT;
        for span in &self.spans {
            if span.begin >= span.end || span.end > Minute::DAY_END {
                return Err(PlanFault::BadSpan {
                    begin: span.begin,
                    end: span.end,
                });
            }
            if span.begin < free {
                return Err(PlanFault::Overlap { begin: span.begin });
            }
            free = span.end;
        }
        for text in self
            .spans
            .iter()
            .map(|span| &span.reason)
            .chain(&self.notes)
        {
            // A string of so few bytes cannot have too many characters: most are never counted.
            if text.len() > MAX_REASON_CHARS {
                let chars = text.chars().count();
                if chars > MAX_REASON_CHARS {
                    return Err(PlanFault::LongText { chars });
                }
            }
        }
        Ok(())
    }
}

/// The plan of a day as one rule of the chain left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// Name of the rule.
    pub rule: String,
    /// The plan after it.
    pub plan: DayPlan,
}
