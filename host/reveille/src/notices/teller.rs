//! Turns news into words, and into a notice for each target that they concern.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, SubsecRound as _, TimeDelta, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{
        Notice, Schedule, instant_of, local_moment,
        reply::{Announcement, Context, Message, MorningView, Persona, Reply},
    },
    port::{Formatter, News, Notifier},
};
use tokio::sync::Notify;

use super::{
    event::Event,
    figures::{Ended, NoticeFigures},
};
use crate::config::{Config, Target};

/// How long it is worth telling that servers turn: later they have long arrived.
const TURN_LASTS: TimeDelta = TimeDelta::hours(1);
/// How long it is worth telling what is wrong, or that it is well again: over a night, and an outage of the messenger.
const TROUBLE_LASTS: TimeDelta = TimeDelta::hours(24);
/// How long the morning lasts.
pub(super) const MORNING_LASTS: TimeDelta = TimeDelta::hours(1);

/// Tells people.
pub(crate) struct Teller {
    formatter: Arc<dyn Formatter>,
    locale: String,
    persona: Persona,
    keyword: String,
    /// The zone of the house.
    pub(super) timezone: Tz,
    pub(super) targets: Vec<Target>,
    figures: NoticeFigures,
    /// Told when there is something to send.
    wake: Arc<Notify>,
    log: Log,
}

/// Where else news are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    /// In the log.
    Lines,
    /// In the terminal of a demo.
    Drawing,
}

impl Teller {
    pub(crate) fn new(
        formatter: Arc<dyn Formatter>,
        config: &Config,
        figures: NoticeFigures,
        wake: Arc<Notify>,
        log: Log,
    ) -> Self {
        Self {
            formatter,
            locale: config.locale.clone(),
            persona: config.persona,
            keyword: config.keyword.clone(),
            timezone: config.timezone,
            targets: config.targets.clone(),
            figures,
            wake,
            log,
        }
    }

    /// In words.
    fn message(
        &self,
        schedule: Option<&Schedule>,
        announcement: &Announcement,
        now: DateTime<Utc>,
    ) -> Message {
        let zone = schedule.map_or(self.timezone, |schedule| schedule.timezone);
        let context = Context {
            locale: schedule
                .and_then(|schedule| schedule.locale.as_ref())
                .unwrap_or(&self.locale)
                .clone(),
            persona: self.persona,
            keyword: self.keyword.clone(),
            timezone: zone.name().to_owned(),
            now: local_moment(now, zone),
            schedule: schedule.map(|schedule| schedule.name.clone()),
        };
        let reply = Reply::Announced(announcement.clone());
        self.formatter
            .format(&context, &reply)
            .unwrap_or_else(|failure| {
                tracing::warn!(
                    rule = failure.rule,
                    cause = failure.cause,
                    "the formatter failed"
                );
                reveille_core::chat::plain(&reply)
            })
    }

    /// The morning line of a target.
    pub(super) fn morning(
        &self,
        target: &Target,
        view: MorningView,
        now: DateTime<Utc>,
    ) -> Option<Notice> {
        let announcement = Announcement::Morning(view);
        let news = News {
            schedule: None,
            announcement: &announcement,
            now,
            since: None,
        };
        let message = self.message(None, &announcement, now);
        self.notice(target, &news, message)
    }

    /// The words of the morning, for a trial.
    pub(crate) fn words(&self, view: MorningView, now: DateTime<Utc>) -> Message {
        self.message(None, &Announcement::Morning(view), now)
    }

    /// The notice that tells `news` to `target`; none when it would be pointless at the end of quiet hours.
    fn notice(&self, target: &Target, news: &News<'_>, message: Message) -> Option<Notice> {
        // Several of one tick are told at different microseconds, and are due at once.
        let at = news.now.trunc_subsecs(3);
        let due = self
            .quiet_until(target, news.schedule, news.now)
            .unwrap_or(at);
        let expires = expires(news);
        if expires <= due {
            self.figures.ended(&target.name, Ended::Quiet);
            tracing::info!(
                to = target.name,
                text = message.body,
                "not told: quiet hours end too late for it"
            );
            return None;
        }
        Some(Notice {
            key: news.key(&target.name),
            target: target.name.clone(),
            schedule: news.schedule.map(|schedule| schedule.name.clone()),
            message,
            at: news.now,
            due,
            expires,
            attempts: 0,
        })
    }

    /// When the quiet hours end that `target` has at `now` for what is about `schedule`; none when there are none.
    pub(super) fn quiet_until(
        &self,
        target: &Target,
        schedule: Option<&Schedule>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        match schedule.and_then(|schedule| Some((schedule.quiet_hours?, schedule.timezone))) {
            Some((quiet, zone)) => quiet.until(now, zone),
            None => target.quiet.until(now, self.timezone),
        }
    }
}

/// Whether `notice` warns of a stop of `schedule`: that at which it expires.
pub(super) fn warns(notice: &Notice, schedule: &Schedule) -> bool {
    let announcement = Announcement::StopNear {
        schedule: schedule.name.clone(),
        at: local_moment(notice.expires, schedule.timezone),
        minutes: 0,
    };
    let news = News {
        schedule: Some(schedule),
        announcement: &announcement,
        now: notice.at,
        since: None,
    };
    notice.key == news.key(&notice.target)
}

/// Whether `target` is one of those whom `news` concern.
fn concerns(target: &Target, news: &News<'_>) -> bool {
    let wants = Event::of(news.announcement).is_some_and(|event| target.events.contains(&event));
    wants
        && match news.schedule {
            Some(schedule) => target.is_told_of(schedule),
            None => target.schedules.is_none() || about(news.announcement, target),
        }
}

/// Whether something about the whole house is about one of the schedules of `target`.
fn about(announcement: &Announcement, target: &Target) -> bool {
    let schedules: &[String] = match announcement {
        Announcement::RuleTaken(change) => &change.schedules,
        Announcement::RuleRejected(rejection) => &rejection.schedules,
        Announcement::DataStale(trouble) => &trouble.schedules,
        Announcement::DataFresh { schedules, .. } => schedules,
        // Where rules are kept is for those who look after the house.
        Announcement::RuleUnreachable(_) | Announcement::RuleReachable { .. } => &[],
        // They come with their schedule.
        Announcement::Turned(_)
        | Announcement::StopNear { .. }
        | Announcement::Stuck { .. }
        | Announcement::Failed { .. }
        | Announcement::RestartedByProvider { .. }
        | Announcement::Held { .. }
        | Announcement::Resumed { .. }
        | Announcement::GroupOverdue { .. }
        | Announcement::Morning(_) => &[],
    };
    schedules.iter().any(|schedule| target.has(schedule))
}

/// From when on it is pointless to tell it.
fn expires(news: &News<'_>) -> DateTime<Utc> {
    match news.announcement {
        Announcement::Turned(_) | Announcement::RestartedByProvider { .. } => news.now + TURN_LASTS,
        Announcement::StopNear { at, .. } => match news.schedule {
            Some(schedule) => instant_of(*at, schedule.timezone).max(news.now),
            None => news.now,
        },
        Announcement::Stuck { .. }
        | Announcement::Failed { .. }
        | Announcement::Held { .. }
        | Announcement::Resumed { .. }
        | Announcement::GroupOverdue { .. }
        | Announcement::RuleTaken(_)
        | Announcement::RuleRejected(_)
        | Announcement::RuleUnreachable(_)
        | Announcement::RuleReachable { .. }
        | Announcement::DataStale(_)
        | Announcement::DataFresh { .. } => news.now + TROUBLE_LASTS,
        Announcement::Morning(_) => news.now + MORNING_LASTS,
    }
}

#[async_trait]
impl Notifier for Teller {
    fn warning(&self, schedule: &Schedule) -> Option<Duration> {
        let told = self.targets.iter().filter(|target| {
            target.events.contains(&Event::StopNear) && target.is_told_of(schedule)
        });
        let minutes = told.map(|target| target.warn_minutes).max()?;
        (minutes > 0).then(|| Duration::minutes(i64::from(minutes)))
    }

    fn notices(&self, news: &News<'_>) -> Vec<Notice> {
        let told: Vec<&Target> = self
            .targets
            .iter()
            .filter(|target| concerns(target, news))
            .collect();
        if told.is_empty() {
            return Vec::new();
        }
        let message = self.message(news.schedule, news.announcement, news.now);
        told.into_iter()
            .filter_map(|target| self.notice(target, news, message.clone()))
            .collect()
    }

    async fn announce(&self, news: &News<'_>) {
        self.wake.notify_one();
        let message = self.message(news.schedule, news.announcement, news.now);
        match self.log {
            Log::Drawing => {
                crate::house::print(&crate::terminal::draw_message(
                    &message,
                    crate::terminal::colours(),
                ));
            }
            Log::Lines => {
                let schedule = news.schedule.map(|schedule| schedule.name.as_str());
                tracing::info!(schedule, text = message.body, "announced");
            }
        }
    }
}
