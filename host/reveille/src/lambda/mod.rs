//! Reveille as a function of AWS Lambda: one that tells by the event whether it is a schedule's, a request's or an
//! operator's.
//!
//! What is particular about it: nothing runs between two events, hours may pass there, and several copies of the
//! function run side by side. So nothing here sleeps, and every event begins by asking the clock what is due.

mod event;
mod function;
mod home;
mod nudge;
mod operator;
mod tick;
mod time_left;
mod web;

use std::{env, process::ExitCode, sync::Arc};

use anyhow::ensure;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::Value;

use crate::cli::Common;
use function::Function;

/// Where Lambda tells its own address.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
/// Where Lambda tells how the function is called.
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
/// What the runtime cannot do without; Lambda sets all of it.
const NEEDED: [&str; 4] = [
    RUNTIME_API,
    FUNCTION_NAME,
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

/// Whether Lambda has started the program, as it does: with its address, and with no argument.
pub(crate) fn is_at_home() -> bool {
    env::var_os(RUNTIME_API).is_some() && env::args_os().len() == 1
}

/// Answers events until Lambda ends the process.
///
/// # Errors
/// When it is not Lambda that has started it, or Lambda does not answer.
pub(crate) async fn run(common: Common) -> anyhow::Result<ExitCode> {
    for name in NEEDED {
        ensure!(
            env::var_os(name).is_some(),
            "`reveille lambda` runs in AWS Lambda, which sets {name}, and it is not set. Elsewhere it is `reveille serve`"
        );
    }
    let function = Arc::new(Function::new(common));
    function.begin().await;
    let service = service_fn(move |event: LambdaEvent<Value>| {
        let function = Arc::clone(&function);
        async move { function.answer(event).await }
    });
    Runtime::new(service)
        .run()
        .await
        .map_err(|error| anyhow::anyhow!(error).context("Lambda does not answer"))?;
    Ok(ExitCode::SUCCESS)
}
