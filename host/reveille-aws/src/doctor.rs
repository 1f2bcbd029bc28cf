//! What could be in the way of a configuration, found out before it is: credentials, clock, roles, permissions, tables,
//! tags. Nothing is changed by it.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use chrono::{DateTime, Duration, Utc};
use reveille_core::model::Server;
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    dynamo::{TableNames, check_tables},
    fleet::FleetSettings,
    permission::{self, Examined, Principal},
    side_by_side::side_by_side,
    signed::{Service, Signed},
    site::Site,
    target::Target,
    trace::TraceSettings,
    trouble::{ASSUME_ROLE, Trouble, TroubleKind},
    xml::{text, texts},
};

/// How far the clock of a host may be off: AWS refuses signatures that are older or younger (IAM User Guide, "Elements
/// of an AWS API request signature", read 2026-11-23).
pub const CLOCK_OFF: Duration = Duration::minutes(5);
/// Sites examined side by side.
const AT_ONCE: usize = 16;
/// Most servers that are named in one line.
const NAMED: usize = 5;
const WHO: &str = "sts:GetCallerIdentity";

/// What is examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorInput {
    /// Where servers are looked for, and by which tags.
    pub fleet: FleetSettings,
    /// The two tables; none when the store is elsewhere.
    pub tables: Option<TableNames>,
    /// Names of the schedules that can be used; none when they cannot be read.
    pub schedules: Option<BTreeSet<String>>,
    /// Whether instance types are changed.
    pub resizes: bool,
    /// Whether maintenance windows of Systems Manager are read.
    pub ssm_windows: bool,
    /// Which traces are left.
    pub traces: TraceSettings,
}

/// What is wrong with something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ailment {
    /// What is wrong.
    pub cause: String,
    /// What to do about it: an act.
    pub remedy: String,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub what: String,
    /// What was found, or what is wrong with it.
    pub result: Result<String, Ailment>,
}

impl Check {
    pub(crate) fn well(what: impl Into<String>, fact: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            result: Ok(fact.into()),
        }
    }

    pub(crate) fn ill(
        what: impl Into<String>,
        cause: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            result: Err(Ailment {
                cause: cause.into(),
                remedy: remedy.into(),
            }),
        }
    }

    /// What `trouble` means for `who` made the call.
    pub(crate) fn trouble(what: impl Into<String>, trouble: &Trouble, who: &str) -> Self {
        Self::ill(what, trouble.to_string(), remedy(trouble, who))
    }
}

/// Examines everything by `home`'s credentials, and gives each check to `found` when it is done; `now` is what the clock
/// of the host says. The first check is of the credentials: without them there is no other.
pub async fn examine(
    home: &SdkConfig,
    input: &DoctorInput,
    now: DateTime<Utc>,
    found: UnboundedSender<Check>,
) {
    let tell = |checks: Vec<Check>| {
        for check in checks {
            // Who listens no more wants no more.
            let _ = found.send(check);
        }
    };
    let (caller, date) = match caller(home).await {
        Ok(caller) => caller,
        Err(trouble) => {
            return tell(vec![Check::trouble(
                "credentials",
                &trouble,
                "the credentials",
            )]);
        }
    };
    let who = format!("`{}` in account {}", caller.arn, caller.account);
    tell(vec![Check::well("credentials", who)]);
    tell(date.map(|date| clock(date, now)).into_iter().collect());
    if let Some(names) = &input.tables {
        tell(tables(home, names).await);
    }
    tell(permission::home(home, input, &caller).await);

    let mut sites = Vec::new();
    for target in &input.fleet.targets {
        let there = Site::of(home, target).await;
        let (check, principal) = match there.first() {
            Some(first) => reach(home, first, target, &caller).await,
            None => continue,
        };
        tell(check.into_iter().collect());
        let principal = principal.into_iter();
        sites.extend(principal.flat_map(|principal| {
            there
                .iter()
                .map(move |site| (site.clone(), principal.clone()))
                .collect::<Vec<_>>()
        }));
    }
    let examined: Vec<_> = sites
        .into_iter()
        .map(|(site, principal)| {
            let (input, found) = (input.clone(), found.clone());
            async move {
                let Examined { checks, servers } =
                    permission::site(&site, &principal, &input, now).await;
                for check in checks {
                    let _ = found.send(check);
                }
                servers
            }
        })
        .collect();
    let mut servers = Vec::new();
    for there in side_by_side(AT_ONCE, examined).await {
        servers.extend(there.unwrap_or_default());
    }
    tell(vec![tags(&servers, input)]);
}

/// Who calls, and what time it is there.
async fn caller(sdk: &SdkConfig) -> Result<(Principal, Option<DateTime<Utc>>), Trouble> {
    let answer = Signed::new(sdk, Service::STS).query(WHO, &[]).await?;
    let found = texts(&answer.body, "", &["Account", "Arn"]).unwrap_or_default();
    let found = found.first().cloned().unwrap_or_default();
    let part = |name| text(&found, name).unwrap_or_default().to_owned();
    Ok((Principal::of(part("Arn"), part("Account")), answer.date))
}

fn clock(date: DateTime<Utc>, now: DateTime<Utc>) -> Check {
    let off = now - date;
    if off.abs() < CLOCK_OFF {
        return Check::well("clock", format!("{} s from AWS's", off.num_seconds().abs()));
    }
    let side = if off > Duration::zero() {
        "fast"
    } else {
        "slow"
    };
    Check::ill(
        "clock",
        format!(
            "it is {} minutes {side}, and AWS refuses what is signed with it",
            off.num_minutes().abs()
        ),
        "Have this host set its clock by NTP, with chrony or systemd-timesyncd.",
    )
}

/// Looks at the two tables alone, as [`examine`] does.
pub async fn tables(home: &SdkConfig, names: &TableNames) -> Vec<Check> {
    let mut checks = Vec::new();
    for state in check_tables(home, names).await {
        let what = format!("table `{}`", state.name);
        if state.faults.is_empty() {
            checks.push(Check::well(what, "as it must be"));
            continue;
        }
        for fault in state.faults {
            // A fault says after its last colon what to do about it.
            let (cause, remedy) = fault.rsplit_once(": ").unwrap_or((&fault, "correct it"));
            checks.push(Check::ill(what.clone(), cause, sentence(remedy)));
        }
    }
    checks
}

/// Whether the target can be reached, and as whom: none when it cannot.
async fn reach(
    sdk: &SdkConfig,
    site: &Site,
    target: &Target,
    home: &Principal,
) -> (Option<Check>, Option<Principal>) {
    let what = match (&target.role, &target.account) {
        (Some(role), _) => format!("role `{role}`"),
        (None, Some(account)) => format!("account {account}"),
        (None, None) => return (None, Some(home.clone())),
    };
    // Asked where the program is at home: that one region of the target is not enabled says nothing of the others.
    let there = site.sdk.clone().into_builder();
    let there = there.region(sdk.region().cloned()).build();
    let found = match &target.role {
        None => home.clone(),
        Some(role) => match caller(&there).await {
            // The session's ARN lacks the path of the role.
            Ok((session, _)) => Principal::of(role.clone(), session.account),
            Err(trouble) if trouble.call == ASSUME_ROLE && trouble.kind == TroubleKind::Denied => {
                let id = match &target.external_id {
                    Some(_) => ", with the external id that is configured",
                    None => "",
                };
                let remedy = format!(
                    "Let the trust policy of `{role}` name `{}`{id}, and let that one call `{ASSUME_ROLE}` on it; \
                     `reveille iam` prints both.",
                    home.arn
                );
                return (Some(Check::ill(what, trouble.to_string(), remedy)), None);
            }
            Err(trouble) => return (Some(Check::trouble(what, &trouble, &home.arn)), None),
        },
    };
    match &target.account {
        Some(account) if *account != found.account => {
            let cause = format!(
                "it leads to account {}, and {account} is configured",
                found.account
            );
            let remedy = "Correct the account or the role of this target in the configuration.";
            (Some(Check::ill(what, cause, remedy)), None)
        }
        Some(_) | None => {
            let check = Check::well(what, format!("leads to account {}", found.account));
            (Some(check), Some(found))
        }
    }
}

fn tags(servers: &[Server], input: &DoctorInput) -> Check {
    let keys = input.fleet.schedule_tags.join("` or `");
    let scheduled: Vec<&Server> = servers
        .iter()
        .filter(|server| server.left_out.is_none())
        .collect();
    let count = scheduled.len();
    let mut unknown: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    if let Some(known) = &input.schedules {
        for server in scheduled {
            if !known.contains(server.schedule.as_ref()) {
                let servers = unknown.entry(&server.schedule).or_default();
                servers.push(&server.name);
            }
        }
    }
    if unknown.is_empty() {
        let out = servers.len() - count;
        let beside = match out {
            0 => String::new(),
            out => format!(", {out} more are left out"),
        };
        return Check::well("tags", format!("{count} servers carry `{keys}`{beside}"));
    }
    let named: Vec<String> = unknown
        .iter()
        .map(|(schedule, servers)| {
            let few = servers.iter().take(NAMED).copied().collect::<Vec<_>>();
            let more = match servers.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("`{schedule}` on {}{more}", few.join(", "))
        })
        .collect();
    Check::ill(
        "tags",
        format!(
            "these values of `{keys}` name no schedule that can be used: {}",
            named.join("; ")
        ),
        "Correct the tags, or define or mend these schedules.",
    )
}

fn remedy(trouble: &Trouble, who: &str) -> String {
    match trouble.kind {
        TroubleKind::Throttled => "Run this again in a minute.".to_owned(),
        TroubleKind::Unreachable => {
            "Let this host reach AWS over HTTPS, or correct region and endpoint.".to_owned()
        }
        TroubleKind::Credentials => {
            "Give this host valid credentials: a role, AWS_PROFILE with `aws sso login`, or AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY."
                .to_owned()
        }
        TroubleKind::Denied => format!(
            "Give `{who}` the permission `{}`; `reveille iam` prints the whole policy.",
            trouble.call
        ),
        TroubleKind::Region => {
            "Enable the region for the account, or take it out of the configuration.".to_owned()
        }
        TroubleKind::Refused => format!(
            "Look up `{}` in AWS's documentation of `{}`.",
            trouble.code, trouble.call
        ),
    }
}

/// `remedy` with a capital letter and a full stop.
fn sentence(remedy: &str) -> String {
    let mut letters = remedy.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use reveille_core::{model::LeftOut, testing::server, testing::utc};

    use super::*;

    #[test]
    fn a_clock_may_be_off_by_less_than_five_minutes() {
        let now = utc("2026-11-23 05:00");
        for seconds in [0, 299, -299] {
            let check = clock(now + Duration::seconds(seconds), now);
            assert!(check.result.is_ok(), "{seconds}");
        }
        let cause = |seconds| {
            let check = clock(now + Duration::seconds(seconds), now);
            check.result.map_err(|ailment| ailment.cause)
        };
        assert_eq!(
            cause(-480),
            Err("it is 8 minutes fast, and AWS refuses what is signed with it".into())
        );
        assert_eq!(
            cause(300),
            Err("it is 5 minutes slow, and AWS refuses what is signed with it".into())
        );
    }

    fn input(schedules: &[&str]) -> DoctorInput {
        DoctorInput {
            fleet: FleetSettings::default(),
            tables: None,
            schedules: Some(schedules.iter().map(|&name| name.to_owned()).collect()),
            resizes: false,
            ssm_windows: false,
            traces: TraceSettings::default(),
        }
    }

    #[test]
    fn tags_that_name_no_schedule_are_told_with_their_servers() {
        let mut servers: Vec<Server> = (1..=7)
            .map(|number| server(&format!("web-{number}"), "ofice").build())
            .collect();
        servers.push(server("db", "office").build());
        let found = tags(&servers, &input(&["office"]));
        assert_eq!(
            found.result.map_err(|ailment| ailment.cause),
            Err(
                "these values of `Schedule` or `ScheduleName` name no schedule that can be used: `ofice` on web-1, \
                 web-2, web-3, web-4, web-5 and 2 more"
                    .into()
            )
        );
    }

    #[test]
    fn servers_that_are_left_out_are_counted_beside() {
        let servers = [
            server("db", "office").build(),
            server("replica", "nowhere")
                .left_out(LeftOut::ReadReplica)
                .build(),
        ];
        assert_eq!(
            tags(&servers, &input(&["office"])).result,
            Ok("1 servers carry `Schedule` or `ScheduleName`, 1 more are left out".into())
        );
    }

    #[test]
    fn remedies_are_sentences() {
        assert_eq!(sentence("wait an hour"), "Wait an hour.");
        assert_eq!(sentence("`x` it."), "`x` it.");
        assert_eq!(sentence(""), ".");
    }
}
