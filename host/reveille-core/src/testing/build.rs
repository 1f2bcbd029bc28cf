//! Schedules and servers in one line each.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::memory_fleet::native_state;
use crate::model::{
    Definitions, Group, LeftOut, MaintenanceWindow, OnFailure, OnTimeout, READY_TIMEOUT, RuleUse,
    Schedule, Server, ServerId, ServerKind, ServerState, Want,
};

/// The instant `2026-11-23 09:30` UTC, from such a text; the epoch when it is none.
#[must_use]
pub fn utc(text: &str) -> DateTime<Utc> {
    chrono::NaiveDateTime::parse_from_str(&format!("{text}:00"), "%Y-%m-%d %H:%M:%S")
        .unwrap_or_default()
        .and_utc()
}

/// Definitions with these schedules and nothing else.
#[must_use]
pub fn definitions(schedules: impl IntoIterator<Item = Schedule>) -> Definitions {
    Definitions {
        schedules: schedules
            .into_iter()
            .map(|schedule| (schedule.name.clone(), Arc::new(schedule)))
            .collect(),
        ..Definitions::default()
    }
}

/// A schedule in UTC, with every option as AWS Instance Scheduler has it when nothing is said.
#[must_use]
pub fn schedule(name: &str) -> ScheduleBuilder {
    ScheduleBuilder(Schedule {
        name: name.to_owned(),
        description: None,
        timezone: Tz::UTC,
        periods: Vec::new(),
        override_status: None,
        enforced: false,
        retain_running: false,
        stop_new_instances: true,
        hibernate: false,
        use_maintenance_window: None,
        ssm_maintenance_windows: Vec::new(),
        configured_in_stack: None,
        rules: Vec::new(),
        groups: Vec::new(),
        holiday_calendar: None,
        notify: None,
        quiet_hours: None,
        warn_before_stop: None,
        allow: Vec::new(),
        locale: None,
        protect: Vec::new(),
        digest: [0; 32],
    })
}

/// Builds a schedule; see [`schedule`].
#[derive(Debug, Clone)]
pub struct ScheduleBuilder(Schedule);

impl ScheduleBuilder {
    /// In the zone of this name; UTC when there is none.
    #[must_use]
    pub fn zone(mut self, name: &str) -> Self {
        self.0.timezone = name.parse().unwrap_or(Tz::UTC);
        self
    }

    /// With this `override_status`.
    #[must_use]
    pub fn override_status(mut self, want: Want) -> Self {
        self.0.override_status = Some(want);
        self
    }

    /// Undoes what people do.
    #[must_use]
    pub fn enforced(mut self) -> Self {
        self.0.enforced = true;
        self
    }

    /// Keeps what people started.
    #[must_use]
    pub fn retain_running(mut self) -> Self {
        self.0.retain_running = true;
        self
    }

    /// Leaves alone what runs when it is first seen.
    #[must_use]
    pub fn keep_new_instances(mut self) -> Self {
        self.0.stop_new_instances = false;
        self
    }

    /// Hibernates.
    #[must_use]
    pub fn hibernate(mut self) -> Self {
        self.0.hibernate = true;
        self
    }

    /// With this group, after those that it depends on.
    #[must_use]
    pub fn group(self, name: &str, depends_on: &[&str]) -> Self {
        self.group_with(name, depends_on, READY_TIMEOUT, OnTimeout::Wait)
    }

    /// With this group.
    #[must_use]
    pub fn group_with(
        mut self,
        name: &str,
        depends_on: &[&str],
        ready_timeout: Duration,
        on_timeout: OnTimeout,
    ) -> Self {
        self.0.groups.push(Group {
            name: name.to_owned(),
            depends_on: depends_on.iter().map(|&name| name.to_owned()).collect(),
            ready_timeout,
            on_timeout,
        });
        self
    }

    /// With this rule, which holds the schedule when it fails.
    #[must_use]
    pub fn rule(mut self, name: &str) -> Self {
        self.0.rules.push(RuleUse {
            name: name.to_owned(),
            config: "{}".to_owned(),
            on_failure: OnFailure::Hold,
        });
        self
    }

    /// Never stops the server of this name or id.
    #[must_use]
    pub fn protect(mut self, server: &str) -> Self {
        self.0.protect.push(server.to_owned());
        self
    }

    /// Warns so many minutes before a stop.
    #[must_use]
    pub fn warn(mut self, minutes: i64) -> Self {
        self.0.warn_before_stop = Some(Duration::minutes(minutes));
        self
    }

    /// May be changed by these only.
    #[must_use]
    pub fn allow(mut self, who: &[&str]) -> Self {
        self.0.allow = who.iter().map(|&who| who.to_owned()).collect();
        self
    }

    /// Changes anything.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Schedule)) -> Self {
        change(&mut self.0);
        self
    }

    /// The schedule.
    #[must_use]
    pub fn build(self) -> Schedule {
        self.0
    }
}

/// An EC2 instance that is stopped: `server("i-1", "dev")` is under schedule `dev` and is known by its id.
#[must_use]
pub fn server(id: &str, schedule: &str) -> ServerBuilder {
    ServerBuilder(Server {
        id: ServerId::from(id),
        name: id.into(),
        kind: ServerKind::Ec2,
        state: ServerState::Stopped,
        native_state: "stopped".into(),
        state_reason: None,
        instance_type: Some("t3.micro".into()),
        schedule: schedule.into(),
        group: None,
        tags: Arc::new(BTreeMap::new()),
        left_out: None,
        open_windows: Vec::new(),
    })
}

/// Builds a server; see [`server`].
#[derive(Debug, Clone)]
pub struct ServerBuilder(Server);

impl ServerBuilder {
    /// Known by this name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.0.name = name.into();
        self
    }

    /// In this group.
    #[must_use]
    pub fn group(mut self, name: &str) -> Self {
        self.0.group = Some(name.into());
        self
    }

    /// Of this kind.
    #[must_use]
    pub fn kind(mut self, kind: ServerKind) -> Self {
        self.0.kind = kind;
        self.0.native_state = native_state(kind, self.0.state).into();
        self
    }

    /// In this state.
    #[must_use]
    pub fn state(mut self, state: ServerState) -> Self {
        self.0.state = state;
        self.0.native_state = native_state(self.0.kind, state).into();
        self
    }

    /// Running.
    #[must_use]
    pub fn running(self) -> Self {
        self.state(ServerState::Running)
    }

    /// Left out.
    #[must_use]
    pub fn left_out(mut self, why: LeftOut) -> Self {
        self.0.left_out = Some(why);
        self
    }

    /// In this maintenance window.
    #[must_use]
    pub fn in_window(mut self, window: MaintenanceWindow) -> Self {
        self.0.open_windows.push(window);
        self
    }

    /// The server.
    #[must_use]
    pub fn build(self) -> Server {
        self.0
    }
}

impl From<ServerBuilder> for Server {
    fn from(builder: ServerBuilder) -> Self {
        builder.build()
    }
}

/// A date from year, month and day; the epoch when there is no such date.
#[must_use]
pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}
