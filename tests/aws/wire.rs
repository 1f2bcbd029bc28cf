//! The wire between the SDK and DynamoDB: what goes over it is counted, and goes wrong where a test says so.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpClient, SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What becomes of a request.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It arrives, and so does the answer.
    Arrives,
    /// It does not arrive.
    IsLost,
    /// It arrives; the answer does not.
    IsUnanswered,
    /// It waits until somebody says so.
    Waits(Arc<Notify>),
    /// It arrives; the answer does when somebody says so.
    IsHeardLate(Arc<Notify>),
    /// It does not arrive; this is the answer, with this status.
    IsRefused(u16, &'static str, &'static str),
    /// It meets a transaction that is under way.
    MeetsAnother,
    /// Only the first half of a batch is done.
    IsHalfDone,
}

/// A request that went over the wire.
#[derive(Debug, Clone)]
pub struct Call {
    /// From 1 on.
    pub number: usize,
    /// Such as `GetItem`.
    pub operation: String,
    /// Units that DynamoDB counted for it: read and written ones.
    pub read_units: f64,
    pub write_units: f64,
}

type Fates = dyn Fn(&Call) -> Fate + Send + Sync;

#[derive(Clone)]
pub struct Wire {
    inner: SharedHttpClient,
    fates: Arc<Fates>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl Wire {
    /// The wire that `sdk` uses, and clients that go over it; each request once, however it ends.
    pub fn tap(
        sdk: &SdkConfig,
        fates: impl Fn(&Call) -> Fate + Send + Sync + 'static,
    ) -> (Self, SdkConfig) {
        let wire = Self {
            inner: sdk.http_client().unwrap(),
            fates: Arc::new(fates),
            calls: Arc::default(),
        };
        let tapped = sdk
            .clone()
            .into_builder()
            .http_client(wire.clone())
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .build();
        (wire, tapped)
    }

    /// Everything that went over it since the last time.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Tapped {
            inner: self.inner.http_connector(settings, components),
            wire: self.clone(),
        })
    }
}

#[derive(Debug)]
struct Tapped {
    inner: SharedHttpConnector,
    wire: Wire,
}

impl HttpConnector for Tapped {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, wire) = (self.inner.clone(), self.wire.clone());
        HttpConnectorFuture::new(carry(inner, wire, request))
    }
}

async fn carry(
    inner: SharedHttpConnector,
    wire: Wire,
    mut request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let mut body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
    let (call, fate) = {
        let mut calls = wire.calls.lock().unwrap();
        let call = Call {
            number: calls.len() + 1,
            operation,
            read_units: 0.0,
            write_units: 0.0,
        };
        calls.push(call.clone());
        let fate = (wire.fates)(&call);
        (call, fate)
    };
    let lost = || Err(ConnectorError::io("the test has cut the wire".into()));
    let mut left = None;
    match fate {
        Fate::Arrives | Fate::IsUnanswered | Fate::IsHeardLate(_) => {}
        Fate::IsLost => return lost(),
        Fate::Waits(ref until) => until.notified().await,
        Fate::IsRefused(status, code, message) => {
            return Ok(refusal(status, code, json!({"message": message})));
        }
        Fate::MeetsAnother => {
            let reasons =
                json!({"CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}]});
            return Ok(match call.operation.as_str() {
                "TransactWriteItems" => refusal(400, "TransactionCanceledException", reasons),
                _ => refusal(400, "TransactionConflictException", json!({})),
            });
        }
        Fate::IsHalfDone => {
            let (table, batch) = body["RequestItems"]
                .as_object()
                .unwrap()
                .iter()
                .next()
                .unwrap();
            let batch = batch.as_array().unwrap();
            let (done, undone) = batch.split_at(batch.len().div_ceil(2));
            left = (!undone.is_empty()).then(|| json!({table: undone}));
            body["RequestItems"] = json!({table: done});
        }
    }
    // A server of our own does not check signatures.
    if !call.operation.contains("Table") && !call.operation.contains("TimeToLive") {
        body["ReturnConsumedCapacity"] = "TOTAL".into();
    }
    let transacted = transacted(&body);
    let body = body.to_string();
    request
        .headers_mut()
        .insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
    let mut response = inner.call(request).await?;
    let whole = ByteStream::new(response.take_body())
        .collect()
        .await
        .unwrap();
    let mut whole = whole.into_bytes();
    let mut answer: Value = serde_json::from_slice(&whole).unwrap_or_default();
    wire.count(&call, &answer, transacted);
    if let Some(left) = left {
        answer["UnprocessedItems"] = left;
        whole = answer.to_string().into();
    }
    if matches!(fate, Fate::IsUnanswered) {
        return lost();
    }
    if let Fate::IsHeardLate(until) = fate {
        until.notified().await;
    }
    *response.body_mut() = SdkBody::from(whole);
    Ok(response)
}

fn refusal(status: u16, code: &str, mut said: Value) -> HttpResponse {
    said["__type"] = format!("com.amazonaws.dynamodb.v20120810#{code}").into();
    let status = StatusCode::try_from(status).unwrap();
    HttpResponse::new(status, SdkBody::from(said.to_string()))
}

impl Wire {
    fn count(&self, call: &Call, answer: &Value, transacted: f64) {
        let mut calls = self.calls.lock().unwrap();
        // Taken away meanwhile.
        let Some(counted) = calls.get_mut(call.number - 1) else {
            return;
        };
        let consumed = &answer["ConsumedCapacity"];
        let units = consumed
            .as_array()
            .map_or_else(|| units(consumed), |each| each.iter().map(units).sum());
        match call.operation.as_str() {
            "GetItem" | "Query" | "Scan" => counted.read_units = units,
            // DynamoDB Local counts two for any transaction.
            "TransactWriteItems" => counted.write_units = transacted,
            _ => counted.write_units = units,
        }
    }
}

fn units(capacity: &Value) -> f64 {
    capacity["CapacityUnits"].as_f64().unwrap_or_default()
}

/// Units of a transaction: two for each kilobyte begun of each item. What is not put is small.
fn transacted(body: &Value) -> f64 {
    let actions = body["TransactItems"].as_array();
    let units = |action: &Value| {
        let bytes = action["Put"]["Item"].as_object().map_or(0, |item| {
            let sizes = item.iter().map(|(name, value)| name.len() + size(value));
            sizes.sum()
        });
        2 * bytes.div_ceil(1024).max(1)
    };
    let all: usize = actions.into_iter().flatten().map(units).sum();
    f64::from(u32::try_from(all).unwrap())
}

/// Bytes of a value with its type, as DynamoDB counts them or a few more.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(typed) => typed.values().map(inner).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => 0,
    }
}

fn inner(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        Value::Object(fields) => {
            let sizes = fields
                .iter()
                .map(|(name, value)| 1 + name.len() + size(value));
            3 + sizes.sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}
