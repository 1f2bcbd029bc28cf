//! The weekly maintenance window of an RDS server.

use chrono::{DateTime, Datelike, Duration, Timelike, Utc, Weekday};

/// How long before its begin a window counts as open, so that the server runs when AWS comes: what AWS Instance
/// Scheduler allows for it.
const LEAD: Duration = Duration::minutes(10);
const WEEK_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Whether the window `text`, such as `sun:23:45-mon:00:15` in UTC, is open at `now`, [`LEAD`] included. What is no
/// such text is no window: RDS shows none for some servers, and nobody's schedule should fail for it.
pub(crate) fn is_open(text: &str, now: DateTime<Utc>) -> bool {
    let Some((begin, end)) = parse(text) else {
        return false;
    };
    let day = i64::from(now.weekday().num_days_from_monday());
    let second = day * 24 * 60 * 60 + i64::from(now.num_seconds_from_midnight());
    let length = (end - begin).rem_euclid(WEEK_SECONDS);
    let since = (second - begin + LEAD.num_seconds()).rem_euclid(WEEK_SECONDS);
    length > 0 && since < length + LEAD.num_seconds()
}

/// Begin and end in seconds after Monday 00:00.
fn parse(text: &str) -> Option<(i64, i64)> {
    let (begin, end) = text.trim().split_once('-')?;
    Some((instant(begin)?, instant(end)?))
}

fn instant(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (day, hour, minute) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || day.len() != 3 {
        return None;
    }
    let day: Weekday = day.parse().ok()?;
    let hour = number(hour, 24)?;
    let minute = number(minute, 60)?;
    Some(((i64::from(day.num_days_from_monday()) * 24 + hour) * 60 + minute) * 60)
}

/// Two digits of a number below `end`.
fn number(digits: &str, end: i64) -> Option<i64> {
    let is_number = digits.len() == 2 && digits.bytes().all(|it| it.is_ascii_digit());
    is_number
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|number| *number < end)
}

#[cfg(test)]
mod tests {
    use reveille_core::testing::utc;

    use super::*;

    /// 2026-11-23 is a Monday.
    #[track_caller]
    fn check(window: &str, now: &str, open: bool) {
        assert_eq!(is_open(window, utc(now)), open, "{window} at {now}");
    }

    #[test]
    fn a_window_is_open_from_ten_minutes_before_its_begin_to_its_end() {
        check("mon:05:00-mon:05:30", "2026-11-23 04:49", false);
        check("mon:05:00-mon:05:30", "2026-11-23 04:50", true);
        check("mon:05:00-mon:05:30", "2026-11-23 05:29", true);
        check("mon:05:00-mon:05:30", "2026-11-23 05:30", false);
        check("mon:05:00-mon:05:30", "2026-11-24 05:10", false);
    }

    #[test]
    fn a_window_crosses_midnight_and_the_end_of_the_week() {
        check("sun:23:45-mon:00:15", "2026-11-22 23:34", false);
        check("sun:23:45-mon:00:15", "2026-11-22 23:35", true);
        check("sun:23:45-mon:00:15", "2026-11-23 00:14", true);
        check("sun:23:45-mon:00:15", "2026-11-23 00:15", false);
        check("mon:00:05-mon:00:35", "2026-11-22 23:55", true);
        check("mon:00:05-mon:00:35", "2026-11-22 23:54", false);
    }

    #[test]
    fn days_are_read_in_either_case() {
        check("Mon:05:00-MON:05:30", "2026-11-23 05:10", true);
    }

    #[test]
    fn a_window_of_almost_a_whole_week_is_open_all_the_time() {
        check("mon:05:00-mon:04:55", "2026-11-23 04:57", true);
    }

    #[test]
    fn what_is_no_window_is_never_open() {
        for text in [
            "",
            "mon:05:00",
            "mon:05:00-",
            "mon:05:00-mon:05:00",
            "monday:05:00-monday:05:30",
            "mon:24:00-tue:00:30",
            "mon:05:60-mon:06:00",
            "mon:5:00-mon:5:30",
            "mon:05:00:00-mon:05:30:00",
            "월:05:00-월:05:30",
            "mon:+5:00-mon:05:30",
        ] {
            check(text, "2026-11-23 05:10", false);
        }
    }
}
