//! Signatures of requests, verified as AWS does.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>, in headers only. The
//! time that is signed is not compared with any clock.

use std::fmt::Write as _;

use hyper::{HeaderMap, http::request::Parts};
use sha2::{Digest, Sha256};

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// What an `Authorization` header says: `AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/ec2/aws4_request,
/// SignedHeaders=host;x-amz-date, Signature=0abc`.
#[derive(Debug)]
pub(super) struct Authorization<'a> {
    pub(super) access_key: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    date: &'a str,
    scope: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads it; none when it is not there or is another kind.
    pub(super) fn read(headers: &'a HeaderMap) -> Option<Self> {
        let header = headers.get("authorization")?.to_str().ok()?;
        let fields = header.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let field = |name: &str| {
            let mut all = fields.split(',').map(str::trim);
            all.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
        };
        let (access_key, scope) = field("Credential")?.split_once('/')?;
        let mut parts = scope.split('/');
        let (date, region, service) = (parts.next()?, parts.next()?, parts.next()?);
        (parts.next() == Some("aws4_request")).then_some(Self {
            access_key,
            region,
            service,
            date,
            scope,
            signed_headers: field("SignedHeaders")?,
            signature: field("Signature")?,
        })
    }

    /// Whether whoever has `secret` signed this request, its body and host included.
    pub(super) fn is_of(&self, secret: &str, head: &Parts, body: &[u8]) -> bool {
        let names = || self.signed_headers.split(';');
        let Some(time) = value(&head.headers, "x-amz-date") else {
            return false;
        };
        if !names().any(|name| name == "host") || !time.starts_with(self.date) {
            return false;
        }
        let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
        let mut canonical = format!("{}\n{path}\n{query}\n", head.method);
        for name in names() {
            let Some(value) = value(&head.headers, name) else {
                return false;
            };
            let _ = writeln!(canonical, "{name}:{value}");
        }
        let _ = write!(
            canonical,
            "\n{}\n{}",
            self.signed_headers,
            hex(&Sha256::digest(body))
        );
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{time}\n{}\n{}",
            self.scope,
            hex(&Sha256::digest(canonical))
        );
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in self.scope.split('/') {
            key = hmac(&key, part.as_bytes());
        }
        hex(&hmac(&key, to_sign.as_bytes())) == self.signature
    }
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(message)
        .finalize();
    let outer = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x5c))
        .chain_update(inner)
        .finalize();
    outer.to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
