//! A registry on this machine: as much of the OCI distribution API as a pull needs (version 1.1, read 2026-11-22).

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What lies in it, and what it was asked.
#[derive(Default)]
pub(crate) struct Contents {
    manifests: BTreeMap<String, Vec<u8>>,
    blobs: BTreeMap<String, Vec<u8>>,
    /// Whether a token is needed, which everybody gets.
    pub(crate) is_guarded: bool,
    /// Answers everything with this status.
    pub(crate) broken: Option<u16>,
    /// Methods and paths.
    pub(crate) asked: Vec<String>,
}

/// Listens until the process ends.
pub(crate) struct Registry {
    pub(crate) address: String,
    pub(crate) contents: Arc<Mutex<Contents>>,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let contents = Arc::new(Mutex::new(Contents::default()));
        let (served, host) = (Arc::clone(&contents), address.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (served, host) = (Arc::clone(&served), host.clone());
                thread::spawn(move || answer(stream, &served, &host));
            }
        });
        Self { address, contents }
    }

    pub(crate) fn location(&self, reference: &str) -> String {
        format!("oci://{}/team/rule{reference}", self.address)
    }

    /// Pushes a component as `wkg` does, and gives the digest of its manifest.
    pub(crate) fn push(&self, tag: &str, component: &[u8], signature: Option<&str>) -> String {
        let layer = json!({
            "mediaType": "application/wasm",
            "digest": digest(component),
            "size": component.len(),
        });
        let annotations = signature.map(|text| json!({ "reveille.minisig": text }));
        let manifest = manifest(&[layer], annotations);
        self.put(tag, &manifest, component)
    }

    /// Pushes any manifest.
    pub(crate) fn put(&self, tag: &str, manifest: &Value, blob: &[u8]) -> String {
        let bytes = serde_json::to_vec(manifest).unwrap();
        let name = digest(&bytes);
        let mut contents = self.contents.lock().unwrap();
        contents.blobs.insert(digest(blob), blob.to_vec());
        contents.manifests.insert(tag.to_owned(), bytes.clone());
        contents.manifests.insert(name.clone(), bytes);
        name
    }

    /// Puts another manifest in the place of one.
    pub(crate) fn misname(&self, name: &str, tag: &str, manifest: &[u8]) {
        let mut contents = self.contents.lock().unwrap();
        for name in [name, tag] {
            contents
                .manifests
                .insert(name.to_owned(), manifest.to_vec());
        }
    }

    /// Puts another blob in the place of one.
    pub(crate) fn corrupt(&self, blob: &[u8], with: &[u8]) {
        let mut contents = self.contents.lock().unwrap();
        contents.blobs.insert(digest(blob), with.to_vec());
    }
}

pub(crate) fn manifest(layers: &[Value], annotations: Option<Value>) -> Value {
    let config = b"{}";
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.wasm.config.v0+json",
            "digest": digest(config),
            "size": config.len(),
        },
        "layers": layers,
    });
    if let Some(annotations) = annotations {
        manifest["annotations"] = annotations;
    }
    manifest
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

fn answer(stream: TcpStream, contents: &Mutex<Contents>, host: &str) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else {
        return;
    };
    let headers: Vec<String> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .collect();
    let has_token = headers
        .iter()
        .any(|line| line.to_lowercase() == "authorization: bearer let-me-in");
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let mut contents = contents.lock().unwrap();
    contents.asked.push(format!("{method} {path}"));
    let (status, extra, body) = respond(&contents, path, has_token, host);
    let mut answered = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n{extra}\r\n",
        body.len()
    )
    .into_bytes();
    if method != "HEAD" {
        answered.extend_from_slice(&body);
    }
    let _ = (&stream).write_all(&answered);
}

fn respond(contents: &Contents, path: &str, has_token: bool, host: &str) -> (u16, String, Vec<u8>) {
    if let Some(status) = contents.broken {
        return (status, String::new(), Vec::new());
    }
    if path.starts_with("/token") {
        return (200, String::new(), br#"{"token":"let-me-in"}"#.to_vec());
    }
    if contents.is_guarded && !has_token {
        let challenge =
            format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\",service=\"test\"\r\n");
        return (401, challenge, Vec::new());
    }
    if path == "/v2/" {
        return (200, String::new(), Vec::new());
    }
    let found = match path.strip_prefix("/v2/team/rule/") {
        Some(rest) => match rest.split_once('/') {
            Some(("manifests", name)) => contents.manifests.get(name).map(|bytes| {
                let extra = format!(
                    "Content-Type: application/vnd.oci.image.manifest.v1+json\r\nDocker-Content-Digest: {}\r\n",
                    digest(bytes)
                );
                (200, extra, bytes.clone())
            }),
            Some(("blobs", name)) => contents
                .blobs
                .get(name)
                .map(|bytes| (200, String::new(), bytes.clone())),
            _ => None,
        },
        None => None,
    };
    found.unwrap_or_else(|| {
        let unknown = json!({ "errors": [{ "code": "MANIFEST_UNKNOWN", "message": "unknown" }] });
        (404, String::new(), unknown.to_string().into_bytes())
    })
}
