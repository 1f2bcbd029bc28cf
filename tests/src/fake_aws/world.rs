//! Everything behind the door: accounts, the clock, what goes wrong, what was called.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use hyper::http::request::Parts;

use super::{
    account::{Ground, Ledger},
    answer::{self, Given},
    cloud_watch::{self, PutMetric},
    door::{Manner, Reply},
    ec2,
    event_bridge::{self, PutEvent},
    fault::{self, Fault, Harm, Wait},
    iam,
    lambda::{self, Invoked},
    rds,
    record::Call,
    refusal::Refusal,
    request::{Asked, Request, Service},
    signature::Authorization,
    ssm,
    sts::{self, Caller, Sessions},
    throttle::Buckets,
};

/// The state of the fake.
#[derive(Debug)]
pub(super) struct World {
    pub(super) now: DateTime<Utc>,
    pub(super) accounts: BTreeMap<String, Ledger>,
    pub(super) sessions: Sessions,
    pub(super) faults: Vec<Fault>,
    pub(super) buckets: Option<Buckets>,
    pub(super) calls: Vec<Call>,
    pub(super) events: Vec<PutEvent>,
    pub(super) metrics: Vec<PutMetric>,
    pub(super) invoked: Vec<Invoked>,
    served: u64,
}

impl World {
    pub(super) fn new(home: &str, now: DateTime<Utc>) -> Self {
        Self {
            now,
            accounts: BTreeMap::new(),
            sessions: Sessions::new(home),
            faults: Vec::new(),
            buckets: None,
            calls: Vec::new(),
            events: Vec::new(),
            metrics: Vec::new(),
            invoked: Vec::new(),
            served: 0,
        }
    }

    /// A region as it is now.
    pub(super) fn ground(&mut self, account: &str, region: &str) -> &mut Ground {
        let now = self.now;
        let ground = self
            .accounts
            .entry(account.to_owned())
            .or_default()
            .regions
            .entry(region.to_owned())
            .or_default();
        ground.instances.advance(now);
        ground.databases.advance(now);
        ground
    }

    /// What is done about a request.
    pub(super) fn answer(&mut self, head: &Parts, body: &[u8]) -> Reply {
        self.served += 1;
        let id = format!("00000000-0000-4000-8000-{:012x}", self.served);
        let whole = |answer| Reply {
            wait: Wait::default(),
            manner: Manner::Whole,
            answer,
        };
        let Some(signed) = Authorization::read(&head.headers) else {
            return whole(answer::refused(None, &Refusal::unsigned(), &id));
        };
        let request = match Request::read(&signed, head, body) {
            Ok(request) => request,
            Err(refusal) => return whole(answer::refused(None, &refusal, &id)),
        };
        let caller = self.sessions.caller(request.service, &signed, head, body);
        let account = caller
            .as_ref()
            .map_or("", |caller| &caller.account)
            .to_owned();
        let (wait, harm) = fault::take(&mut self.faults, &request, &account);
        let (result, manner) = match &harm {
            Some(Harm::Spoiled(manner)) => (Err(Refusal::broken(request.service)), *manner),
            Some(Harm::Lost(manner)) => (self.carry_out(caller, &request), *manner),
            Some(Harm::Refused(refusal)) => (Err(refusal(request.service)), Manner::Whole),
            Some(Harm::Said(refusal)) => (Err(refusal.clone()), Manner::Whole),
            Some(Harm::Denied) => {
                let arn = caller.as_ref().map_or("", |caller| &caller.arn);
                let refusal = Refusal::denied(request.service, arn, &request.permission());
                (Err(refusal), Manner::Whole)
            }
            Some(Harm::Garbled | Harm::Delay(_) | Harm::Together(_)) | None => {
                (self.carry_out(caller, &request), Manner::Whole)
            }
        };
        self.calls.push(Call {
            service: request.service.signing_name(),
            ids: request.ids(),
            dry_run: matches!(&request.asked, Asked::Form(form) if form.is_true("DryRun")),
            forced: matches!(&request.asked, Asked::Form(form) if form.is_true("Force")),
            hibernates: matches!(&request.asked, Asked::Form(form) if form.is_true("Hibernate")),
            account,
            region: request.region.clone(),
            at: self.now,
            answered: manner == Manner::Whole && !matches!(harm, Some(Harm::Garbled)),
            refused: result
                .as_ref()
                .err()
                .map(|refusal| refusal.code.to_string()),
            action: request.action.clone(),
        });
        let mut answer = match result {
            Ok(given) => answer::given(&request, given, &id),
            Err(refusal) => answer::refused(Some(request.service), &refusal, &id),
        };
        if matches!(harm, Some(Harm::Garbled)) {
            answer.body = "<<<garbled".to_owned();
        }
        Reply {
            wait,
            manner,
            answer,
        }
    }

    fn carry_out(
        &mut self,
        caller: Result<Caller, Refusal>,
        request: &Request,
    ) -> Result<Given, Refusal> {
        let caller = caller?;
        let (account, region) = (caller.account.as_str(), request.region.as_str());
        if self.ground(account, region).disabled {
            return Err(Refusal::unknown_credentials(request.service));
        }
        if let Some(buckets) = &mut self.buckets
            && !buckets.allow(request, account, self.now)
        {
            return Err(Refusal::throttled(request.service));
        }
        let permission = request.permission();
        let ledger = self.accounts.entry(account.to_owned()).or_default();
        // Nobody needs a permission to ask who they are.
        if ledger.denied.contains(&permission) && permission != "sts:GetCallerIdentity" {
            return Err(Refusal::denied(request.service, &caller.arn, &permission));
        }
        let now = self.now;
        let place = (account, region);
        let action = request.action.as_str();
        match (request.service, &request.asked) {
            (Service::Ec2, Asked::Form(form)) => {
                let ground = self.ground(account, region);
                let instances = &mut ground.instances;
                let mut place = ec2::Place {
                    now,
                    account,
                    region,
                    instances,
                };
                ec2::answer(&mut place, action, form).map(Given::Xml)
            }
            (Service::Rds, Asked::Form(form)) => {
                let ground = self.ground(account, region);
                let databases = &mut ground.databases;
                let mut place = rds::Place {
                    now,
                    account,
                    region,
                    databases,
                };
                rds::answer(&mut place, action, form).map(Given::Xml)
            }
            (Service::Sts, Asked::Form(form)) => {
                let accounts = &self.accounts;
                sts::answer(&mut self.sessions, accounts, &caller, action, form).map(Given::Xml)
            }
            (Service::Iam, Asked::Form(form)) => {
                iam::answer(&ledger.denied, action, form).map(Given::Xml)
            }
            (Service::CloudWatch, Asked::Form(form)) => {
                cloud_watch::answer(&mut self.metrics, place, action, form).map(Given::Xml)
            }
            (Service::Ssm, Asked::Json(asked)) => {
                let ground = self.ground(account, region);
                let answer = match action {
                    "GetParameter" => ground.secrets.parameter(asked),
                    _ => ssm::answer(&ground.windows, action, asked),
                };
                answer.map(Given::Json)
            }
            (Service::Secrets, Asked::Json(asked)) => {
                let ground = self.ground(account, region);
                ground.secrets.answer(action, asked).map(Given::Json)
            }
            (Service::EventBridge, Asked::Json(asked)) => {
                event_bridge::answer(&mut self.events, place, action, asked).map(Given::Json)
            }
            (Service::Lambda, Asked::Json(asked)) => {
                self.invoked.push(lambda::invoked(place, asked)?);
                Ok(Given::Accepted)
            }
            (_, Asked::Form(_) | Asked::Json(_)) => Err(Refusal::unknown_action(action)),
        }
    }
}
