use futures_util::TryStreamExt;

use super::*;
use crate::address::TlsFiles;
use crate::api::PushLayerState;
use crate::engine_info::ImageStore;
use crate::error::PushFailure;
use crate::real::{PASSWORD, RealEngine, RealRegistry, free_port, login, wait_for};
use crate::tls::TlsProblem;
use transload_model::{Digest, Tag};

/// The name under which every image of these tests is made.
const NAME: &str = "dencold/pgcli:latest";
/// Large enough for a push to be still under way when something happens in its middle.
const BIG_LAYER_BYTES: usize = 64 << 20;
const SMALL_LAYER_BYTES: usize = 300_000;

fn reference(text: &str) -> ImageReference {
    ImageReference::parse(text).unwrap()
}

fn target(registry: &RealRegistry) -> ImageReference {
    reference(&format!("{}/team/pgcli:v1", registry.host()))
}

/// A layer that does not become smaller when it is packed.
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

/// Makes an image of one layer, named [`NAME`], in the engine.
async fn import(engine: &DockerEngine, layer: Vec<u8>) {
    // Podman 4.3 takes no tag here, and `latest` without one is what Docker means as well.
    let options = bollard::query_parameters::CreateImageOptionsBuilder::new()
        .from_src("-")
        .repo("docker.io/dencold/pgcli")
        .build();
    let body = bollard::body_full(layer.into());
    let stream = engine.docker.create_image(Some(options), Some(body), None);
    stream.try_collect::<Vec<_>>().await.unwrap();
}

async fn push_whole(
    engine: &DockerEngine,
    reference: &ImageReference,
    password: &str,
) -> (Vec<PushProgress>, Result<PushOutcome, DockerError>) {
    let mut seen = Vec::new();
    let mut progress = |item| seen.push(item);
    let never = CancellationToken::new();
    let outcome = engine.push(reference, None, &login(password), &mut progress, &never).await;
    (seen, outcome)
}

fn failure_of(outcome: Result<PushOutcome, DockerError>) -> (PushFailure, String) {
    match outcome {
        Err(DockerError::PushFailed { cause, message, .. }) => (cause, message),
        other => panic!("{other:?}"),
    }
}

/// Everything that both engines do alike.
async fn whole_way(real: &RealEngine, registry: &RealRegistry, layers_seen: bool) {
    let engine = DockerEngine::at(real.address.clone()).unwrap();
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

    let (seen, outcome) = push_whole(&engine, &target, PASSWORD).await;
    let digest = outcome.unwrap().digest;
    assert_eq!(Some(&digest), registry.digest("team/pgcli", "v1").as_ref());
    if layers_seen {
        assert!(seen.iter().all(|item| item.layer.len() == 12), "{seen:?}");
        let sent = |item: &PushProgress| matches!(item.state, PushLayerState::Sending { sent_bytes, .. } if sent_bytes > 0);
        assert!(seen.iter().any(sent), "{seen:?}");
        assert!(seen.iter().any(|item| item.state == PushLayerState::Done), "{seen:?}");
    }

    let (again, outcome) = push_whole(&engine, &target, PASSWORD).await;
    assert_eq!(outcome.unwrap().digest, digest);
    if layers_seen {
        let there = |item: &PushProgress| item.state == PushLayerState::AlreadyThere;
        assert!(again.iter().any(there), "{again:?}");
    }

    let (_, outcome) = push_whole(&engine, &target, "wrong").await;
    let (cause, message) = failure_of(outcome);
    assert_eq!(cause, PushFailure::Unauthorized, "{message}");

    let nowhere = reference(&format!("127.0.0.1:{}/x:1", free_port()));
    engine.tag(&image.id, &nowhere).await.unwrap();
    let (cause, message) = failure_of(push_whole(&engine, &nowhere, PASSWORD).await.1);
    assert_eq!(cause, PushFailure::Unreachable, "{message}");

    let unknown = target.with_tag(Tag::parse("unknown").unwrap());
    let (_, outcome) = push_whole(&engine, &unknown, PASSWORD).await;
    assert!(matches!(outcome, Err(DockerError::ImageMissing { .. })), "{outcome:?}");
    let nobody = Digest::of(b"nobody's image");
    assert_eq!(engine.image_by_id(&image.id).await.unwrap().id, image.id);
    let error = engine.image_by_id(&nobody).await.unwrap_err();
    assert!(matches!(error, DockerError::ImageMissing { .. }), "{error:?}");
    let error = engine.tag(&nobody, &nowhere).await.unwrap_err();
    assert!(matches!(error, DockerError::ImageMissing { .. }), "{error:?}");

    // A digest cannot be pushed to; it must not become "every tag".
    let pinned = reference(&format!("{}/team/pgcli@{}", registry.host(), Digest::of(b"")));
    push_whole(&engine, &pinned, PASSWORD).await.1.unwrap_err();

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

async fn log_in(real: &RealEngine, registry: &RealRegistry) {
    let engine = DockerEngine::at(real.address.clone()).unwrap();
    engine.log_in(&registry.host(), &login(PASSWORD)).await.unwrap();
    let error = engine.log_in(&registry.host(), &login("wrong")).await.unwrap_err();
    assert!(matches!(error, DockerError::Refused { .. }), "{error:?}");
}

#[tokio::test]
async fn docker_pushes_an_image_with_its_layers_seen_and_its_digest_known() {
    let (real, registry) = (RealEngine::docker(), RealRegistry::start());
    let info = DockerEngine::at(real.address.clone()).unwrap().info().await.unwrap();
    assert_eq!(info.product, "Docker Engine");
    assert!(info.version.starts_with(char::is_numeric), "{info:?}");
    assert_eq!((info.store, info.api.major), (ImageStore::GraphDriver, 1));
    assert_eq!(info.os, "linux");

    log_in(&real, &registry).await;
    whole_way(&real, &registry, true).await;
}

#[tokio::test]
async fn podman_pushes_an_image_with_its_digest_known() {
    let (real, registry) = (RealEngine::podman(), RealRegistry::start());
    let info = DockerEngine::at(real.address.clone()).unwrap().info().await.unwrap();
    assert_eq!(info.product, "Podman Engine");
    assert_eq!(info.store, ImageStore::Podman);
    // Podman tries a login over TLS only, which this registry does not speak.
    let engine = DockerEngine::at(real.address.clone()).unwrap();
    engine.log_in(&registry.host(), &login(PASSWORD)).await.unwrap();
    let nowhere = RegistryHost::parse(&format!("127.0.0.1:{}", free_port())).unwrap();
    let error = engine.log_in(&nowhere, &login(PASSWORD)).await.unwrap_err();
    assert!(matches!(error, DockerError::Refused { .. }), "{error:?}");
    // Podman 4.3 says nothing of the layers.
    whole_way(&real, &registry, false).await;
}

/// Cancels a push when the registry is receiving its layer, and sees that the layer never arrives.
async fn cancelled(real: &RealEngine) {
    let registry = RealRegistry::start();
    let engine = DockerEngine::at(real.address.clone()).unwrap();
    let target = target(&registry);
    import(&engine, layer(BIG_LAYER_BYTES)).await;
    let image = engine.image(&reference(NAME)).await.unwrap();
    engine.tag(&image.id, &target).await.unwrap();

    let (cancel, login) = (CancellationToken::new(), login(PASSWORD));
    let mut progress = |_| ();
    let push = engine.push(&target, None, &login, &mut progress, &cancel);
    let (look, stop) = (registry.uploads("team/pgcli"), cancel.clone());
    let watch = tokio::task::spawn_blocking(move || {
        wait_for("an upload", || look.running().then_some(()));
        stop.cancel();
    });
    let (outcome, watch) = tokio::join!(push, watch);
    watch.unwrap();
    assert!(matches!(outcome, Err(DockerError::Cancelled)), "{outcome:?}");

    // The registry keeps what it got of an upload that was given up; the engine has stopped when
    // that grows no more.
    let uploads = registry.uploads("team/pgcli");
    let (mut size, mut looks) = (0, 0);
    wait_for("the end of the upload", || {
        let now = uploads.received_bytes();
        looks = if now == size { looks + 1 } else { 0 };
        size = now;
        (looks == 25).then_some(())
    });
    assert!(size < BIG_LAYER_BYTES as u64, "{size} bytes came");
    assert!(!uploads.arrived(), "the engine went on");
    assert_eq!(registry.digest("team/pgcli", "v1"), None);
    // The engine is still there, and does the same push from the start.
    push_whole(&engine, &target, PASSWORD).await.1.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_of_docker_that_is_cancelled_in_a_layer_ends_and_leaves_nothing() {
    cancelled(&RealEngine::docker()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_of_podman_that_is_cancelled_in_a_layer_ends_and_leaves_nothing() {
    cancelled(&RealEngine::podman()).await;
}

#[tokio::test]
async fn an_engine_that_dies_in_a_push_is_a_lost_connection() {
    let (mut real, registry) = (RealEngine::docker(), RealRegistry::start());
    let engine = DockerEngine::at(real.address.clone()).unwrap();
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

/// Makes an authority, a server's and a client's certificate in a folder, with Docker's names.
fn certificates(folder: &std::path::Path) {
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
async fn an_engine_behind_tls_is_reached_with_the_right_certificates_only() {
    let port = free_port();
    let real = RealEngine::docker_with(|folder| {
        certificates(folder);
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
        DockerEngine::at(address).unwrap().info().await
    };
    assert_eq!(info(Some(files.clone())).await.unwrap().product, "Docker Engine");
    let trusting = TlsFiles { ca: None, skip_verify: true, ..files.clone() };
    assert_eq!(info(Some(trusting)).await.unwrap().product, "Docker Engine");
    // The system does not know this authority.
    let problem = async |tls| match info(tls).await.unwrap_err() {
        DockerError::TlsFailed { problem, .. } => problem,
        other => panic!("{other:?}"),
    };
    let unknown = problem(Some(TlsFiles { ca: None, ..files.clone() })).await;
    assert!(matches!(unknown, TlsProblem::UnknownIssuer { .. }), "{unknown:?}");
    // Without a certificate of ours, and without TLS, the engine does not talk.
    let without = problem(Some(TlsFiles { identity: None, ..files })).await;
    assert_eq!(without, TlsProblem::ClientCertificateMissing);
    assert_eq!(problem(None).await, TlsProblem::TlsRequired);
}
