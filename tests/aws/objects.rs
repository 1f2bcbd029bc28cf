//! Objects of S3, at moto: ETags, and what is not there.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use reveille_aws::{client::Patience, s3::S3Source};
use reveille_core::port::{FetchRequest, Fetched, Source as _, SourceError};
use reveille_tests::ground::moto::moto;

use crate::reach::sdk_at;

const BUCKET: &str = "rules-of-teams";

/// Who asks. moto looks at no signature.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKIAHOME/20261123/us-east-1/s3/aws4_request, \
                             SignedHeaders=host, Signature=00";

/// Puts an object, `/bucket/key`, or without a key makes the bucket.
pub(crate) fn put(path: &str, body: &[u8]) {
    let address = moto().endpoint.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {AUTHORIZATION}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

async fn fetch(key: &str, known: Option<&str>) -> Result<Fetched, SourceError> {
    let sdk = sdk_at(
        &moto().endpoint,
        ("AKIAHOME", "secret"),
        "us-east-1",
        Patience::default(),
    );
    let location = format!("s3://{key}");
    let request = FetchRequest {
        location: &location,
        known,
        most_bytes: 8,
    };
    S3Source::with_config(&sdk.await).fetch(&request).await
}

#[tokio::test]
async fn an_object_is_read_once_for_each_of_its_versions() {
    put(&format!("/{BUCKET}"), b"");
    put(&format!("/{BUCKET}/team/a.wasm"), b"one");
    let key = format!("{BUCKET}/team/a.wasm");
    let Fetched::New { bytes, version } = fetch(&key, None).await.unwrap() else {
        panic!("it is unchanged")
    };
    assert_eq!(bytes, b"one");
    let again = fetch(&key, version.as_deref()).await.unwrap();
    assert_eq!(again, Fetched::Unchanged);
    put(&format!("/{BUCKET}/team/a.wasm"), b"two");
    let Fetched::New { bytes, .. } = fetch(&key, version.as_deref()).await.unwrap() else {
        panic!("it is unchanged")
    };
    assert_eq!(bytes, b"two");

    put(&format!("/{BUCKET}/large"), b"123456789");
    let error = fetch(&format!("{BUCKET}/large"), None).await;
    assert!(
        matches!(error, Err(SourceError::TooLarge { .. })),
        "{error:?}"
    );
    for missing in [format!("{BUCKET}/none"), "no-such-bucket/a".to_owned()] {
        let error = fetch(&missing, None).await;
        assert!(
            matches!(error, Err(SourceError::Missing { .. })),
            "{error:?}"
        );
    }
}
