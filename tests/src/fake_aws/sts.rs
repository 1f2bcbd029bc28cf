//! The STS API, version 2011-06-15: who calls, and roles of other accounts.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>, and for the external id
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html>. Credentials are told
//! to expire an hour from the machine's own time, because that is what SDKs compare it with; they do expire when the
//! test says so.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Duration, Utc};
use hyper::http::request::Parts;

use super::{
    account::Ledger,
    refusal::Refusal,
    request::{Form, Service},
    signature::Authorization,
    xml::{element, instant},
};

/// The access key of the home account's user.
pub(super) const HOME_KEY: &str = "AKIAREVEILLEHOMEUSER";
/// Its secret.
pub(super) const HOME_SECRET: &str = "an example of a secret that opens nothing";

/// Who has which credentials.
#[derive(Debug)]
pub(super) struct Sessions {
    pub(super) home: String,
    given: BTreeMap<String, Session>,
    expired: BTreeSet<String>,
}

#[derive(Debug, Clone)]
struct Session {
    account: String,
    role: String,
    name: String,
}

/// Who calls.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) account: String,
    pub(super) arn: String,
}

impl Sessions {
    /// Nobody but the user of `home`.
    pub(super) fn new(home: &str) -> Self {
        Self {
            home: home.to_owned(),
            given: BTreeMap::new(),
            expired: BTreeSet::new(),
        }
    }

    /// Ends every session.
    pub(super) fn expire(&mut self) {
        self.expired.extend(self.given.keys().cloned());
    }

    /// Who has signed a request.
    pub(super) fn caller(
        &self,
        service: Service,
        signed: &Authorization<'_>,
        head: &Parts,
        body: &[u8],
    ) -> Result<Caller, Refusal> {
        let key = signed.access_key;
        if key == HOME_KEY {
            if !signed.is_of(HOME_SECRET, head, body) {
                return Err(Refusal::wrongly_signed());
            }
            return Ok(Caller {
                account: self.home.clone(),
                arn: format!("arn:aws:iam::{}:user/reveille", self.home),
            });
        }
        let token = head.headers.get("x-amz-security-token");
        let session = self
            .given
            .get(key)
            .filter(|_| token.is_some_and(|token| *token == token_of(key)))
            .ok_or_else(|| Refusal::unknown_credentials(service))?;
        if !signed.is_of(&secret_of(key), head, body) {
            return Err(Refusal::wrongly_signed());
        }
        if self.expired.contains(key) {
            return Err(Refusal::expired(service));
        }
        Ok(Caller {
            account: session.account.clone(),
            arn: format!(
                "arn:aws:sts::{}:assumed-role/{}/{}",
                session.account, session.role, session.name
            ),
        })
    }

    /// Gives credentials: the key tells the account.
    fn give(&mut self, session: Session) -> String {
        let key = format!("ASIA{}{:04X}", session.account, self.given.len());
        self.given.insert(key.clone(), session);
        key
    }
}

fn secret_of(key: &str) -> String {
    format!("an example of a secret of {key}")
}

fn token_of(key: &str) -> String {
    format!("session of {key}")
}

/// Answers `action`.
pub(super) fn answer(
    sessions: &mut Sessions,
    accounts: &BTreeMap<String, Ledger>,
    caller: &Caller,
    action: &str,
    form: &Form,
) -> Result<String, Refusal> {
    match action {
        "GetCallerIdentity" => Ok(identity(caller)),
        "AssumeRole" => assume(sessions, accounts, caller, form),
        other => Err(Refusal::unknown_action(other)),
    }
}

fn identity(caller: &Caller) -> String {
    let mut out = String::new();
    element(&mut out, "Arn", &caller.arn);
    element(&mut out, "UserId", "AIDAREVEILLEHOMEUSER0");
    element(&mut out, "Account", &caller.account);
    out
}

fn assume(
    sessions: &mut Sessions,
    accounts: &BTreeMap<String, Ledger>,
    caller: &Caller,
    form: &Form,
) -> Result<String, Refusal> {
    let arn = form.need("RoleArn")?;
    let session = form.need("RoleSessionName")?;
    let lasts = form
        .number("DurationSeconds", 900..=43_200)?
        .and_then(|seconds| i64::try_from(seconds).ok())
        .unwrap_or(3_600);
    let denied = || {
        Refusal::new(
            403,
            "AccessDenied",
            format!(
                "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                caller.arn
            ),
        )
    };
    let (account, role) = arn
        .strip_prefix("arn:aws:iam::")
        .and_then(|rest| rest.split_once(":role/"))
        .ok_or_else(|| Refusal::new(400, "ValidationError", format!("{arn} is invalid")))?;
    let external = accounts
        .get(account)
        .and_then(|ledger| ledger.roles.get(role))
        .ok_or_else(denied)?;
    if external
        .as_deref()
        .is_some_and(|external| form.get("ExternalId") != Some(external))
    {
        return Err(denied());
    }
    let key = sessions.give(Session {
        account: account.to_owned(),
        role: role.to_owned(),
        name: session.to_owned(),
    });
    let mut out = String::from("<Credentials>");
    element(&mut out, "AccessKeyId", &key);
    element(&mut out, "SecretAccessKey", &secret_of(&key));
    element(&mut out, "SessionToken", &token_of(&key));
    element(
        &mut out,
        "Expiration",
        &instant(Utc::now() + Duration::seconds(lasts)),
    );
    out.push_str("</Credentials><AssumedRoleUser>");
    element(
        &mut out,
        "AssumedRoleId",
        &format!("AROAREVEILLE:{session}"),
    );
    element(
        &mut out,
        "Arn",
        &format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
    );
    out.push_str("</AssumedRoleUser>");
    Ok(out)
}
