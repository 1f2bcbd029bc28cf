//! Names of servers among all accounts and regions.

use reveille_core::model::{ServerId, ServerKind};

use crate::site::Site;

/// The parts of an id that say where its server is.
pub(crate) struct Arn<'a> {
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) kind: ServerKind,
    pub(crate) resource: &'a str,
}

impl<'a> Arn<'a> {
    pub(crate) fn parse(id: &'a ServerId) -> Option<Self> {
        let mut parts = id.0.splitn(6, ':');
        let (_arn, _partition) = (parts.next().filter(|it| *it == "arn")?, parts.next()?);
        let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
        let named = parts.next()?;
        let (kind, resource) = match service {
            "ec2" => (ServerKind::Ec2, named.strip_prefix("instance/")?),
            "rds" => match named.split_once(':')? {
                ("db", name) => (ServerKind::RdsInstance, name),
                ("cluster", name) => (ServerKind::RdsCluster, name),
                _ => return None,
            },
            _ => return None,
        };
        Some(Self {
            region,
            account,
            kind,
            resource,
        })
    }

    pub(crate) fn is_in(&self, site: &Site) -> bool {
        site.region == self.region
            && site
                .account
                .as_ref()
                .is_none_or(|account| account == self.account)
    }
}

/// The name of the EC2 instance `id`, which its own description does not tell.
pub(crate) fn of_instance(region: &str, owner: &str, id: &str) -> String {
    format!(
        "arn:{}:ec2:{region}:{owner}:instance/{id}",
        partition(region)
    )
}

/// The part of AWS that a region is in (AWS General Reference, "Amazon Resource Names", read 2026-11-23).
fn partition(region: &str) -> &'static str {
    const PARTITIONS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    PARTITIONS
        .into_iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or("aws", |(_, partition)| partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_names_the_part_of_aws() {
        assert_eq!(
            of_instance("ap-northeast-2", "123456789012", "i-0abc"),
            "arn:aws:ec2:ap-northeast-2:123456789012:instance/i-0abc"
        );
        assert_eq!(partition("cn-north-1"), "aws-cn");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
        assert_eq!(partition("us-east-1"), "aws");
    }
    #[track_caller]
    fn check(id: &str, parts: Option<(&str, &str, ServerKind, &str)>) {
        let id = ServerId::from(id);
        let read = Arn::parse(&id);
        assert_eq!(
            read.map(|it| (it.region, it.account, it.kind, it.resource)),
            parts
        );
    }

    #[test]
    fn a_name_says_where_its_server_is() {
        check(
            "arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc",
            Some(("eu-west-1", "123456789012", ServerKind::Ec2, "i-0abc")),
        );
        check(
            "arn:aws-cn:rds:cn-north-1:123456789012:db:orders",
            Some((
                "cn-north-1",
                "123456789012",
                ServerKind::RdsInstance,
                "orders",
            )),
        );
        check(
            "arn:aws:rds:eu-west-1:123456789012:cluster:orders",
            Some((
                "eu-west-1",
                "123456789012",
                ServerKind::RdsCluster,
                "orders",
            )),
        );
    }

    #[test]
    fn what_names_no_server_of_ours_is_none() {
        for id in [
            "web-1",
            "arn:aws:ec2:eu-west-1:123456789012:volume/vol-1",
            "arn:aws:rds:eu-west-1:123456789012:snapshot:orders",
            "arn:aws:s3:::bucket",
        ] {
            check(id, None);
        }
    }
}
