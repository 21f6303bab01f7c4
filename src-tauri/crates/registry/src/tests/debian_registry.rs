//! Tests with Debian's `docker-registry` (distribution 2.8). They fail if the package `docker-registry` is not
//! installed.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::api::{BlobApi, ListApi, ManifestApi, RegistryApi, UploadApi};
use crate::client::RegistryClient;
use crate::error::RegistryError;
use crate::tests::support::{anonymous, client, descriptor, fixed, read_all, source};
use transload_model::{Digest, RawManifest, Tag, media_type};

/// `writer` with the password `correct horse`, hashed with `htpasswd -B`.
const HTPASSWD: &str = "writer:$2y$05$jXB.WjTWGZxuZl7oDTIxjeXmBLGORkOSHxcovxMj0V4gI0fLCF4Iu";

/// A registry process, which is killed when the value is dropped, also after a panic.
struct Registry {
    process: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Registry {
    fn start(with_login: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let users = folder.path().join("htpasswd");
        std::fs::write(&users, HTPASSWD).unwrap();
        let auth = if with_login {
            format!("auth:\n  htpasswd:\n    realm: test\n    path: {}\n", users.display())
        } else {
            String::new()
        };
        let config = format!(
            "version: 0.1\nlog:\n  level: warn\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {address}\n{auth}",
            folder.path().join("data").display()
        );
        let file = folder.path().join("config.yml");
        std::fs::write(&file, config).unwrap();
        let mut process = Command::new("docker-registry")
            .arg("serve")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("docker-registry isn't installed; the package has the same name");
        // Read the log, because the registry blocks when the pipe is full.
        let log = BufReader::new(process.stderr.take().unwrap());
        std::thread::spawn(move || log.lines().for_each(drop));
        let registry = Self { process, address, _folder: folder };
        let limit = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < limit, "the registry doesn't accept connections at {address}");
            std::thread::yield_now();
        }
        registry
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn test_bytes(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 31 % 251) as u8).collect()
}

/// Uploads a configuration and a layer, and returns the manifest of both.
async fn push_parts(client: &RegistryClient, path: &str) -> RawManifest {
    let (config, layer) = (b"{}".to_vec(), test_bytes(1000));
    for part in [&config, &layer] {
        client.upload_blob(path, &descriptor(part), source(part)).await.unwrap();
    }
    let text = format!(
        "{{\n \"schemaVersion\": 2,  \"mediaType\": \"{}\",\n \"config\": {{\"mediaType\":\"{}\",\"digest\":\"{}\",\"size\":{}}},\n \"layers\": [{{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"{}\",\"size\":{}}}]}}\n",
        media_type::OCI_MANIFEST,
        media_type::OCI_CONFIG,
        Digest::of(&config),
        config.len(),
        Digest::of(&layer),
        layer.len()
    );
    RawManifest::new(Bytes::from(text), None).unwrap()
}

#[tokio::test]
async fn blobs_of_all_sizes_are_downloaded_unchanged() {
    let registry = Registry::start(false);
    let client = anonymous(registry.address);
    client.check_login().await.unwrap();
    for length in [0, 1, 5_000_000] {
        let bytes = test_bytes(length);
        let blob = descriptor(&bytes);
        assert!(!client.has_blob("team/app", &blob.digest).await.unwrap(), "{length}");
        client.upload_blob("team/app", &blob, source(&bytes)).await.unwrap();
        assert!(client.has_blob("team/app", &blob.digest).await.unwrap(), "{length}");
        let downloaded = read_all(client.blob("team/app", &blob).await.unwrap()).await.unwrap();
        assert!(downloaded == bytes, "{length}");
    }
}

#[tokio::test]
async fn the_registry_rejects_a_blob_with_another_digest() {
    let registry = Registry::start(false);
    let client = anonymous(registry.address);
    let error = client.upload_blob("a", &descriptor(b"abc"), source(b"abd")).await.unwrap_err();
    assert!(
        matches!(error, RegistryError::Refused { status: 400, ref code, .. } if code == "DIGEST_INVALID"),
        "{error}"
    );
    assert!(!client.has_blob("a", &Digest::of(b"abc")).await.unwrap());
}

#[tokio::test]
async fn manifests_are_stored_unchanged_and_tags_are_listed() {
    let registry = Registry::start(false);
    let client = anonymous(registry.address);
    let manifest = push_parts(&client, "team/app").await;
    assert_eq!(client.manifest_head("team/app", "1").await.unwrap(), None);
    for reference in ["1", "2", manifest.digest().as_str()] {
        client.put_manifest("team/app", reference, &manifest).await.unwrap();
        assert_eq!(client.manifest("team/app", reference).await.unwrap(), manifest);
        let head = client.manifest_head("team/app", reference).await.unwrap().unwrap();
        assert_eq!(&head.digest, manifest.digest());
        assert_eq!(head.size_bytes, Some(manifest.bytes().len() as u64));
        assert_eq!(head.media_type.as_deref(), Some(media_type::OCI_MANIFEST));
    }
    // Distribution 2.8 returns tags in arbitrary order.
    let mut tags = client.tags("team/app").await.unwrap();
    tags.sort();
    assert_eq!(tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(client.catalog().await.unwrap(), ["team/app"]);
    let missing = client.manifest("team/app", "3").await.unwrap_err();
    assert!(matches!(missing, RegistryError::Missing { repository: false, .. }), "{missing}");
    let missing = client.tags("nobody").await.unwrap_err();
    assert!(matches!(missing, RegistryError::Missing { repository: true, .. }), "{missing}");
}

#[tokio::test]
async fn the_registry_rejects_a_manifest_with_missing_blobs() {
    let registry = Registry::start(false);
    let client = anonymous(registry.address);
    let manifest = push_parts(&client, "first").await;
    let error = client.put_manifest("second", "1", &manifest).await.unwrap_err();
    assert!(
        matches!(error, RegistryError::Refused { ref code, .. } if code == "MANIFEST_BLOB_UNKNOWN"),
        "{error}"
    );
}

#[tokio::test]
async fn the_login_is_sent_if_the_registry_requires_it() {
    let registry = Registry::start(true);
    let right = client(registry.address, fixed("writer", "correct horse"));
    right.check_login().await.unwrap();
    let manifest = push_parts(&right, "a").await;
    right.put_manifest("a", "1", &manifest).await.unwrap();
    for (login, expected) in
        [(fixed("writer", "wrong"), true), (Arc::new(crate::login::AnonymousLogin) as _, false)]
    {
        let client = client(registry.address, login);
        for error in [
            client.check_login().await.unwrap_err(),
            client.manifest("a", "1").await.unwrap_err(),
            client.upload_blob("a", &descriptor(b"x"), source(b"x")).await.unwrap_err(),
        ] {
            assert!(
                matches!(error, RegistryError::Unauthorized { had_login, .. } if had_login == expected),
                "{error}"
            );
        }
    }
}
