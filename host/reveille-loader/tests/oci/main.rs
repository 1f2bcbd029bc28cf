//! Components from an OCI registry.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod registry;

use registry::{Registry, digest, manifest};
use reveille_core::port::{FetchRequest, Fetched, Source as _, SourceError};
use reveille_loader::OciSource;
use serde_json::json;

/// Bytes that nobody looks at here.
const COMPONENT: &[u8] = b"\0asm a component";

async fn fetch(location: &str, known: Option<&str>) -> Result<Fetched, SourceError> {
    let request = FetchRequest {
        location,
        known,
        most_bytes: 100,
    };
    OciSource::default().fetch(&request).await
}

#[track_caller]
fn new(fetched: Result<Fetched, SourceError>) -> (Vec<u8>, String) {
    match fetched.unwrap() {
        Fetched::New { bytes, version } => (bytes, version.unwrap()),
        Fetched::Unchanged => panic!("it is unchanged"),
    }
}

#[tokio::test]
async fn a_tag_is_read_as_the_manifest_that_it_names() {
    let registry = Registry::start();
    let name = registry.push("1.0", COMPONENT, None);
    let location = registry.location(":1.0");
    let (bytes, version) = new(fetch(&location, None).await);
    assert_eq!((bytes.as_slice(), &version), (COMPONENT, &name));
    assert_eq!(
        fetch(&location, Some(&version)).await.unwrap(),
        Fetched::Unchanged
    );
    let other = registry.push("1.0", b"\0asm another", None);
    let (bytes, version) = new(fetch(&location, Some(&version)).await);
    assert_eq!(
        (bytes.as_slice(), &version),
        (&b"\0asm another"[..], &other)
    );
    // What a digest names stays what it is.
    let pinned = registry.location(&format!("@{name}"));
    assert_eq!(new(fetch(&pinned, None).await).0, COMPONENT);
}

#[tokio::test]
async fn a_look_at_what_is_known_asks_for_no_more_than_its_digest() {
    let registry = Registry::start();
    let name = registry.push("1.0", COMPONENT, None);
    fetch(&registry.location(":1.0"), Some(&name))
        .await
        .unwrap();
    let asked = registry.contents.lock().unwrap().asked.clone();
    assert!(
        asked.iter().all(|asked| !asked.contains("/blobs/")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_signature_is_pushed_with_its_component() {
    let registry = Registry::start();
    registry.push("1.0", COMPONENT, Some("signed"));
    let (bytes, _) = new(fetch(&registry.location(":1.0.minisig"), None).await);
    assert_eq!(bytes, b"signed");
    registry.push("2.0", COMPONENT, None);
    let error = fetch(&registry.location(":2.0.minisig"), None).await;
    assert!(
        matches!(error, Err(SourceError::Missing { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_registry_that_wants_a_token_is_asked_for_one() {
    let registry = Registry::start();
    registry.push("1.0", COMPONENT, None);
    registry.contents.lock().unwrap().is_guarded = true;
    assert_eq!(
        new(fetch(&registry.location(":1.0"), None).await).0,
        COMPONENT
    );
}

#[tokio::test]
async fn what_is_no_component_is_refused_with_what_would_be() {
    let registry = Registry::start();
    let layer = |media: &str, size: usize| json!({ "mediaType": media, "digest": digest(COMPONENT), "size": size });
    let tar = layer("application/vnd.oci.image.layer.v1.tar+gzip", 9);
    let old = layer(
        "application/vnd.wasm.content.layer.v1+wasm",
        COMPONENT.len(),
    );
    for (tag, layers, word) in [
        ("tar", vec![tar.clone()], "layer.v1.tar+gzip"),
        ("none", vec![], "0 layers"),
        ("two", vec![old.clone(), tar], "2 layers"),
    ] {
        registry.put(tag, &manifest(&layers, None), COMPONENT);
        let error = fetch(&registry.location(&format!(":{tag}")), None).await;
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains(word) && error.contains("wkg oci push"),
            "{error}"
        );
    }
    registry.put("old", &manifest(&[old], None), COMPONENT);
    assert_eq!(
        new(fetch(&registry.location(":old"), None).await).0,
        COMPONENT
    );
}

#[tokio::test]
async fn no_more_bytes_are_taken_than_are_allowed_whatever_the_manifest_says() {
    let registry = Registry::start();
    let large = [7; 101];
    registry.push("honest", &large, None);
    let lying = json!({ "mediaType": "application/wasm", "digest": digest(&large), "size": 10 });
    registry.put("lying", &manifest(&[lying], None), &large);
    for tag in [":honest", ":lying"] {
        let error = fetch(&registry.location(tag), None).await;
        assert!(
            matches!(error, Err(SourceError::TooLarge { .. })),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_manifest_of_any_length_is_not_taken() {
    let registry = Registry::start();
    registry.push("long", COMPONENT, Some(&"x".repeat(4 << 20)));
    for location in [":long", ":long.minisig"] {
        let error = fetch(&registry.location(location), None).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains("its manifest has more than"), "{error}");
    }
}

#[tokio::test]
async fn a_manifest_that_is_not_what_its_digest_names_is_refused() {
    let registry = Registry::start();
    let name = registry.push("1.0", COMPONENT, None);
    registry.misname(&name, "1.0", b"{}");
    let location = registry.location(&format!("@{name}"));
    let error = fetch(&location, None).await.unwrap_err().to_string();
    assert!(error.contains("has the digest sha256:44136fa3"), "{error}");
}

#[tokio::test]
async fn a_blob_that_is_not_what_the_manifest_names_is_refused() {
    let registry = Registry::start();
    registry.push("1.0", COMPONENT, None);
    registry.corrupt(COMPONENT, b"\0asm something else");
    let error = fetch(&registry.location(":1.0"), None).await;
    assert!(matches!(error, Err(SourceError::Other { .. })), "{error:?}");
}

#[tokio::test]
async fn a_blob_is_not_fetched_from_where_its_manifest_says_it_also_lies() {
    let (registry, elsewhere) = (Registry::start(), Registry::start());
    elsewhere.push("1.0", COMPONENT, None);
    let layer = json!({
        "mediaType": "application/wasm",
        "digest": digest(COMPONENT),
        "size": COMPONENT.len(),
        "urls": [format!("http://{}/v2/team/rule/blobs/{}", elsewhere.address, digest(COMPONENT))],
    });
    registry.put("1.0", &manifest(&[layer], None), b"nothing");
    let error = fetch(&registry.location(":1.0"), None).await;
    assert!(error.is_err(), "{error:?}");
    assert!(elsewhere.contents.lock().unwrap().asked.is_empty());
}

#[tokio::test]
async fn what_is_not_there_is_missing_and_what_fails_is_busy() {
    let registry = Registry::start();
    let error = fetch(&registry.location(":1.0"), None).await;
    assert!(
        matches!(error, Err(SourceError::Missing { .. })),
        "{error:?}"
    );
    registry.contents.lock().unwrap().broken = Some(503);
    let error = fetch(&registry.location(":1.0"), None).await;
    assert!(matches!(error, Err(SourceError::Busy { .. })), "{error:?}");
    registry.contents.lock().unwrap().broken = Some(403);
    let error = fetch(&registry.location(":1.0"), None).await;
    assert!(
        matches!(error, Err(SourceError::Denied { .. })),
        "{error:?}"
    );
    // Nobody listens there any more.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let location = format!("oci://{}/team/rule:1.0", gone.local_addr().unwrap());
    drop(gone);
    let error = fetch(&location, None).await;
    assert!(matches!(error, Err(SourceError::Busy { .. })), "{error:?}");
}
