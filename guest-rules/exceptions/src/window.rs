//! The part of a plan that the exceptions of a day may paint.

use crate::pair::Change;
use reveille_sdk::DAY;
use reveille_sdk::types::{DayPlan, Minute, Span, Want};

/// A plan under the clock of the day whose exceptions are painted. On the plan of the next day, 24:00 to 48:00 of that
/// clock can be seen.
pub(crate) struct Window<'a> {
    pub(crate) plan: &'a mut DayPlan,
    /// First minute that can be painted: 0, or 1440 on the plan of the next day.
    pub(crate) begin: Minute,
    /// First minute that can no longer be painted.
    pub(crate) end: Minute,
}

impl Window<'_> {
    /// Paints what of a stretch lies within the window.
    pub(crate) fn paint(&mut self, begin: Minute, end: Minute, want: Want, change: &Change<'_>) {
        self.paint_as(begin, end, want, change, None);
    }

    fn paint_as(
        &mut self,
        begin: Minute,
        end: Minute,
        want: Want,
        change: &Change<'_>,
        instance_type: Option<&str>,
    ) {
        let (begin, end) = (begin.max(self.begin), end.min(self.end));
        if begin < end {
            let mut span = Span::new(begin - self.begin, end - self.begin, want, change.reason());
            span.instance_type = instance_type.map(Into::into);
            self.plan.paint_span(span);
        }
    }

    /// Lets servers run where they do not run yet.
    pub(crate) fn run(
        &mut self,
        begin: Minute,
        end: Minute,
        change: &Change<'_>,
        instance_type: Option<&str>,
    ) {
        for (begin, end) in self.parts_without(&[Want::Run], begin, end) {
            self.paint_as(begin, end, Want::Run, change, instance_type);
        }
    }

    /// Leaves servers as they are where they would be stopped.
    pub(crate) fn hold(&mut self, begin: Minute, end: Minute, change: &Change<'_>) {
        for (begin, end) in self.parts_without(&[Want::Run, Want::Hold], begin, end) {
            self.paint(begin, end, Want::Hold, change);
        }
    }

    /// A stop that comes at a minute that is `hold` takes the rest of the `hold`: nobody would be stopped otherwise.
    pub(crate) fn stop_held(&mut self, minute: Minute, change: &Change<'_>) {
        let mut end = minute;
        while let Some(span) = self.span_at(end).filter(|span| span.want == Want::Hold) {
            end = self.begin + span.end;
        }
        self.paint(minute, end, Want::Stop, change);
    }

    fn span_at(&self, minute: Minute) -> Option<&Span> {
        self.plan.span_at(minute.checked_sub(self.begin)?)
    }

    /// The parts of a stretch that lie within the window and want none of these.
    fn parts_without(&self, wants: &[Want], begin: Minute, end: Minute) -> Vec<(Minute, Minute)> {
        let (mut at, end) = (begin.max(self.begin), end.min(self.end));
        let mut parts = Vec::new();
        for span in self
            .plan
            .spans
            .iter()
            .filter(|span| wants.contains(&span.want))
        {
            let (span_begin, span_end) = (self.begin + span.begin, self.begin + span.end);
            if at < span_begin.min(end) {
                parts.push((at, span_begin.min(end)));
            }
            at = at.max(span_end);
        }
        if at < end {
            parts.push((at, end));
        }
        parts
    }
}

/// The plan of a day and of the next, as they were before exceptions, under the clock of the first.
#[derive(Clone, Copy)]
pub(crate) struct TwoDays<'a> {
    pub(crate) day: &'a DayPlan,
    /// None when it is not known; nothing that is painted depends on it then.
    pub(crate) next: Option<&'a DayPlan>,
}

impl<'a> TwoDays<'a> {
    fn span_at(self, minute: Minute) -> Option<&'a Span> {
        if minute < DAY {
            self.day.span_at(minute)
        } else {
            self.next?.span_at(minute - DAY)
        }
    }

    pub(crate) fn want_at(self, minute: Minute) -> Want {
        self.span_at(minute).map_or(Want::Stop, |span| span.want)
    }

    pub(crate) fn type_at(self, minute: Minute) -> Option<&'a str> {
        self.span_at(minute)?.instance_type.as_deref()
    }
}
