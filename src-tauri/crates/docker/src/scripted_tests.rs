//! Calls against scripted responses: those of Docker 27 to 28.5 with the containerd store, which
//! the engines of Debian 12 can't produce.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::address::DockerAddress;
use crate::api::{DockerApi, EngineLogin};
use crate::engine::DockerEngine;
use crate::engine_image::{EngineManifestKind, EnginePlatform};
use crate::error::DockerError;
use transload_model::{Digest, ImageReference};

const INDEX: &str = "sha256:0027750000000000000000000000000000000000000000000000000000000000";
const AMD64: &str = "sha256:4d609c0000000000000000000000000000000000000000000000000000000000";
const ARM64: &str = "sha256:b3c4c20000000000000000000000000000000000000000000000000000000000";
const ATTESTATION: &str = "sha256:f2a9ab0000000000000000000000000000000000000000000000000000000000";

/// An engine that responds as a script says, and records the requests.
struct ScriptedEngine {
    engine: DockerEngine,
    requests: Arc<Mutex<Vec<String>>>,
}

type Script = Arc<dyn Fn(&str) -> Option<(StatusCode, String)> + Send + Sync>;
type ServerState = (Arc<Mutex<Vec<String>>>, Script, &'static str);

impl ScriptedEngine {
    async fn new(
        api: &'static str,
        script: impl Fn(&str) -> Option<(StatusCode, String)> + Send + Sync + 'static,
    ) -> Self {
        let requests = Arc::default();
        let state: ServerState = (Arc::clone(&requests), Arc::new(script), api);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(record_and_respond).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let address = DockerAddress::parse(&format!("tcp://127.0.0.1:{port}"), None).unwrap();
        Self { engine: DockerEngine::new(address).unwrap(), requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn record_and_respond(
    State((requests, script, api)): State<ServerState>,
    request: Request,
) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    requests.lock().unwrap().push(line.clone());
    let (status, body) = script(&line).unwrap_or_else(|| {
        (StatusCode::NOT_FOUND, json!({"message": "no such image"}).to_string())
    });
    (status, [("Api-Version", api), ("Content-Type", "application/json")], body).into_response()
}

fn ok(value: &Value) -> Option<(StatusCode, String)> {
    Some((StatusCode::OK, value.to_string()))
}

/// The response of 28.5.2 for an index of two platforms with attestations, pulled for one platform.
fn manifests() -> Value {
    let platform = |architecture: &str| json!({"architecture": architecture, "os": "linux"});
    json!([
        {"ID": AMD64, "Descriptor": {"mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": AMD64, "size": 561, "platform": platform("amd64")},
         "Available": true, "Size": {"Content": 401_601, "Total": 803_009}, "Kind": "image",
         "ImageData": {"Platform": platform("amd64"), "Size": {"Unpacked": 401_408}, "Containers": null}},
        {"ID": ARM64, "Descriptor": {}, "Available": false, "Size": {"Content": 0, "Total": 0},
         "Kind": "image",
         "ImageData": {"Platform": platform("arm64"), "Size": {"Unpacked": 0}, "Containers": null}},
        {"ID": ATTESTATION, "Descriptor": {}, "Available": false, "Size": {"Content": 0, "Total": 0},
         "Kind": "attestation", "AttestationData": {"For": AMD64}},
    ])
}

fn inspection(with_manifests: bool) -> Value {
    let mut value = json!({
        "Id": INDEX, "RepoTags": ["k/multi:1"], "RepoDigests": [format!("k/multi@{INDEX}")],
        "Os": "linux", "Architecture": "amd64", "Size": 402_880,
        "Created": "2026-08-23T10:00:00Z",
        "RootFS": {"Type": "layers", "Layers": [AMD64]},
    });
    if with_manifests {
        value["Manifests"] = manifests();
        value["Descriptor"] = json!({"mediaType": "application/vnd.oci.image.index.v1+json",
            "digest": INDEX, "size": 1279});
    }
    value
}

fn name() -> ImageReference {
    ImageReference::parse("docker.io/k/multi:1").unwrap()
}

#[tokio::test]
async fn the_parts_of_an_index_are_read_from_the_inspection_or_the_list() {
    // 1.48 reports them in the inspection, 1.47 only in the list, 1.45 nowhere.
    for (api, in_inspection, in_list, reported) in
        [("1.51", true, true, true), ("1.47", false, true, true), ("1.45", false, false, false)]
    {
        let scripted = ScriptedEngine::new(api, move |line| {
            if line.starts_with("GET /images/docker.io/k/multi:1/json")
                || line.starts_with(&format!("GET /images/{INDEX}/json"))
            {
                return ok(&inspection(in_inspection));
            }
            let mut listed = json!({
                "Id": INDEX, "ParentId": "", "RepoTags": ["k/multi:1"], "RepoDigests": [],
                "Created": 1, "Size": 803_009, "SharedSize": -1, "Labels": null, "Containers": -1,
            });
            if in_list {
                listed["Manifests"] = manifests();
            }
            line.starts_with("GET /images/json").then(|| ok(&json!([listed]))).flatten()
        })
        .await;
        for image in [
            scripted.engine.image(&name()).await.unwrap(),
            scripted.engine.image_by_id(&Digest::parse(INDEX).unwrap()).await.unwrap(),
        ] {
            assert_eq!(image.id.as_str(), INDEX);
            assert_eq!(image.manifests.is_some(), reported, "{api}");
            let platforms: Vec<_> = image.platforms.iter().map(ToString::to_string).collect();
            assert_eq!(platforms, ["linux/amd64"], "{api}");
            if let Some(parts) = &image.manifests {
                assert_eq!(image.size_bytes, 401_601, "{api}");
                assert_eq!(parts[2].kind, EngineManifestKind::Attestation);
                assert_eq!(image.is_complete(), Some(false));
            }
        }
        // An engine older than this program would reject a version in the path.
        let requests = scripted.requests();
        assert!(requests.iter().all(|line| line.starts_with("GET /images/")), "{requests:?}");
        let lists = requests.iter().filter(|line| line.starts_with("GET /images/json")).count();
        assert_eq!(lists, if api == "1.47" { 2 } else { 0 }, "{requests:?}");
    }
}

#[tokio::test]
async fn a_single_platform_is_pushed_and_its_index_is_reported() {
    let scripted = ScriptedEngine::new("1.51", |line| {
        let lines = [
            json!({"status": "The push refers to repository [127.0.0.1:1/x]"}),
            json!({"progressDetail": {}, "aux": {"manifestPushedInsteadOfIndex": true,
                "originalIndex": {"mediaType": "m", "digest": INDEX, "size": 721},
                "selectedManifest": {"mediaType": "m", "digest": AMD64, "size": 561}}}),
            json!({"status": "Pushed", "progressDetail": {}, "id": "59e5e9ac95b4"}),
            json!({"status": format!("t: digest: {AMD64} size: 561")}),
        ];
        let body: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        line.starts_with("POST /images/127.0.0.1:1/x/push").then_some((StatusCode::OK, body))
    })
    .await;
    let target = ImageReference::parse("127.0.0.1:1/x:t").unwrap();
    let login = EngineLogin { user: "AWS".to_owned(), password: "token".to_owned().into() };
    let platform = EnginePlatform {
        platform: "linux/arm64/v8".parse().unwrap(),
        os_version: Some("10.0.1".to_owned()),
    };
    let (never, mut ignore) = (CancellationToken::new(), |_| {});
    let push = scripted.engine.push(&target, Some(&platform), &login, &mut ignore, &never);
    let outcome = push.await.unwrap();
    assert_eq!(outcome.digest.as_str(), AMD64);
    assert_eq!(outcome.instead_of_index.unwrap().as_str(), INDEX);
    let requests = scripted.requests();
    let pushed = requests.iter().find(|line| line.starts_with("POST ")).unwrap();
    let (_, query) = pushed.split_once('?').unwrap();
    let fields: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let sent = fields.iter().find(|(key, _)| key == "platform").unwrap();
    let expected =
        json!({"os": "linux", "architecture": "arm64", "variant": "v8", "os.version": "10.0.1"});
    assert_eq!(serde_json::from_str::<Value>(&sent.1).unwrap(), expected);
}

/// Podman 4.3.1 pushes a manifest of schema 1 as it came unless it is asked for another format.
#[tokio::test]
async fn podman_is_asked_for_schema_2_where_the_image_has_schema_1() {
    let schema1 = "application/vnd.docker.distribution.manifest.v1";
    for (manifest_type, expected) in [
        (Some(format!("{schema1}+prettyjws")), true),
        (Some(format!("{schema1}+json")), true),
        (Some("application/vnd.docker.distribution.manifest.v2+json".to_owned()), false),
        // Another format would give it another configuration.
        (Some("application/vnd.oci.image.manifest.v1+json".to_owned()), false),
        (Some(String::new()), false),
        // Docker doesn't know the address.
        (None, false),
    ] {
        let known = manifest_type.clone();
        let scripted = ScriptedEngine::new("1.41", move |line| {
            if line == "GET /v4.0.0/libpod/images/127.0.0.1:1/x:t/json" {
                return ok(&json!({"Id": INDEX, "ManifestType": known.as_ref()?}));
            }
            let body = json!({"status": format!("t: digest: {AMD64} size: 561")}).to_string();
            line.starts_with("POST /images/127.0.0.1:1/x/push").then_some((StatusCode::OK, body))
        })
        .await;
        let target = ImageReference::parse("127.0.0.1:1/x:t").unwrap();
        let login = EngineLogin { user: "AWS".to_owned(), password: "token".to_owned().into() };
        let (never, mut ignore) = (CancellationToken::new(), |_| {});
        let pushed = scripted.engine.push(&target, None, &login, &mut ignore, &never).await;
        assert_eq!(pushed.unwrap().digest.as_str(), AMD64);
        let asked = scripted.requests();
        let asks = asked.iter().any(|line| line.contains("/push?") && line.contains("format=v2s2"));
        assert_eq!(asks, expected, "{manifest_type:?}: {asked:?}");
    }
}

#[tokio::test]
async fn an_image_is_tagged_and_inspected_by_its_id() {
    let scripted = ScriptedEngine::new("1.51", |line| {
        let is_tag = line.starts_with(&format!("POST /images/{INDEX}/tag?"));
        is_tag.then(|| (StatusCode::CREATED, String::new()))
    })
    .await;
    let (id, missing) = (Digest::parse(INDEX).unwrap(), Digest::parse(AMD64).unwrap());
    let target = ImageReference::parse("registry.example/x:t").unwrap();
    scripted.engine.tag(&id, &target).await.unwrap();
    for error in [
        scripted.engine.tag(&missing, &target).await.unwrap_err(),
        scripted.engine.image_by_id(&missing).await.unwrap_err(),
        scripted.engine.archive(&missing).await.unwrap_err(),
    ] {
        let is_named =
            matches!(&error, DockerError::ImageMissing { reference } if reference == AMD64);
        assert!(is_named, "{error:?}");
    }
    let last = scripted.requests().pop().unwrap();
    assert_eq!(last, format!("GET /images/{AMD64}/get"));
}

#[tokio::test]
async fn an_image_that_cannot_be_exported_differs_from_a_missing_one() {
    // 26.1.5 without its own platform; 26.1.5 and 28.5.2 for a nested index; a missing image.
    let errors = [
        (404, format!("unable to create manifests file: content digest {AMD64}: not found"), true),
        (500, "unable to create manifests file: invalid checksum digest format".to_owned(), true),
        (404, format!("No such image: {INDEX}"), false),
    ];
    for (status, message, exists) in errors {
        let body = json!({ "message": message }).to_string();
        let status = StatusCode::from_u16(status).unwrap();
        let scripted = ScriptedEngine::new("1.45", move |line| {
            line.ends_with("/get").then(|| (status, body.clone()))
        })
        .await;
        let error = scripted.engine.archive(&Digest::parse(INDEX).unwrap()).await.unwrap_err();
        let is_not_exportable = match &error {
            DockerError::NotExportable { reference, message: reported } => {
                assert_eq!((reference.as_str(), reported), (INDEX, &message));
                true
            }
            DockerError::ImageMissing { .. } => false,
            other => panic!("{other:?}"),
        };
        assert_eq!(is_not_exportable, exists, "{message}");
    }
}
