//! Calls against a real dockerd and a real Podman, with a real registry.

use futures_util::TryStreamExt;

use super::*;
use crate::api::PushLayerState;
use crate::engine_info::ImageStore;
use crate::error::PushFailure;
use crate::test_servers::{
    CLOSED_PORT, PASSWORD, RealEngine, RealRegistry, free_port, login, wait_for,
};
use crate::tls_files::TlsFiles;
use crate::tls_problem::TlsProblem;
use transload_model::{Digest, Tag};

/// The name of every imported image.
const NAME: &str = "dencold/pgcli:latest";
/// Large enough for a push to be still running when the test interrupts it.
const BIG_LAYER_BYTES: usize = 64 << 20;
const SMALL_LAYER_BYTES: usize = 300_000;

fn reference(text: &str) -> ImageReference {
    ImageReference::parse(text).unwrap()
}

fn target(registry: &RealRegistry) -> ImageReference {
    reference(&format!("{}/team/pgcli:v1", registry.host()))
}

/// Returns a layer that can't be compressed.
fn layer(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut content = Vec::with_capacity(bytes);
    while content.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        content.extend_from_slice(&state.to_le_bytes());
    }
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, "content", content.as_slice()).unwrap();
    archive.into_inner().unwrap()
}

/// Imports an image of one layer, named [`NAME`].
async fn import(engine: &DockerEngine, layer: Vec<u8>) {
    // Podman 4.3 does not accept a tag here. Without one, both engines use `latest`.
    let options = bollard::query_parameters::CreateImageOptionsBuilder::new()
        .from_src("-")
        .repo("docker.io/dencold/pgcli")
        .build();
    let body = bollard::body_full(layer.into());
    let stream = engine.docker.create_image(Some(options), Some(body), None);
    stream.try_collect::<Vec<_>>().await.unwrap();
}

async fn push_with_reports(
    engine: &DockerEngine,
    reference: &ImageReference,
    password: &str,
) -> (Vec<PushProgress>, Result<PushOutcome, DockerError>) {
    let mut reports = Vec::new();
    let mut progress = |report| reports.push(report);
    let never = CancellationToken::new();
    let outcome = engine.push(reference, None, &login(password), &mut progress, &never).await;
    (reports, outcome)
}

fn failure_of(outcome: Result<PushOutcome, DockerError>) -> (PushFailure, String) {
    match outcome {
        Err(DockerError::PushFailed { cause, message, .. }) => (cause, message),
        other => panic!("{other:?}"),
    }
}

/// The calls with the same results in both engines. `reports_layers` is whether the engine reports
/// the progress of layers.
async fn import_tag_and_push(real: &RealEngine, registry: &RealRegistry, reports_layers: bool) {
    let engine = DockerEngine::new(real.address.clone()).unwrap();
    let source = reference(NAME);
    let target = target(registry);

    assert_eq!(engine.images().await.unwrap(), []);
    import(&engine, layer(SMALL_LAYER_BYTES)).await;

    let images = engine.images().await.unwrap();
    assert_eq!(images.len(), 1, "{images:?}");
    assert_eq!(images[0].references, std::slice::from_ref(&source));
    assert!(images[0].size_bytes >= SMALL_LAYER_BYTES as u64, "{images:?}");
    assert!(images[0].created_at_ms.is_some());
    let image = engine.image(&source).await.unwrap();
    assert_eq!(image.id, images[0].id);
    assert_eq!(image.platforms.len(), 1, "{image:?}");
    assert_eq!(image.platforms[0].os, "linux");
    assert!(image.created_at_ms.is_some());

    engine.tag(&image.id, &target).await.unwrap();
    assert_eq!(engine.image(&target).await.unwrap().id, image.id);

    let (reports, outcome) = push_with_reports(&engine, &target, PASSWORD).await;
    let digest = outcome.unwrap().digest;
    assert_eq!(Some(&digest), registry.digest("team/pgcli", "v1").as_ref());
    if reports_layers {
        assert!(reports.iter().all(|report| report.layer.len() == 12), "{reports:?}");
        let is_sending = |report: &PushProgress| matches!(report.state, PushLayerState::Sending { sent_bytes, .. } if sent_bytes > 0);
        assert!(reports.iter().any(is_sending), "{reports:?}");
        let is_done = |report: &PushProgress| report.state == PushLayerState::Done;
        assert!(reports.iter().any(is_done), "{reports:?}");
    }

    let (reports, outcome) = push_with_reports(&engine, &target, PASSWORD).await;
    assert_eq!(outcome.unwrap().digest, digest);
    if reports_layers {
        let exists = |report: &PushProgress| report.state == PushLayerState::AlreadyExists;
        assert!(reports.iter().any(exists), "{reports:?}");
    }

    let (_, outcome) = push_with_reports(&engine, &target, "wrong").await;
    let (cause, message) = failure_of(outcome);
    assert_eq!(cause, PushFailure::Unauthorized, "{message}");

    let unreachable = reference(&format!("127.0.0.1:{CLOSED_PORT}/x:1"));
    engine.tag(&image.id, &unreachable).await.unwrap();
    let (cause, message) = failure_of(push_with_reports(&engine, &unreachable, PASSWORD).await.1);
    assert_eq!(cause, PushFailure::Unreachable, "{message}");

    let unknown = target.with_tag(Tag::parse("unknown").unwrap());
    let (_, outcome) = push_with_reports(&engine, &unknown, PASSWORD).await;
    assert!(matches!(outcome, Err(DockerError::ImageMissing { .. })), "{outcome:?}");
    let unknown_id = Digest::of(b"no image");
    assert_eq!(engine.image_by_id(&image.id).await.unwrap().id, image.id);
    let error = engine.image_by_id(&unknown_id).await.unwrap_err();
    assert!(matches!(error, DockerError::ImageMissing { .. }), "{error:?}");
    let error = engine.tag(&unknown_id, &unreachable).await.unwrap_err();
    assert!(matches!(error, DockerError::ImageMissing { .. }), "{error:?}");

    // A push to a digest is an error. It must not push every tag.
    let pinned = reference(&format!("{}/team/pgcli@{}", registry.host(), Digest::of(b"")));
    push_with_reports(&engine, &pinned, PASSWORD).await.1.unwrap_err();

    engine.untag(&target).await.unwrap();
    let error = engine.image(&target).await.unwrap_err();
    assert!(
        matches!(&error, DockerError::ImageMissing { reference } if *reference == target.familiar()),
        "{error:?}"
    );
    let error = engine.untag(&target).await.unwrap_err();
    assert!(matches!(error, DockerError::ImageMissing { .. }), "{error:?}");
    assert_eq!(engine.image(&source).await.unwrap().id, image.id);
}

async fn check_login(real: &RealEngine, registry: &RealRegistry) {
    let engine = DockerEngine::new(real.address.clone()).unwrap();
    engine.log_in(&registry.host(), &login(PASSWORD)).await.unwrap();
    let error = engine.log_in(&registry.host(), &login("wrong")).await.unwrap_err();
    assert!(matches!(error, DockerError::ErrorResponse { .. }), "{error:?}");
}

#[tokio::test]
async fn docker_pushes_an_image_and_reports_layers_and_digest() {
    let (real, registry) = (RealEngine::docker(), RealRegistry::start());
    let info = DockerEngine::new(real.address.clone()).unwrap().info().await.unwrap();
    assert_eq!(info.product, "Docker Engine");
    assert!(info.version.starts_with(char::is_numeric), "{info:?}");
    assert_eq!((info.store, info.api.major), (ImageStore::GraphDriver, 1));
    assert_eq!(info.os, "linux");

    check_login(&real, &registry).await;
    import_tag_and_push(&real, &registry, true).await;
}

#[tokio::test]
async fn podman_pushes_an_image_and_reports_its_digest() {
    let (real, registry) = (RealEngine::podman(), RealRegistry::start());
    let info = DockerEngine::new(real.address.clone()).unwrap().info().await.unwrap();
    assert_eq!(info.product, "Podman Engine");
    assert_eq!(info.store, ImageStore::Podman);
    // Podman checks a login only over TLS, which this registry does not support.
    let engine = DockerEngine::new(real.address.clone()).unwrap();
    engine.log_in(&registry.host(), &login(PASSWORD)).await.unwrap();
    let unreachable = RegistryHost::parse(&format!("127.0.0.1:{CLOSED_PORT}")).unwrap();
    let error = engine.log_in(&unreachable, &login(PASSWORD)).await.unwrap_err();
    assert!(matches!(error, DockerError::ErrorResponse { .. }), "{error:?}");
    // Podman 4.3 does not report layers.
    import_tag_and_push(&real, &registry, false).await;
}

/// Cancels a push while the registry receives the layer, and checks that the upload never
/// completes.
async fn cancel_push(real: &RealEngine) {
    let registry = RealRegistry::start();
    let engine = DockerEngine::new(real.address.clone()).unwrap();
    let target = target(&registry);
    import(&engine, layer(BIG_LAYER_BYTES)).await;
    let image = engine.image(&reference(NAME)).await.unwrap();
    engine.tag(&image.id, &target).await.unwrap();

    let (cancel, login) = (CancellationToken::new(), login(PASSWORD));
    let mut progress = |_| ();
    let push = engine.push(&target, None, &login, &mut progress, &cancel);
    let (uploads, stop) = (registry.repository("team/pgcli"), cancel.clone());
    let cancel_during_upload = tokio::task::spawn_blocking(move || {
        wait_for("an upload", || uploads.has_uploads().then_some(()));
        stop.cancel();
    });
    let (outcome, cancelled) = tokio::join!(push, cancel_during_upload);
    cancelled.unwrap();
    assert!(matches!(outcome, Err(DockerError::Cancelled)), "{outcome:?}");

    // The registry keeps the bytes of an abandoned upload. The engine has stopped when their number
    // no longer grows.
    let uploads = registry.repository("team/pgcli");
    let (mut size, mut unchanged_polls) = (0, 0);
    wait_for("the end of the upload", || {
        let now = uploads.received_bytes();
        unchanged_polls = if now == size { unchanged_polls + 1 } else { 0 };
        size = now;
        (unchanged_polls == 25).then_some(())
    });
    assert!(size < BIG_LAYER_BYTES as u64, "received {size} bytes");
    assert!(!uploads.has_blobs(), "the engine did not stop");
    assert_eq!(registry.digest("team/pgcli", "v1"), None);
    // The engine still runs, and can repeat the push.
    push_with_reports(&engine, &target, PASSWORD).await.1.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_docker_push_cancelled_during_a_layer_stops() {
    cancel_push(&RealEngine::docker()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_podman_push_cancelled_during_a_layer_stops() {
    cancel_push(&RealEngine::podman()).await;
}

#[tokio::test]
async fn an_engine_killed_during_a_push_is_a_lost_connection() {
    let (mut real, registry) = (RealEngine::docker(), RealRegistry::start());
    let engine = DockerEngine::new(real.address.clone()).unwrap();
    let target = target(&registry);
    import(&engine, layer(BIG_LAYER_BYTES)).await;
    let image = engine.image(&reference(NAME)).await.unwrap();
    engine.tag(&image.id, &target).await.unwrap();
    let mut progress = |item: PushProgress| {
        if matches!(item.state, PushLayerState::Sending { .. }) {
            real.server.kill();
        }
    };
    let never = CancellationToken::new();
    let outcome = engine.push(&target, None, &login(PASSWORD), &mut progress, &never).await;
    assert!(matches!(outcome, Err(DockerError::ConnectionLost { .. })), "{outcome:?}");
    let error = engine.info().await.unwrap_err();
    assert!(matches!(error, DockerError::NotRunning { .. }), "{error:?}");
}

/// Creates an authority, a server certificate and a client certificate in a folder, with Docker's
/// names.
fn create_certificates(folder: &std::path::Path) {
    let script =
        "set -e; openssl req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca.pem \
         -subj /CN=authority -days 2
         printf 'subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=serverAuth' > server.ext
         printf 'extendedKeyUsage=clientAuth' > client.ext
         for name in server client; do
           openssl req -newkey rsa:2048 -nodes -keyout $name-key.pem -out $name.csr -subj /CN=$name
           openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial \
             -out $name.pem -days 2 -extfile $name.ext
         done
         mkdir client; cp ca.pem client; cp client.pem client/cert.pem
         cp client-key.pem client/key.pem";
    let output =
        std::process::Command::new("sh").args(["-c", script]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn an_engine_with_tls_requires_the_right_certificates() {
    let port = free_port();
    let real = RealEngine::docker_with(|folder| {
        create_certificates(folder);
        let file = |name: &str| folder.join(name).display().to_string();
        vec![
            "--tlsverify".to_owned(),
            format!("--tlscacert={}", file("ca.pem")),
            format!("--tlscert={}", file("server.pem")),
            format!("--tlskey={}", file("server-key.pem")),
            format!("--host=tcp://127.0.0.1:{port}"),
        ]
    });
    let files = TlsFiles::in_folder(&real.folder.path().join("client"));
    let info = async |tls| {
        let address = DockerAddress::parse(&format!("tcp://127.0.0.1:{port}"), tls).unwrap();
        DockerEngine::new(address).unwrap().info().await
    };
    assert_eq!(info(Some(files.clone())).await.unwrap().product, "Docker Engine");
    let unverified = TlsFiles { ca: None, skip_verify: true, ..files.clone() };
    assert_eq!(info(Some(unverified)).await.unwrap().product, "Docker Engine");
    // The system does not trust this authority.
    let problem = async |tls| match info(tls).await.unwrap_err() {
        DockerError::TlsFailed { problem, .. } => problem,
        other => panic!("{other:?}"),
    };
    let unknown = problem(Some(TlsFiles { ca: None, ..files.clone() })).await;
    assert!(matches!(unknown, TlsProblem::UnknownIssuer { .. }), "{unknown:?}");
    // The engine rejects connections without a client certificate, and without TLS.
    let without = problem(Some(TlsFiles { identity: None, ..files })).await;
    assert_eq!(without, TlsProblem::ClientCertificateMissing);
    assert_eq!(problem(None).await, TlsProblem::TlsRequired);
}
