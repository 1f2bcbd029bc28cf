//! The registry table of AWS Instance Scheduler (3.1 and later): what it remembers of each server. Only ever read.

use std::collections::{BTreeMap, HashSet};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{Client, types::AttributeValue};

use crate::trouble::Trouble;

/// What AWS Instance Scheduler remembers of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The value of its schedule tag when it was registered.
    pub schedule: String,
    /// The state that the last decision left behind, such as `running`.
    pub state: String,
}

/// A region of an account, and a service there.
type Part = (String, String, String);

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// By account and sort key.
    servers: BTreeMap<(String, String), Registered>,
    /// Schedules that some server of a part is registered with.
    schedules: HashSet<(Part, String)>,
}

impl Registry {
    /// Reads the table from its first page to its last. Items that cannot be read are passed over, as there.
    ///
    /// # Errors
    /// When a page cannot be read; the code is `ResourceNotFoundException` when there is no such table.
    pub async fn read(sdk: &SdkConfig, table: &str) -> Result<Self, Trouble> {
        let mut registry = Self::default();
        let mut pages = Client::new(sdk)
            .scan()
            .table_name(table)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Trouble::of("dynamodb:Scan", error))?;
            for item in page.items() {
                let text = |name: &str| {
                    item.get(name)
                        .and_then(|it: &AttributeValue| it.as_s().ok())
                };
                let found = (text("account"), text("sk"), text("schedule"), text("state"));
                if let (Some(account), Some(key), Some(schedule), Some(state)) = found {
                    registry.add(account, key, schedule, state);
                }
            }
        }
        Ok(registry)
    }

    /// Adds what an item says.
    pub fn add(&mut self, account: &str, key: &str, schedule: &str, state: &str) {
        if let ["resource", region, service, _, _] =
            key.splitn(5, '#').collect::<Vec<_>>().as_slice()
        {
            let part = (
                account.to_owned(),
                (*region).to_owned(),
                (*service).to_owned(),
            );
            self.schedules.insert((part, schedule.to_owned()));
        }
        self.servers.insert(
            (account.to_owned(), key.to_owned()),
            Registered {
                schedule: schedule.to_owned(),
                state: state.to_owned(),
            },
        );
    }

    /// What is remembered of the server with this ARN.
    #[must_use]
    pub fn server(&self, arn: &str) -> Option<&Registered> {
        let (account, region, service, resource) = parts(arn)?;
        let (kind, id) = resource.split_once(['/', ':'])?;
        let key = format!("resource#{region}#{service}#{kind}#{id}");
        self.servers.get(&(account.to_owned(), key))
    }

    /// Whether any server in the account, region and service of this ARN is registered with `schedule`: AWS Instance
    /// Scheduler takes only such schedules along when it looks there.
    #[must_use]
    pub fn has_schedule(&self, arn: &str, schedule: &str) -> bool {
        parts(arn).is_some_and(|(account, region, service, _)| {
            let part = (account.to_owned(), region.to_owned(), service.to_owned());
            self.schedules.contains(&(part, schedule.to_owned()))
        })
    }
}

/// Account, region, service and resource of an ARN.
fn parts(arn: &str) -> Option<(&str, &str, &str, &str)> {
    match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", _, service, region, account, resource] => {
            Some((account, region, service, resource))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_found_by_their_arns() {
        let mut registry = Registry::default();
        for (key, state) in [
            ("resource#us-east-1#ec2#instance#i-1", "running"),
            ("resource#us-east-1#rds#db#my-db", "stopped"),
            ("resource#us-east-1#rds#cluster#c1", "any"),
        ] {
            registry.add("123456789012", key, "office", state);
        }
        for (arn, state) in [
            (
                "arn:aws:ec2:us-east-1:123456789012:instance/i-1",
                Some("running"),
            ),
            (
                "arn:aws:rds:us-east-1:123456789012:db:my-db",
                Some("stopped"),
            ),
            ("arn:aws:rds:us-east-1:123456789012:cluster:c1", Some("any")),
            ("arn:aws:ec2:us-east-2:123456789012:instance/i-1", None),
            ("arn:aws:ec2:us-east-1:999999999999:instance/i-1", None),
            ("i-1", None),
        ] {
            let found = registry.server(arn).map(|server| server.state.as_str());
            assert_eq!(found, state, "{arn}");
        }
    }

    #[test]
    fn a_schedule_is_known_where_a_server_is_registered_with_it() {
        let mut registry = Registry::default();
        registry.add(
            "123456789012",
            "resource#us-east-1#ec2#instance#i-1",
            "office",
            "running",
        );
        let knows = |arn| registry.has_schedule(arn, "office");
        assert!(knows("arn:aws:ec2:us-east-1:123456789012:instance/i-2"));
        assert!(!knows("arn:aws:rds:us-east-1:123456789012:db:x"));
        assert!(!knows("arn:aws:ec2:us-east-2:123456789012:instance/i-2"));
    }
}
