use std::fmt;
use std::path::{Path, PathBuf};

use super::{DockerEnvironment, DockerError};

/// The port of a `tcp://` address that names none. Source: Docker's `client.DefaultPort` values,
/// as IANA registered them.
const PLAIN_PORT: u16 = 2375;
/// The same with TLS.
const TLS_PORT: u16 = 2376;

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
    /// Whether any certificate is taken, as a Docker context may ask for.
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
}

impl DockerAddress {
    /// Reads an address as `DOCKER_HOST` has it, or the bare path of a socket. `tls` is used for
    /// `tcp://`; `https://` has TLS in any case.
    ///
    /// # Errors
    /// [`DockerError::AddressInvalid`] with the reason.
    pub fn parse(text: &str, tls: Option<TlsFiles>) -> Result<Self, DockerError> {
        let text = text.trim();
        let invalid = |reason| DockerError::AddressInvalid { address: text.to_owned(), reason };
        if text.starts_with('/') {
            return Ok(Self::Socket(text.into()));
        }
        let (scheme, rest) =
            text.split_once("://").ok_or_else(|| invalid("it names no kind, such as unix://"))?;
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Socket(rest.into())),
            "unix" => Err(invalid("the path of a socket starts with a slash")),
            "npipe" if cfg!(windows) => Ok(Self::Pipe(rest.replace('/', "\\"))),
            "npipe" => Err(invalid("named pipes exist on Windows only")),
            "tcp" => Self::tcp(rest, tls),
            "http" => Self::tcp(rest, None),
            "https" => Self::tcp(rest, Some(tls.unwrap_or_default())),
            "ssh" => Err(invalid(
                "Transload does not open SSH connections; forward the engine's socket with \
                 `ssh -L` and name the local socket",
            )),
            _ => Err(invalid("unix://, tcp://, http://, https:// and npipe:// are understood")),
        }
        .map_err(|error| match error {
            DockerError::AddressInvalid { reason, .. } => invalid(reason),
            other => other,
        })
    }

    /// The same with what the environment says of TLS.
    pub fn parse_with(text: &str, environment: &DockerEnvironment) -> Result<Self, DockerError> {
        let wanted = environment.docker_tls_verify.as_ref().is_some_and(|value| !value.is_empty());
        let folder =
            environment.docker_cert_path.clone().or_else(|| environment.configuration_folder());
        let files = || folder.map(|folder| TlsFiles::in_folder(&folder)).unwrap_or_default();
        let https = text.trim_start().starts_with("https://");
        Self::parse(text, (wanted || https).then(files))
    }

    fn tcp(authority: &str, tls: Option<TlsFiles>) -> Result<Self, DockerError> {
        let invalid =
            |reason| DockerError::AddressInvalid { address: authority.to_owned(), reason };
        let authority = authority.trim_end_matches('/');
        // Only the grammar of host and port is borrowed; the scheme is never used.
        let url = url::Url::parse(&format!("http://{authority}"))
            .map_err(|_| invalid("host and port cannot be read"))?;
        if url.path() != "/" || url.query().is_some() || !url.username().is_empty() {
            return Err(invalid("an address has a host and a port and nothing else"));
        }
        let host = url.host_str().ok_or_else(|| invalid("it names no host"))?;
        // The grammar drops port 80 as the usual one of http.
        let port = match (url.port(), authority.ends_with(":80"), &tls) {
            (Some(port), _, _) => port,
            (None, true, _) => 80,
            (None, false, Some(_)) => TLS_PORT,
            (None, false, None) => PLAIN_PORT,
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self::Tcp { host, port, tls })
    }
}

impl fmt::Display for DockerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(formatter, "unix://{}", path.display()),
            Self::Tcp { host, port, .. } if host.contains(':') => {
                write!(formatter, "tcp://[{host}]:{port}")
            }
            Self::Tcp { host, port, .. } => write!(formatter, "tcp://{host}:{port}"),
            Self::Pipe(path) => write!(formatter, "npipe://{}", path.replace('\\', "/")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16, tls: Option<TlsFiles>) -> DockerAddress {
        DockerAddress::Tcp { host: host.to_owned(), port, tls }
    }

    #[test]
    fn the_addresses_that_docker_knows_are_read() {
        let cases = [
            ("unix:///var/run/docker.sock", DockerAddress::Socket("/var/run/docker.sock".into())),
            ("/run/x.sock", DockerAddress::Socket("/run/x.sock".into())),
            ("tcp://10.0.0.1:2375", tcp("10.0.0.1", 2375, None)),
            ("tcp://docker.example", tcp("docker.example", 2375, None)),
            ("tcp://docker.example:80/", tcp("docker.example", 80, None)),
            ("http://[::1]:99", tcp("::1", 99, None)),
            ("https://docker.example", tcp("docker.example", 2376, Some(TlsFiles::default()))),
        ];
        for (text, address) in cases {
            assert_eq!(DockerAddress::parse(text, None).unwrap(), address, "{text}");
        }
        assert_eq!(tcp("::1", 99, None).to_string(), "tcp://[::1]:99");
    }

    #[test]
    fn an_address_that_cannot_be_reached_says_why() {
        for (text, word) in [
            ("ssh://ada@host", "ssh -L"),
            ("docker.sock", "unix://"),
            ("unix://relative.sock", "slash"),
            ("fd://", "understood"),
            ("tcp://", "host"),
            ("tcp://host:99999", "host and port"),
            ("tcp://host/path", "nothing else"),
        ] {
            match DockerAddress::parse(text, None) {
                Err(DockerError::AddressInvalid { address, reason }) => {
                    assert_eq!(address, text);
                    assert!(reason.contains(word), "{text}: {reason}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn tls_comes_from_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ca.pem", "cert.pem"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let mut environment = DockerEnvironment {
            docker_tls_verify: Some("1".to_owned()),
            docker_cert_path: Some(folder.path().to_owned()),
            ..DockerEnvironment::default()
        };
        let address = DockerAddress::parse_with("tcp://host", &environment).unwrap();
        // A certificate without its key is no identity.
        let files =
            TlsFiles { ca: Some(folder.path().join("ca.pem")), identity: None, skip_verify: false };
        assert_eq!(address, tcp("host", 2376, Some(files)));
        environment.docker_tls_verify = None;
        let address = DockerAddress::parse_with("tcp://host", &environment).unwrap();
        assert_eq!(address, tcp("host", 2375, None));
    }
}
