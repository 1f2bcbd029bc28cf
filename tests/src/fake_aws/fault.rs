//! What goes wrong by script: which calls it befalls, how often, and how.

use std::{sync::Arc, time::Duration};

use tokio::sync::Barrier;

use super::{
    FakeAws,
    door::Manner,
    refusal::Refusal,
    request::{Request, Service},
};

/// What befalls a call.
#[derive(Debug, Clone)]
pub(super) enum Harm {
    /// It takes longer; whatever else befalls it does so all the same.
    Delay(Duration),
    /// It is answered when as many as that wait for their answers; likewise.
    Together(Arc<Barrier>),
    /// It is not carried out and its answer does not leave as it should.
    Spoiled(Manner),
    /// It is carried out and its answer does not leave as it should.
    Lost(Manner),
    /// It is carried out and its answer is no XML or JSON.
    Garbled,
    /// It is refused.
    Refused(fn(Service) -> Refusal),
    /// It is refused as not permitted.
    Denied,
    /// It is refused with these words.
    Said(Refusal),
}

/// A harm and the calls that it befalls.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    service: String,
    action: String,
    account: Option<String>,
    region: Option<String>,
    left: Option<u32>,
    pub(super) harm: Harm,
}

impl Fault {
    fn befalls(&self, request: &Request, account: &str) -> bool {
        let fits = |pattern: &str, text: &str| pattern == "*" || pattern == text;
        fits(&self.service, request.service.signing_name())
            && fits(&self.action, &request.action)
            && self
                .account
                .as_deref()
                .is_none_or(|wanted| wanted == account)
            && self
                .region
                .as_deref()
                .is_none_or(|wanted| wanted == request.region)
    }
}

/// What a call waits for before it is answered.
#[derive(Debug, Default)]
pub(super) struct Wait {
    pub(super) time: Duration,
    pub(super) others: Option<Arc<Barrier>>,
}

/// Takes from `faults` what befalls `request`: every delay, and the first of the others.
pub(super) fn take(
    faults: &mut Vec<Fault>,
    request: &Request,
    account: &str,
) -> (Wait, Option<Harm>) {
    let (mut wait, mut harm) = (Wait::default(), None);
    for fault in faults.iter_mut() {
        if !fault.befalls(request, account) {
            continue;
        }
        match &fault.harm {
            Harm::Delay(delay) => wait.time += *delay,
            Harm::Together(others) => wait.others = Some(Arc::clone(others)),
            Harm::Spoiled(_)
            | Harm::Lost(_)
            | Harm::Garbled
            | Harm::Refused(_)
            | Harm::Denied
            | Harm::Said(_) => {
                if harm.is_some() {
                    continue;
                }
                harm = Some(fault.harm.clone());
            }
        }
        if let Some(left) = &mut fault.left {
            *left -= 1;
        }
    }
    faults.retain(|fault| fault.left != Some(0));
    (wait, harm)
}

/// A fault that is being scripted: which calls, then what befalls them. It stands from the last word on.
#[derive(Debug)]
#[must_use = "nothing goes wrong until it is said what"]
pub struct Script<'a> {
    fake: &'a FakeAws,
    service: String,
    action: String,
    account: Option<String>,
    region: Option<String>,
    times: Option<u32>,
}

impl<'a> Script<'a> {
    pub(super) fn new(fake: &'a FakeAws, service: &str, action: &str) -> Self {
        Self {
            fake,
            service: service.to_owned(),
            action: action.to_owned(),
            account: None,
            region: None,
            times: None,
        }
    }

    /// Only in this account.
    pub fn in_account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Only in this region.
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Only the next `times` calls.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Takes this much longer.
    pub fn takes(self, longer: Duration) {
        self.harms(Harm::Delay(longer));
    }

    /// The next `calls` calls are answered when all of them wait for their answers: how many a client makes side by
    /// side is then a fact that no clock decides.
    pub fn come_together(self, calls: u32) {
        let size = usize::try_from(calls).unwrap_or(usize::MAX);
        let harm = Harm::Together(Arc::new(Barrier::new(size)));
        self.times(calls).harms(harm);
    }

    /// The connection is reset before anything is done.
    pub fn resets(self) {
        self.harms(Harm::Spoiled(Manner::Reset));
    }

    /// The connection is closed before anything is done.
    pub fn hangs_up(self) {
        self.harms(Harm::Spoiled(Manner::Close));
    }

    /// The request is taken and never answered; nothing is done.
    pub fn hangs(self) {
        self.harms(Harm::Spoiled(Manner::Never));
    }

    /// It is done, and the connection is reset instead of an answer.
    pub fn loses_the_answer(self) {
        self.harms(Harm::Lost(Manner::Reset));
    }

    /// It is done, and half of the answer comes.
    pub fn truncates_the_answer(self) {
        self.harms(Harm::Lost(Manner::Half));
    }

    /// It is done, and the answer cannot be read.
    pub fn garbles_the_answer(self) {
        self.harms(Harm::Garbled);
    }

    /// 500 or 503 with the service's code for that.
    pub fn breaks(self) {
        self.harms(Harm::Refused(Refusal::broken));
    }

    /// The service's code for too many calls.
    pub fn throttles(self) {
        self.harms(Harm::Refused(Refusal::throttled));
    }

    /// The service's code for a session that is over.
    pub fn expires(self) {
        self.harms(Harm::Refused(Refusal::expired));
    }

    /// The service's code and message for what no policy allows.
    pub fn is_denied(self) {
        self.harms(Harm::Denied);
    }

    /// Any other code.
    pub fn says(self, status: u16, code: &str, message: &str) {
        self.harms(Harm::Said(Refusal::new(status, code.to_owned(), message)));
    }

    fn harms(self, harm: Harm) {
        if self.times == Some(0) {
            return;
        }
        let fault = Fault {
            service: self.service,
            action: self.action,
            account: self.account,
            region: self.region,
            left: self.times,
            harm,
        };
        self.fake.shared.world().faults.push(fault);
    }
}
