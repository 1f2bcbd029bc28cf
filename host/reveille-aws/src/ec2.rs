//! EC2 in one site: seeing instances, starting and stopping them.
//!
//! Nothing is ever stopped by force. Instances of Auto Scaling groups are seen and left out: their group would replace
//! them.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_sdk_ec2::{
    Client,
    config::Builder,
    error::ProvideErrorMetadata,
    operation::{start_instances::StartInstancesError, stop_instances::StopInstancesError},
    types::{AttributeValue, Filter, Instance, StateReason},
};
use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority},
};
use reveille_core::{
    model::{LeftOut, Server, ServerId, ServerKind, ServerState},
    port::{ActError, ActErrorKind, OrderAction},
};

use crate::{
    arn::of_instance,
    ask::{Answers, Ask},
    blame::{Blamed, blamed},
    reach::{Reach, patient},
    refusal::{NO_HIBERNATION, kind_of_code, refusal},
    side_by_side::side_by_side,
    site::Site,
    tagged::{Found, TagKeys},
    trouble::Trouble,
};

/// Instances of a page: as many as `DescribeInstances` gives.
const PAGE: i32 = 1000;
/// Most ids of an instance in the value of a filter (EC2 API Reference, "Filter", read 2026-11-23).
const FILTER: usize = 200;
/// Instances started or stopped by one call. EC2 takes 1,000 and recommends fewer. Its buckets for these calls hold
/// five calls and 1,000 instances (EC2 Developer Guide, "Request throttling", read 2026-11-23): batches of this size
/// empty both about together.
pub(crate) const BATCH: usize = 250;
/// Batches of one kind on their way at a time: within the five calls of the bucket.
const BATCHES_AT_ONCE: usize = 4;
/// Instance types changed at a time; one call each.
const CHANGES_AT_ONCE: usize = 4;
/// On every instance of an Auto Scaling group.
const AUTO_SCALING_TAG: &str = "aws:autoscaling:groupName";
/// Instances that are there; those terminated stay in the answers for an hour otherwise.
const STATES: [&str; 5] = ["pending", "running", "shutting-down", "stopping", "stopped"];

const DESCRIBE: &str = "ec2:DescribeInstances";

/// EC2 in one site.
#[derive(Debug, Clone)]
pub(crate) struct Ec2 {
    reach: Arc<Reach<Client>>,
    region: String,
    keys: Arc<TagKeys>,
}

/// What is done to a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Start,
    Stop,
    Hibernate,
}

impl Ec2 {
    pub(crate) fn new(site: &Site, keys: Arc<TagKeys>) -> Self {
        let client = |retry, partition| {
            let config = Builder::from(&site.sdk)
                .retry_config(retry)
                .retry_partition(partition)
                .retry_classifier(CapacityIsAnAnswer);
            Client::from_conf(config.build())
        };
        Self {
            reach: Arc::new(Reach::new(site, "ec2", client)),
            region: site.region.clone(),
            keys,
        }
    }

    /// All instances with a schedule tag. The first page is waited for as long as `first` says.
    pub(crate) async fn look(&self, first: Option<Duration>) -> Result<Vec<Found>, Trouble> {
        let filters = vec![
            filter("tag-key", self.keys.schedule.iter().cloned()),
            filter("instance-state-name", STATES.map(str::to_owned)),
        ];
        self.pages(filters, first).await
    }

    /// Those of `ids` that are there.
    async fn look_at(&self, ids: &[String]) -> Result<Vec<Found>, Trouble> {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(FILTER) {
            let filters = vec![filter("instance-id", ids.iter().cloned())];
            found.extend(self.pages(filters, None).await?);
        }
        Ok(found)
    }

    async fn pages(
        &self,
        filters: Vec<Filter>,
        mut first: Option<Duration>,
    ) -> Result<Vec<Found>, Trouble> {
        let mut found = Vec::new();
        let mut pages = self
            .reach
            .client()
            .describe_instances()
            .set_filters(Some(filters))
            .into_paginator()
            .page_size(PAGE)
            // A page twice must not pass for the last one: what came after it would be forgotten.
            .stop_on_duplicate_token(false)
            .send();
        while let Some(page) = patient(first.take(), DESCRIBE, pages.next()).await? {
            let page = page.map_err(|error| self.reach.trouble(DESCRIBE, error))?;
            for reservation in page.reservations.unwrap_or_default() {
                let owner = reservation.owner_id.unwrap_or_default();
                let instances = reservation.instances.unwrap_or_default();
                found.extend(
                    instances
                        .into_iter()
                        .filter_map(|instance| self.read(instance, &owner)),
                );
            }
        }
        Ok(found)
    }

    fn read(&self, instance: Instance, owner: &str) -> Option<Found> {
        let id = instance.instance_id?;
        let tags = instance.tags.unwrap_or_default();
        let tagged = self
            .keys
            .read(tags.into_iter().map(|tag| (tag.key, tag.value)))?;
        let word = instance.state.and_then(|state| state.name);
        let word = word.as_ref().map_or("unknown", |name| name.as_str());
        let reason = instance.state_reason.and_then(told);
        let server = Server {
            id: ServerId(of_instance(&self.region, owner, &id).into()),
            name: tagged.name.unwrap_or_else(|| id.into()),
            kind: ServerKind::Ec2,
            state: state_of(word),
            native_state: word.into(),
            state_reason: reason
                .or(instance.state_transition_reason)
                .filter(|reason| !reason.is_empty()),
            instance_type: instance.instance_type.map(|it| it.as_str().into()),
            schedule: tagged.schedule,
            group: tagged.group,
            left_out: tagged
                .all
                .contains_key(AUTO_SCALING_TAG)
                .then_some(LeftOut::AutoScaling),
            tags: tagged.all,
            open_windows: Vec::new(),
        };
        let hibernation = instance.hibernation_options;
        Some(Found {
            server,
            hibernates: hibernation.and_then(|it| it.configured) == Some(true),
        })
    }

    /// Carries out `asks` and answers each once.
    pub(crate) async fn act(&self, asks: Vec<Ask>, answers: &Answers) {
        let asks = self.looked_up(asks, answers).await;
        let (mut starts, mut stops, mut hibernations) = (Vec::new(), Vec::new(), Vec::new());
        let mut changes = Vec::new();
        for ask in asks {
            match &ask.action {
                OrderAction::Start => starts.push(ask),
                // Whether an unknown one can hibernate, EC2 says.
                OrderAction::Stop { hibernate: true }
                    if ask.known.as_ref().is_none_or(|known| known.hibernates) =>
                {
                    hibernations.push(ask);
                }
                OrderAction::Stop { .. } => stops.push(ask),
                OrderAction::Resize(to) => match step(&ask, to) {
                    Ok(Step::None) => answers.answer(&ask, Ok(())),
                    Ok(Step::Stop) => stops.push(ask),
                    Ok(Step::Change) => changes.push((ask.clone(), to.clone())),
                    Ok(Step::Start) => starts.push(ask),
                    Err(refused) => answers.answer(&ask, Err(refused)),
                },
            }
        }
        let up = async {
            starts.extend(self.change_types(changes, answers).await);
            self.run(Verb::Start, starts, answers).await;
        };
        let down = async {
            stops.extend(self.run(Verb::Hibernate, hibernations, answers).await);
            self.run(Verb::Stop, stops, answers).await;
        };
        tokio::join!(up, down);
    }

    /// `asks` with what must be known of their instances to take the next step; answers those of which it cannot be.
    async fn looked_up(&self, asks: Vec<Ask>, answers: &Answers) -> Vec<Ask> {
        let needs_look =
            |ask: &Ask| ask.known.is_none() && matches!(ask.action, OrderAction::Resize(_));
        let ids: Vec<String> = asks
            .iter()
            .filter(|ask| needs_look(ask))
            .map(|ask| ask.resource.clone())
            .collect();
        if ids.is_empty() {
            return asks;
        }
        let found = self.look_at(&ids).await;
        asks.into_iter()
            .filter_map(|mut ask| {
                if !needs_look(&ask) {
                    return Some(ask);
                }
                match &found {
                    Ok(found) => {
                        let found = found
                            .iter()
                            .find(|found| found.server.id.resource() == ask.resource);
                        ask.known = Some(found.map_or_else(Default::default, Into::into));
                        Some(ask)
                    }
                    Err(trouble) => {
                        answers.answer(&ask, Err(refusal(trouble)));
                        None
                    }
                }
            })
            .collect()
    }

    /// Gives stopped instances their types; those that have them now.
    async fn change_types(&self, changes: Vec<(Ask, String)>, answers: &Answers) -> Vec<Ask> {
        let changes = changes.into_iter().map(|(ask, to)| {
            let (ec2, answers) = (self.clone(), answers.clone());
            async move {
                let change = ec2.reach.client().modify_instance_attribute();
                let changed = change
                    .instance_id(&ask.resource)
                    .instance_type(AttributeValue::builder().value(to).build())
                    .send()
                    .await;
                match changed {
                    Ok(_) => Some(ask),
                    Err(error) => {
                        let trouble = ec2.reach.trouble("ec2:ModifyInstanceAttribute", error);
                        answers.answer(&ask, Err(refusal(&trouble)));
                        None
                    }
                }
            }
        });
        let changed = side_by_side(CHANGES_AT_ONCE, changes).await;
        changed.into_iter().flatten().flatten().collect()
    }

    /// Does `verb` to `asks` in batches and answers each but those that cannot hibernate: these it gives back.
    async fn run(&self, verb: Verb, mut asks: Vec<Ask>, answers: &Answers) -> Vec<Ask> {
        // Capacity is a matter of the type, so that those who lack it stand together.
        asks.sort_by(|one, other| one.instance_type().cmp(&other.instance_type()));
        let failure: Arc<OnceLock<ActError>> = Arc::default();
        let mut batches = Vec::with_capacity(asks.len().div_ceil(BATCH));
        while !asks.is_empty() {
            let rest = asks.split_off(asks.len().min(BATCH));
            let batch = std::mem::replace(&mut asks, rest);
            let (ec2, answers) = (self.clone(), answers.clone());
            let failure = Arc::clone(&failure);
            batches.push(async move {
                if let Some(failure) = failure.get() {
                    for ask in &batch {
                        answers.answer(ask, Err(failure.clone()));
                    }
                    return Vec::new();
                }
                let ids = batch.iter().map(|ask| ask.resource.clone()).collect();
                let Blamed {
                    refused,
                    failure: failed,
                } = blamed(ids, |ids| ec2.call(verb, ids)).await;
                if let Some(failed) = failed {
                    // Another batch may have found the same.
                    let _ = failure.set(failed);
                }
                settle(verb, batch, refused, &answers)
            });
        }
        let unsettled = side_by_side(BATCHES_AT_ONCE, batches).await;
        unsettled.into_iter().flatten().flatten().collect()
    }

    async fn call(&self, verb: Verb, ids: Vec<String>) -> Result<(), Trouble> {
        let client = self.reach.client();
        match verb {
            Verb::Start => {
                let start = client.start_instances().set_instance_ids(Some(ids));
                let started = start.send().await;
                started
                    .map(drop)
                    .map_err(|error| self.reach.trouble("ec2:StartInstances", error))
            }
            Verb::Stop | Verb::Hibernate => {
                let stop = client
                    .stop_instances()
                    .set_instance_ids(Some(ids))
                    .set_hibernate((verb == Verb::Hibernate).then_some(true));
                let stopped = stop.send().await;
                stopped
                    .map(drop)
                    .map_err(|error| self.reach.trouble("ec2:StopInstances", error))
            }
        }
    }
}

/// Answers `batch` by who of it was `refused`, but for those that cannot hibernate: these it gives back.
fn settle(
    verb: Verb,
    batch: Vec<Ask>,
    refused: Vec<(String, ActError)>,
    answers: &Answers,
) -> Vec<Ask> {
    let refused: std::collections::HashMap<String, ActError> = refused.into_iter().collect();
    let mut unsettled = Vec::new();
    for ask in batch {
        match refused.get(&ask.resource) {
            None => answers.answer(&ask, Ok(())),
            Some(error) if verb == Verb::Hibernate && error.code == NO_HIBERNATION => {
                unsettled.push(ask);
            }
            Some(error) => answers.answer(&ask, Err(error.clone())),
        }
    }
    unsettled
}

/// The next step towards running with another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It is there, or on its way.
    None,
    Stop,
    /// Change the type, then start.
    Change,
    Start,
}

fn step(ask: &Ask, to: &str) -> Result<Step, ActError> {
    let has_type = ask.instance_type() == Some(to);
    let refused = |kind, code: &str| ActError {
        kind,
        code: code.to_owned(),
        message: format!("{} cannot be brought to {to} now", ask.resource),
    };
    match ask.known.as_ref().and_then(|known| known.state) {
        Some(ServerState::Starting | ServerState::Stopping) => Ok(Step::None),
        Some(ServerState::Running | ServerState::Busy) if has_type => Ok(Step::None),
        Some(ServerState::Running | ServerState::Busy) => Ok(Step::Stop),
        Some(ServerState::Stopped) if has_type => Ok(Step::Start),
        Some(ServerState::Stopped) => Ok(Step::Change),
        Some(ServerState::Problem) => {
            Err(refused(ActErrorKind::WrongState, "IncorrectInstanceState"))
        }
        Some(ServerState::Gone) | None => {
            Err(refused(ActErrorKind::Gone, "InvalidInstanceID.NotFound"))
        }
    }
}

/// EC2 answers a lack of capacity as an error of its own, which the SDK would ask again at once: it is an answer like
/// any other, and what follows from it is decided by the scheduler.
struct CapacityIsAnAnswer;

impl ClassifyRetry for CapacityIsAnAnswer {
    fn classify_retry(&self, ctx: &InterceptorContext) -> RetryAction {
        let error = ctx
            .output_or_error()
            .and_then(Result::err)
            .and_then(|error| error.as_operation_error());
        let code = error.and_then(|error| {
            let started = error.downcast_ref::<StartInstancesError>();
            let stopped = error.downcast_ref::<StopInstancesError>();
            started
                .and_then(ProvideErrorMetadata::code)
                .or_else(|| stopped.and_then(ProvideErrorMetadata::code))
        });
        match code.and_then(kind_of_code) {
            Some(_) => RetryAction::RetryForbidden,
            None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Capacity is an answer"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

impl fmt::Debug for CapacityIsAnAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Code and message in one: AWS begins most messages with the code.
fn told(reason: StateReason) -> Option<String> {
    match (reason.code, reason.message) {
        (Some(code), Some(message)) if !message.contains(&code) => {
            Some(format!("{code}: {message}"))
        }
        (code, message) => message.or(code),
    }
}

fn filter(name: &str, values: impl IntoIterator<Item = String>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values.into_iter().collect()))
        .build()
}

/// EC2's word (EC2 API Reference, "InstanceState", read 2026-11-23). One that nobody knows is a problem: such a server
/// is left as it is.
fn state_of(word: &str) -> ServerState {
    match word {
        "pending" => ServerState::Starting,
        "running" => ServerState::Running,
        "stopping" => ServerState::Stopping,
        "stopped" => ServerState::Stopped,
        "shutting-down" | "terminated" => ServerState::Gone,
        _ => ServerState::Problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_ec2_has_a_state() {
        let states = ["pending", "running", "shutting-down", "stopping", "stopped"].map(state_of);
        assert_eq!(
            states,
            [
                ServerState::Starting,
                ServerState::Running,
                ServerState::Gone,
                ServerState::Stopping,
                ServerState::Stopped,
            ]
        );
        assert_eq!(state_of("terminated"), ServerState::Gone);
        assert_eq!(state_of("a-word-of-next-year"), ServerState::Problem);
    }
}
