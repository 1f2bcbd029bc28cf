//! Painting a day: laying spans over what is already there.

use crate::types::{DayPlan, Minute, Span, Want};

/// Minutes of a day: 24:00.
pub const DAY: Minute = 24 * 60;

/// Characters that a reason or a note may have; the contract sets it and the host refuses more.
const TEXT_LIMIT: usize = 200;

/// Most notes of a plan; the contract names the number.
const NOTES: usize = 16;

/// A stretch of a day, `[begin, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// First minute that belongs to it.
    pub begin: Minute,
    /// First minute that no longer does.
    pub end: Minute,
}

impl Span {
    /// A span with a reason, of no period and for any instance type.
    pub fn new(begin: Minute, end: Minute, want: Want, reason: impl Into<String>) -> Self {
        Self {
            begin,
            end,
            want,
            instance_type: None,
            period: None,
            reason: shortened(reason.into()),
        }
    }

    /// Whether a neighbour that touches it says the same, so that both can be one.
    fn continues_as(&self, next: &Self) -> bool {
        self.end == next.begin
            && self.want == next.want
            && self.instance_type == next.instance_type
            && self.period == next.period
            && self.reason == next.reason
    }
}

/// What planners do to a plan. Everything here keeps it as the host demands it: sorted, not overlapping, within the
/// day, nothing empty, reasons and notes cut to 200 characters.
///
/// ```
/// use reveille_sdk::types::{DayPlan, Want};
///
/// let mut plan = DayPlan::empty();
/// plan.paint(9 * 60, 18 * 60, Want::Run, "period office-hours");
/// plan.paint(12 * 60, 13 * 60, Want::Hold, "lunch");
///
/// assert_eq!(plan.want_at(12 * 60), Want::Hold);
/// assert_eq!(plan.want_at(13 * 60), Want::Run);
/// assert_eq!(plan.want_at(18 * 60), Want::Stop);
/// assert_eq!(plan.runs().count(), 2);
/// ```
impl DayPlan {
    /// A day on which everything is stopped, for no reason.
    pub fn empty() -> Self {
        Self {
            spans: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A day that is the same from 00:00 to 24:00.
    pub fn whole_day(want: Want, reason: impl Into<String>) -> Self {
        Self {
            spans: vec![Span::new(0, DAY, want, reason)],
            notes: Vec::new(),
        }
    }

    /// Lays a stretch over what is there. What lies outside the day is cut off, an empty stretch changes nothing.
    pub fn paint(&mut self, begin: Minute, end: Minute, want: Want, reason: impl Into<String>) {
        self.paint_span(Span::new(begin, end, want, reason));
    }

    /// Lays one thing over the whole day.
    pub fn paint_day(&mut self, want: Want, reason: impl Into<String>) {
        self.paint(0, DAY, want, reason);
    }

    /// Lays a span with its period and instance type over what is there.
    pub fn paint_span(&mut self, mut span: Span) {
        span.end = span.end.min(DAY);
        if span.begin >= span.end {
            return;
        }
        span.reason = shortened(span.reason);
        self.clear(span.begin, span.end);
        let at = self.spans.partition_point(|other| other.begin < span.begin);
        self.spans.insert(at, span);
        self.merge();
    }

    /// Takes away what is in a stretch, so that it is `stop` without a reason.
    pub fn clear(&mut self, begin: Minute, end: Minute) {
        if begin >= end {
            return;
        }
        let mut rest = Vec::with_capacity(self.spans.len() + 1);
        for span in self.spans.drain(..) {
            if span.end <= begin || span.begin >= end {
                rest.push(span);
                continue;
            }
            if span.begin < begin {
                rest.push(Span {
                    end: begin,
                    ..span.clone()
                });
            }
            if span.end > end {
                rest.push(Span { begin: end, ..span });
            }
        }
        self.spans = rest;
    }

    /// Adds a remark about the day, once, and while there is room for it.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = shortened(text.into());
        if self.notes.len() < NOTES && !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    /// The span that a minute is in; none where nothing is painted.
    pub fn span_at(&self, minute: Minute) -> Option<&Span> {
        self.spans
            .iter()
            .find(|span| span.begin <= minute && minute < span.end)
    }

    /// What should be at a minute.
    pub fn want_at(&self, minute: Minute) -> Want {
        self.span_at(minute).map_or(Want::Stop, |span| span.want)
    }

    /// The stretches in which servers run, in their order. Runs that touch are one stretch, whatever their reasons.
    pub fn runs(&self) -> impl Iterator<Item = Stretch> + '_ {
        let mut spans = self
            .spans
            .iter()
            .filter(|span| span.want == Want::Run)
            .peekable();
        std::iter::from_fn(move || {
            let first = spans.next()?;
            let mut run = Stretch {
                begin: first.begin,
                end: first.end,
            };
            while let Some(next) = spans.next_if(|next| next.begin == run.end) {
                run.end = next.end;
            }
            Some(run)
        })
    }

    /// Brings spans that were put together by hand into order. Where two overlap, the later one in the list is on top.
    pub fn normalise(&mut self) {
        for span in std::mem::take(&mut self.spans) {
            self.paint_span(span);
        }
    }

    fn merge(&mut self) {
        self.spans.dedup_by(|next, span| {
            let same = span.continues_as(next);
            if same {
                span.end = next.end;
            }
            same
        });
    }
}

/// A text cut to what the host takes, with an ellipsis where it was cut.
pub(crate) fn shortened(mut text: String) -> String {
    // Bytes are at least as many as characters: short texts, which all are, are not walked through.
    if text.len() > TEXT_LIMIT
        && let Some((last, _)) = text.char_indices().nth(TEXT_LIMIT - 1)
        && text.chars().nth(TEXT_LIMIT).is_some()
    {
        text.truncate(last);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(spans: &[(Minute, Minute, Want)]) -> DayPlan {
        let mut plan = DayPlan::empty();
        for &(begin, end, want) in spans {
            plan.paint(begin, end, want, "test");
        }
        plan
    }

    #[track_caller]
    fn check(plan: &DayPlan, expected: &[(Minute, Minute, Want)]) {
        let spans: Vec<_> = plan
            .spans
            .iter()
            .map(|span| (span.begin, span.end, span.want))
            .collect();
        assert_eq!(spans, expected);
    }

    #[test]
    fn paint_cuts_what_it_covers_in_part() {
        check(
            &plan(&[(100, 200, Want::Run), (150, 300, Want::Hold)]),
            &[(100, 150, Want::Run), (150, 300, Want::Hold)],
        );
        check(
            &plan(&[(100, 200, Want::Run), (120, 140, Want::Stop)]),
            &[
                (100, 120, Want::Run),
                (120, 140, Want::Stop),
                (140, 200, Want::Run),
            ],
        );
    }

    #[test]
    fn paint_hides_what_it_covers_wholly() {
        check(
            &plan(&[(100, 200, Want::Run), (50, 250, Want::Hold)]),
            &[(50, 250, Want::Hold)],
        );
    }

    #[test]
    fn touching_spans_that_say_the_same_become_one() {
        check(
            &plan(&[(100, 200, Want::Run), (200, 300, Want::Run)]),
            &[(100, 300, Want::Run)],
        );
        check(
            &plan(&[(200, 300, Want::Run), (100, 250, Want::Run)]),
            &[(100, 300, Want::Run)],
        );
    }

    #[test]
    fn touching_spans_with_different_reasons_stay_two_but_are_one_run() {
        let mut plan = plan(&[(100, 200, Want::Run), (400, 500, Want::Run)]);
        plan.paint(200, 300, Want::Run, "another");
        assert_eq!(plan.spans.len(), 3);
        let runs: Vec<_> = plan.runs().collect();
        assert_eq!(
            runs,
            [
                Stretch {
                    begin: 100,
                    end: 300
                },
                Stretch {
                    begin: 400,
                    end: 500
                }
            ]
        );
    }

    #[test]
    fn what_lies_outside_the_day_is_cut_off() {
        check(
            &plan(&[
                (1400, 2000, Want::Run),
                (1500, 1600, Want::Run),
                (30, 30, Want::Run),
            ]),
            &[(1400, DAY, Want::Run)],
        );
    }

    #[test]
    fn clear_leaves_nothing_in_a_stretch() {
        let mut plan = plan(&[(0, 100, Want::Run), (200, 300, Want::Hold)]);
        plan.clear(50, 250);
        check(&plan, &[(0, 50, Want::Run), (250, 300, Want::Hold)]);
        plan.clear(60, 60);
        plan.clear(90, 10);
        check(&plan, &[(0, 50, Want::Run), (250, 300, Want::Hold)]);
    }

    #[test]
    fn normalise_puts_the_later_span_on_top() {
        let span = |begin, end, want| Span::new(begin, end, want, "test");
        let spans = vec![
            span(600, 700, Want::Run),
            span(0, 650, Want::Hold),
            span(1430, 1500, Want::Run),
        ];
        let mut plan = DayPlan {
            spans,
            notes: Vec::new(),
        };
        plan.normalise();
        check(
            &plan,
            &[
                (0, 650, Want::Hold),
                (650, 700, Want::Run),
                (1430, DAY, Want::Run),
            ],
        );
    }

    #[test]
    fn a_reason_is_cut_to_200_characters() {
        let reason = |length: usize| plan_reason("추".repeat(length));
        assert_eq!(reason(200).chars().count(), 200);
        assert!(!reason(200).ends_with('…'));
        assert_eq!(reason(201).chars().count(), 200);
        assert!(reason(201).ends_with('…'));
    }

    fn plan_reason(reason: String) -> String {
        DayPlan::whole_day(Want::Run, reason).spans.remove(0).reason
    }

    #[test]
    fn a_note_is_added_once() {
        let mut plan = DayPlan::empty();
        plan.note("추석");
        plan.note("추석");
        assert_eq!(plan.notes, ["추석"]);
    }

    #[test]
    fn a_note_for_which_there_is_no_room_is_left_out() {
        let mut plan = DayPlan::empty();
        for note in 0..17 {
            plan.note(note.to_string());
        }
        assert_eq!(plan.notes.len(), 16);
        assert_eq!(plan.notes[15], "15");
    }
}
