//! A small client for services of which one or two calls are needed: their SDKs cost minutes of building each.
//!
//! It is the SDKs' own orchestrator with their signing, retries, timeouts, credentials and connections; what is missing
//! are types for inputs and answers. Speaks the protocols that these services have: JSON 1.1, query, and JSON over REST.

use std::{fmt, fmt::Write as _};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_runtime::{
    auth::{
        SigV4OperationSigningConfig,
        sigv4::{SCHEME_ID, SigV4AuthScheme},
    },
    invocation_id::InvocationIdInterceptor,
    request_info::RequestInfoInterceptor,
    retries::classifiers::AwsErrorCodeClassifier,
    service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor},
};
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{AuthSchemeOptionResolverParams, static_resolver::StaticAuthSchemeOptionResolver},
        identity::SharedIdentityResolver,
        orchestrator::{HttpRequest, HttpResponse, OrchestratorError, SensitiveOutput},
        runtime_components::RuntimeComponentsBuilder,
        runtime_plugin::StaticRuntimePlugin,
    },
};
use aws_smithy_types::{
    body::SdkBody,
    config_bag::Layer,
    error::{ErrorMetadata, metadata::ProvideErrorMetadata},
    retry::RetryConfig,
    timeout::TimeoutConfig,
};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    trouble::Trouble,
    xml::{text, texts},
};

/// What a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// JSON 1.1; the word before the call in `X-Amz-Target`.
    Json(&'static str),
    /// Query with answers in XML; the version of the service.
    Query(&'static str),
    /// JSON over REST: the path says what is asked.
    Rest,
}

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The first part of its host name and the name that is signed.
    name: &'static str,
    protocol: Protocol,
    /// Whether it is one for all regions of a partition.
    global: bool,
}

impl Service {
    /// Systems Manager.
    pub const SSM: Self = Self::regional("ssm", Protocol::Json("AmazonSSM"));
    /// Secrets Manager.
    pub const SECRETS_MANAGER: Self =
        Self::regional("secretsmanager", Protocol::Json("secretsmanager"));
    /// EventBridge.
    pub const EVENTS: Self = Self::regional("events", Protocol::Json("AWSEvents"));
    /// CloudWatch.
    pub const CLOUDWATCH: Self = Self::regional("monitoring", Protocol::Query("2010-08-01"));
    /// STS, for what its SDK does not tell: the time of an answer.
    pub const STS: Self = Self::regional("sts", Protocol::Query("2011-06-15"));
    /// Lambda.
    pub const LAMBDA: Self = Self::regional("lambda", Protocol::Rest);
    /// IAM.
    pub const IAM: Self = Self {
        name: "iam",
        protocol: Protocol::Query("2010-05-08"),
        global: true,
    };

    const fn regional(name: &'static str, protocol: Protocol) -> Self {
        Self {
            name,
            protocol,
            global: false,
        }
    }

    /// Where the service is for those in `region`, and the region that is signed.
    fn place(self, region: &str, fips: bool, dual: bool) -> (String, String) {
        let name = self.name;
        let china = region.starts_with("cn-");
        if self.global {
            return match region {
                _ if china => (
                    format!("https://{name}.cn-north-1.amazonaws.com.cn"),
                    "cn-north-1".into(),
                ),
                _ if region.starts_with("us-gov-") => (
                    format!("https://{name}.us-gov.amazonaws.com"),
                    "us-gov-west-1".into(),
                ),
                _ => (format!("https://{name}.amazonaws.com"), "us-east-1".into()),
            };
        }
        let suffix = match (china, dual) {
            (false, false) => "amazonaws.com",
            (false, true) => "api.aws",
            (true, false) => "amazonaws.com.cn",
            (true, true) => "api.amazonwebservices.com.cn",
        };
        let fips = if fips { "-fips" } else { "" };
        (
            format!("https://{name}{fips}.{region}.{suffix}"),
            region.into(),
        )
    }
}

/// One call on its way.
#[derive(Debug, Clone)]
struct Asked {
    action: &'static str,
    path: String,
    header: Option<(&'static str, &'static str)>,
    body: String,
}

/// What a service answered. `Debug` does not show it: it may be a secret, and the SDK's log shows that.
#[derive(Clone)]
pub struct Answer {
    /// The body as it came.
    pub body: String,
    /// The service's clock, when it tells it; to the second.
    pub date: Option<DateTime<Utc>>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}

/// What a service says is wrong.
#[derive(Debug)]
struct Fault(ErrorMetadata);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Fault {}

impl ProvideErrorMetadata for Fault {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// A client for one service in one region of one account. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Signed {
    service: Service,
    operation: Operation<Asked, Answer, Fault>,
}

impl Signed {
    /// For `service` with the region, endpoint, credentials, patience and connections of `sdk`. Nothing is called yet.
    #[must_use]
    pub fn new(sdk: &SdkConfig, service: Service) -> Self {
        let region = sdk.region().map_or("us-east-1", |region| region.as_ref());
        let (place, signed_region) = service.place(
            region,
            sdk.use_fips().unwrap_or_default(),
            sdk.use_dual_stack().unwrap_or_default(),
        );
        let place = sdk.endpoint_url().unwrap_or(&place);

        let signing = SigV4OperationSigningConfig {
            region: Some(aws_config::Region::new(signed_region).into()),
            name: Some(service.name.into()),
            ..SigV4OperationSigningConfig::default()
        };
        let mut config = Layer::new("signed");
        config.store_put(AuthSchemeOptionResolverParams::new(()));
        config.store_put(signing);
        // The SDK would log every answer, secrets too.
        config.store_put(SensitiveOutput);
        let mut components = RuntimeComponentsBuilder::new("signed")
            .with_auth_scheme(SigV4AuthScheme::new())
            .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![
                SCHEME_ID,
            ])))
            .with_identity_cache(sdk.identity_cache());
        if let Some(credentials) = sdk.credentials_provider() {
            components.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
        }

        let mut operation = Operation::builder()
            .service_name(format!("{}-{region}", service.name))
            .operation_name("call")
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(place)
            .standard_retry(
                &sdk.retry_config()
                    .cloned()
                    .unwrap_or_else(RetryConfig::standard),
            )
            .timeout_config(
                sdk.timeout_config()
                    .cloned()
                    .unwrap_or_else(TimeoutConfig::disabled),
            )
            .retry_classifier(TransientErrorClassifier::<Fault>::new())
            .retry_classifier(AwsErrorCodeClassifier::<Fault>::new())
            .retry_classifier(ServiceClockSkewClassifier::<Fault>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .interceptor(ServiceClockSkewInterceptor::new())
            .interceptor(InvocationIdInterceptor::new())
            .interceptor(RequestInfoInterceptor::new())
            .with_connection_poisoning()
            .runtime_plugin(
                StaticRuntimePlugin::new()
                    .with_config(config.freeze())
                    .with_runtime_components(components),
            );
        if let Some(client) = sdk.http_client() {
            operation = operation.http_client(client);
        }
        if let Some(sleep) = sdk.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        if let Some(time) = sdk.time_source() {
            operation = operation.time_source(time);
        }
        Self {
            service,
            operation: operation
                .serializer(move |asked| request(service.protocol, asked))
                .deserializer(move |response| answer(service.protocol, response))
                .build(),
        }
    }

    /// Makes `call`, such as `ssm:DescribeMaintenanceWindows`, of a service that speaks JSON.
    ///
    /// # Errors
    /// When the call fails or the answer is no JSON.
    pub async fn json(&self, call: &'static str, input: &Value) -> Result<Value, Trouble> {
        let answer = self.call(call, input.to_string()).await?;
        Ok(serde_json::from_str(&answer.body).unwrap_or_default())
    }

    /// Makes `call`, such as `iam:SimulatePrincipalPolicy`, of a service that speaks query, with `parameters` besides
    /// action and version.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn query(
        &self,
        call: &'static str,
        parameters: &[(String, String)],
    ) -> Result<Answer, Trouble> {
        let mut body = String::new();
        for (name, value) in parameters {
            body.push('&');
            escape(name, &mut body);
            body.push('=');
            escape(value, &mut body);
        }
        self.call(call, body).await
    }

    /// Posts `body` to a path, with a header of the call's own, as a service takes `call` that speaks REST. Nothing in
    /// `path` needs to be escaped.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn post(
        &self,
        call: &'static str,
        path: String,
        header: (&'static str, &'static str),
        body: String,
    ) -> Result<Answer, Trouble> {
        self.ask(
            call,
            Asked {
                action: action(call),
                path,
                header: Some(header),
                body,
            },
        )
        .await
    }

    async fn call(&self, call: &'static str, body: String) -> Result<Answer, Trouble> {
        self.ask(
            call,
            Asked {
                action: action(call),
                path: String::from("/"),
                header: None,
                body,
            },
        )
        .await
    }

    async fn ask(&self, call: &'static str, asked: Asked) -> Result<Answer, Trouble> {
        self.operation
            .invoke(asked)
            .await
            .map_err(|error| Trouble::of(call, error))
    }

    /// What it is a client for.
    #[must_use]
    pub fn service(&self) -> Service {
        self.service
    }
}

/// The call without its service.
fn action(call: &'static str) -> &'static str {
    call.split_once(':').map_or(call, |(_, action)| action)
}

fn request(protocol: Protocol, asked: Asked) -> Result<HttpRequest, BoxError> {
    let (kind, body) = match protocol {
        Protocol::Json(_) => ("application/x-amz-json-1.1", asked.body),
        Protocol::Query(version) => (
            "application/x-www-form-urlencoded",
            format!("Action={}&Version={version}{}", asked.action, asked.body),
        ),
        Protocol::Rest => ("application/json", asked.body),
    };
    let length = body.len().to_string();
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    request.set_uri(asked.path)?;
    let headers = request.headers_mut();
    headers.insert("content-type", kind);
    headers.insert("content-length", length);
    headers.insert(
        "user-agent",
        concat!("reveille/", env!("CARGO_PKG_VERSION")),
    );
    if let Some((name, value)) = asked.header {
        headers.insert(name, value);
    }
    if let Protocol::Json(target) = protocol {
        headers.insert("x-amz-target", format!("{target}.{}", asked.action));
    }
    Ok(request)
}

fn answer(protocol: Protocol, response: &HttpResponse) -> Result<Answer, OrchestratorError<Fault>> {
    let body = response.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(body).into_owned();
    if !response.status().is_success() {
        let told = response.headers().get("x-amzn-errortype");
        return Err(OrchestratorError::operation(Fault(fault(
            protocol, told, &body,
        ))));
    }
    // A body that breaks off is another attempt's, not the caller's.
    if matches!(protocol, Protocol::Json(_))
        && !body.is_empty()
        && let Err(broken) = serde_json::from_str::<serde::de::IgnoredAny>(&body)
    {
        return Err(OrchestratorError::response(Box::new(broken)));
    }
    let date = response
        .headers()
        .get("date")
        .and_then(|date| DateTime::parse_from_rfc2822(date).ok())
        .map(|date| date.to_utc());
    Ok(Answer { body, date })
}

/// The code and the message of a refusal; none of them when it is not told in the protocol's way.
fn fault(protocol: Protocol, told: Option<&str>, body: &str) -> ErrorMetadata {
    let (code, message) = match protocol {
        Protocol::Json(_) | Protocol::Rest => {
            let body: Value = serde_json::from_str(body).unwrap_or_default();
            let text = |keys: &[&str]| {
                keys.iter()
                    .find_map(|key| body.get(*key)?.as_str())
                    .map(str::to_owned)
            };
            // AWS writes `com.amazonaws.ssm#ThrottlingException` and `ThrottlingException:http://…`.
            let code = text(&["__type", "code"])
                .or_else(|| told.map(str::to_owned))
                .map(|code| {
                    let code = code.rsplit('#').next().unwrap_or_default();
                    code.split(':').next().unwrap_or_default().to_owned()
                });
            (code, text(&["message", "Message", "errorMessage"]))
        }
        Protocol::Query(_) => {
            let lists = texts(body, "Error", &["Code", "Message"]).unwrap_or_default();
            let found = |name| {
                lists
                    .iter()
                    .find_map(|list| text(list, name))
                    .map(str::to_owned)
            };
            (found("Code"), found("Message"))
        }
    };
    let mut fault = ErrorMetadata::builder();
    if let Some(code) = code {
        fault = fault.code(code);
    }
    if let Some(message) = message {
        fault = fault.message(message);
    }
    fault.build()
}

/// Appends `text` as a form has it: everything but unreserved characters in percent signs (RFC 3986, 2.3).
fn escape(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_place(service: Service, region: &str, host: &str, signed: &str) {
        assert_eq!(
            service.place(region, false, false),
            (format!("https://{host}"), signed.to_owned())
        );
    }

    #[test]
    fn services_are_where_the_region_is() {
        check_place(
            Service::SSM,
            "eu-west-1",
            "ssm.eu-west-1.amazonaws.com",
            "eu-west-1",
        );
        check_place(
            Service::SSM,
            "cn-north-1",
            "ssm.cn-north-1.amazonaws.com.cn",
            "cn-north-1",
        );
        check_place(
            Service::EVENTS,
            "us-gov-east-1",
            "events.us-gov-east-1.amazonaws.com",
            "us-gov-east-1",
        );
        check_place(
            Service::CLOUDWATCH,
            "ap-northeast-2",
            "monitoring.ap-northeast-2.amazonaws.com",
            "ap-northeast-2",
        );
        check_place(Service::IAM, "eu-west-1", "iam.amazonaws.com", "us-east-1");
        check_place(
            Service::IAM,
            "cn-northwest-1",
            "iam.cn-north-1.amazonaws.com.cn",
            "cn-north-1",
        );
        check_place(
            Service::IAM,
            "us-gov-east-1",
            "iam.us-gov.amazonaws.com",
            "us-gov-west-1",
        );
    }

    #[test]
    fn fips_and_dual_stack_are_other_hosts() {
        let place = |fips, dual| Service::SSM.place("us-east-1", fips, dual).0;
        assert_eq!(
            place(true, false),
            "https://ssm-fips.us-east-1.amazonaws.com"
        );
        assert_eq!(place(false, true), "https://ssm.us-east-1.api.aws");
    }

    #[track_caller]
    fn check_fault(
        protocol: Protocol,
        told: Option<&str>,
        body: &str,
        expected: [Option<&str>; 2],
    ) {
        let fault = fault(protocol, told, body);
        assert_eq!([fault.code(), fault.message()], expected);
    }

    #[test]
    fn refusals_keep_code_and_message() {
        let json = Protocol::Json("AmazonSSM");
        check_fault(
            json,
            None,
            r#"{"__type":"com.amazonaws.ssm#ThrottlingException","message":"slow"}"#,
            [Some("ThrottlingException"), Some("slow")],
        );
        check_fault(
            json,
            Some("AccessDeniedException:http://x/"),
            r#"{"Message":"no"}"#,
            [Some("AccessDeniedException"), Some("no")],
        );
        check_fault(json, None, "<html>", [None, None]);
        check_fault(
            Protocol::Rest,
            Some("ResourceNotFoundException"),
            r#"{"Type":"User","Message":"no function"}"#,
            [Some("ResourceNotFoundException"), Some("no function")],
        );
        check_fault(
            Protocol::Query("1"),
            None,
            "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>a &lt; b</Message></Error></ErrorResponse>",
            [Some("Throttling"), Some("a < b")],
        );
        check_fault(Protocol::Query("1"), None, "bad gateway", [None, None]);
    }

    #[test]
    fn forms_escape_what_is_not_plain() {
        let mut form = String::new();
        escape("a b&c=d/é~", &mut form);
        assert_eq!(form, "a%20b%26c%3Dd%2F%C3%A9~");
    }
}
