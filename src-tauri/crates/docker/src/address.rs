//! The address of a Docker Engine, parsed from `DOCKER_HOST`, the host of a Docker context, or the
//! address that the user entered in Settings.
//!
//! Sources: docker/cli 28, `opts.ParseHost` and `opts.ParseTCPAddr`; moby, `client.ParseHostURL`.
//! Differences to them:
//! - The path of a socket or of a named pipe is an address, also without `unix://` or `npipe://`.
//!   The Docker CLI reads it as the path of a TCP address on this computer.
//! - `http://` and `https://` are supported everywhere, and so are IPv6 brackets without a port.
//! - An address with a user name is rejected; the CLI ignores the name.
//! - A malformed host, such as in `tcp:host:1`, is rejected here instead of when connecting.
//! - SSH connections are not supported.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;

use crate::environment::DockerEnvironment;
use crate::error::DockerError;
use crate::system::System;
use crate::tls_files::TlsFiles;

/// The default port of a `tcp://` address, also with TLS. Source: docker/cli, `defaultHTTPPort`.
const PLAIN_PORT: u16 = 2375;
/// The default port of `https://`, and the port on this computer if the environment requires TLS
/// without an address. Source: docker/cli, `defaultTLSHTTPPort`.
const TLS_PORT: u16 = 2376;
/// The default ports of an address in a context, without and with TLS: those of HTTP, as in the
/// CLI.
const HTTP_PORTS: (u16, u16) = (80, 443);
/// Source: docker/cli, `defaultUnixSocket`.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
/// Source: docker/cli, `defaultNamedPipe`.
const DEFAULT_PIPE: &str = r"\\.\pipe\docker_engine";

/// The address of a Docker Engine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DockerAddress {
    /// A Unix socket.
    Socket(PathBuf),
    /// A host and port.
    Tcp {
        /// Host name or address, an IPv6 address without brackets.
        host: String,
        port: u16,
        /// Prefix of the path of each request, such as `/engine`; empty for most engines.
        path: String,
        /// TLS settings; `None` for plain HTTP.
        tls: Option<TlsFiles>,
    },
    /// A named pipe of Windows, such as `\\.\pipe\docker_engine`.
    Pipe(String),
}

/// Why text is not a supported address. Shown in [`DockerError::AddressInvalid`].
type AddressProblem = &'static str;

impl DockerAddress {
    /// Parses an address in the form of `DOCKER_HOST`, or the path of a socket or a named pipe.
    /// `tls` applies to `tcp://`. `https://` always uses TLS.
    ///
    /// # Errors
    /// [`DockerError::AddressInvalid`] with the reason.
    pub fn parse(text: &str, tls: Option<TlsFiles>) -> Result<Self, DockerError> {
        Self::parse_on(System::CURRENT, text, tls)
    }

    /// Parses an address like [`DockerAddress::parse`], with the TLS settings of the environment.
    ///
    /// # Errors
    /// [`DockerError::AddressInvalid`] with the reason.
    pub fn parse_with(text: &str, environment: &DockerEnvironment) -> Result<Self, DockerError> {
        let tls = TlsFiles::from_environment(environment).or_else(|| {
            let is_https = text.trim_start().starts_with("https://");
            let folder = is_https.then(|| TlsFiles::certificate_folder(environment)).flatten();
            folder.map(|folder| TlsFiles::in_folder(&folder))
        });
        Self::parse_on(environment.system, text, tls)
    }

    /// Parses an address like [`DockerAddress::parse`], with the rules of an operating system.
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
                    Err("write two slashes after the colon, for example tcp://host:2375")
                }
                _ => Self::tcp(text, tls, system, PLAIN_PORT),
            },
        };
        parsed.map_err(|reason| invalid(text, reason))
    }

    /// Parses the host of a Docker context, with the TLS settings of the context.
    ///
    /// # Errors
    /// [`DockerError::AddressInvalid`] with the reason.
    pub(super) fn from_context(
        system: System,
        host: &str,
        tls: Option<TlsFiles>,
    ) -> Result<Self, DockerError> {
        let host = host.trim();
        if host.is_empty() {
            return Ok(Self::default_for(system));
        }
        let port = if tls.is_some() { HTTP_PORTS.1 } else { HTTP_PORTS.0 };
        match host.split_once("://") {
            Some(("tcp" | "http", rest)) => {
                Self::tcp(rest, tls, system, port).map_err(|reason| invalid(host, reason))
            }
            Some(_) => Self::parse_on(system, host, tls),
            None => Err(invalid(
                host,
                "the host of a context must start with a scheme, for example tcp://",
            )),
        }
    }

    /// Returns the default address of the engine on this computer. Source: docker/cli,
    /// `defaultHost`.
    fn default_for(system: System) -> Self {
        match system {
            System::Windows => Self::Pipe(DEFAULT_PIPE.to_owned()),
            System::Linux | System::MacOs => Self::Socket(DEFAULT_SOCKET.into()),
        }
    }

    /// Returns the default address if the environment enables TLS without naming an address.
    /// Source: docker/cli, `defaultTLSHost`.
    pub(super) fn default_with_tls(system: System, tls: TlsFiles) -> Self {
        let host = loopback_host(system).to_owned();
        Self::Tcp { host, port: TLS_PORT, path: String::new(), tls: Some(tls) }
    }

    fn socket(system: System, path: &str) -> Result<Self, AddressProblem> {
        match system {
            System::Windows => Err("on Windows, use a named pipe, for example \
                                    npipe:////./pipe/docker_engine"),
            _ if path.contains("://") => Err("unix:// must be followed by the path of a socket"),
            _ if path.is_empty() => Ok(Self::default_for(system)),
            _ => Ok(Self::Socket(path.into())),
        }
    }

    fn pipe(system: System, path: &str) -> Result<Self, AddressProblem> {
        match system {
            System::Linux | System::MacOs => Err("named pipes are available on Windows only"),
            System::Windows if path.is_empty() => Ok(Self::default_for(system)),
            System::Windows => {
                pipe_path(path).map(Self::Pipe).ok_or("write a named pipe as npipe:////./pipe/NAME")
            }
        }
    }

    fn tcp(
        text: &str,
        tls: Option<TlsFiles>,
        system: System,
        default_port: u16,
    ) -> Result<Self, AddressProblem> {
        if text.contains("://") {
            return Err("it has two schemes");
        }
        // As in a URL, a path ends the host. A query and a fragment are ignored.
        let end = text.find(['/', '?', '#']).unwrap_or(text.len());
        let (authority, rest) = text.split_at(end);
        let path = rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        if authority.contains('@') {
            return Err("an address can't have a user name or password");
        }
        let is_allowed =
            |character: char| character.is_ascii_graphic() && !"\"<>\\^`{|}".contains(character);
        if !path.chars().all(is_allowed) {
            return Err("its path contains a character that is not allowed in a URL");
        }
        let (host, port) = host_and_port(authority)?;
        let host = if host.is_empty() { loopback_host(system).to_owned() } else { host };
        let port = match port {
            "" => default_port,
            port => port.parse().map_err(|_| "its port is not a number up to 65535")?,
        };
        Ok(Self::Tcp { host, port, path: path.to_owned(), tls })
    }
}

/// Splits `host:port`, `[IPv6]:port` or a bare IPv6 address. A missing port is empty.
fn host_and_port(authority: &str) -> Result<(String, &str), AddressProblem> {
    const NO_HOST: AddressProblem = "its host or port is malformed";
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
    let is_allowed =
        |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_');
    if !is_address && !host.chars().all(is_allowed) {
        return Err(NO_HOST);
    }
    Ok((host.to_owned(), port))
}

/// Returns the path of a named pipe with backslashes, or `None` if the text is not such a path.
fn pipe_path(text: &str) -> Option<String> {
    let path = text.replace('/', "\\");
    let name = path.strip_prefix(r"\\")?.split_once(r"\pipe\").filter(|(host, _)| !host.is_empty());
    name.filter(|(_, name)| !name.is_empty())?;
    Some(path)
}

fn loopback_host(system: System) -> &'static str {
    // Source: docker/cli, `defaultHTTPHost` of `hosts_windows.go` and `hosts_unix.go`.
    if system == System::Windows { "127.0.0.1" } else { "localhost" }
}

fn unknown_scheme(scheme: &str) -> AddressProblem {
    match scheme {
        "ssh" => {
            "SSH is not supported; forward the engine's socket with `ssh -L` and enter the local \
             socket"
        }
        "fd" => "systemd sockets are available only to the engine itself",
        _ => "the supported schemes are unix://, tcp://, http://, https:// and npipe://",
    }
}

/// Returns the error for an address. A user name and password in the address are replaced by `***`.
fn invalid(text: &str, reason: AddressProblem) -> DockerError {
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
