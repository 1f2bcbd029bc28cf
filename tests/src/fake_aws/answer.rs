//! Answers in the protocol of each service.
//!
//! EC2's and the query protocol: <https://docs.aws.amazon.com/ec2/latest/devguide/making-api-requests.html> and
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html>. JSON: the protocol of SSM and
//! EventBridge, <https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html>.

use serde_json::{Value, json};

use super::{
    refusal::Refusal,
    request::{Request, Service},
    xml::escaped,
};

/// What a call gives.
#[derive(Debug)]
pub(super) enum Given {
    /// The inside of the answer's element.
    Xml(String),
    /// A document.
    Json(Value),
    /// Nothing but that it is taken.
    Accepted,
}

/// An answer on its way.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

const XML: &str = "text/xml;charset=UTF-8";
const JSON: &str = "application/x-amz-json-1.1";

/// Whether its answers are JSON.
fn speaks_json(service: Service) -> bool {
    match service {
        Service::EventBridge | Service::Lambda | Service::Secrets | Service::Ssm => true,
        Service::CloudWatch | Service::Ec2 | Service::Iam | Service::Rds | Service::Sts => false,
    }
}

fn namespace(service: Service) -> &'static str {
    match service {
        Service::CloudWatch => "http://monitoring.amazonaws.com/doc/2010-08-01/",
        Service::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
        Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
        Service::Rds => "http://rds.amazonaws.com/doc/2014-10-31/",
        Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        Service::EventBridge | Service::Lambda | Service::Secrets | Service::Ssm => "",
    }
}

/// The answer to `request`.
pub(super) fn given(request: &Request, given: Given, id: &str) -> Answer {
    let (action, space) = (&request.action, namespace(request.service));
    let body = match given {
        Given::Json(document) => {
            return Answer {
                status: 200,
                content_type: JSON,
                body: document.to_string(),
            };
        }
        Given::Accepted => {
            return Answer {
                status: 202,
                content_type: JSON,
                body: String::new(),
            };
        }
        Given::Xml(inside) if request.service == Service::Ec2 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{action}Response xmlns=\"{space}\"><requestId>{id}</requestId>{inside}</{action}Response>"
        ),
        Given::Xml(inside) => format!(
            "<{action}Response xmlns=\"{space}\"><{action}Result>{inside}</{action}Result><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{action}Response>"
        ),
    };
    Answer {
        status: 200,
        content_type: XML,
        body,
    }
}

/// The answer when `service` refuses; a service that could not be read speaks as EC2 does.
pub(super) fn refused(service: Option<Service>, refusal: &Refusal, id: &str) -> Answer {
    let (code, message) = (escaped(&refusal.code), escaped(&refusal.message));
    let service = service.unwrap_or(Service::Ec2);
    let (content_type, body) = if speaks_json(service) {
        let document = json!({"__type": refusal.code, "message": refusal.message});
        (JSON, document.to_string())
    } else if service == Service::Ec2 {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>{id}</RequestID></Response>"
        );
        (XML, body)
    } else {
        let kind = if refusal.status < 500 {
            "Sender"
        } else {
            "Receiver"
        };
        let body = format!(
            "<ErrorResponse xmlns=\"{}\"><Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
            namespace(service)
        );
        (XML, body)
    };
    Answer {
        status: refusal.status,
        content_type,
        body,
    }
}
