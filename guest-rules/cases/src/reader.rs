//! Reading cases: from the text of a file to checked cases, or every fault of it.

use chrono::{NaiveDate, NaiveDateTime};

use crate::{
    case::{Case, Datum, DecideCase, Decided, FormatCase, Kind, PlanCase, Said},
    line::{ServerLine, Want},
    raw::{RawCase, RawCases, RawData, RawDatum},
};

/// Most days of one case; a stretch of a year and a day.
const MOST_DAYS: usize = 366;

/// Reads a file of cases.
///
/// # Errors
/// Every fault of it, each with the case that it is in; a file that is no TOML has one, with its line.
pub fn read(text: &str) -> Result<Vec<Case>, Vec<String>> {
    let raw: RawCases = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
    let mut faults = Vec::new();
    let mut cases: Vec<Case> = Vec::with_capacity(raw.case.len());
    for case in raw.case {
        let name = case.name.clone();
        let mut reader = Reader { faults: Vec::new() };
        let read = reader.case(case);
        faults.extend(
            reader
                .faults
                .into_iter()
                .map(|fault| format!("case `{name}`: {fault}")),
        );
        if cases.iter().any(|case| case.name == name) {
            faults.push(format!("case `{name}`: there are two of this name"));
        }
        cases.extend(read);
    }
    if faults.is_empty() {
        Ok(cases)
    } else {
        Err(faults)
    }
}

struct Reader {
    faults: Vec<String>,
}

impl Reader {
    fn fault(&mut self, message: impl Into<String>) {
        self.faults.push(message.into());
    }

    fn noted<T>(&mut self, key: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|why| self.fault(format!("`{key}`: {why}")))
            .ok()
    }

    fn lines<T: std::str::FromStr<Err = String>>(&mut self, key: &str, lines: &[String]) -> Vec<T> {
        lines
            .iter()
            .filter_map(|line| self.noted(key, line.parse()))
            .collect()
    }

    fn lines_or<T: std::str::FromStr<Err = String>>(
        &mut self,
        key: &str,
        lines: Option<Vec<String>>,
        default: &str,
    ) -> Vec<T> {
        self.lines(key, &lines.unwrap_or_else(|| vec![default.to_owned()]))
    }

    fn case(&mut self, raw: RawCase) -> Option<Case> {
        let [plan, decide, format] = raw.keys();
        let has = |keys: &[&str], key| keys.contains(&key);
        let (kind, others) = if has(&decide, "servers") {
            ("a decider's, as it has `servers`", [plan, format])
        } else if has(&format, "reply") {
            ("a formatter's, as it has a `reply`", [plan, decide])
        } else if has(&plan, "date") || has(&plan, "dates") {
            ("a planner's, as it has a date", [decide, format])
        } else {
            self.fault(
                "it has none of `date`, `dates`, `servers` and `reply`, so that nothing is asked",
            );
            return None;
        };
        for key in others.into_iter().flatten() {
            self.fault(format!("`{key}` has no meaning here: the case is {kind}"));
        }
        let data = match raw.data {
            None => Vec::new(),
            Some(RawData::Only(ref text)) => vec![(None, Datum::Text(text.clone()))],
            Some(RawData::Named(ref named)) => named
                .iter()
                .map(|(name, datum)| {
                    let datum = match datum {
                        RawDatum::Text(text) => Datum::Text(text.clone()),
                        RawDatum::File { file } => Datum::File(file.clone()),
                    };
                    (Some(name.clone()), datum)
                })
                .collect(),
        };
        let (name, config) = (raw.name.clone(), raw.config.clone());
        let kind = if raw.servers.is_some() {
            Kind::Decide(self.decide(raw)?)
        } else if raw.reply.is_some() {
            Kind::Format(self.format(raw)?)
        } else {
            Kind::Plan(self.plan(raw)?)
        };
        Some(Case {
            name,
            config,
            data,
            kind,
        })
    }

    fn plan(&mut self, raw: RawCase) -> Option<PlanCase> {
        let asked: Vec<String> = raw
            .date
            .into_iter()
            .chain(raw.dates.into_iter().flatten())
            .collect();
        let mut dates = Vec::new();
        for text in &asked {
            dates.extend(self.noted("dates", stretch(text)).unwrap_or_default());
        }
        if dates.len() > MOST_DAYS {
            self.fault(format!(
                "it has {} days; at most {MOST_DAYS} are allowed",
                dates.len()
            ));
        }
        let spans = raw.spans.map(|lines| self.lines("spans", &lines));
        let expected = match (spans, raw.error) {
            (Some(spans), None) => Ok((spans, raw.notes.unwrap_or_default())),
            (None, Some(error)) if raw.notes.is_none() => Err(error),
            (None, Some(_)) => {
                self.fault("it has both `notes` and `error`; a rule that answers with an error has no notes");
                return None;
            }
            (Some(_), Some(_)) => {
                self.fault("it has both `spans` and `error`; a rule answers with one of them");
                return None;
            }
            (None, None) => {
                self.fault("it has neither `spans` nor `error`, so that nothing is expected; an empty day is `spans = []`");
                return None;
            }
        };
        Some(PlanCase {
            dates,
            zone: raw.zone.unwrap_or_else(|| "Asia/Seoul".to_owned()),
            calendar: raw.calendar,
            periods: self.lines_or("periods", raw.periods, "office 09:00-18:00"),
            so_far: self.lines_or("so_far", raw.so_far, "09:00-18:00 run period office"),
            day_before: raw.day_before.map(|lines| self.lines("day_before", &lines)),
            exceptions: self.lines("exceptions", &raw.exceptions.unwrap_or_default()),
            expected,
        })
    }

    fn decide(&mut self, raw: RawCase) -> Option<DecideCase> {
        const OPTIONS: [&str; 4] = [
            "enforced",
            "retain-running",
            "keep-new-instances",
            "hibernate",
        ];
        let mut servers: Vec<ServerLine> = self.lines("servers", &raw.servers.unwrap_or_default());
        for (id, tags) in raw.tags.into_iter().flatten() {
            match servers.iter_mut().find(|server| server.id == id) {
                Some(server) => server.tags = tags,
                None => self.fault(format!("`tags`: `{id}` is none of its servers")),
            }
        }
        let decided = Decided {
            decisions: self.lines("decisions", raw.decisions.as_deref().unwrap_or_default()),
            starts: raw.starts,
            stops: raw.stops,
            waits: raw.waits.unwrap_or_default(),
        };
        for id in decided.ids() {
            if !servers.iter().any(|server| server.id == *id) {
                self.fault(format!("`{id}` is none of its servers"));
            }
        }
        let expected = match raw.error {
            None if decided == Decided::default() => {
                self.fault("it has none of `decisions`, `starts`, `stops`, `waits` and `error`, so that nothing is expected");
                return None;
            }
            None => Ok(decided),
            Some(error) if decided == Decided::default() => Err(error),
            Some(_) => {
                self.fault("it has both decisions and `error`; a rule answers with one of them");
                return None;
            }
        };
        let options = raw.options.unwrap_or_default();
        for option in &options {
            if !OPTIONS.contains(&option.as_str()) {
                self.fault(format!(
                    "`options`: `{option}` is no option; there are {}",
                    OPTIONS.join(", ")
                ));
            }
        }
        let wanted = raw.wanted.as_deref().unwrap_or("run period office-hours");
        let now = raw.now.as_deref().unwrap_or("2026-11-23 09:00");
        let now_read = NaiveDateTime::parse_from_str(&format!("{now}:00"), "%Y-%m-%d %H:%M:%S")
            .map_err(|_| format!("`{now}` is no time; write `2026-11-23 09:00`"));
        Some(DecideCase {
            wanted: self.noted("wanted", want_and(wanted, " "))?,
            forced: match raw.forced.as_deref() {
                Some(forced) => Some(self.noted("forced", want_and(forced, " by "))?),
                None => None,
            },
            now: self.noted("now", now_read)?,
            groups: self.lines("groups", &raw.groups.unwrap_or_default()),
            servers,
            options,
            expected,
        })
    }

    fn format(&mut self, raw: RawCase) -> Option<FormatCase> {
        let said = Said {
            says: raw.says.unwrap_or_default(),
            never: raw.never.unwrap_or_default(),
            color: raw.color,
        };
        let expected = match raw.error {
            None if said == Said::default() => {
                self.fault("it has none of `says`, `never`, `color` and `error`, so that nothing is expected");
                return None;
            }
            None => Ok(said),
            Some(error) => Err(error),
        };
        let persona = raw.persona.unwrap_or_else(|| "light".to_owned());
        if !["off", "light", "full"].contains(&persona.as_str()) {
            self.fault(format!(
                "`persona`: `{persona}` is none of `off`, `light` and `full`"
            ));
        }
        Some(FormatCase {
            reply: raw.reply?,
            locale: raw.locale.unwrap_or_else(|| "ko".to_owned()),
            persona,
            keyword: raw.keyword.unwrap_or_else(|| "서버".to_owned()),
            expected,
        })
    }
}

/// A date, or `first..last`.
fn stretch(text: &str) -> Result<Vec<NaiveDate>, String> {
    let date = |text: &str| {
        text.trim()
            .parse::<NaiveDate>()
            .map_err(|_| format!("`{text}` is no date; write `2026-11-23`"))
    };
    let Some((first, last)) = text.split_once("..") else {
        return Ok(vec![date(text)?]);
    };
    let (first, last) = (date(first)?, date(last)?);
    if last < first {
        return Err(format!("`{text}` ends before it begins"));
    }
    Ok(first
        .iter_days()
        .take_while(|day| *day <= last)
        .take(MOST_DAYS + 1)
        .collect())
}

fn want_and(text: &str, between: &str) -> Result<(Want, String), String> {
    let (want, why) = text.split_once(between).unwrap_or((text, ""));
    Ok((want.parse()?, why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, why: &str) {
        let faults = read(text).err().unwrap_or_default();
        assert!(faults.iter().any(|fault| fault.contains(why)), "{faults:?}");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        refused(
            "[[case]]\nname = \"a\"\ndate = \"2026-11-23\"\nspan = []\n",
            "span",
        );
        refused(
            "[[case]]\nname = \"a\"\ndate = \"2026-11-23\"\nspan = []\n",
            "line 4",
        );
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        refused(
            "[[case]]\nname = \"a\"\ndate = \"2026-11-23\"\nspans = []\nstarts = []\n",
            "case `a`: `starts` has no meaning here: the case is a planner's",
        );
    }

    #[test]
    fn every_fault_is_told() {
        let text = "[[case]]\nname = \"a\"\ndate = \"2026-11-31\"\nspans = [\"9 run\"]\n[[case]]\nname = \"b\"\n";
        let faults = read(text).err().unwrap_or_default();
        assert_eq!(faults.len(), 3, "{faults:?}");
    }

    #[test]
    fn a_case_that_expects_nothing_is_refused() {
        refused(
            "[[case]]\nname = \"a\"\ndate = \"2026-11-23\"\n",
            "`spans = []`",
        );
        refused(
            "[[case]]\nname = \"a\"\nservers = []\n",
            "nothing is expected",
        );
        refused(
            "[[case]]\nname = \"a\"\nreply = \"help\"\n",
            "nothing is expected",
        );
    }

    #[test]
    fn a_stretch_of_days_is_every_day_of_it() {
        assert_eq!(
            stretch("2026-12-30..2027-01-02").map(|days| days.len()),
            Ok(4)
        );
        assert!(stretch("2027-01-02..2026-12-30").is_err());
    }
}
