//! A registry that responds with arbitrary bytes: nothing panics or hangs, and no wrong content is accepted.

#![no_main]

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use transload_model::{Descriptor, Digest, DigestAlgorithm, DigestHasher};
use transload_registry::{
    AnonymousLogin, BlobApi, ListApi, ManifestApi, ReferrersApi, RegistryClient, RegistryEndpoint,
    UploadApi,
};

/// Ends the response to one connection; the following bytes are the next response.
const NEXT: &[u8] = b"\n--\n";
/// More responses than any of the calls needs.
const MAX_RESPONSES: usize = 64;

static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap());
static SERVER: LazyLock<(SocketAddr, Arc<Mutex<Vec<Bytes>>>)> = LazyLock::new(|| {
    let responses: Arc<Mutex<Vec<Bytes>>> = Arc::default();
    let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    RUNTIME.spawn(serve(listener, Arc::clone(&responses)));
    (address, responses)
});

async fn serve(listener: TcpListener, responses: Arc<Mutex<Vec<Bytes>>>) {
    while let Ok((mut connection, _)) = listener.accept().await {
        let responses = Arc::clone(&responses);
        tokio::spawn(async move {
            let mut request = vec![0; 16 * 1024];
            if connection.read(&mut request).await.is_ok() {
                let response = responses.lock().unwrap().pop().unwrap_or_default();
                let _ = connection.write_all(&response).await;
                let _ = connection.shutdown().await;
            }
        });
    }
}

fn digest_of(bytes: &[u8]) -> Digest {
    let mut hasher = DigestHasher::new(DigestAlgorithm::Sha256);
    hasher.update(bytes);
    hasher.finish()
}

fuzz_target!(|input: (u8, &[u8])| {
    let (call, bytes) = input;
    let (address, responses) = &*SERVER;
    let mut script = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(NEXT.len()).position(|window| window == NEXT) {
        script.push(Bytes::copy_from_slice(&rest[..at]));
        rest = &rest[at + NEXT.len()..];
    }
    script.push(Bytes::copy_from_slice(rest));
    script.truncate(MAX_RESPONSES);
    script.reverse();
    *responses.lock().unwrap() = script;
    let endpoint = RegistryEndpoint::parse(&format!("http://{address}")).unwrap();
    let client = RegistryClient::new(endpoint, Arc::new(AnonymousLogin));
    let content = b"a blob";
    let blob = Descriptor {
        media_type: String::new(),
        digest: digest_of(content),
        size_bytes: content.len() as u64,
        platform: None,
        annotations: Default::default(),
        urls: Vec::new(),
    };
    RUNTIME.block_on(async {
        match call % 8 {
            0 => drop(client.manifest_head("a", "1").await),
            1 => {
                if let Ok(manifest) = client.manifest("a", "1").await {
                    assert_eq!(*manifest.digest(), digest_of(manifest.bytes()));
                }
            }
            2 => {
                // For a request by digest, no other bytes are accepted.
                if let Ok(manifest) = client.manifest("a", blob.digest.as_str()).await {
                    assert_eq!(*manifest.digest(), blob.digest);
                }
            }
            3 => drop(client.tags("a").await),
            4 => drop(client.catalog().await),
            5 => drop(client.referrers("a", &blob.digest).await),
            6 => {
                if let Ok(stream) = client.blob("a", &blob).await {
                    let pieces: Result<Vec<Bytes>, _> = stream.try_collect().await;
                    if let Ok(pieces) = pieces {
                        assert_eq!(pieces.concat(), content);
                    }
                }
            }
            _ => {
                let whole = futures_util::stream::iter([Ok(Bytes::from_static(content))]);
                drop(client.upload_blob("a", &blob, whole.boxed()).await);
            }
        }
    });
});
