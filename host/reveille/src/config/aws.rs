//! `[aws]`: where servers are, how they are found, what traces are left of what is done to them.

use std::collections::BTreeSet;

use reveille_aws::{
    fleet::{FleetSettings, Services},
    target::Target,
    trace::TraceSettings,
};
use serde::Deserialize;

use super::{ConfigError, Variables, env, given::Given};

/// Most of them: each holds a connection or two.
const MOST_SITES_AT_ONCE: usize = 256;
/// Longest key of a tag (Tagging AWS Resources User Guide, read 2026-11-22).
const LONGEST_TAG_KEY: usize = 128;
/// Longest prefix of a snapshot's name: 255 characters less a server's 63 and what stands between.
const LONGEST_PREFIX: usize = 63;

/// Everything that the operator decides about AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwsConfig {
    /// Region of the tables.
    pub(crate) region: String,
    /// Another address than AWS's own, for every service.
    pub(crate) endpoint: Option<String>,
    /// Which servers, and where; at least one target.
    pub(crate) fleet: FleetSettings,
    /// Honour SSM maintenance windows.
    pub(crate) ssm_windows: bool,
    /// What is left where operators look; nothing by default.
    pub(crate) traces: TraceSettings,
}

/// A service whose servers are scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Service {
    Ec2,
    Rds,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawTraces {
    tags: bool,
    event_bus: Option<String>,
    metrics: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawAws {
    region: Option<String>,
    endpoint: Option<String>,
    schedule_tag: Option<String>,
    group_tag: Option<String>,
    services: Option<BTreeSet<Service>>,
    sites_at_once: Option<i64>,
    snapshot_on_stop: Option<String>,
    ssm_windows: bool,
    traces: RawTraces,
    targets: Vec<RawTarget>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTarget {
    account: Option<String>,
    role: Option<String>,
    roles: Option<Vec<String>>,
    external_id: Option<String>,
    regions: Option<Vec<String>>,
}

/// The section, or the one that the variables make; none leaves the fleet simulated.
pub(super) fn check(
    raw: Option<RawAws>,
    variables: Variables<'_>,
) -> Result<Option<AwsConfig>, ConfigError> {
    match raw {
        None if variables(env::ENV_AWS_REGION).is_none() => Ok(None),
        raw => raw.unwrap_or_default().check(variables).map(Some),
    }
}

/// The region of tables that are there without a section: the one that every AWS tool would take.
pub(super) fn surrounding_region(variables: Variables<'_>) -> Result<String, ConfigError> {
    region(None, variables)
}

impl RawAws {
    fn check(self, variables: Variables<'_>) -> Result<AwsConfig, ConfigError> {
        let region = region(self.region, variables)?;
        let endpoint = self
            .endpoint
            .map(|endpoint| check_endpoint(Given::new("aws.endpoint", endpoint)))
            .transpose()?;
        let defaults = FleetSettings::default();
        let services = match self.services {
            None => defaults.services,
            Some(named) if named.is_empty() => {
                return Err(Given::new("aws.services", "[]").wrong("name `ec2`, `rds` or both"));
            }
            Some(named) => Services {
                ec2: named.contains(&Service::Ec2),
                rds: named.contains(&Service::Rds),
            },
        };
        let fleet = FleetSettings {
            schedule_tags: tags(
                "aws.schedule_tag",
                self.schedule_tag,
                defaults.schedule_tags,
            )?,
            group_tags: tags("aws.group_tag", self.group_tag, defaults.group_tags)?,
            targets: targets(self.targets, &region)?,
            at_once: self
                .sites_at_once
                .map_or(Ok(defaults.at_once), check_sites_at_once)?,
            look: defaults.look,
            snapshot_on_stop: self
                .snapshot_on_stop
                .map(|prefix| check_prefix(Given::new("aws.snapshot_on_stop", prefix)))
                .transpose()?,
            services,
        };
        Ok(AwsConfig {
            endpoint,
            fleet,
            ssm_windows: self.ssm_windows,
            traces: check_traces(self.traces)?,
            region,
        })
    }
}

fn check_sites_at_once(number: i64) -> Result<usize, ConfigError> {
    usize::try_from(number)
        .ok()
        .filter(|number| (1..=MOST_SITES_AT_ONCE).contains(number))
        .ok_or_else(|| {
            Given::new("aws.sites_at_once", number.to_string())
                .wrong(format!("write 1 to {MOST_SITES_AT_ONCE}"))
        })
}

fn region(file: Option<String>, variables: Variables<'_>) -> Result<String, ConfigError> {
    let given = Given::find(variables, env::ENV_AWS_REGION, "aws.region", file).or_else(|| {
        env::AWS_REGIONS
            .iter()
            .find_map(|name| Given::find(variables, name, name, None))
    });
    let given = given.unwrap_or_else(|| Given::new("aws.region", ""));
    check_region(given)
}

fn check_region(given: Given) -> Result<String, ConfigError> {
    if is_region(given.value()) {
        Ok(given.into_value())
    } else {
        Err(given.wrong("write the name of a region, such as `ap-northeast-2`"))
    }
}

/// Whether it looks like `ap-northeast-2` or `us-gov-west-1`; which there are changes.
fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let is =
        |part: &&str, kind: fn(&u8) -> bool| !part.is_empty() && part.bytes().all(|b| kind(&b));
    match parts.as_slice() {
        [words @ .., number] if words.len() >= 2 => {
            words.iter().all(|word| is(word, u8::is_ascii_lowercase))
                && is(number, u8::is_ascii_digit)
        }
        _ => false,
    }
}

fn check_endpoint(given: Given) -> Result<String, ConfigError> {
    let rest = given
        .value()
        .strip_prefix("http://")
        .or_else(|| given.value().strip_prefix("https://"));
    let is_address = rest.is_some_and(|rest| {
        let host = rest.trim_end_matches('/');
        !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/?#@".contains(c))
    });
    if is_address {
        Ok(given.into_value())
    } else {
        Err(given.wrong(
            "write an address such as `http://127.0.0.1:4566`, or leave it out to reach AWS itself",
        ))
    }
}

fn tags(key: &str, tag: Option<String>, defaults: Vec<String>) -> Result<Vec<String>, ConfigError> {
    let Some(tag) = tag else {
        return Ok(defaults);
    };
    let given = Given::new(key, tag);
    let length = given.value().chars().count();
    if given.value().trim() != given.value()
        || !(1..=LONGEST_TAG_KEY).contains(&length)
        || given.value().starts_with("aws:")
    {
        return Err(given.wrong(format!(
            "write the key of a tag: 1 to {LONGEST_TAG_KEY} characters, not beginning with `aws:`, no spaces around"
        )));
    }
    Ok(vec![given.into_value()])
}

fn check_prefix(given: Given) -> Result<String, ConfigError> {
    let prefix = given.value();
    let is_name = prefix.len() <= LONGEST_PREFIX
        && prefix.starts_with(|c: char| c.is_ascii_alphabetic())
        && prefix
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !prefix.contains("--")
        && !prefix.ends_with('-');
    if is_name {
        Ok(given.into_value())
    } else {
        Err(given.wrong(format!(
            "write what names of snapshots begin with: at most {LONGEST_PREFIX} letters, digits and single hyphens, \
             a letter first, such as `reveille`"
        )))
    }
}

fn check_traces(traces: RawTraces) -> Result<TraceSettings, ConfigError> {
    let named = [
        (
            "aws.traces.event_bus",
            &traces.event_bus,
            "write the name or the ARN of an event bus, such as `default`",
        ),
        (
            "aws.traces.metrics",
            &traces.metrics,
            "write a namespace such as `Reveille`",
        ),
    ];
    for (key, value, remedy) in named {
        if let Some(value) = value {
            let is_reserved = key.ends_with("metrics") && value.starts_with("AWS/");
            if value.trim().is_empty() || value.trim() != value || is_reserved {
                return Err(Given::new(key, value).wrong(remedy));
            }
        }
    }
    Ok(TraceSettings {
        tags: traces.tags,
        event_bus: traces.event_bus,
        metrics: traces.metrics,
    })
}

fn targets(raw: Vec<RawTarget>, region: &str) -> Result<Vec<Target>, ConfigError> {
    if raw.is_empty() {
        return Ok(vec![Target {
            account: None,
            role: None,
            external_id: None,
            regions: vec![region.to_owned()],
        }]);
    }
    let mut seen = BTreeSet::new();
    let mut targets = Vec::with_capacity(raw.len());
    for (number, entry) in raw.into_iter().enumerate() {
        for target in entry.of_each_role(number)? {
            let target = target.check(number, region)?;
            for region in &target.regions {
                if !seen.insert((target.account.clone(), region.clone())) {
                    return Err(Given::new(key(number, "regions"), region).wrong(
                        "this account has this region in a target already; leave one of the two",
                    ));
                }
            }
            targets.push(target);
        }
    }
    Ok(targets)
}

/// `aws.targets[1].role`, counted from 1 as people count.
fn key(number: usize, field: &str) -> String {
    format!("aws.targets[{}].{field}", number + 1)
}

impl RawTarget {
    /// One for each of its `roles`, which have everything else in common.
    fn of_each_role(self, number: usize) -> Result<Vec<Self>, ConfigError> {
        let Some(roles) = self.roles else {
            return Ok(vec![self]);
        };
        let wrong = |remedy| {
            let roles = Given::new(key(number, "roles"), roles.join(", "));
            Err(roles.wrong(remedy))
        };
        if self.account.is_some() || self.role.is_some() {
            return wrong(
                "with `roles` there is neither `role` nor `account`: each role tells its own",
            );
        }
        if roles.is_empty() {
            return wrong("name at least one role, or leave it out for the credentials themselves");
        }
        let of_role = |role| Self {
            account: None,
            role: Some(role),
            roles: None,
            external_id: self.external_id.clone(),
            regions: self.regions.clone(),
        };
        Ok(roles.into_iter().map(of_role).collect())
    }

    fn check(self, number: usize, region: &str) -> Result<Target, ConfigError> {
        let account = self
            .account
            .map(|account| Given::new(key(number, "account"), account));
        if let Some(account) = &account
            && !is_account(account.value())
        {
            return Err(account.wrong("write the twelve digits of an account, in quotes"));
        }
        let role = self.role.map(|role| Given::new(key(number, "role"), role));
        let mut of_role = None;
        if let Some(role) = &role {
            let found = account_of_role(role.value()).ok_or_else(|| {
                role.wrong("write a role's ARN, such as `arn:aws:iam::123456789012:role/reveille`")
            })?;
            if let Some(account) = &account
                && account.value() != found
            {
                return Err(role.wrong(format!(
                    "the role is of the account {found} and not of {}; correct one of the two",
                    account.value()
                )));
            }
            of_role = Some(found.to_owned());
        }
        if let Some(id) = &self.external_id {
            let id = Given::new(key(number, "external_id"), id);
            if role.is_none() {
                return Err(id.wrong(
                    "it goes with a role, and there is none here; name the `role`, or leave it out",
                ));
            }
            if id.value().len() < 2 || id.value().contains(char::is_whitespace) {
                return Err(id.wrong("write the id that the role's trust asks for"));
            }
        }
        let regions = match self.regions {
            None => vec![region.to_owned()],
            Some(regions) if regions.is_empty() => {
                return Err(Given::new(key(number, "regions"), "[]")
                    .wrong("name at least one region, or leave it out for that of [aws]"));
            }
            Some(regions) => regions
                .into_iter()
                .map(|region| check_region(Given::new(key(number, "regions"), region)))
                .collect::<Result<_, _>>()?,
        };
        Ok(Target {
            account: account.map(Given::into_value).or(of_role),
            role: role.map(Given::into_value),
            external_id: self.external_id,
            regions,
        })
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The account of `arn:aws:iam::123456789012:role/path/name`, in whichever partition; none when it is no such ARN.
fn account_of_role(arn: &str) -> Option<&str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "iam", "", account, role]
            if partition.starts_with("aws")
                && is_account(account)
                && role.strip_prefix("role/").is_some_and(is_role_name) =>
        {
            Some(account)
        }
        _ => None,
    }
}

fn is_role_name(name: &str) -> bool {
    !name.is_empty()
        && !name.ends_with('/')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/+=,.@_-".contains(&byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn load(text: &str) -> Result<AwsConfig, String> {
        let raw: RawAws = toml_edit::de::from_str(text).map_err(|error| error.to_string())?;
        raw.check(&|_| None).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(text: &str, complaint: &str) {
        let error = load(text).unwrap_err();
        assert!(error.contains(complaint), "{error}");
    }

    const HUB: &str = "region = \"ap-northeast-2\"\n";

    #[test]
    fn a_region_is_enough_and_is_looked_at_with_the_credentials_themselves() {
        let aws = load(HUB).unwrap();
        assert_eq!(aws.fleet.schedule_tags, ["Schedule", "ScheduleName"]);
        assert_eq!(
            aws.fleet.targets,
            [Target {
                account: None,
                role: None,
                external_id: None,
                regions: vec!["ap-northeast-2".into()],
            }]
        );
    }

    #[test]
    fn a_region_is_taken_from_where_every_aws_tool_takes_it() {
        let of = |set: &'static [(&str, &str)], raw: Option<RawAws>| {
            check(raw, &|name| {
                let found = set.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| (*value).to_owned())
            })
            .unwrap()
            .map(|aws| aws.region)
        };
        let surrounding: &[_] = &[("AWS_REGION", "us-east-1")];
        assert_eq!(of(surrounding, None), None);
        let section = || Some(RawAws::default());
        assert_eq!(of(surrounding, section()).as_deref(), Some("us-east-1"));
        let ours: &[_] = &[
            ("REVEILLE_AWS_REGION", "eu-west-1"),
            ("AWS_REGION", "us-east-1"),
        ];
        assert_eq!(of(ours, None).as_deref(), Some("eu-west-1"));
        assert!(
            check(section(), &|_| None)
                .unwrap_err()
                .to_string()
                .contains("aws.region")
        );
    }

    #[test]
    fn a_region_has_the_shape_of_one() {
        for good in [
            "us-gov-west-1",
            "ap-northeast-2",
            "il-central-1",
            "us-isob-east-1",
        ] {
            assert!(load(&format!("region = \"{good}\"")).is_ok(), "{good}");
        }
        for bad in [
            "",
            "seoul",
            "ap-northeast",
            "AP-NORTHEAST-2",
            "ap--2",
            "ap-northeast-2 ",
        ] {
            refused(
                &format!("region = \"{bad}\""),
                &format!("aws.region is `{bad}`"),
            );
        }
    }

    #[test]
    fn an_account_has_twelve_digits_and_is_that_of_its_role() {
        let target = |fields: &str| format!("{HUB}[[targets]]\n{fields}");
        refused(
            &target("account = \"12345\""),
            "aws.targets[1].account is `12345`",
        );
        refused(
            &target("account = \"123456789012\"\nrole = \"arn:aws:iam::999999999999:role/r\""),
            "of the account 999999999999 and not of 123456789012",
        );
        for bad in [
            "reveille",
            "arn:aws:iam::1234:role/r",
            "arn:aws:iam::123456789012:user/r",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:sts::123456789012:assumed-role/r/s",
        ] {
            refused(&target(&format!("role = \"{bad}\"")), "write a role's ARN");
        }
        let aws = load(&target(
            "role = \"arn:aws-us-gov:iam::123456789012:role/path/r\"",
        ))
        .unwrap();
        assert_eq!(
            aws.fleet.targets[0].account.as_deref(),
            Some("123456789012")
        );
        assert_eq!(aws.fleet.targets[0].regions, ["ap-northeast-2"]);
    }

    #[test]
    fn an_external_id_goes_with_a_role() {
        refused(
            &format!("{HUB}[[targets]]\naccount = \"123456789012\"\nexternal_id = \"x1\""),
            "aws.targets[1].external_id is `x1`: it goes with a role",
        );
    }

    #[test]
    fn many_roles_share_a_target() {
        let target = |fields: &str| format!("{HUB}[[targets]]\n{fields}");
        let [first, second] = [1, 2].map(|n| format!("arn:aws:iam::{n:0>12}:role/reveille"));
        let aws = load(&target(&format!(
            "roles = [\"{first}\", \"{second}\"]\nexternal_id = \"x1\"\nregions = [\"us-east-1\"]"
        )))
        .unwrap();
        let of = |account: &str, role: &String| Target {
            account: Some(account.into()),
            role: Some(role.clone()),
            external_id: Some("x1".into()),
            regions: vec!["us-east-1".into()],
        };
        assert_eq!(
            aws.fleet.targets,
            [of("000000000001", &first), of("000000000002", &second)]
        );
        for (fields, complaint) in [
            (
                "roles = []",
                "aws.targets[1].roles is ``: name at least one role",
            ),
            (
                "roles = [\"a\"]\nrole = \"b\"",
                "aws.targets[1].roles is `a`: with `roles` there is neither",
            ),
            (
                "roles = [\"a\"]",
                "aws.targets[1].role is `a`: write a role's ARN",
            ),
        ] {
            refused(&target(fields), complaint);
        }
        let twice = format!("roles = [\"{first}\", \"{first}\"]");
        refused(&target(&twice), "this account has this region");
    }

    #[test]
    fn an_account_has_a_region_once() {
        let twice = "[[targets]]\naccount = \"123456789012\"\nregions = [\"us-east-1\"]\n";
        refused(
            &format!("{HUB}{twice}{twice}"),
            "aws.targets[2].regions is `us-east-1`: this account has this region",
        );
        refused(
            &format!("{HUB}[[targets]]\nregions = [\"us-east-1\", \"us-east-1\"]"),
            "aws.targets[1].regions",
        );
        refused(
            &format!("{HUB}[[targets]]\nregions = []"),
            "name at least one region",
        );
    }

    #[test]
    fn an_endpoint_is_an_address() {
        for bad in [
            "127.0.0.1:4566",
            "http://",
            "http://a b",
            "ftp://x",
            "http://x/path",
        ] {
            refused(&format!("{HUB}endpoint = \"{bad}\""), "aws.endpoint");
        }
        assert!(load(&format!("{HUB}endpoint = \"http://127.0.0.1:4566\"")).is_ok());
    }

    #[test]
    fn what_aws_would_refuse_later_is_refused_now() {
        refused(
            &format!("{HUB}schedule_tag = \"aws:x\""),
            "aws.schedule_tag",
        );
        refused(&format!("{HUB}group_tag = \"\""), "aws.group_tag");
        refused(&format!("{HUB}services = []"), "aws.services");
        refused(&format!("{HUB}services = [\"s3\"]"), "s3");
        refused(&format!("{HUB}sites_at_once = 1000"), "write 1 to 256");
        refused(
            &format!("{HUB}snapshot_on_stop = \"1st\""),
            "aws.snapshot_on_stop",
        );
        refused(
            &format!("{HUB}[traces]\nmetrics = \"AWS/EC2\""),
            "aws.traces.metrics",
        );
        refused(
            &format!("{HUB}[traces]\nevent_bus = \"\""),
            "aws.traces.event_bus",
        );
        refused(&format!("{HUB}regoin = 1"), "regoin");
    }
}
