//! `reveille rule retry`: has the running host ask a rule again that it has given up for now.

use std::process::ExitCode;

use anyhow::Context as _;
use hyper::StatusCode;

use crate::{
    admin::{Complaint, RETRY, Retry},
    cli::RuleRetryArgs,
    client,
    command::Setting,
    house::print,
};

pub(super) async fn run(args: RuleRetryArgs, setting: &Setting) -> anyhow::Result<ExitCode> {
    let admin = setting.config.admin.map(|admin| admin.to_string());
    let to = args.from.or(admin).context(
        "no address of a running Reveille is known: give it with --from, or `admin` under [http]",
    )?;
    let retry = Retry {
        rule: args.name,
        schedule: args.schedule,
    };
    let (status, body) = client::ask(&to, RETRY, Some(serde_json::to_string(&retry)?)).await?;
    if status != StatusCode::OK {
        let complaint = serde_json::from_slice(&body);
        anyhow::bail!(complaint.map_or_else(
            |_| format!(
                "{to} answered {status}, which is not the address of a Reveille for operators; that is `admin` under \
                 [http]"
            ),
            |Complaint { error }| error
        ));
    }
    let schedules = match &retry.schedule {
        Some(schedule) => format!("the schedule `{schedule}`"),
        None => String::from("every schedule"),
    };
    print(&format!(
        "the rule `{}` is asked again for {schedules}\n",
        retry.rule
    ));
    Ok(ExitCode::SUCCESS)
}
