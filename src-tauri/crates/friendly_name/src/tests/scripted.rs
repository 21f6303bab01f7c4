//! The scripted servers of a diagnosis: the name, ECR behind it, S3, a mirror, and DNS.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use transload_model::{RegistryHost, Secret};
use transload_network::testing::{Authority, Leaf, SelfSignedOptions, Validity, self_signed};
use transload_network::{CaOrigin, Network, Proxies};
use url::Url;

use crate::clients::files::ClientFiles;
use crate::diagnose::diagnose;
use crate::diagnosis::{NameDiagnosis, NameDiagnosisRequest};
use crate::examination::DiagnosisEnvironment;
use crate::name::FriendlyName;
use crate::probe::{RegistryBehind, RegistryCredentials};
use crate::resolver::{NameResolver, ResolutionError, ResolvedName};

pub(super) const ECR: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
const S3: &str = "prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com";
const NAME: &str = "registry.example.com";
const TOKEN: &str = "a-token-of-ecr-that-must-not-leak";
/// `AWS:` and the token.
const AUTHORIZATION: &str = "Basic QVdTOmEtdG9rZW4tb2YtZWNyLXRoYXQtbXVzdC1ub3QtbGVhaw==";
const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const OTHER_DIGEST: &str =
    "sha256:2222222222222222222222222222222222222222222222222222222222222222";
const MANIFEST: &str = r#"{"schemaVersion":2,"config":{"digest":"sha256:3333333333333333333333333333333333333333333333333333333333333333"}}"#;

/// The one thing that is wrong with a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    CnameToEcr,
    UnknownToDns,
    LookupFails,
    LoadBalancer,
    RenamedOnClients,
    OtherCertificate,
    SelfSigned,
    UnknownAuthority,
    Expired,
    ExpiresSoon,
    PlainHttp,
    NobodyListens,
    InjectsToken,
    RedirectsEverything,
    WebPage,
    NotFound,
    NoVersion,
    NoChallenge,
    Bearer,
    OwnPassword,
    OtherAccount,
    DropsAuthorization,
    ChangesPath,
    OtherImage,
    RedirectsManifests,
    S3Blocked,
    LayersFail,
    LayersToEcr,
    LayersThrough,
    LocationOfEcr,
    LocationElsewhere,
    LocationHttp,
    LocationPort,
    UploadFails,
    ReadOnly,
    PullOnly,
    BodyLimit,
    BodyTimeout,
    HeadLength,
    CloudFront,
    BasicMirror,
    WithoutToken,
    WithoutUpload,
    WithoutImage,
    WithoutTag,
    WithoutRegistry,
}

/// A request as a server received it.
struct Seen {
    method: String,
    path: String,
    authorization: Option<String>,
}

type Log = Arc<Mutex<Vec<(&'static str, String, Option<String>)>>>;

struct Resolver(HashMap<String, Result<ResolvedName, ResolutionError>>);

#[async_trait::async_trait]
impl NameResolver for Resolver {
    async fn resolve(&self, host: &str) -> Result<ResolvedName, ResolutionError> {
        self.0.get(host).cloned().unwrap_or(Err(ResolutionError::NotFound))
    }
}

struct Behind {
    host: RegistryHost,
    url: Url,
}

#[async_trait::async_trait]
impl RegistryBehind for Behind {
    fn host(&self) -> &RegistryHost {
        &self.host
    }

    fn url(&self) -> Url {
        self.url.clone()
    }

    async fn credentials(&self) -> Result<RegistryCredentials, String> {
        Ok(RegistryCredentials { user: "AWS".to_owned(), password: Secret::new(TOKEN.to_owned()) })
    }
}

pub(super) struct Scene {
    fault: Fault,
    port: u16,
    environment: DiagnosisEnvironment,
    log: Log,
    servers: Vec<JoinHandle<()>>,
    _folder: TempDir,
}

impl Drop for Scene {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

impl Scene {
    pub(super) async fn start(fault: Fault) -> Self {
        let log = Log::default();
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new("Company");
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, authority.pem()).unwrap();

        let (s3, s3_port) = serve("s3", None, &log, |_| "200 OK\r\n\r\n".to_owned()).await;
        let (ecr, ecr_port) = serve("ecr", None, &log, ecr).await;
        let (mirror, mirror_port) = serve("mirror", None, &log, |_| {
            format!("401 Unauthorized\r\nwww-authenticate: Basic realm=\"https://{ECR}/\",service=\"ecr.amazonaws.com\"\r\n\r\n")
        })
        .await;
        let leaf = certificate(fault, &authority);
        let leaf = (fault != Fault::PlainHttp).then_some(leaf);
        let port_cell = Arc::new(Mutex::new(0));
        let own_port = Arc::clone(&port_cell);
        let (name, port) = serve("name", leaf, &log, move |seen| {
            let place = Place { own_port: *own_port.lock().unwrap(), s3_port, ecr_port };
            proxy(fault, &place, seen)
        })
        .await;
        *port_cell.lock().unwrap() = port;
        if fault == Fault::NobodyListens {
            name.abort();
            let _ = name.await;
            return Self::with(
                fault,
                port,
                vec![s3, ecr, mirror],
                (ecr_port, mirror_port),
                ca_file,
                folder,
                log,
            );
        }
        Self::with(
            fault,
            port,
            vec![s3, ecr, mirror, name],
            (ecr_port, mirror_port),
            ca_file,
            folder,
            log,
        )
    }

    fn with(
        fault: Fault,
        port: u16,
        servers: Vec<JoinHandle<()>>,
        (ecr_port, mirror_port): (u16, u16),
        ca_file: std::path::PathBuf,
        folder: TempDir,
        log: Log,
    ) -> Self {
        let here: IpAddr = [127, 0, 0, 1].into();
        let found = |aliases: &[&str]| {
            let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
            Ok(ResolvedName { aliases, addresses: vec![here] })
        };
        let of_name = match fault {
            Fault::CnameToEcr => found(&[ECR]),
            Fault::LoadBalancer => found(&["dualstack.registry-1.eu-west-1.elb.amazonaws.com"]),
            Fault::UnknownToDns | Fault::RenamedOnClients => Err(ResolutionError::NotFound),
            Fault::LookupFails => Err(ResolutionError::Failed("no DNS server answers".to_owned())),
            _ => found(&[]),
        };
        let mut names = HashMap::from([(NAME.to_owned(), of_name), (ECR.to_owned(), found(&[]))]);
        if fault != Fault::S3Blocked {
            names.insert(S3.to_owned(), found(&[]));
        }
        let etc = folder.path().join("etc");
        write_client_files(fault, &etc, port, mirror_port);
        let network = Network::new(Proxies::none()).with_ca_file(CaOrigin::Settings, &ca_file);
        let registry: Arc<dyn RegistryBehind> = Arc::new(Behind {
            host: RegistryHost::parse(ECR).unwrap(),
            url: Url::parse(&format!("http://127.0.0.1:{ecr_port}/")).unwrap(),
        });
        let environment = DiagnosisEnvironment {
            network,
            resolver: Arc::new(Resolver(names)),
            registry: (fault != Fault::WithoutRegistry).then_some(registry),
            clients: ClientFiles { etc: Some(etc), ..ClientFiles::default() },
        };
        Self { fault, port, environment, log, servers, _folder: folder }
    }

    pub(super) async fn diagnose(&self) -> NameDiagnosis {
        self.diagnose_name(&format!("{NAME}:{}", self.port)).await
    }

    pub(super) async fn diagnose_name(&self, name: &str) -> NameDiagnosis {
        let request = NameDiagnosisRequest {
            name: name.to_owned(),
            image: match self.fault {
                Fault::WithoutImage => None,
                Fault::WithoutTag => Some("team/app:missing".to_owned()),
                _ => Some("team/app:1.0".to_owned()),
            },
            with_login: self.fault != Fault::WithoutToken,
            with_upload: self.fault != Fault::WithoutUpload,
        };
        let name = FriendlyName::parse(name).unwrap();
        let reported = Mutex::new(0);
        let count = |_| *reported.lock().unwrap() += 1;
        let diagnosis = diagnose(&name, &request, &self.environment, &count).await;
        assert_eq!(*reported.lock().unwrap(), diagnosis.checks.len());
        diagnosis
    }

    pub(super) fn requests(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|(to, ..)| *to == "name").map(|(_, request, _)| request.clone()).collect()
    }

    /// The token is sent to the name only if the diagnosis says so, to ECR, and to nobody else.
    pub(super) fn check_where_the_token_went(&self, diagnosis: &NameDiagnosis) {
        let text = format!("{diagnosis:?}{}", serde_json::to_string(diagnosis).unwrap());
        assert!(!text.contains(TOKEN) && !text.contains(AUTHORIZATION), "{:?}", self.fault);
        for (to, request, authorization) in self.log.lock().unwrap().iter() {
            if authorization.is_some() {
                let allowed = *to == "ecr" || (*to == "name" && diagnosis.token_sent);
                assert!(allowed, "{:?}: {to} got the token with {request}", self.fault);
            }
        }
    }
}

fn certificate(fault: Fault, authority: &Authority) -> Leaf {
    match fault {
        Fault::CnameToEcr => authority.leaf("*.dkr.ecr.eu-west-1.amazonaws.com", Validity::Now),
        Fault::OtherCertificate => authority.leaf("www.example.com", Validity::Now),
        Fault::Expired => authority.leaf(NAME, Validity::Expired),
        Fault::ExpiresSoon => authority.leaf(NAME, Validity::Soon),
        Fault::UnknownAuthority => Authority::new("Strangers").leaf(NAME, Validity::Now),
        Fault::SelfSigned => self_signed(
            NAME,
            SelfSignedOptions {
                is_authority: false,
                is_for_servers: true,
                validity: Validity::Now,
            },
        ),
        _ => authority.leaf(NAME, Validity::Now),
    }
}

fn write_client_files(fault: Fault, etc: &std::path::Path, port: u16, mirror_port: u16) {
    let write = |path: &str, text: String| {
        let path = etc.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    if fault == Fault::BasicMirror {
        let mirror = format!("http://127.0.0.1:{mirror_port}");
        write("docker/daemon.json", serde_json::json!({"registry-mirrors": [mirror]}).to_string());
    }
    if fault == Fault::RenamedOnClients {
        let rename = format!("[[registry]]\nprefix = \"{NAME}:{port}\"\nlocation = \"{ECR}\"\n");
        write("containers/registries.conf.d/50-ecr.conf", rename);
        let hosts = format!("[host.\"https://{ECR}\"]\ncapabilities = [\"pull\", \"resolve\"]\n");
        write(&format!("containerd/certs.d/{NAME}:{port}/hosts.toml"), hosts);
    }
}

/// Plays ECR.
fn ecr(seen: &Seen) -> String {
    if seen.authorization.as_deref() != Some(AUTHORIZATION) {
        return challenge(ECR);
    }
    match seen.path.as_str() {
        "/v2/" => ok("{}"),
        "/v2/team/app/manifests/1.0" => manifest(DIGEST, MANIFEST.len()),
        _ => "404 Not Found\r\n\r\n".to_owned(),
    }
}

struct Place {
    own_port: u16,
    s3_port: u16,
    ecr_port: u16,
}

fn challenge(registry: &str) -> String {
    format!(
        "401 Unauthorized\r\ndocker-distribution-api-version: registry/2.0\r\nwww-authenticate: Basic realm=\"https://{registry}/\",service=\"ecr.amazonaws.com\"\r\n\r\n"
    )
}

fn ok(body: &str) -> String {
    format!("200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn manifest(digest: &str, length: usize) -> String {
    format!("200 OK\r\ndocker-content-digest: {digest}\r\ncontent-length: {length}\r\n\r\n")
}

fn redirect(to: &str) -> String {
    format!("307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
}

/// Plays the server at the name.
fn proxy(fault: Fault, place: &Place, seen: &Seen) -> String {
    let Seen { method, path, authorization } = seen;
    match fault {
        Fault::RedirectsEverything => return redirect(&format!("https://{ECR}{path}")),
        Fault::WebPage => {
            return "200 OK\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n".to_owned();
        }
        Fault::NotFound => return "404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
        _ => {}
    }
    let has_login =
        authorization.as_deref() == Some(AUTHORIZATION) && fault != Fault::DropsAuthorization;
    if !has_login && fault != Fault::InjectsToken {
        return match fault {
            Fault::NoChallenge => {
                "401 Unauthorized\r\ndocker-distribution-api-version: registry/2.0\r\n\r\n".to_owned()
            }
            Fault::Bearer => "401 Unauthorized\r\ndocker-distribution-api-version: registry/2.0\r\nwww-authenticate: Bearer realm=\"https://auth.example.com/token\",service=\"registry\"\r\n\r\n".to_owned(),
            Fault::OwnPassword => "401 Unauthorized\r\ndocker-distribution-api-version: registry/2.0\r\nwww-authenticate: Basic realm=\"Restricted\"\r\n\r\n".to_owned(),
            Fault::OtherAccount => challenge("444455556666.dkr.ecr.eu-west-1.amazonaws.com"),
            Fault::NoVersion => challenge(ECR).replace("docker-distribution-api-version: registry/2.0\r\n", ""),
            Fault::CloudFront => challenge(ECR).replace("\r\n\r\n", "\r\nx-amz-cf-id: abc\r\n\r\n"),
            _ => challenge(ECR),
        };
    }
    let uploads = "/v2/team/app/blobs/uploads/";
    match (method.as_str(), path.as_str()) {
        ("GET", "/v2/") => ok("{}"),
        (_, "/v2/team/app/manifests/1.0") => match fault {
            Fault::ChangesPath => "404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
            Fault::OtherImage => manifest(OTHER_DIGEST, MANIFEST.len()),
            Fault::RedirectsManifests => redirect(&format!("https://{ECR}{path}")),
            Fault::HeadLength if method == "HEAD" => manifest(DIGEST, 0),
            _ if method == "HEAD" => manifest(DIGEST, MANIFEST.len()),
            _ => ok(MANIFEST),
        },
        ("GET", path) if path.starts_with("/v2/team/app/blobs/sha256:") => match fault {
            Fault::LayersFail => "502 Bad Gateway\r\ncontent-length: 0\r\n\r\n".to_owned(),
            Fault::LayersToEcr => redirect(&format!("https://{ECR}{path}")),
            Fault::LayersThrough => ok("layer"),
            _ => redirect(&format!("http://{S3}:{}/layer?X-Amz-Signature=x", place.s3_port)),
        },
        ("POST", path) if path == uploads => {
            let own = format!("https://{NAME}:{}{uploads}1", place.own_port);
            let location = match fault {
                Fault::UploadFails => {
                    return "500 Internal Server Error\r\ncontent-length: 0\r\n\r\n".to_owned();
                }
                Fault::ReadOnly => return "403 Forbidden\r\ncontent-length: 0\r\n\r\n".to_owned(),
                Fault::PullOnly => {
                    return "405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n".to_owned();
                }
                Fault::LocationOfEcr => format!("https://{ECR}{uploads}1"),
                Fault::LocationElsewhere => format!("https://cdn.example.com{uploads}1"),
                Fault::LocationHttp => own.replace("https", "http"),
                Fault::LocationPort => format!("https://{NAME}{uploads}1"),
                _ => own,
            };
            format!("202 Accepted\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
        }
        ("PATCH", _) => match fault {
            Fault::BodyLimit => "413 Content Too Large\r\ncontent-length: 0\r\n\r\n".to_owned(),
            Fault::BodyTimeout => "504 Gateway Timeout\r\ncontent-length: 0\r\n\r\n".to_owned(),
            _ => "202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned(),
        },
        ("DELETE", _) => "204 No Content\r\n\r\n".to_owned(),
        _ => {
            // A path that no check uses.
            assert_ne!(place.ecr_port, 0);
            "404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned()
        }
    }
}

/// Serves responses of a script, one connection for each request. Ends when its task is aborted.
async fn serve(
    called: &'static str,
    leaf: Option<Leaf>,
    log: &Log,
    script: impl Fn(&Seen) -> String + Send + Sync + 'static,
) -> (JoinHandle<()>, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (log, script) = (Arc::clone(log), Arc::new(script));
    let acceptor = leaf.map(|leaf| leaf.acceptor());
    let server = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let (log, script, acceptor) = (Arc::clone(&log), Arc::clone(&script), acceptor.clone());
            tokio::spawn(async move {
                match acceptor {
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(connection).await {
                            answer(called, stream, &log, &*script).await;
                        }
                    }
                    None => answer(called, connection, &log, &*script).await,
                }
            });
        }
    });
    (server, port)
}

async fn answer(
    called: &'static str,
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    log: &Log,
    script: &(impl Fn(&Seen) -> String + ?Sized),
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
        // A TLS handshake at a plain server.
        if head.first() == Some(&0x16) {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let _ = stream.shutdown().await;
            return;
        }
    }
    let head = String::from_utf8(head).unwrap();
    let header = |wanted: &str| {
        let line = head.lines().find(|line| {
            line.split_once(':').is_some_and(|(name, _)| name.eq_ignore_ascii_case(wanted))
        });
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
    let _ = stream.read_exact(&mut body).await;
    let mut words = head.split(' ');
    let seen = Seen {
        method: words.next().unwrap().to_owned(),
        path: words.next().unwrap().to_owned(),
        authorization: header("authorization"),
    };
    let request = format!("{} {}", seen.method, seen.path);
    log.lock().unwrap().push((called, request, seen.authorization.clone()));
    let response = script(&seen).replacen("\r\n", "\r\nconnection: close\r\n", 1);
    // A response to HEAD has no body.
    let response = match (seen.method.as_str(), response.split_once("\r\n\r\n")) {
        ("HEAD", Some((head, _))) => format!("{head}\r\n\r\n"),
        _ => response,
    };
    let _ = stream.write_all(format!("HTTP/1.1 {response}").as_bytes()).await;
    let _ = stream.shutdown().await;
}
