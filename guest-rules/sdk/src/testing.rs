//! Requests and what they hold, in short words, for tests of rules.
//!
//! ```
//! use reveille_sdk::testing;
//! use reveille_sdk::types::{Period, Turn};
//!
//! let mut request = testing::request("2026-11-23");
//! request.schedule = testing::schedule("seoul", [
//!     Period::named("office-hours").begins("09:00").ends("18:00").on_weekdays("mon-fri"),
//! ]);
//! request.exceptions.push(testing::exception("2026-11-23", Turn::Stop, Some(22 * 60)));
//! ```

use crate::clock::Time;
use crate::decider::{Action, DecideRequest, Decision, Options, Server, Wanted};
use crate::formatter::replies::{Context, Persona};
use crate::planner::PlanRequest;
use crate::types::{
    Date, DayPlan, Exception, Minute, Moment, Period, PeriodUse, Schedule, ServerKind, ServerState,
    Span, Turn, Want,
};
use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    static BOUND: RefCell<BTreeMap<String, Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Data that is bound to a name until this is dropped.
#[derive(Debug)]
#[must_use = "the data is bound only as long as this is kept"]
pub struct Bound(String);

impl Drop for Bound {
    fn drop(&mut self) {
        BOUND.with_borrow_mut(|bound| bound.remove(&self.0));
    }
}

/// Binds data to a name for [`crate::data::read`], on this thread, as an operator would.
pub fn bind(name: &str, bytes: impl Into<Vec<u8>>) -> Bound {
    BOUND.with_borrow_mut(|bound| bound.insert(name.into(), bytes.into()));
    Bound(name.into())
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn bound(name: &str) -> Option<Vec<u8>> {
    BOUND.with_borrow(|bound| bound.get(name).cloned())
}

/// A date from `2026-11-23`.
///
/// # Panics
///
/// When the text is no date.
pub fn date(text: &str) -> Date {
    match text.parse() {
        Ok(date) => date,
        #[expect(clippy::panic, reason = "only tests call it, with text of their own")]
        Err(error) => panic!("{error}"),
    }
}

/// A request for a day of an empty schedule in Seoul, with nothing painted yet and no configuration.
///
/// # Panics
///
/// When the text is no date.
pub fn request(day: &str) -> PlanRequest {
    PlanRequest {
        schedule: schedule("seoul", []),
        date: date(day),
        so_far: DayPlan::empty(),
        day_before: None,
        exceptions: Vec::new(),
        config: "{}".into(),
    }
}

/// The spans of a plan, a line each: `09:00-18:00 run period office`.
pub fn lines(plan: &DayPlan) -> Vec<String> {
    let line = |span: &Span| {
        let (begin, end) = (Time(span.begin), Time(span.end));
        let want = match span.want {
            Want::Run => "run",
            Want::Stop => "stop",
            Want::Hold => "hold",
        };
        format!("{begin}-{end} {want} {}", span.reason)
    };
    plan.spans.iter().map(line).collect()
}

/// Where a reply is put into words: for somebody in Seoul on a Monday at nine, without the persona.
pub fn context(locale: &str) -> Context {
    Context {
        locale: locale.into(),
        persona: Persona::Off,
        keyword: "서버".into(),
        timezone: "Asia/Seoul".into(),
        now: Moment {
            date: date("2026-11-23"),
            minute: 9 * 60,
        },
        schedule: None,
    }
}

/// A schedule in Seoul with these periods.
pub fn schedule(name: &str, periods: impl IntoIterator<Item = Period>) -> Schedule {
    Schedule {
        name: name.into(),
        timezone: "Asia/Seoul".into(),
        periods: periods
            .into_iter()
            .map(|period| PeriodUse {
                period,
                instance_type: None,
            })
            .collect(),
        override_status: None,
        holiday_calendar: None,
        extra: Vec::new(),
    }
}

/// An exception that Hana set, without a reason.
///
/// # Panics
///
/// When the text is no date.
pub fn exception(day: &str, action: Turn, at: Option<Minute>) -> Exception {
    Exception {
        date: date(day),
        action,
        at,
        by: "hana@example.com".into(),
        reason: None,
    }
}

/// An EC2 instance that is stopped, as its schedule left it; its name is its id.
pub fn server(id: &str) -> Server {
    Server {
        id: id.into(),
        name: id.into(),
        kind: ServerKind::Ec2,
        state: ServerState::Stopped,
        native_state: "stopped".into(),
        instance_type: None,
        group: None,
        remembered: "stopped".into(),
        maintenance_now: false,
        tags: Vec::new(),
        extra: Vec::new(),
    }
}

impl Server {
    /// In this group.
    pub fn in_group(self, group: &str) -> Self {
        Self {
            group: Some(group.into()),
            ..self
        }
    }

    /// In this state, of which this was remembered.
    pub fn being(self, state: ServerState, remembered: &str) -> Self {
        Self {
            state,
            remembered: remembered.into(),
            ..self
        }
    }

    /// With this tag, as a rule sees it that asked for its key.
    pub fn with_tag(mut self, key: &str, value: &str) -> Self {
        self.tags.push((key.into(), value.into()));
        self
    }

    /// With a fact of this name that is `true`.
    pub fn with_fact(mut self, name: &str) -> Self {
        self.extra.push((name.into(), "true".into()));
        self
    }
}

/// A request to a guard of a schedule that should run: servers, and what has been decided about each so far.
pub fn decided(servers: impl IntoIterator<Item = (Server, Action)>) -> DecideRequest {
    let (servers, so_far) = servers
        .into_iter()
        .map(|(server, action)| {
            let remember = match action {
                Action::None => server.remembered.as_str(),
                Action::Start | Action::Resize(_) => "running",
                Action::Stop => "stopped",
            };
            let decision = Decision {
                server_id: server.id.clone(),
                remember: remember.into(),
                action,
                reason: "so far".into(),
            };
            (server, decision)
        })
        .unzip();
    DecideRequest {
        schedule: "seoul".into(),
        options: Options {
            enforced: false,
            retain_running: false,
            stop_new_instances: true,
            hibernate: false,
        },
        now: None,
        wanted: Wanted {
            want: Want::Run,
            instance_type: None,
            period: None,
            reason: "period office-hours".into(),
        },
        forced: None,
        groups: Vec::new(),
        servers,
        so_far,
        config: "{}".into(),
    }
}

impl Period {
    /// A period with nothing but a name, which no schedule accepts as it is.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            begin_time: None,
            end_time: None,
            weekdays: None,
            monthdays: None,
            months: None,
        }
    }

    /// With this `begintime`.
    pub fn begins(self, time: &str) -> Self {
        Self {
            begin_time: Some(time.into()),
            ..self
        }
    }

    /// With this `endtime`.
    pub fn ends(self, time: &str) -> Self {
        Self {
            end_time: Some(time.into()),
            ..self
        }
    }

    /// With these `weekdays`, as one string of the set.
    pub fn on_weekdays(self, text: &str) -> Self {
        Self {
            weekdays: Some(vec![text.into()]),
            ..self
        }
    }

    /// With these `monthdays`, as one string of the set.
    pub fn on_monthdays(self, text: &str) -> Self {
        Self {
            monthdays: Some(vec![text.into()]),
            ..self
        }
    }

    /// With these `months`, as one string of the set.
    pub fn in_months(self, text: &str) -> Self {
        Self {
            months: Some(vec![text.into()]),
            ..self
        }
    }

    /// As a schedule uses it: `period@instance-type`.
    pub fn with_type(self, instance_type: &str) -> PeriodUse {
        PeriodUse {
            period: self,
            instance_type: Some(instance_type.into()),
        }
    }
}
