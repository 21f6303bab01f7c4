//! Real clients push and pull through nginx and Caddy with the generated configurations.

use std::fs;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use transload_tests::company_network::{CertificateAuthority, CompanyProxy, proxy_variables};
use transload_tests::images::{Format, Image, Recipe, oci_archive};
use transload_tests::name_proxy::{NameProxy, ProxyKind, ProxyTls};
use transload_tests::process::free_port;
use transload_tests::program::Program;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::system_tool;

const NAME: &str = "registry.shop.test";
const ECR: &str = "111122223333.ecr.test";
const LOGIN: (&str, &str) = ("AWS", "token-of-the-story");

/// A name with TLS, a registry with TLS and a login behind it, and a client that reaches only the name.
struct Scene {
    authority: CertificateAuthority,
    registry: TestRegistry,
    proxy: NameProxy,
    /// Every connection of the client goes through it, so that it records hosts that are not the name.
    connections: CompanyProxy,
    connect_port: u16,
    folder: TempDir,
}

impl Scene {
    async fn start(kind: ProxyKind, edit: impl Fn(String) -> String) -> Result<Self> {
        let authority = CertificateAuthority::new("Example Corp Root CA")?;
        let registry =
            TestRegistry::start_with_tls_and_login(&authority.server(ECR)?, LOGIN).await?;
        let port = registry.host().rsplit(':').next().unwrap_or_default().to_owned();
        let behind = format!("{ECR}:{port}");
        let files = authority.server(NAME)?;
        let ca_file = authority.file();
        let tls = ProxyTls { name: &files, authority: &ca_file };
        let proxy = NameProxy::start(kind, NAME, &behind, &tls, edit).await?;
        let connect_port = free_port()?;
        let leads_to = format!("127.0.0.1:{}", proxy.port());
        let connections = CompanyProxy::start(connect_port, &leads_to).await?;
        let folder = TempDir::with_prefix("clients-")?;
        fs::write(folder.path().join("auth.json"), auth_file(&format!("{NAME}:{}", proxy.port())))?;
        Ok(Self { authority, registry, proxy, connections, connect_port, folder })
    }

    fn name(&self) -> String {
        format!("{NAME}:{}", self.proxy.port())
    }

    fn skopeo(&self, words: &[&str]) -> Result<Program> {
        let auth_file = self.folder.path().join("auth.json").display().to_string();
        Ok(Program::new(system_tool("skopeo")?)
            .arguments(words)
            .variables(proxy_variables(self.connect_port))
            .variable("SSL_CERT_FILE", self.authority.file())
            .variable("REGISTRY_AUTH_FILE", auth_file))
    }

    /// Pushes an image through the name and returns the digest that a pull through the name has.
    async fn push_and_pull(&self, image: &Image) -> Result<String> {
        let archive = self.folder.path().join("image.tar");
        fs::write(&archive, oci_archive(&image.manifest, std::slice::from_ref(image), "app:1")?)?;
        let from = format!("oci-archive:{}", archive.display());
        let to = format!("docker://{}/team/app:1", self.name());
        self.skopeo(&["copy", "--insecure-policy", "--preserve-digests", &from, &to])?
            .succeed()
            .await?;
        let back = self.folder.path().join("back");
        let to_folder = format!("dir:{}", back.display());
        self.skopeo(&["copy", "--insecure-policy", "--preserve-digests", &to, &to_folder])?
            .succeed()
            .await?;
        let digest = self.skopeo(&["inspect", "--format", "{{.Digest}}", &to])?.succeed().await?;
        Ok(digest.text().trim().to_owned())
    }

    /// Every connection of the client went to the name.
    fn check_nothing_bypassed_the_name(&self) -> Result<()> {
        let hosts = self.connections.requests();
        let expected = format!("CONNECT {} ", self.name());
        ensure!(
            !hosts.is_empty() && hosts.iter().all(|line| line.starts_with(&expected)),
            "{hosts:?}"
        );
        Ok(())
    }
}

fn auth_file(name: &str) -> String {
    use base64::Engine as _;
    let auth = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", LOGIN.0, LOGIN.1));
    serde_json::json!({ "auths": { name: { "auth": auth } } }).to_string()
}

#[tokio::test]
async fn skopeo_pushes_200_mb_and_pulls_through_nginx_with_tls_on_both_sides() -> Result<()> {
    let scene = Scene::start(ProxyKind::Nginx, |text| text).await?;
    let image = Recipe::small(402).format(Format::Oci).layers([200_000_000, 3_000_000]).build()?;
    let digest = scene.push_and_pull(&image).await?;
    ensure!(digest == image.manifest.digest, "{digest}");
    scene.check_nothing_bypassed_the_name()?;
    let requests = scene.proxy.requests();
    let uploads = requests.iter().filter(|line| line.starts_with("PATCH ")).count();
    ensure!(uploads >= 2 && requests.iter().any(|line| line.starts_with("PUT ")), "{requests:?}");
    ensure!(scene.registry.log().contains("/v2/team/app/blobs/uploads/"), "the registry got them");
    Ok(())
}

#[tokio::test]
async fn skopeo_pushes_and_pulls_through_caddy_with_tls_on_both_sides() -> Result<()> {
    let scene = Scene::start(ProxyKind::Caddy, |text| text).await?;
    let image = Recipe::small(403).format(Format::Oci).layers([11_000_000]).build()?;
    let digest = scene.push_and_pull(&image).await?;
    ensure!(digest == image.manifest.digest, "{digest}");
    scene.check_nothing_bypassed_the_name()
}

/// Without the line that rewrites `Location`, the upload leaves the name: the story above would notice it.
#[tokio::test]
async fn without_the_rewritten_location_a_push_leaves_the_name() -> Result<()> {
    let without = |text: String| {
        text.lines()
            .filter(|line| !line.contains("proxy_redirect"))
            .map(|line| format!("{line}\n"))
            .collect()
    };
    let scene = Scene::start(ProxyKind::Nginx, without).await?;
    let image = Recipe::small(404).format(Format::Oci).build()?;
    let pushed = scene.push_and_pull(&image).await;
    ensure!(pushed.is_err(), "{pushed:?}");
    ensure!(scene.check_nothing_bypassed_the_name().is_err());
    Ok(())
}
