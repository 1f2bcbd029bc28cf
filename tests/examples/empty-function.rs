//! The least function of Lambda that there is: what a start costs before anything of Reveille. The bench `lambda` measures
//! against it.

use std::convert::Infallible;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Error> {
    let echo = |event: LambdaEvent<Value>| async move { Ok::<_, Infallible>(event.payload) };
    lambda_runtime::run(service_fn(echo)).await
}
