//! nginx and Caddy as reverse proxies with the configurations that Transload generates. Only addresses and the
//! paths of certificates are replaced.

use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use transload_friendly_name::{FriendlyName, GeneratedFileId, NameTarget, generate_file};
use transload_model::RegistryHost;

use crate::company_network::ServerFiles;
use crate::process::{Process, free_port};
use crate::program::Program;
use crate::tools::system_tool;

/// How long a proxy may take to start. Generous, because the machine may be compiling at the same time.
const START_LIMIT: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyKind {
    Nginx,
    Caddy,
}

/// Certificates of both sides.
pub struct ProxyTls<'a> {
    /// The certificate of the name.
    pub name: &'a ServerFiles,
    /// The authority of the registry behind it.
    pub authority: &'a Path,
}

/// A reverse proxy at a name on this computer.
pub struct NameProxy {
    process: Process,
    port: u16,
    folder: TempDir,
    _dns: LoopbackDns,
}

impl NameProxy {
    /// Starts a proxy for a name in front of a registry. `edit` changes the generated configuration, for the
    /// defects of a story.
    pub async fn start(
        kind: ProxyKind,
        host: &str,
        registry: &str,
        tls: &ProxyTls<'_>,
        edit: impl Fn(String) -> String,
    ) -> Result<Self> {
        let (folder, port, dns) =
            (TempDir::with_prefix("name-proxy-")?, free_port()?, LoopbackDns::start()?);
        let target = NameTarget {
            name: FriendlyName::parse(&format!("{host}:{port}"))?,
            registry: RegistryHost::parse(registry)?,
            region: Some("eu-west-1".to_owned()),
            resolver: dns.address(),
            hub_prefix: None,
        };
        let id = match kind {
            ProxyKind::Nginx => GeneratedFileId::Nginx,
            ProxyKind::Caddy => GeneratedFileId::Caddy,
        };
        let text = edit(generate_file(&target, id).text);
        let mut process = match kind {
            ProxyKind::Nginx => start_nginx(folder.path(), &text, tls).await?,
            ProxyKind::Caddy => start_caddy(folder.path(), &text, tls, &target, &dns).await?,
        };
        process
            .wait_until_ready(START_LIMIT, async || {
                tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()
            })
            .await?;
        Ok(Self { process, port, folder, _dns: dns })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The first lines of the requests that the proxy answered, with their status.
    pub fn requests(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

async fn start_nginx(folder: &Path, generated: &str, tls: &ProxyTls<'_>) -> Result<Process> {
    let generated = generated
        .replace("/etc/nginx/tls/registry.crt", &tls.name.certificate.display().to_string())
        .replace("/etc/nginx/tls/registry.key", &tls.name.key.display().to_string())
        .replace("/etc/ssl/certs/ca-certificates.crt", &tls.authority.display().to_string());
    let file = nginx_file(folder, &generated)?;
    let arguments =
        ["-p", &folder.display().to_string(), "-c", &file.display().to_string()].map(str::to_owned);
    let nginx = system_tool("nginx")?;
    Program::new(&nginx).arguments(["-t"]).arguments(&arguments).succeed().await?;
    Process::start(&nginx, arguments, [])
}

/// Writes the configuration around a generated server.
pub fn nginx_file(folder: &Path, generated: &str) -> Result<PathBuf> {
    let inside = folder.display();
    fs::write(folder.join("registry.conf"), generated)?;
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {inside}/{kind};\n"))
        .concat();
    let text = format!(
        "daemon off;\npid {inside}/nginx.pid;\nerror_log stderr;\nworker_processes 1;\nuser root;\n\
         events {{}}\nhttp {{\nlog_format short '$request $status';\naccess_log {inside}/access.log short;\n\
         {temporary}include {inside}/registry.conf;\n}}\n"
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, text)?;
    Ok(file)
}

async fn start_caddy(
    folder: &Path,
    generated: &str,
    tls: &ProxyTls<'_>,
    target: &NameTarget,
    dns: &LoopbackDns,
) -> Result<Process> {
    let (certificate, key) = (tls.name.certificate.display(), tls.name.key.display());
    let mut text = generated.replace(
        &format!("{} {{\n", target.name),
        &format!(
            "{} {{\n\ttls {certificate} {key}\n\tlog {{\n\t\toutput file {}/caddy.log\n\t}}\n",
            target.name,
            folder.display()
        ),
    );
    if !target.registry.is_loopback() {
        text = text.replace(
            "\t\t\tflush_interval -1\n",
            &format!(
                "\t\t\tflush_interval -1\n\t\t\ttransport http {{\n\t\t\t\ttls_trusted_ca_certs {}\n\t\t\t\tresolvers udp/{}\n\t\t\t}}\n",
                tls.authority.display(),
                dns.address()
            ),
        );
    }
    let text = format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{text}");
    let file = folder.join("Caddyfile");
    fs::write(&file, text)?;
    let (caddy, file) = (system_tool("caddy")?, file.display().to_string());
    let home = folder.display().to_string();
    let home = [("HOME".to_owned(), home.clone()), ("XDG_DATA_HOME".to_owned(), home)];
    Program::new(&caddy)
        .arguments(["validate", "--adapter", "caddyfile", "--config", &file])
        .variables(home.clone())
        .succeed()
        .await?;
    Process::start(&caddy, ["run", "--adapter", "caddyfile", "--config", &file], home)
}

/// A DNS server that answers every question with 127.0.0.1. It ends when it is dropped.
pub struct LoopbackDns {
    port: u16,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl LoopbackDns {
    /// Starts the server.
    pub fn start() -> Result<Self> {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).context("no port for DNS")?;
        socket.set_read_timeout(Some(Duration::from_millis(200)))?;
        let port = socket.local_addr()?.port();
        let ends = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&ends);
        let thread = std::thread::spawn(move || {
            let mut question = [0; 512];
            while !ended.load(Ordering::Relaxed) {
                if let Ok((length, from)) = socket.recv_from(&mut question)
                    && let Some(answer) = answer(&question[..length])
                {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Ok(Self { port, ends, thread: Some(thread) })
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for LoopbackDns {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers an A question with 127.0.0.1 and others with no record. Source: RFC 1035, section 4.
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    // The name ends with an empty label; type and class follow.
    let mut end = 12;
    while *question.get(end)? != 0 {
        end += usize::from(question[end]) + 1;
    }
    let asked = question.get(12..end + 5)?;
    let is_a = asked[asked.len() - 4..asked.len() - 2] == [0, 1];
    let mut answer = question.get(..2)?.to_vec();
    // A response to a recursive query without an error: one question, and one or no answer.
    answer.extend([0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0]);
    answer.extend(asked);
    if is_a {
        // A pointer to the name, A, IN, 60 seconds, 4 bytes.
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    }
    Some(answer)
}
