//! Where a Docker Engine answers, read from the texts that the Docker CLI reads: `DOCKER_HOST`, the
//! host of a Docker context, and an address that a person typed in Settings.
//!
//! Sources: docker/cli 28, `opts.ParseHost` and `opts.ParseTCPAddr`; moby, `client.ParseHostURL`.
//! Differences to them:
//! - A path and the path of a pipe are an address without `unix://` and `npipe://`. The Docker CLI
//!   takes them for the path of a TCP address on this computer.
//! - `http://` and `https://` are understood everywhere, and IPv6 brackets without a port.
//! - A user name in an address is refused; the CLI drops it.
//! - What can be no host, such as `tcp:host:1`, is refused here and not when it is dialled.
//! - SSH connections are not opened.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};

use crate::environment::DockerEnvironment;
use crate::error::DockerError;
use crate::system::System;

/// The port of a `tcp://` address that names none, with TLS too. Source: docker/cli, `defaultHTTPPort`.
const PLAIN_PORT: u16 = 2375;
/// The port on this computer if TLS is asked for and no address is named, and of `https://`. Source:
/// docker/cli, `defaultTLSHTTPPort`.
const TLS_PORT: u16 = 2376;
/// The ports of an address in a context that names none: the CLI leaves them to HTTP.
const HTTP_PORTS: (u16, u16) = (80, 443);
/// Source: docker/cli, `defaultUnixSocket`.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
/// Source: docker/cli, `defaultNamedPipe`.
const DEFAULT_PIPE: &str = r"\\.\pipe\docker_engine";

/// Where a Docker Engine answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DockerAddress {
    /// A Unix socket.
    Socket(PathBuf),
    /// A host and port.
    Tcp {
        /// Host name or address, an IPv6 address without brackets.
        host: String,
        /// Port.
        port: u16,
        /// What comes before the path of each request, such as `/engine`; empty for most engines.
        path: String,
        /// How to speak TLS; `None` is plain.
        tls: Option<TlsFiles>,
    },
    /// A named pipe of Windows, such as `\\.\pipe\docker_engine`.
    Pipe(String),
}

/// The files of a TLS connection, and whom to trust.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsFiles {
    /// Certificates to trust instead of the system's.
    pub ca: Option<PathBuf>,
    /// Our certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether any certificate is accepted, as `DOCKER_TLS` and a Docker context may ask for.
    pub skip_verify: bool,
}

impl TlsFiles {
    /// What a folder holds of `ca.pem`, `cert.pem` and `key.pem`, the names that Docker gives.
    pub fn in_folder(folder: &Path) -> Self {
        let file = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
        Self {
            ca: file("ca.pem"),
            identity: file("cert.pem").zip(file("key.pem")),
            skip_verify: false,
        }
    }

    /// Whether the folder said nothing.
    pub fn is_empty(&self) -> bool {
        self.ca.is_none() && self.identity.is_none()
    }

    /// What the environment says of TLS, for addresses without TLS of their own; nothing where it
    /// does not ask for TLS. Source: docker/cli, `ClientOptions.SetDefaultOptions`.
    pub(super) fn of_environment(environment: &DockerEnvironment) -> Option<Self> {
        let is_set = |value: &Option<String>| value.as_ref().is_some_and(|text| !text.is_empty());
        let verify = is_set(&environment.docker_tls_verify);
        if !verify && !is_set(&environment.docker_tls) {
            return None;
        }
        let folder = Self::folder(environment);
        let mut files = folder.as_deref().map(Self::in_folder).unwrap_or_default();
        if verify {
            // The CLI takes no other authorities, so a file that is missing is an error later.
            files.ca = folder.map(|folder| folder.join("ca.pem"));
        }
        Some(Self { skip_verify: !verify, ..files })
    }

    fn folder(environment: &DockerEnvironment) -> Option<PathBuf> {
        environment.docker_cert_path.clone().or_else(|| environment.configuration_folder())
    }
}

type Reason = &'static str;

impl DockerAddress {
    /// Reads an address as `DOCKER_HOST` has it, or a bare path of a socket or a pipe. `tls` is used
    /// for `tcp://`; `https://` has TLS in any case.
    ///
    /// # Errors
    /// [`DockerError::AddressInvalid`] with the reason.
    pub fn parse(text: &str, tls: Option<TlsFiles>) -> Result<Self, DockerError> {
        Self::parse_on(System::CURRENT, text, tls)
    }

    /// The same with what the environment says of TLS.
    ///
    /// # Errors
    /// [`DockerError::AddressInvalid`] with the reason.
    pub fn parse_with(text: &str, environment: &DockerEnvironment) -> Result<Self, DockerError> {
        let tls = TlsFiles::of_environment(environment).or_else(|| {
            let folder = text.trim_start().starts_with("https://");
            let folder = folder.then(|| TlsFiles::folder(environment)).flatten();
            folder.map(|folder| TlsFiles::in_folder(&folder))
        });
        Self::parse_on(environment.system, text, tls)
    }

    /// The same on a system.
    pub(super) fn parse_on(
        system: System,
        text: &str,
        tls: Option<TlsFiles>,
    ) -> Result<Self, DockerError> {
        let text = text.trim();
        let parsed = match text.split_once("://") {
            _ if pipe_path(text).is_some() => Self::pipe(system, text),
            None if text.starts_with('/') => Self::socket(system, text),
            Some(("unix", rest)) => {
                Self::socket(system, rest.strip_prefix("unix://").unwrap_or(rest))
            }
            Some(("npipe", rest)) => {
                Self::pipe(system, rest.strip_prefix("npipe://").unwrap_or(rest))
            }
            Some(("tcp", rest)) => {
                let rest = rest.strip_prefix("tcp://").unwrap_or(rest);
                Self::tcp(rest, tls, system, PLAIN_PORT)
            }
            Some(("http", rest)) => Self::tcp(rest, None, system, PLAIN_PORT),
            Some(("https", rest)) => {
                Self::tcp(rest, Some(tls.unwrap_or_default()), system, TLS_PORT)
            }
            Some((scheme, _)) => Err(unknown_scheme(scheme)),
            None => match text.split_once(':') {
                Some(("unix" | "npipe" | "tcp" | "ssh" | "fd" | "http" | "https", _)) => {
                    Err("two slashes follow the colon, as in tcp://host:2375")
                }
                _ => Self::tcp(text, tls, system, PLAIN_PORT),
            },
        };
        parsed.map_err(|reason| invalid(text, reason))
    }

    /// Reads the host of a Docker context; `tls` is what the context says of it.
    ///
    /// # Errors
    /// [`DockerError::AddressInvalid`] with the reason.
    pub(super) fn of_context(
        system: System,
        host: &str,
        tls: Option<TlsFiles>,
    ) -> Result<Self, DockerError> {
        let host = host.trim();
        if host.is_empty() {
            return Ok(Self::usual(system));
        }
        let port = if tls.is_some() { HTTP_PORTS.1 } else { HTTP_PORTS.0 };
        match host.split_once("://") {
            Some(("tcp" | "http", rest)) => {
                Self::tcp(rest, tls, system, port).map_err(|reason| invalid(host, reason))
            }
            Some(_) => Self::parse_on(system, host, tls),
            None => Err(invalid(host, "a context names the kind of its host, such as tcp://")),
        }
    }

    /// Where the engine of this computer answers if nothing else is said. Source: docker/cli,
    /// `defaultHost`.
    fn usual(system: System) -> Self {
        match system {
            System::Windows => Self::Pipe(DEFAULT_PIPE.to_owned()),
            System::Linux | System::MacOs => Self::Socket(DEFAULT_SOCKET.into()),
        }
    }

    /// Where the engine answers if TLS is asked for and no address is named. Source: docker/cli,
    /// `defaultTLSHost`.
    pub(super) fn usual_with_tls(system: System, tls: TlsFiles) -> Self {
        let host = this_computer(system).to_owned();
        Self::Tcp { host, port: TLS_PORT, path: String::new(), tls: Some(tls) }
    }

    fn socket(system: System, path: &str) -> Result<Self, Reason> {
        match system {
            System::Windows => Err("on Windows an engine listens at a named pipe, such as \
                                    npipe:////./pipe/docker_engine"),
            _ if path.contains("://") => Err("what follows unix:// is the path of a socket"),
            _ if path.is_empty() => Ok(Self::usual(system)),
            _ => Ok(Self::Socket(path.into())),
        }
    }

    fn pipe(system: System, path: &str) -> Result<Self, Reason> {
        match system {
            System::Linux | System::MacOs => Err("named pipes exist on Windows only"),
            System::Windows if path.is_empty() => Ok(Self::usual(system)),
            System::Windows => pipe_path(path)
                .map(Self::Pipe)
                .ok_or("a named pipe is written as npipe:////./pipe/NAME"),
        }
    }

    fn tcp(
        text: &str,
        tls: Option<TlsFiles>,
        system: System,
        default_port: u16,
    ) -> Result<Self, Reason> {
        if text.contains("://") {
            return Err("it names two kinds of address");
        }
        // As a URL: the host ends at a path, and what is asked for behind `?` and `#` is dropped.
        let end = text.find(['/', '?', '#']).unwrap_or(text.len());
        let (authority, rest) = text.split_at(end);
        let path = rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        if authority.contains('@') {
            return Err("an address has no user name and no password");
        }
        let is_sign = |sign: char| sign.is_ascii_graphic() && !"\"<>\\^`{|}".contains(sign);
        if !path.chars().all(is_sign) {
            return Err("its path holds a sign that cannot be sent");
        }
        let (host, port) = host_and_port(authority)?;
        let host = if host.is_empty() { this_computer(system).to_owned() } else { host };
        let port = match port {
            "" => default_port,
            port => port.parse().map_err(|_| "its port is not a number up to 65535")?,
        };
        Ok(Self::Tcp { host, port, path: path.to_owned(), tls })
    }

    /// Whether it is reached over TLS.
    pub fn has_tls(&self) -> bool {
        matches!(self, Self::Tcp { tls: Some(_), .. })
    }
}

/// Splits `host:port`, `[IPv6]:port` and a bare IPv6 address; a missing port is empty.
fn host_and_port(authority: &str) -> Result<(String, &str), Reason> {
    const NO_HOST: Reason = "host and port cannot be read";
    let (host, port) = if authority.parse::<Ipv6Addr>().is_ok() {
        (authority, "")
    } else if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or(NO_HOST)?;
        let is_address = host.split('%').next().is_some_and(|h| h.parse::<Ipv6Addr>().is_ok());
        if !is_address {
            return Err(NO_HOST);
        }
        (host, if rest.is_empty() { rest } else { rest.strip_prefix(':').ok_or(NO_HOST)? })
    } else {
        authority.split_once(':').unwrap_or((authority, ""))
    };
    let is_address = host.contains(':');
    let is_sign = |sign: char| sign.is_alphanumeric() || matches!(sign, '.' | '-' | '_');
    if !is_address && !host.chars().all(is_sign) {
        return Err(NO_HOST);
    }
    Ok((host.to_owned(), port))
}

/// The path of a named pipe, with the slashes of Windows.
fn pipe_path(text: &str) -> Option<String> {
    let path = text.replace('/', "\\");
    let name = path.strip_prefix(r"\\")?.split_once(r"\pipe\").filter(|(host, _)| !host.is_empty());
    name.filter(|(_, name)| !name.is_empty())?;
    Some(path)
}

fn this_computer(system: System) -> &'static str {
    // Source: docker/cli, `defaultHTTPHost` of `hosts_windows.go` and `hosts_unix.go`.
    if system == System::Windows { "127.0.0.1" } else { "localhost" }
}

fn unknown_scheme(scheme: &str) -> Reason {
    match scheme {
        "ssh" => {
            "Transload does not open SSH connections; forward the engine's socket with `ssh -L` \
             and name the local socket"
        }
        "fd" => "sockets that systemd passes exist for the engine only",
        _ => "unix://, tcp://, http://, https:// and npipe:// are understood",
    }
}

/// The error for an address; a user name and a password in it are not repeated.
fn invalid(text: &str, reason: Reason) -> DockerError {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), text),
    };
    let address = match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}***@{host}"),
        None => text.to_owned(),
    };
    DockerError::AddressInvalid { address, reason }
}

impl fmt::Display for DockerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(formatter, "unix://{}", path.display()),
            Self::Tcp { host, port, path, .. } if host.contains(':') => {
                write!(formatter, "tcp://[{host}]:{port}{path}")
            }
            Self::Tcp { host, port, path, .. } => write!(formatter, "tcp://{host}:{port}{path}"),
            Self::Pipe(path) => write!(formatter, "npipe://{}", path.replace('\\', "/")),
        }
    }
}

#[cfg(test)]
mod tests;
