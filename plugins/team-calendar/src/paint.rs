//! What events do to a plan.

use reveille_sdk::types::{DayPlan, Minute, Want};

use crate::{
    config::{AllDay, Config},
    occurrence::Occurrence,
    zone::{Stretch, Window, Zones},
};

/// Minutes of a day.
const MINUTES: usize = reveille_sdk::DAY as usize;

/// Spans that a plan may have; the contract sets it.
const SPANS: usize = 256;

/// Events that a day's notes name; the contract allows 16 notes, and other rules have some too.
const NOTES: usize = 8;

/// Characters of a title that a reason shows, so that the calendar's name stays within the 200 of a reason.
const TITLE_CHARACTERS: usize = 150;

/// Characters of the calendar's name that a reason shows.
const NAME_CHARACTERS: usize = 40;

/// Lays events over a plan. Where servers run anyway, an event for which they run changes nothing: the plan keeps its
/// reason and its instance type.
///
/// # Errors
///
/// When the day would have more spans than a plan may have.
pub(crate) fn lay(
    plan: &mut DayPlan,
    events: &[Occurrence],
    config: &Config,
    zones: &Zones<'_>,
    window: &Window,
) -> Result<(), String> {
    let mut top: Vec<Option<usize>> = vec![None; MINUTES];
    let rank = |event: usize| events.get(event).map(|event| config.rank(event.meaning));
    for (index, event) in events.iter().enumerate() {
        let minutes = minutes(event, config, zones, window);
        let mut matters = false;
        for (begin, end) in minutes {
            matters = true;
            let stretch = top.get_mut(usize::from(begin)..usize::from(end));
            for minute in stretch.unwrap_or_default() {
                if minute.is_none_or(|other| rank(index) < rank(other)) {
                    *minute = Some(index);
                }
            }
        }
        if matters {
            note(plan, event);
        }
    }
    let runs: Vec<(Minute, Minute)> = plan.runs().map(|run| (run.begin, run.end)).collect();
    for &(begin, end) in &runs {
        for minute in top
            .get_mut(usize::from(begin)..usize::from(end))
            .unwrap_or_default()
        {
            minute.take_if(|event| {
                events
                    .get(*event)
                    .is_some_and(|event| event.meaning.want() == Want::Run)
            });
        }
    }
    let mut begin = 0;
    for stretch in top.chunk_by(|one, other| one == other) {
        let end = begin + stretch.len();
        if let Some(event) = stretch
            .first()
            .copied()
            .flatten()
            .and_then(|event| events.get(event))
        {
            let minute = |at: usize| Minute::try_from(at).unwrap_or(reveille_sdk::DAY);
            plan.paint(
                minute(begin),
                minute(end),
                event.meaning.want(),
                reason(event, config),
            );
        }
        begin = end;
        if plan.spans.len() > SPANS {
            return Err(format!(
                "events cut the day into more than {SPANS} parts, which is what a plan may have; take some out of \
                 the feed, or let fewer matter"
            ));
        }
    }
    Ok(())
}

/// The minutes of a day that an event takes.
fn minutes(
    event: &Occurrence,
    config: &Config,
    zones: &Zones<'_>,
    window: &Window,
) -> Vec<(Minute, Minute)> {
    let entry = config.entry(event.meaning);
    let Stretch { begin, end } = event.stretch;
    if !event.is_all_day {
        let stretch = Stretch {
            begin: begin.saturating_sub(60 * i64::from(entry.lead)),
            end: end.saturating_add(60 * i64::from(entry.lag)),
        };
        return zones.minutes(window, stretch);
    }
    if begin >= window.day.end || end <= window.day.begin {
        return Vec::new();
    }
    match entry.all_day {
        AllDay::Whole => vec![(0, reveille_sdk::DAY)],
        AllDay::Hours(begin, end) => vec![(begin, end)],
        AllDay::Ignore => Vec::new(),
    }
}

fn reason(event: &Occurrence, config: &Config) -> String {
    format!(
        "{} — {}",
        title(event),
        shortened(&config.name, NAME_CHARACTERS)
    )
}

fn title(event: &Occurrence) -> String {
    if event.title.is_empty() {
        "event without a title".to_owned()
    } else {
        shortened(&event.title, TITLE_CHARACTERS)
    }
}

fn shortened(text: &str, characters: usize) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().map(visible).take(characters).collect();
    if text.chars().nth(characters).is_some() {
        short.pop();
        short.push('…');
    }
    short
}

fn note(plan: &mut DayPlan, event: &Occurrence) {
    if plan.notes.len() < NOTES {
        plan.note(title(event));
    }
}
