//! The scripted servers of a diagnosis: the name, ECR behind it, S3, a mirror, and DNS.

pub(super) mod fault;
pub(super) mod responses;
mod server;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
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
use crate::tests::scripted::fault::Fault;
use crate::tests::scripted::responses::{AUTHORIZATION, ECR, NAME, Ports, S3, TOKEN, ecr, proxy};
use crate::tests::scripted::server::{Log, serve};

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
            let ports = Ports { own: *own_port.lock().unwrap(), s3: s3_port };
            proxy(fault, &ports, seen)
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
