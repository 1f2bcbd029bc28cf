//! A feed cut into events.
//!
//! A plan is made anew for every day, and most of a feed (descriptions, guests, alarms, events of other years) says
//! nothing about it. So lines are only cut apart here, at their names, and those that may matter are kept as they are; the
//! library reads them when they do.

use std::borrow::Cow;

use ical::tree::line::IcalLine;

use crate::event::DATE_CHARACTERS;

/// Lines of an event that may be there once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Single {
    Begin,
    End,
    Duration,
    Instance,
    Uid,
    Title,
    Status,
    Transparency,
}

/// Number of [`Single`].
const SINGLES: usize = Single::Transparency as usize + 1;

/// Lines of an event that may be there several times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Several {
    Rule,
    ExceptRule,
    Dates,
    ExceptDates,
    Categories,
}

/// A VEVENT, unread.
#[derive(Debug, Clone, Default)]
pub(crate) struct RawEvent<'a> {
    single: [Option<&'a [u8]>; SINGLES],
    several: Vec<(Several, &'a [u8])>,
}

impl<'a> RawEvent<'a> {
    /// A line, read.
    pub(crate) fn line(&self, of: Single) -> Option<IcalLine<'a>> {
        self.single[of as usize].and_then(read)
    }

    /// Whether it has such a line.
    pub(crate) fn has(&self, of: Single) -> bool {
        self.single[of as usize].is_some()
    }

    /// The value of a line that is one text.
    pub(crate) fn text(&self, of: Single) -> Option<String> {
        let line = self.line(of)?;
        Some(line.value.decode().trim().to_owned())
    }

    /// The lines of a kind, read.
    pub(crate) fn lines(&self, of: Several) -> impl Iterator<Item = IcalLine<'a>> {
        let those = self.several.iter().filter(move |(kind, _)| *kind == of);
        those.filter_map(|(_, line)| read(line))
    }

    /// The date of a line as it stands there, `20261123`; none when it is written otherwise.
    pub(crate) fn date(&self, of: Single) -> Option<&'a [u8]> {
        let line = self.single[of as usize]?.trim_ascii_end();
        let value = memchr::memrchr(b':', line)?;
        let date = line.get(value + 1..value + 1 + DATE_CHARACTERS)?;
        date.iter().all(u8::is_ascii_digit).then_some(date)
    }

    /// Whether it is about one instance only: it neither repeats nor stands for an instance of an event that does.
    pub(crate) fn is_single(&self) -> bool {
        !self.has(Single::Instance)
            && self
                .several
                .iter()
                .all(|(kind, _)| *kind == Several::Categories)
    }

    /// What people may find it by.
    pub(crate) fn called(&self) -> String {
        let title = self.text(Single::Title).unwrap_or_default();
        let begin = self.line(Single::Begin);
        let begin = begin.as_ref().map(IcalLine::raw_value_str);
        let begin = begin.unwrap_or(Cow::Borrowed("no DTSTART"));
        let short = |text: &str| text.chars().take(60).collect::<String>();
        format!("event `{}` ({})", short(&title), short(&begin))
    }

    fn keep(&mut self, name: &[u8], line: &'a [u8]) {
        let single = |of: Single| Some(Ok(of));
        let several = |of: Several| Some(Err(of));
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        let kind = match name.first().map(u8::to_ascii_uppercase) {
            Some(b'D') if is("DTSTART") => single(Single::Begin),
            Some(b'D') if is("DTEND") => single(Single::End),
            Some(b'D') if is("DURATION") => single(Single::Duration),
            Some(b'R') if is("RECURRENCE-ID") => single(Single::Instance),
            Some(b'U') if is("UID") => single(Single::Uid),
            Some(b'S') if is("SUMMARY") => single(Single::Title),
            Some(b'S') if is("STATUS") => single(Single::Status),
            Some(b'T') if is("TRANSP") => single(Single::Transparency),
            Some(b'R') if is("RRULE") => several(Several::Rule),
            Some(b'R') if is("RDATE") => several(Several::Dates),
            Some(b'E') if is("EXDATE") => several(Several::ExceptDates),
            Some(b'E') if is("EXRULE") => several(Several::ExceptRule),
            Some(b'C') if is("CATEGORIES") => several(Several::Categories),
            _ => None,
        };
        match kind {
            Some(Ok(of)) => {
                // The first counts, as in most readers.
                self.single[of as usize].get_or_insert(line);
            }
            Some(Err(of)) => self.several.push((of, line)),
            None => {}
        }
    }
}

/// One line, read by the library: names and parameters apart, what was folded joined.
fn read(line: &[u8]) -> Option<IcalLine<'_>> {
    IcalLine::take(line).ok().map(|(line, _)| line)
}

/// A feed, cut apart.
#[derive(Debug, Default)]
pub(crate) struct Feed<'a> {
    /// Its events, in their order.
    pub(crate) events: Vec<RawEvent<'a>>,
    /// Its VTIMEZONE blocks, from BEGIN to END.
    pub(crate) zones: Vec<&'a [u8]>,
}

impl<'a> Feed<'a> {
    /// Cuts a feed apart.
    ///
    /// # Errors
    ///
    /// When it is no calendar, or only the beginning of one: what is missing might be what servers should run for.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut feed = Self::default();
        let mut open: Vec<&[u8]> = Vec::new();
        let mut is_event = false;
        let mut zone_from = bytes;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (line, tail) = logical_line(rest);
            let from = std::mem::replace(&mut rest, tail);
            if !open.is_empty() && !matters(line) {
                continue;
            }
            let (name, value) = head(line);
            if name.is_empty() {
                continue;
            }
            if name.eq_ignore_ascii_case(b"BEGIN") {
                if open.is_empty() && !value.eq_ignore_ascii_case(b"VCALENDAR") {
                    return Err(no_calendar(line));
                }
                open.push(value);
                if let [_, of] = open.as_slice() {
                    is_event = of.eq_ignore_ascii_case(b"VEVENT");
                    zone_from = from;
                    if is_event {
                        feed.events.push(RawEvent::default());
                    }
                }
            } else if name.eq_ignore_ascii_case(b"END") {
                match open.pop() {
                    Some(of) if of.eq_ignore_ascii_case(value) => {}
                    _ => return Err(format!("`{}` ends nothing", shown(line))),
                }
                if open.len() == 1 && value.eq_ignore_ascii_case(b"VTIMEZONE") {
                    feed.zones.push(&zone_from[..zone_from.len() - rest.len()]);
                }
            } else if open.is_empty() {
                return Err(no_calendar(line));
            } else if is_event
                && open.len() == 2
                && let Some(event) = feed.events.last_mut()
            {
                event.keep(name, line);
            }
        }
        match open.last() {
            None if bytes.is_empty() => Err("the feed is empty".to_owned()),
            None => Ok(feed),
            Some(of) => Err(format!(
                "the feed breaks off before `END:{}`; fetch it again",
                shown(of)
            )),
        }
    }
}

fn no_calendar(line: &[u8]) -> String {
    format!(
        "it is no iCalendar feed: where `BEGIN:VCALENDAR` is expected stands `{}`; give the address of the feed, not of \
         a page about it",
        shown(line)
    )
}

fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    text.trim_end()
        .chars()
        .take(60)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The first line of `rest` with those that continue it, which begin with a space or a tab, and what follows.
fn logical_line(rest: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    loop {
        end = match memchr::memchr(b'\n', &rest[end..]) {
            Some(at) => end + at + 1,
            None => rest.len(),
        };
        if !matches!(rest.get(end), Some(b' ' | b'\t')) {
            return rest.split_at(end);
        }
    }
}

/// Whether a line in a calendar can be one of those that are looked at, by its first letters: most are not, and this is
/// done for every line of a feed.
fn matters(line: &[u8]) -> bool {
    let [first, second, ..] = line else {
        return false;
    };
    matches!(
        [first.to_ascii_uppercase(), second.to_ascii_uppercase()],
        [b'B', b'E']
            | [b'C', b'A']
            | [b'D', b'T' | b'U']
            | [b'E', b'N' | b'X']
            | [b'R', b'R' | b'D' | b'E']
            | [b'S', b'U' | b'T']
            | [b'T', b'R']
            | [b'U', b'I']
    )
}

/// The name of a line, and its value when it has no parameters.
fn head(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|byte| matches!(byte, b':' | b';')) {
        Some(at) => (&line[..at], line[at + 1..].trim_ascii_end()),
        None => (line.trim_ascii_end(), &[]),
    }
}

/// The name under which a VTIMEZONE block defines a zone.
pub(crate) fn zone_name(block: &[u8]) -> Option<String> {
    let mut rest = block;
    while !rest.is_empty() {
        let (line, tail) = logical_line(rest);
        rest = tail;
        if head(line).0.eq_ignore_ascii_case(b"TZID") {
            return Some(read(line)?.value.decode().trim().to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[track_caller]
    fn refused(feed: &str, beginning: &str) {
        let message = Feed::read(feed.as_bytes()).unwrap_err();
        assert!(message.starts_with(beginning), "{message}");
    }

    #[test]
    fn lines_of_alarms_are_no_lines_of_the_event() {
        let feed = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nsummary;LANGUAGE=ko:회\r\n 식\r\nBEGIN:VALARM\r\nDURATION:PT5M\r\n\
                    SUMMARY:bell\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
        let feed = Feed::read(feed.as_bytes()).unwrap();
        assert_eq!(feed.events.len(), 1);
        assert_eq!(feed.events[0].text(Single::Title).unwrap(), "회식");
        assert!(!feed.events[0].has(Single::Duration));
    }

    #[test]
    fn what_is_no_whole_feed_is_refused() {
        refused("", "the feed is empty");
        refused(
            "<!doctype html>\n<p>Sign in",
            "it is no iCalendar feed: where `BEGIN:VCALENDAR` is expected stands `<!doctype html>`",
        );
        refused("BEGIN:VCARD\nEND:VCARD\n", "it is no iCalendar feed");
        refused(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n",
            "the feed breaks off before `END:VEVENT`",
        );
        refused(
            "BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR\n",
            "`END:VEVENT` ends nothing",
        );
    }

    #[test]
    fn several_calendars_and_the_mark_of_windows_editors_are_read() {
        let one = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n\n";
        let feed = format!("\u{feff}{one}{one}");
        assert_eq!(Feed::read(feed.as_bytes()).unwrap().events.len(), 2);
    }
}
