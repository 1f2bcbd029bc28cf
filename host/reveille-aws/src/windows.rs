//! Maintenance windows of Systems Manager: in which of them a site is now.
//!
//! The service tells of each window only when it opens next, so from its opening on it no longer tells of the run that
//! is open. That run is therefore kept until it ends, beside the store, so that a restart does not lose it. A window
//! that was open before it was ever seen cannot be known.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration as Patience,
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use reveille_core::{model::MaintenanceWindow, port::StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{sync::Mutex as Turn, time::timeout};
use tracing::warn;

use crate::{
    complaints::Complaints,
    signed::{Service, Signed},
    site::Site,
    trouble::{Trouble, TroubleKind},
};

/// How often a site is asked: a window's next run is known days before, and `LEAD` is longer than this.
pub const REFRESH: Duration = Duration::minutes(5);
/// How long before its begin a window is open, besides the time between two ticks: AWS Instance Scheduler's lead, in
/// which a server starts and its agent reports.
pub const LEAD: Duration = Duration::minutes(10);
/// The time between two ticks unless another is given.
const INTERVAL: Duration = Duration::minutes(1);
/// How long a tick waits for the windows of a site; what is known already is used then. As long for what was kept.
const WAIT: Patience = Patience::from_secs(3);
/// Most pages of windows: 100 windows each, and an account has at most 50 in a region unless AWS has raised that.
const PAGES: usize = 20;
/// The call, as IAM names it.
const CALL: &str = "ssm:DescribeMaintenanceWindows";

/// One run of a window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeptWindow {
    /// The window, `mw-` and hexadecimal digits.
    pub id: String,
    /// Its name, by which schedules mention it. Two windows may share one.
    pub name: String,
    /// When the run begins.
    pub begin: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
}

impl KeptWindow {
    fn has_begun(&self, now: DateTime<Utc>) -> bool {
        self.begin <= now && now < self.end
    }
}

/// Where the known runs of a site outlive the process.
#[async_trait]
pub trait WindowMemory: fmt::Debug + Send + Sync {
    /// What was last kept for `site`; runs that have ended may be missing. Called when a site is first asked, and when
    /// it has not been asked for a while.
    async fn load(&self, site: &str) -> Result<Vec<KeptWindow>, StoreError>;

    /// Keeps these runs instead of what was kept for `site`. Called when they change: about twice a run.
    async fn keep(&self, site: &str, runs: &[KeptWindow]) -> Result<(), StoreError>;
}

/// Forgets with the process.
#[derive(Debug, Default)]
pub struct Forgetful;

#[async_trait]
impl WindowMemory for Forgetful {
    async fn load(&self, _site: &str) -> Result<Vec<KeptWindow>, StoreError> {
        Ok(Vec::new())
    }

    async fn keep(&self, _site: &str, _runs: &[KeptWindow]) -> Result<(), StoreError> {
        Ok(())
    }
}

/// What is known of one site.
#[derive(Debug, Default)]
struct Known {
    /// When it was last asked, whether it answered or not.
    asked: Option<DateTime<Utc>>,
    runs: Vec<KeptWindow>,
    /// What the memory has; none when it may have something else.
    kept: Option<Vec<KeptWindow>>,
}

/// The maintenance windows of all sites.
#[derive(Debug)]
pub struct Windows {
    memory: Arc<dyn WindowMemory>,
    lead: Duration,
    sites: Mutex<HashMap<String, Arc<Turn<Known>>>>,
    complaints: Complaints,
}

impl Windows {
    /// Nothing is known yet; `memory` is asked with the first site.
    #[must_use]
    pub fn new(memory: Arc<dyn WindowMemory>) -> Self {
        Self {
            memory,
            lead: LEAD + INTERVAL,
            sites: Mutex::default(),
            complaints: Complaints::default(),
        }
    }

    /// With another time between two ticks.
    #[must_use]
    pub fn with_interval(self, interval: Duration) -> Self {
        Self {
            lead: LEAD + interval,
            ..self
        }
    }

    /// The windows of `site` that are open at `now`, their lead included; sorted, a name once. Asks the service when
    /// it has not been asked for [`REFRESH`]; when it fails, which is logged once, answers from what is known.
    ///
    /// # Errors
    /// When what was kept cannot be recalled, so that a window may be open that nobody tells of any more: to take it
    /// for closed would stop servers in it.
    pub async fn open(
        &self,
        site: &Site,
        now: DateTime<Utc>,
    ) -> Result<Vec<MaintenanceWindow>, Trouble> {
        let name = site.name();
        let known = Arc::clone(
            self.sites
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(name.clone())
                .or_default(),
        );
        let mut known = known.lock().await;
        let since = known.asked.map(|asked| now - asked);
        if since.is_none_or(|since| since < Duration::zero() || since >= REFRESH) {
            // Another host may have asked meanwhile.
            if since.is_none_or(|since| since >= REFRESH * 2) {
                self.recall(&name, &mut known).await?;
            }
            self.refresh(site, &name, &mut known, now).await;
            known.asked = Some(now);
        }
        let mut open: Vec<&str> = known
            .runs
            .iter()
            .filter(|run| run.begin - self.lead <= now && now < run.end)
            .map(|run| run.name.as_str())
            .collect();
        open.sort_unstable();
        open.dedup();
        Ok(open
            .into_iter()
            .map(|name| MaintenanceWindow::Ssm(name.to_owned()))
            .collect())
    }

    async fn recall(&self, site: &str, known: &mut Known) -> Result<(), Trouble> {
        let loaded = timeout(WAIT, self.memory.load(site)).await;
        let runs = loaded.unwrap_or(Err(StoreError::Busy)).map_err(lost)?;
        known.kept = Some(runs.clone());
        for run in runs {
            if !known.runs.contains(&run) {
                known.runs.push(run);
            }
        }
        Ok(())
    }

    async fn refresh(&self, site: &Site, name: &str, known: &mut Known, now: DateTime<Utc>) {
        match timeout(WAIT, told(site)).await {
            Ok(Ok(told)) => {
                self.complaints.fine(name, CALL);
                known.runs = reconciled(&known.runs, told, now);
            }
            Ok(Err(trouble)) => self.complaints.failed(name, CALL, &trouble),
            Err(_) => self.complaints.late(name, CALL),
        }
        if known.kept.as_ref() == Some(&known.runs)
            || (known.kept.is_none() && known.runs.is_empty())
        {
            return;
        }
        let keeps = timeout(WAIT, self.memory.keep(name, &known.runs)).await;
        match keeps.unwrap_or(Err(StoreError::Busy)) {
            Ok(()) => known.kept = Some(known.runs.clone()),
            Err(error) => warn!(
                site = name,
                code = error.code(),
                "maintenance windows cannot be kept: a restart within one would end it"
            ),
        }
    }
}

/// Why the windows that are open cannot be told.
fn lost(error: StoreError) -> Trouble {
    Trouble {
        kind: TroubleKind::Unreachable,
        call: CALL,
        code: error.code().to_owned(),
        message: "the windows that were open before cannot be recalled from the store".to_owned(),
        source: Box::new(error),
    }
}

/// What is known after the service has `told` of the next runs: those, and of the `known` ones those that have begun.
fn reconciled(known: &[KeptWindow], told: Vec<KeptWindow>, now: DateTime<Utc>) -> Vec<KeptWindow> {
    let mut runs = told;
    for run in known {
        if run.has_begun(now) && !runs.contains(run) {
            runs.push(run.clone());
        }
    }
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// The next run of every enabled window.
async fn told(site: &Site) -> Result<Vec<KeptWindow>, Trouble> {
    let ssm = Signed::new(&site.sdk, Service::SSM);
    let mut runs = Vec::new();
    let mut next: Option<String> = None;
    for _ in 0..PAGES {
        let mut asked = json!({
            "Filters": [{"Key": "Enabled", "Values": ["true"]}],
            "MaxResults": 100,
        });
        if let Some(next) = next.take() {
            asked["NextToken"] = Value::String(next);
        }
        let page = ssm.json(CALL, &asked).await?;
        let windows = page["WindowIdentities"].as_array();
        runs.extend(windows.into_iter().flatten().filter_map(next_run));
        next = page["NextToken"]
            .as_str()
            .filter(|token| !token.is_empty())
            .map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    Ok(runs)
}

/// The next run of a window; none when it has none, or when it is not enabled.
fn next_run(window: &Value) -> Option<KeptWindow> {
    if window["Enabled"].as_bool() == Some(false) {
        return None;
    }
    let begin = instant(window["NextExecutionTime"].as_str()?)?;
    Some(KeptWindow {
        id: window["WindowId"].as_str()?.to_owned(),
        name: window["Name"].as_str()?.to_owned(),
        begin,
        end: begin + Duration::try_hours(window["Duration"].as_i64()?)?,
    })
}

/// An instant as the service writes it: `2026-01-05T14:00Z`, `2026-01-05T14:00:00+09:00`, `2026-01-05T14:00:00.0Z`.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let with_offset = match text.strip_suffix('Z') {
        Some(local) => format!("{local}+00:00"),
        None => text.to_owned(),
    };
    ["%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M%:z"]
        .iter()
        .find_map(|form| DateTime::parse_from_str(&with_offset, form).ok())
        .map(|instant| instant.to_utc())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn at(time: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(&format!("2026-01-05T{time}:00Z"))
            .unwrap()
            .to_utc()
    }

    fn run(id: &str, begin: &str, end: &str) -> KeptWindow {
        KeptWindow {
            id: id.into(),
            name: "patch".into(),
            begin: at(begin),
            end: at(end),
        }
    }

    #[test]
    fn instants_have_offsets_and_may_lack_seconds() {
        for text in [
            "2026-01-05T14:00Z",
            "2026-01-05T14:00:00Z",
            "2026-01-05T14:00:00.000Z",
            "2026-01-05T23:00+09:00",
            "2026-01-05T07:00:00-07:00",
        ] {
            assert_eq!(instant(text), Some(at("14:00")), "{text}");
        }
        for text in ["", "2026-01-05", "2026-01-05T14:00", "at two"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn a_run_that_has_begun_stays_until_it_ends() {
        let open = run("mw-1", "14:00", "16:00");
        let next = run("mw-1", "20:00", "22:00");
        let known = [open.clone()];
        assert_eq!(
            reconciled(&known, vec![next.clone()], at("15:59")),
            [open.clone(), next.clone()]
        );
        assert_eq!(reconciled(&known, vec![], at("15:59")), [open]);
        assert_eq!(reconciled(&known, vec![next.clone()], at("16:00")), [next]);
    }

    #[test]
    fn a_run_that_is_moved_before_it_begins_is_forgotten() {
        let known = [run("mw-1", "14:00", "16:00")];
        let moved = run("mw-1", "18:00", "20:00");
        assert_eq!(
            reconciled(&known, vec![moved.clone()], at("13:59")),
            [moved]
        );
    }

    #[test]
    fn two_windows_of_one_name_are_both_known() {
        let told = vec![run("mw-2", "18:00", "20:00"), run("mw-1", "14:00", "16:00")];
        assert_eq!(reconciled(&[], told, at("12:00")).len(), 2);
    }

    #[test]
    fn windows_without_a_next_run_are_none() {
        let window = |fields: Value| {
            let mut window =
                json!({"WindowId": "mw-1", "Name": "patch", "Enabled": true, "Duration": 2});
            for (key, value) in fields.as_object().unwrap() {
                window[key] = value.clone();
            }
            next_run(&window)
        };
        let next = json!({"NextExecutionTime": "2026-01-05T14:00Z"});
        assert_eq!(window(next), Some(run("mw-1", "14:00", "16:00")));
        assert_eq!(window(json!({})), None);
        assert_eq!(window(json!({"NextExecutionTime": "soon"})), None);
        assert_eq!(
            window(json!({"NextExecutionTime": "2026-01-05T14:00Z", "Enabled": false})),
            None
        );
        assert_eq!(
            window(json!({"NextExecutionTime": "2026-01-05T14:00Z", "Duration": "x"})),
            None
        );
    }
}
