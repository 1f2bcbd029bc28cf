//! What happens on a day.
//!
//! The instances of an event are its DTSTART and what its RRULEs and RDATEs add, without what its EXDATEs and EXRULEs take
//! away; an event with a RECURRENCE-ID stands for one of them (RFC 5545 3.8.5). They are compared as instants, whichever
//! clock each is told by.

use std::{cmp::Reverse, collections::BTreeMap};

use ical::{recur::IcalRecurDateTime, tree::line::IcalLine};

use crate::{
    config::{Config, Meaning},
    event::{DATE_CHARACTERS, Length, Moment},
    feed::{Feed, RawEvent, Several, Single},
    recurrence::{self, Budget, DAY_SECONDS, RuleFault},
    zone::{Stretch, Window, Zones},
};

/// By how much a clock may differ from UTC, 14 hours, and a time that never comes may be put off, one.
const CLOCKS_APART: i64 = 15 * 3_600;

/// Characters of a title in which words are looked for.
const TITLE_CHARACTERS: usize = 1_000;

/// An instance of an event that may matter to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) meaning: Meaning,
    pub(crate) title: String,
    pub(crate) stretch: Stretch,
    pub(crate) is_all_day: bool,
}

/// What may matter to a day, in the order in which it begins.
///
/// # Errors
///
/// The first event that matters and is not understood: were it left out, servers would be started or stopped when nobody
/// expects it.
pub(crate) fn on(
    feed: &Feed<'_>,
    zones: &Zones<'_>,
    config: &Config,
    window: &Window,
) -> Result<Vec<Occurrence>, String> {
    let margin = |of: fn(&crate::Entry) -> u16| {
        let entries = [&config.run, &config.stop, &config.hold];
        60 * i64::from(entries.into_iter().map(of).max().unwrap_or(0))
    };
    let near = Stretch {
        begin: window.day.begin - margin(|entry| entry.lag),
        end: window.day.end + margin(|entry| entry.lead),
    };
    let mut instances = BTreeMap::<String, Vec<&RawEvent<'_>>>::new();
    for event in &feed.events {
        if event.has(Single::Instance) {
            let uid = event.text(Single::Uid).unwrap_or_default();
            instances.entry(uid).or_default().push(event);
        }
    }
    let dates = Dates::around(&near);
    let mut found = Vec::new();
    let mut budget = Budget::new();
    for event in &feed.events {
        if event.is_single() && dates.are_far(event) {
            continue;
        }
        let Some(meaning) = meaning(event, config) else {
            continue;
        };
        let own = match (event.is_single(), event.text(Single::Uid)) {
            (false, Some(uid)) if !event.has(Single::Instance) => instances.get(&uid),
            _ => None,
        };
        let series = Series {
            event,
            meaning,
            instances: own.map(Vec::as_slice).unwrap_or_default(),
            zones,
            config,
            near: &near,
        };
        series
            .find(&mut budget, &mut found)
            .map_err(|error| format!("{}: {error}", event.called()))?;
    }
    found.retain(|one| one.stretch.end > near.begin && one.stretch.begin < near.end);
    found.sort_by(|one, other| {
        let key = |of: &Occurrence| (of.stretch.begin, Reverse(of.stretch.end));
        key(one)
            .cmp(&key(other))
            .then_with(|| one.title.cmp(&other.title))
    });
    found.dedup();
    Ok(found)
}

/// The dates between which a single event must lie to matter, as feeds write them.
struct Dates {
    first: String,
    last: String,
}

impl Dates {
    fn around(near: &Stretch) -> Self {
        let written = |instant: i64| {
            let time = IcalRecurDateTime::from_seconds(instant);
            format!("{:04}{:02}{:02}", time.year, time.month, time.day)
        };
        Self {
            first: written(near.begin - CLOCKS_APART - 2 * DAY_SECONDS),
            last: written(near.end + CLOCKS_APART),
        }
    }

    /// Whether an event is certainly days away. Most of a feed is, and nothing more of it is read.
    fn are_far(&self, event: &RawEvent<'_>) -> bool {
        let Some(begin) = event.date(Single::Begin) else {
            return false;
        };
        let end = if event.has(Single::End) {
            event.date(Single::End)
        } else {
            Some(begin).filter(|_| !event.has(Single::Duration))
        };
        begin > self.last.as_bytes()
            || end.is_some_and(|end| begin.max(end) < self.first.as_bytes())
    }
}

fn meaning(event: &RawEvent<'_>, config: &Config) -> Option<Meaning> {
    let says = |of: Single, word: &str| {
        let text = event.text(of);
        text.is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    if says(Single::Status, "CANCELLED")
        || (!config.free && says(Single::Transparency, "TRANSPARENT"))
    {
        return None;
    }
    let title = event.text(Single::Title).unwrap_or_default();
    let mut texts = vec![title.chars().take(TITLE_CHARACTERS).collect()];
    for line in event.lines(Several::Categories) {
        texts.extend(line.value.decode_list().into_iter().map(String::from));
    }
    config.meaning(&texts)
}

/// An event with what stands for instances of it.
struct Series<'a> {
    event: &'a RawEvent<'a>,
    meaning: Meaning,
    instances: &'a [&'a RawEvent<'a>],
    zones: &'a Zones<'a>,
    config: &'a Config,
    near: &'a Stretch,
}

impl Series<'_> {
    fn find(&self, budget: &mut Budget, found: &mut Vec<Occurrence>) -> Result<(), String> {
        let begin = self.event.line(Single::Begin).ok_or("it has no DTSTART")?;
        let begin = Moment::of(&begin, self.zones)?;
        let length = Length::of(self.event, &begin, self.zones)?;
        // A change of this and all later instances is made to those that follow by what was made of the one that it names.
        let later_changes = self.later_changes(&begin)?;
        let reach = later_changes.iter().map(Change::reach).max();
        let reach = length
            .seconds()
            .max(reach.unwrap_or(0))
            .saturating_add(CLOCKS_APART);
        let shown = (
            self.near.begin.saturating_sub(reach),
            self.near.end.saturating_add(reach),
        );
        let is_near = |moment: &Moment| {
            let seconds = moment.time.seconds();
            (shown.0..=shown.1).contains(&seconds)
        };
        let mut left_out = self.dates(Several::ExceptDates)?;
        for instance in self.instances {
            let id = instance.line(Single::Instance);
            left_out.extend(id.map(|id| self.instance_id(&id, &begin)).transpose()?);
        }
        left_out.retain(is_near);
        let taken_out = self.expand(Several::ExceptRule, &begin, shown, budget)?;
        let mut times = vec![begin.time];
        let mut moments = Vec::new();
        if !self.event.has(Single::Instance) {
            times.extend(self.expand(Several::Rule, &begin, shown, budget)?);
            moments = self.dates(Several::Dates)?;
        }
        moments.extend(times.into_iter().map(|time| Moment {
            time,
            ..begin.clone()
        }));
        moments.retain(is_near);
        for moment in moments {
            if taken_out.contains(&moment.time)
                || left_out.iter().any(|other| is_same(other, &moment))
            {
                continue;
            }
            let instant = moment.instant();
            match later_changes.iter().rfind(|change| change.from <= instant) {
                Some(change) => found.extend(change.made_to(&moment)),
                None => found.push(Occurrence {
                    meaning: self.meaning,
                    title: self.event.text(Single::Title).unwrap_or_default(),
                    stretch: Stretch {
                        begin: instant,
                        end: length.end(&moment),
                    },
                    is_all_day: moment.is_date,
                }),
            }
        }
        Ok(())
    }

    /// Which instance an event stands for: a time on its own clock, or a date of one that takes the day.
    fn instance_id(&self, line: &IcalLine<'_>, begin: &Moment) -> Result<Moment, String> {
        let id = Moment::of(line, self.zones)?;
        // Some name the instance of an all-day event by the midnight on which it begins.
        Ok(Moment {
            is_date: id.is_date || begin.is_date,
            ..id
        })
    }

    fn later_changes(&self, begin: &Moment) -> Result<Vec<Change>, String> {
        let mut changes = Vec::new();
        for event in self.instances {
            let Some(id) = event.line(Single::Instance) else {
                continue;
            };
            let is_range = id.params.iter().any(|param| {
                let value = param.values.first().map(|value| value.get());
                param.name.get().eq_ignore_ascii_case("RANGE")
                    && value.is_some_and(|value| value.eq_ignore_ascii_case("THISANDFUTURE"))
            });
            if !is_range {
                continue;
            }
            let start = event
                .line(Single::Begin)
                .ok_or("a change of it has no DTSTART")?;
            let start = Moment::of(&start, self.zones)?;
            let from = self.instance_id(&id, begin)?;
            changes.push(Change {
                from: from.instant(),
                later: start.time.seconds() - from.time.seconds(),
                length: Length::of(event, &start, self.zones)?,
                meaning: meaning(event, self.config),
                title: event.text(Single::Title).unwrap_or_default(),
                is_all_day: start.is_date,
            });
        }
        changes.sort_by_key(|change| change.from);
        Ok(changes)
    }

    /// Times that lines name.
    fn dates(&self, of: Several) -> Result<Vec<Moment>, String> {
        let mut dates = Vec::new();
        for line in self.event.lines(of) {
            for text in line.raw_value_str().split(',') {
                // A period of an RDATE begins then; it lasts as long as all others.
                let text = text.split('/').next().unwrap_or(text);
                if text.trim().is_empty() {
                    continue;
                }
                dates.push(Moment::read(text, &line, self.zones)?);
            }
        }
        Ok(dates)
    }

    /// What rules give near the day, by the clock of the event.
    fn expand(
        &self,
        of: Several,
        begin: &Moment,
        shown: (i64, i64),
        budget: &mut Budget,
    ) -> Result<Vec<IcalRecurDateTime>, String> {
        let mut times = Vec::new();
        for line in self.event.lines(of) {
            let text = line.raw_value_str();
            let text = text.trim();
            let said = |error: RuleFault| error.to_string();
            let mut rule = recurrence::read(text).map_err(said)?;
            let until = match rule.until {
                Some(_) => Some(self.until(text, begin)?),
                None => None,
            };
            // The exact end is an instant; the walk ends a little after it.
            rule.until = until
                .map(|until| IcalRecurDateTime::from_seconds(until.saturating_add(CLOCKS_APART)));
            let expanded = recurrence::expand(rule, begin.time, shown, budget).map_err(said)?;
            times.extend(
                expanded
                    .into_iter()
                    .filter(|time| until.is_none_or(|until| begin.clock.instant(*time) <= until)),
            );
        }
        Ok(times)
    }

    /// The last instant at which an instance of a rule may begin.
    fn until(&self, rule: &str, begin: &Moment) -> Result<i64, String> {
        let text = rule
            .split(';')
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("UNTIL"))
            .map_or("", |(_, value)| value.trim());
        let time = IcalRecurDateTime::parse(text)
            .map_err(|_| format!("`{text}` of its UNTIL is no date or time"))?;
        let clock = if text.ends_with(['Z', 'z']) {
            self.zones.utc()
        } else {
            std::rc::Rc::clone(&begin.clock)
        };
        let instant = clock.instant(time);
        // A date takes its whole day in, also for an event with a time, as many write it.
        let is_date = text.len() == DATE_CHARACTERS;
        Ok(if is_date {
            instant + DAY_SECONDS - 1
        } else {
            instant
        })
    }
}

/// Whether a time that is named is that of an instance; a date is that of every instance that begins on it.
fn is_same(named: &Moment, instance: &Moment) -> bool {
    let date = |time: IcalRecurDateTime| (time.year, time.month, time.day);
    if named.is_date {
        date(named.time) == date(instance.time)
    } else {
        named.instant() == instance.instant()
    }
}

/// What was made of an instance and all that follow.
struct Change {
    from: i64,
    later: i64,
    length: Length,
    meaning: Option<Meaning>,
    title: String,
    is_all_day: bool,
}

impl Change {
    /// How much farther from where its series has it an instance may be.
    const fn reach(&self) -> i64 {
        self.later
            .saturating_abs()
            .saturating_add(self.length.seconds())
    }

    fn made_to(&self, moment: &Moment) -> Option<Occurrence> {
        let time =
            IcalRecurDateTime::from_seconds(moment.time.seconds().saturating_add(self.later));
        let moment = Moment {
            time,
            is_date: self.is_all_day,
            ..moment.clone()
        };
        Some(Occurrence {
            meaning: self.meaning?,
            title: self.title.clone(),
            stretch: Stretch {
                begin: moment.instant(),
                end: self.length.end(&moment),
            },
            is_all_day: self.is_all_day,
        })
    }
}
