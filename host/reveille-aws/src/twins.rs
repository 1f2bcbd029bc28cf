//! Servers of one schedule that have one name: people tell them apart by what stands behind it.

use std::collections::HashMap;

use reveille_core::model::Server;

use crate::arn::Arn;

/// Puts behind a name that several of `servers` have within a schedule what is each one's own: its id in AWS, or where
/// it is when that is its name.
pub(crate) fn tell_apart<'s>(servers: impl Iterator<Item = &'s mut Server>) {
    let mut named: HashMap<_, Vec<&mut Server>> = HashMap::new();
    for server in servers {
        let key = (server.schedule.clone(), server.name.clone());
        named.entry(key).or_default().push(server);
    }
    for server in named.into_values().filter(|it| it.len() > 1).flatten() {
        let Some(arn) = Arn::parse(&server.id) else {
            continue;
        };
        let name = if arn.resource == &*server.name {
            format!("{} ({} {})", server.name, arn.account, arn.region)
        } else {
            format!("{} ({})", server.name, arn.resource)
        };
        server.name = name.into();
    }
}

#[cfg(test)]
mod tests {
    use reveille_core::testing::server;

    use super::*;

    fn told(servers: &[(&str, &str, &str)]) -> Vec<String> {
        let mut servers: Vec<Server> = servers
            .iter()
            .map(|(name, schedule, id)| {
                let mut server = server(name, schedule).build();
                server.id = (*id).into();
                server
            })
            .collect();
        tell_apart(servers.iter_mut());
        servers.iter().map(|it| it.name.to_string()).collect()
    }

    #[test]
    fn servers_with_one_name_are_told_apart_by_their_ids_or_by_where_they_are() {
        let names = told(&[
            (
                "web",
                "dev",
                "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
            ),
            (
                "web",
                "dev",
                "arn:aws:ec2:us-east-1:111122223333:instance/i-2",
            ),
            (
                "orders",
                "dev",
                "arn:aws:rds:us-east-1:111122223333:db:orders",
            ),
            (
                "orders",
                "dev",
                "arn:aws:rds:us-east-2:111122223333:db:orders",
            ),
        ]);
        assert_eq!(
            names,
            [
                "web (i-1)",
                "web (i-2)",
                "orders (111122223333 us-east-1)",
                "orders (111122223333 us-east-2)",
            ]
        );
    }

    #[test]
    fn a_name_that_a_schedule_has_once_stays_as_it_is() {
        let names = told(&[
            (
                "web",
                "dev",
                "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
            ),
            (
                "web",
                "qa",
                "arn:aws:ec2:us-east-1:111122223333:instance/i-2",
            ),
        ]);
        assert_eq!(names, ["web", "web"]);
    }
}
