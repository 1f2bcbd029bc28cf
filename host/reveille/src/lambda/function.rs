//! The function: from an event to its answer.

use std::{error::Error, fmt::Write as _, sync::Arc, time::Duration};

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::Value;
use tokio::{sync::Mutex, time::timeout};
use tracing::Instrument as _;

use super::{
    event::{Event, EventError},
    home::Home,
    time_left::TimeLeft,
    web::{self, complaint},
};
use crate::{causes, cli::Common, clock::Clock};
use hyper::StatusCode;

/// How long everything may take to open before the first event: Lambda gives 10 seconds (Lambda Developer Guide,
/// "Understanding the Lambda execution environment lifecycle", read 2026-11-23).
const BEGINNING: Duration = Duration::from_secs(9);

/// What a stranger is told where an operator looks into the log.
pub(super) const CLOSED: &str = "Reveille cannot work now; the log of its function says why";

/// Why an invocation fails. Whoever made it gets it, and an alarm on failures sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// Stable, such as `store.denied`.
    code: String,
    message: String,
}

impl Failure {
    pub(super) fn new(code: &str, message: String) -> Self {
        Self {
            code: code.to_owned(),
            message,
        }
    }

    /// `error`, with what lies beneath it.
    pub(super) fn of(code: &str, error: &anyhow::Error) -> Self {
        Self::new(code, chain(error.as_ref()))
    }

    /// A scheduling run has failed.
    pub(super) fn of_tick(code: &str, error: &dyn Error) -> Self {
        Self::new(code, format!("the scheduling run failed: {}", chain(error)))
    }

    /// The time of the invocation is over.
    pub(super) fn too_long() -> Self {
        Self::new(
            "time.over",
            String::from(
                "the time of the invocation is over before the work is done. Give the function more of it, as its `Timeout`: \
                 60 seconds are enough for most",
            ),
        )
    }
}

impl From<EventError> for Failure {
    fn from(error: EventError) -> Self {
        let code = match error {
            EventError::Unknown { .. } => "event.unknown",
            EventError::Operator(_) => "command.unreadable",
        };
        Self::new(code, error.to_string())
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self {
            error_type: failure.code,
            error_message: failure.message,
        }
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    for cause in causes(error) {
        let _ = write!(text, ": {cause}");
    }
    text
}

/// One function; it answers one event after the other.
pub(super) struct Function {
    common: Common,
    home: Mutex<Option<Arc<Home>>>,
}

impl Function {
    /// With these arguments.
    pub(super) fn new(common: Common) -> Self {
        Self {
            common,
            home: Mutex::default(),
        }
    }

    /// Opens everything before there is an event. What stands against it is logged, and tried again with the first.
    pub(super) async fn begin(&self) {
        if let Err(failure) = self.home(BEGINNING).await {
            log(&failure);
        }
    }

    /// Answers an event.
    pub(super) async fn answer(&self, event: LambdaEvent<Value>) -> Result<Value, Failure> {
        let (event, context) = event.into_parts();
        let span = tracing::info_span!("event", request = context.request_id);
        let answer = async { self.answer_to(&event, &context).await.inspect_err(log) };
        answer.instrument(span).await
    }

    async fn answer_to(&self, event: &Value, context: &Context) -> Result<Value, Failure> {
        let time = TimeLeft::until(context.deadline, Clock::machine());
        let event = Event::read(event)?;
        let home = self.home(time.for_work()).await;
        match event {
            Event::Tick(due) => home?.tick(due, time).await,
            Event::Operator(command) => {
                let home = home?;
                let answer = home.obey(command, time).await?;
                home.nudge(&context.invoked_function_arn).await;
                Ok(answer)
            }
            Event::Web(request) => {
                // A gateway would make an answer of its own of a failure, and JANDI show nothing.
                let response = match home {
                    Ok(home) => {
                        let response = home.reply(request, time).await;
                        home.nudge(&context.invoked_function_arn).await;
                        response
                    }
                    Err(failure) => {
                        log(&failure);
                        complaint(StatusCode::SERVICE_UNAVAILABLE, CLOSED)
                    }
                };
                Ok(web::answered(response).await)
            }
        }
    }

    /// The house, opened when it is not.
    async fn home(&self, longest: Duration) -> Result<Arc<Home>, Failure> {
        let mut home = self.home.lock().await;
        if let Some(home) = &*home {
            return Ok(Arc::clone(home));
        }
        let opened = timeout(longest, Home::open(&self.common))
            .await
            .map_err(|_| {
                Failure::new(
                    "house.closed",
                    format!(
                        "what it needs has not answered within {} s",
                        longest.as_secs()
                    ),
                )
            })?
            .map_err(|error| Failure::of("house.closed", &error))?;
        let opened = Arc::new(opened);
        *home = Some(Arc::clone(&opened));
        Ok(opened)
    }
}

fn log(failure: &Failure) {
    tracing::error!(code = failure.code, "{}", failure.message);
}
