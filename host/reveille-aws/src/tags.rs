//! The tags that say on a server what was last done to it and what is wrong with it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_ec2::types::Tag;
use chrono::{DateTime, Duration, Utc};
use reveille_core::{
    model::{LeftOut, Server, ServerId, ServerKind},
    port::{ActErrorKind, OrderAction, Trace},
};

use crate::{
    arn::Arn, complaints::Complaints, side_by_side::side_by_side, site::Site, trace::Done,
    trouble::Trouble,
};

/// What was last done and when.
pub const LAST_ACTION: &str = "IS-LastAction";
/// What is wrong, and since when.
pub const ERROR: &str = "IS-Error";
/// What is wrong, in words.
pub const ERROR_MESSAGE: &str = "IS-ErrorMessage";

const EC2_PUT: &str = "ec2:CreateTags";
const EC2_REMOVE: &str = "ec2:DeleteTags";
const RDS_PUT: &str = "rds:AddTagsToResource";
const RDS_REMOVE: &str = "rds:RemoveTagsFromResource";

/// The longest value of a tag, in characters (EC2 User Guide, "Tag restrictions", read 2026-11-23).
const LONGEST: usize = 256;
/// Most ids in one call: EC2 takes 1,000 and recommends smaller batches.
const BATCH: usize = 500;
/// Calls on their way at a time: half of what EC2's bucket for changes refills in a second.
const AT_ONCE: usize = 8;
/// How long a mark that was written or refused is not written again: the server's tags are seen late, and a permission
/// that is missing is not given within minutes.
const AGAIN: Duration = Duration::hours(1);

/// Which service keeps the tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Service {
    Ec2,
    Rds,
}

impl Service {
    fn of(kind: ServerKind) -> Self {
        match kind {
            ServerKind::Ec2 => Self::Ec2,
            ServerKind::RdsInstance | ServerKind::RdsCluster => Self::Rds,
        }
    }
}

/// What changes in a server's tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    put: BTreeMap<&'static str, String>,
    remove: Vec<&'static str>,
}

/// Writes tags.
#[derive(Debug)]
pub(crate) struct Tags {
    sites: Vec<Site>,
    /// What was last marked on servers without an order, and when.
    marked: Mutex<HashMap<ServerId, (&'static str, DateTime<Utc>)>>,
}

impl Tags {
    pub(crate) fn new(sites: &[Site]) -> Self {
        Self {
            sites: sites.to_vec(),
            marked: Mutex::default(),
        }
    }

    pub(crate) async fn leave(
        &self,
        trace: &Trace<'_>,
        done: &[Done<'_>],
        now: DateTime<Utc>,
        complaints: &Arc<Complaints>,
    ) {
        let changes = self.changes(trace, done, now);
        if changes.is_empty() {
            return;
        }
        let mut alike: BTreeMap<(String, Service, Change), (Site, Vec<ServerId>)> = BTreeMap::new();
        for (server, change) in changes {
            if let Some(site) = self.site_of(&server.id) {
                alike
                    .entry((site.name(), Service::of(server.kind), change))
                    .or_insert_with(|| (site.clone(), Vec::new()))
                    .1
                    .push(server.id.clone());
            }
        }
        let mut writes = Vec::new();
        for ((_, service, change), (site, ids)) in alike {
            let at_once = match service {
                Service::Ec2 => BATCH,
                Service::Rds => 1,
            };
            for ids in ids.chunks(at_once) {
                let write = Write {
                    site: site.clone(),
                    service,
                    change: change.clone(),
                    ids: ids.to_vec(),
                };
                let complaints = Arc::clone(complaints);
                writes.push(async move { write.carry_out(&complaints).await });
            }
        }
        side_by_side(AT_ONCE, writes).await;
    }

    /// The site in which a server is: that of its account before that of the credentials themselves.
    fn site_of(&self, server: &ServerId) -> Option<&Site> {
        let arn = Arn::parse(server)?;
        self.sites
            .iter()
            .filter(|site| arn.is_in(site))
            .max_by_key(|site| site.account.is_some())
    }

    /// Every server whose tags must change, and how.
    fn changes<'a>(
        &self,
        trace: &Trace<'a>,
        done: &[Done<'a>],
        now: DateTime<Utc>,
    ) -> Vec<(&'a Server, Change)> {
        let mut changes: Vec<(&Server, Change)> = done
            .iter()
            .filter_map(|done| {
                let server = done.server;
                let change = match &done.outcome.result {
                    Ok(()) => Some(acted(server, done.taken, now)),
                    Err(error) => match error.kind {
                        // Neither is the server's fault: the one is tried again at once, the other has no tags.
                        ActErrorKind::Throttled | ActErrorKind::Gone => None,
                        ActErrorKind::Capacity
                        | ActErrorKind::Denied
                        | ActErrorKind::WrongState
                        | ActErrorKind::Other => {
                            let code = match done.order.action {
                                OrderAction::Start | OrderAction::Resize(_) => "StartFailed",
                                OrderAction::Stop { .. } => "StopFailed",
                            };
                            failed(server, code, &error.to_string(), now)
                        }
                    },
                };
                Some((server, change?))
            })
            .collect();

        let mut marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        marked.retain(|_, (_, at)| now - *at < AGAIN && *at <= now);
        let ordered: HashSet<&ServerId> = trace.orders.iter().map(|order| &order.server).collect();
        for server in trace.servers {
            let Some((mark, change)) = marks(server, trace.unscheduled, now) else {
                continue;
            };
            let is_marked = marked.get(&server.id).is_some_and(|(was, _)| *was == mark);
            if is_marked || ordered.contains(&server.id) {
                continue;
            }
            marked.insert(server.id.clone(), (mark, now));
            changes.push((server, change));
        }
        changes
    }
}

/// What is to be marked on a server that nothing was ordered of, and how; none when its tags say so already.
fn marks(
    server: &Server,
    unscheduled: &[&Server],
    now: DateTime<Utc>,
) -> Option<(&'static str, Change)> {
    let marked = |code, message: &str| Some((code, failed(server, code, message, now)?));
    match server.left_out {
        Some(LeftOut::ReadReplica | LeftOut::Replicated) => marked(
            "UnsupportedResource",
            "read replicas, and instances that have some, cannot be stopped",
        ),
        Some(LeftOut::ClusterMember) => marked(
            "UnsupportedResource",
            "it starts and stops with its cluster: tag the cluster",
        ),
        // AWS Instance Scheduler does not touch these either.
        Some(LeftOut::AutoScaling) => None,
        None => {
            let is_unscheduled = unscheduled
                .binary_search_by(|other| other.id.cmp(&server.id))
                .is_ok();
            if is_unscheduled {
                let message = format!("no schedule {} can be used", server.schedule);
                return marked("UnknownSchedule", &message);
            }
            // It is scheduled now, so what stands there of its schedule is over.
            let code = standing(server)?;
            if !["UnknownSchedule", "UnsupportedResource"].contains(&code) {
                return None;
            }
            let change = Change {
                remove: errors_of(server),
                ..Change::default()
            };
            Some(("", change))
        }
    }
}

fn acted(server: &Server, taken: &str, now: DateTime<Utc>) -> Change {
    Change {
        put: BTreeMap::from([(LAST_ACTION, format!("{taken} {}", time(now)))]),
        remove: errors_of(server),
    }
}

/// None when the tags say so already.
fn failed(
    server: &Server,
    code: &'static str,
    message: &str,
    now: DateTime<Utc>,
) -> Option<Change> {
    let mut put = BTreeMap::new();
    if standing(server) != Some(code) {
        put.insert(ERROR, format!("{code} {}", time(now)));
    }
    let message = value(server.kind, message);
    if server.tags.get(ERROR_MESSAGE) != Some(&message) {
        put.insert(ERROR_MESSAGE, message);
    }
    (!put.is_empty()).then(|| Change {
        put,
        ..Change::default()
    })
}

/// The code of the error that stands on the server.
fn standing(server: &Server) -> Option<&str> {
    server.tags.get(ERROR)?.split(' ').next()
}

/// The error tags that the server has.
fn errors_of(server: &Server) -> Vec<&'static str> {
    [ERROR, ERROR_MESSAGE]
        .into_iter()
        .filter(|key| server.tags.contains_key(*key))
        .collect()
}

/// `2026-01-05 05:00:00 UTC`, as AWS Instance Scheduler writes it.
fn time(now: DateTime<Utc>) -> String {
    now.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `text` as a value of a tag: short enough, and of the characters that RDS takes where it is for RDS.
fn value(kind: ServerKind, text: &str) -> String {
    let is_taken = |letter: char| match kind {
        ServerKind::Ec2 => !letter.is_control(),
        ServerKind::RdsInstance | ServerKind::RdsCluster => {
            letter.is_alphanumeric() || " _.:/=+-@".contains(letter)
        }
    };
    let plain: String = text
        .chars()
        .map(|letter| if is_taken(letter) { letter } else { ' ' })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST).collect()
}

/// One change of servers that change alike.
struct Write {
    site: Site,
    service: Service,
    change: Change,
    ids: Vec<ServerId>,
}

impl Write {
    async fn carry_out(self, complaints: &Complaints) {
        let (put, remove) = match self.service {
            Service::Ec2 => (EC2_PUT, EC2_REMOVE),
            Service::Rds => (RDS_PUT, RDS_REMOVE),
        };
        let place = self.site.name();
        // What is put is what counts: an error that stands beside a later success does no harm.
        for (call, is_needed) in [
            (put, !self.change.put.is_empty()),
            (remove, !self.change.remove.is_empty()),
        ] {
            if !is_needed {
                continue;
            }
            let result = match self.service {
                Service::Ec2 => self.ec2(call).await,
                Service::Rds => self.rds(call).await,
            };
            match result {
                Ok(()) => complaints.fine(&place, call),
                Err(trouble) => complaints.failed(&place, call, &trouble),
            }
        }
    }

    /// One id that is no longer there fails the call for all: then they are halved until it stands alone.
    async fn ec2(&self, call: &'static str) -> Result<(), Trouble> {
        let client = aws_sdk_ec2::Client::new(&self.site.sdk);
        let resources: Vec<String> = self.ids.iter().map(|id| id.resource().to_owned()).collect();
        let mut parts = vec![resources.as_slice()];
        let mut failed = Ok(());
        while let Some(part) = parts.pop() {
            let ids = Some(part.to_vec());
            let result = if call == EC2_PUT {
                let tags = self.change.put.iter();
                let tags = tags.map(|(key, value)| Tag::builder().key(*key).value(value).build());
                let create = client.create_tags().set_resources(ids);
                let created = create.set_tags(Some(tags.collect())).send().await;
                created.map(drop).map_err(|error| Trouble::of(call, error))
            } else {
                let tags = self.change.remove.iter();
                let tags = tags.map(|key| Tag::builder().key(*key).build());
                let delete = client.delete_tags().set_resources(ids);
                let deleted = delete.set_tags(Some(tags.collect())).send().await;
                deleted.map(drop).map_err(|error| Trouble::of(call, error))
            };
            match result {
                Ok(()) => {}
                Err(trouble) if trouble.code.starts_with("InvalidInstanceID") => {
                    if part.len() > 1 {
                        let (one, other) = part.split_at(part.len() / 2);
                        parts.extend([other, one]);
                    }
                }
                Err(trouble) => failed = Err(trouble),
            }
        }
        failed
    }

    async fn rds(&self, call: &'static str) -> Result<(), Trouble> {
        use aws_sdk_rds::types::Tag;
        let client = aws_sdk_rds::Client::new(&self.site.sdk);
        for arn in &self.ids {
            let result = if call == RDS_PUT {
                let tags = self.change.put.iter();
                let tags = tags.map(|(key, value)| Tag::builder().key(*key).value(value).build());
                let add = client.add_tags_to_resource().resource_name(arn.0.as_ref());
                let added = add.set_tags(Some(tags.collect())).send().await;
                added.map(drop).map_err(|error| Trouble::of(call, error))
            } else {
                let keys = self.change.remove.iter().map(|key| (*key).to_owned());
                let remove = client
                    .remove_tags_from_resource()
                    .resource_name(arn.0.as_ref());
                let removed = remove.set_tag_keys(Some(keys.collect())).send().await;
                removed.map(drop).map_err(|error| Trouble::of(call, error))
            };
            match result {
                Ok(()) => {}
                Err(trouble)
                    if trouble.code.ends_with("NotFoundFault")
                        || trouble.code.ends_with("NotFound") => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use reveille_core::{
        port::{ActError, Order, Outcome},
        testing::{server, utc},
    };

    use super::*;

    const NOW: &str = "2026-01-05 05:00";

    fn tagged(mut server: Server, tags: &[(&str, &str)]) -> Server {
        let tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        server.tags = Arc::new(tags.collect());
        server
    }

    fn changes_of(
        servers: &[Server],
        unscheduled: &[&Server],
        orders: &[(Order, Outcome)],
    ) -> Vec<Change> {
        let (orders, outcomes): (Vec<_>, Vec<_>) = orders.iter().cloned().unzip();
        let trace = Trace {
            servers,
            unscheduled,
            orders: &orders,
            outcomes: &outcomes,
            last: None,
        };
        let done = crate::trace::done(&trace, |_| true);
        let tags = Tags::new(&[]);
        let changes = tags.changes(&trace, &done, utc(NOW));
        changes.into_iter().map(|(_, change)| change).collect()
    }

    fn ordered(action: OrderAction, result: Result<(), ActError>) -> (Order, Outcome) {
        let server = ServerId::from("web");
        let order = Order {
            server: server.clone(),
            action,
        };
        (order, Outcome { server, result })
    }

    fn error(kind: ActErrorKind, code: &str, message: &str) -> ActError {
        ActError {
            kind,
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    fn put(values: &[(&'static str, &str)]) -> Change {
        Change {
            put: values
                .iter()
                .map(|(key, value)| (*key, (*value).to_owned()))
                .collect(),
            remove: Vec::new(),
        }
    }

    #[test]
    fn a_success_is_the_last_action_and_clears_errors() {
        let web = server("web", "dev").build();
        let order = || [ordered(OrderAction::Start, Ok(()))];
        let started = put(&[(LAST_ACTION, "Started 2026-01-05 05:00:00 UTC")]);
        assert_eq!(
            changes_of(std::slice::from_ref(&web), &[], &order()),
            std::slice::from_ref(&started)
        );
        let web = tagged(web, &[(ERROR, "StartFailed x"), (ERROR_MESSAGE, "y")]);
        let cleared = Change {
            remove: vec![ERROR, ERROR_MESSAGE],
            ..started
        };
        assert_eq!(changes_of(&[web], &[], &order()), [cleared]);
    }

    #[test]
    fn a_failure_is_written_with_code_and_message() {
        let web = server("web", "dev").build();
        let failed = || {
            error(
                ActErrorKind::Capacity,
                "InsufficientInstanceCapacity",
                "none left",
            )
        };
        let order = || [ordered(OrderAction::Start, Err(failed()))];
        assert_eq!(
            changes_of(std::slice::from_ref(&web), &[], &order()),
            [put(&[
                (ERROR, "StartFailed 2026-01-05 05:00:00 UTC"),
                (ERROR_MESSAGE, "InsufficientInstanceCapacity: none left"),
            ])]
        );
        let stands = (
            "StartFailed 2026-01-05 04:00:00 UTC",
            "InsufficientInstanceCapacity: none left",
        );
        let web = tagged(web, &[(ERROR, stands.0), (ERROR_MESSAGE, stands.1)]);
        assert_eq!(changes_of(std::slice::from_ref(&web), &[], &order()), []);
        let denied = error(ActErrorKind::Denied, "UnauthorizedOperation", "");
        let order = ordered(OrderAction::Stop { hibernate: false }, Err(denied));
        assert_eq!(
            changes_of(&[web], &[], &[order]),
            [put(&[
                (ERROR, "StopFailed 2026-01-05 05:00:00 UTC"),
                (ERROR_MESSAGE, "UnauthorizedOperation:"),
            ])]
        );
    }

    #[test]
    fn what_is_no_fault_of_the_server_is_not_written() {
        let web = server("web", "dev").build();
        for kind in [ActErrorKind::Throttled, ActErrorKind::Gone] {
            let order = ordered(OrderAction::Start, Err(error(kind, "x", "y")));
            assert_eq!(changes_of(std::slice::from_ref(&web), &[], &[order]), []);
        }
    }

    #[test]
    fn an_unknown_schedule_is_written_once_and_cleared_when_it_is_known() {
        let web = server("web", "dev").build();
        let written = put(&[
            (ERROR, "UnknownSchedule 2026-01-05 05:00:00 UTC"),
            (ERROR_MESSAGE, "no schedule dev can be used"),
        ]);
        assert_eq!(
            changes_of(std::slice::from_ref(&web), &[&web], &[]),
            [written]
        );
        let marked = tagged(
            web,
            &[
                (ERROR, "UnknownSchedule 2026-01-05 04:00:00 UTC"),
                (ERROR_MESSAGE, "no schedule dev can be used"),
            ],
        );
        assert_eq!(
            changes_of(std::slice::from_ref(&marked), &[&marked], &[]),
            []
        );
        let cleared = Change {
            remove: vec![ERROR, ERROR_MESSAGE],
            ..Change::default()
        };
        assert_eq!(changes_of(&[marked], &[], &[]), [cleared]);
    }

    #[test]
    fn a_failed_start_is_not_cleared_without_a_success() {
        let web = tagged(server("web", "dev").build(), &[(ERROR, "StartFailed x")]);
        assert_eq!(changes_of(&[web], &[], &[]), []);
    }

    #[test]
    fn the_same_mark_is_not_written_again_within_an_hour() {
        let web = server("web", "dev").build();
        let trace = Trace {
            servers: std::slice::from_ref(&web),
            unscheduled: &[&web],
            orders: &[],
            outcomes: &[],
            last: None,
        };
        let tags = Tags::new(&[]);
        let count = |time: &str| tags.changes(&trace, &[], utc(time)).len();
        assert_eq!(count("2026-01-05 05:00"), 1);
        assert_eq!(count("2026-01-05 05:59"), 0);
        assert_eq!(count("2026-01-05 06:00"), 1);
    }

    #[test]
    fn left_out_servers_of_rds_are_unsupported() {
        let replica = server("db", "dev")
            .kind(ServerKind::RdsInstance)
            .left_out(LeftOut::ReadReplica)
            .build();
        assert_eq!(
            changes_of(&[replica], &[], &[]),
            [put(&[
                (ERROR, "UnsupportedResource 2026-01-05 05:00:00 UTC"),
                (
                    ERROR_MESSAGE,
                    "read replicas and instances that have some cannot be stopped"
                ),
            ])]
        );
        let member = server("i", "dev").left_out(LeftOut::AutoScaling).build();
        assert_eq!(changes_of(&[member], &[], &[]), []);
    }

    #[test]
    fn values_are_of_256_characters_that_the_service_takes() {
        assert_eq!(
            value(ServerKind::Ec2, &"é".repeat(300)).chars().count(),
            256
        );
        assert_eq!(
            value(ServerKind::Ec2, "a (b), \"c\"\n\td"),
            "a (b), \"c\" d"
        );
        assert_eq!(
            value(ServerKind::RdsCluster, "a (b), `c`: d-1"),
            "a b c : d-1"
        );
    }
}
