//! [`RegistryEndpoint`]: the name of a registry and the address of its API.

use url::Url;

use transload_model::RegistryHost;

/// The address of Docker Hub for the distribution protocol. In image references, its name is `docker.io`.
const DOCKER_HUB_URL: &str = "https://registry-1.docker.io/";

/// A registry: its name in image references, and the address of its API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryEndpoint {
    /// The name in image references.
    pub host: RegistryHost,
    /// Scheme, host and port of the API. A path is not used.
    pub url: Url,
    /// Whether the registry may use TLS although the URL is `http`, because the scheme was not chosen.
    pub(super) may_speak_tls: bool,
    /// Whether any certificate is accepted, as Docker does for registries on this computer.
    pub(super) any_certificate: bool,
}

/// The text is not the address of a registry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoint {
    #[error("{text:?} is not the address of a registry")]
    Address { text: String },
    #[error("a registry answers at an https or http address, not at {scheme:?}")]
    Scheme { scheme: String },
    #[error("the address of the registry {host} must not contain a user name or a password")]
    UserInfo { host: String },
}

impl RegistryEndpoint {
    /// Returns Docker Hub: `docker.io` in image references, `registry-1.docker.io` as API.
    pub fn docker_hub() -> Self {
        let url = Url::parse(DOCKER_HUB_URL).expect("the constant is an address");
        Self::from_parts(RegistryHost::docker_hub(), url)
    }

    fn from_parts(host: RegistryHost, url: Url) -> Self {
        Self { host, url, may_speak_tls: false, any_certificate: false }
    }

    /// Returns the registry of an image reference. HTTP is used for loopback hosts, unless
    /// [`Self::probed`] finds TLS, as Docker does, and for other hosts only if the user enabled
    /// `plain_http`.
    ///
    /// # Errors
    /// If the host can't be part of a URL, for example `1.2.3.999`.
    pub fn for_host(host: &RegistryHost, plain_http: bool) -> Result<Self, InvalidEndpoint> {
        if host.is_docker_hub() {
            return Ok(Self::docker_hub());
        }
        let scheme = if plain_http || host.is_loopback() { "http" } else { "https" };
        let text = format!("{scheme}://{host}/");
        match Url::parse(&text) {
            Ok(url) => {
                let may_speak_tls = !plain_http && host.is_loopback();
                Ok(Self { may_speak_tls, ..Self::from_parts(host.clone(), url) })
            }
            Err(_) => Err(InvalidEndpoint::Address { text: host.to_string() }),
        }
    }

    /// Parses the address of a registry, which is also its name: the proxy endpoint of ECR, a VPC endpoint
    /// or an emulator. The default scheme is `https`.
    ///
    /// # Errors
    /// If the text is not an address, its scheme is neither `https` nor `http`, or it contains a login.
    pub fn parse(text: &str) -> Result<Self, InvalidEndpoint> {
        let invalid = || InvalidEndpoint::Address { text: without_secrets(text) };
        let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let given = Url::parse(&full).map_err(|_| invalid())?;
        let scheme = given.scheme();
        if !matches!(scheme, "https" | "http") {
            return Err(InvalidEndpoint::Scheme { scheme: scheme.to_owned() });
        }
        let name = given.host_str().ok_or_else(invalid)?;
        if !given.username().is_empty() || given.password().is_some() {
            return Err(InvalidEndpoint::UserInfo { host: name.to_owned() });
        }
        let name = match given.port() {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        };
        let host = RegistryHost::parse(&name).map_err(|_| invalid())?;
        if host.is_docker_hub() {
            return Ok(Self::docker_hub());
        }
        let url = Url::parse(&format!("{scheme}://{name}/")).map_err(|_| invalid())?;
        Ok(Self::from_parts(host, url))
    }

    /// Returns a URL below `/v2/`.
    pub(super) fn v2_url<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.url.clone();
        // An http or https URL always has path segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().push("v2").extend(parts);
        }
        url.set_query(None);
        url
    }
}

/// Removes everything before `@` and after `?`, so that an address can be displayed.
fn without_secrets(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_of(host: &str, plain_http: bool) -> String {
        let host = RegistryHost::parse(host).unwrap();
        RegistryEndpoint::for_host(&host, plain_http).unwrap().url.to_string()
    }

    #[test]
    fn only_loopback_and_plain_http_registries_use_http() {
        assert_eq!(url_of("docker.io", true), "https://registry-1.docker.io/");
        assert_eq!(url_of("quay.io", false), "https://quay.io/");
        assert_eq!(url_of("quay.io:8443", false), "https://quay.io:8443/");
        assert_eq!(url_of("registry.lan:5000", true), "http://registry.lan:5000/");
        assert_eq!(url_of("localhost:5000", false), "http://localhost:5000/");
        assert_eq!(url_of("[::1]:5000", false), "http://[::1]:5000/");
    }

    #[test]
    fn parses_the_address_of_a_registry() {
        let ecr = RegistryEndpoint::parse("https://1.dkr.ecr.eu-west-1.amazonaws.com").unwrap();
        assert_eq!(ecr.host.as_str(), "1.dkr.ecr.eu-west-1.amazonaws.com");
        let local = RegistryEndpoint::parse("http://127.0.0.1:4510/v2/?x=1").unwrap();
        assert_eq!(
            (local.host.as_str(), local.url.as_str()),
            ("127.0.0.1:4510", "http://127.0.0.1:4510/")
        );
        assert_eq!(RegistryEndpoint::parse("registry.lan").unwrap().url.scheme(), "https");
    }

    #[test]
    fn an_invalid_address_is_rejected_without_its_secrets() {
        assert!(matches!(RegistryEndpoint::parse("ftp://x/"), Err(InvalidEndpoint::Scheme { .. })));
        for text in ["", "https://", "https://user:hunter2@bad host/?token=hunter2"] {
            let error = RegistryEndpoint::parse(text).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        for text in [
            "https://user:hunter2@registry.example",
            "http://hunter2@127.0.0.1:4510/v2/",
            "https://:hunter2@registry.example",
            "user:hunter2@registry.example",
        ] {
            let error = RegistryEndpoint::parse(text).unwrap_err();
            assert!(matches!(error, InvalidEndpoint::UserInfo { .. }), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_repository_path_is_split_into_segments() {
        let endpoint = RegistryEndpoint::parse("http://127.0.0.1:1").unwrap();
        let parts = "team/app".split('/').chain(["manifests", "sha256:aa"]);
        assert_eq!(
            endpoint.v2_url(parts).as_str(),
            "http://127.0.0.1:1/v2/team/app/manifests/sha256:aa"
        );
        assert_eq!(endpoint.v2_url([""]).as_str(), "http://127.0.0.1:1/v2/");
    }
}
