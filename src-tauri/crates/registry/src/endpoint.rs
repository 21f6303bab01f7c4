use url::Url;

use crate::http::Connections;
use transload_model::RegistryHost;
use transload_network::Network;

/// Where Docker Hub answers the distribution protocol; its name in references is `docker.io`.
const DOCKER_HUB_URL: &str = "https://registry-1.docker.io/";

/// A registry: what it is called in references, and where requests to it go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryEndpoint {
    /// The name in references.
    pub host: RegistryHost,
    /// Scheme, host and port of the requests; a path is not used.
    pub url: Url,
    /// Whether it may speak TLS although its address says plain HTTP: nobody chose one of them.
    pub(super) may_speak_tls: bool,
    /// Whether any certificate is taken: on this computer, where Docker takes any too.
    pub(super) any_certificate: bool,
}

/// The text names no place where a registry could answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoint {
    /// It is no address.
    #[error("{text:?} is not the address of a registry")]
    Address {
        /// What was given.
        text: String,
    },
    /// Neither `https` nor `http`.
    #[error("a registry answers at an https or http address, not at {scheme:?}")]
    Scheme {
        /// What was given.
        scheme: String,
    },
    /// It carries a user name or a password.
    #[error("the address of the registry {host} must not contain a user name or a password")]
    UserInfo {
        /// Its host.
        host: String,
    },
}

impl RegistryEndpoint {
    /// Docker Hub: `docker.io` in references, `registry-1.docker.io` on the wire.
    pub fn docker_hub() -> Self {
        let url = Url::parse(DOCKER_HUB_URL).expect("the constant is an address");
        Self::plain(RegistryHost::docker_hub(), url)
    }

    fn plain(host: RegistryHost, url: Url) -> Self {
        Self { host, url, may_speak_tls: false, any_certificate: false }
    }

    /// The registry of a reference. A loopback host is spoken to in plain HTTP unless
    /// [`Self::probed`] finds TLS there, as Docker does; another one only where the person marked it
    /// so.
    ///
    /// # Errors
    /// Where the host cannot be part of an address, such as `1.2.3.999`.
    pub fn of(host: &RegistryHost, plain_http: bool) -> Result<Self, InvalidEndpoint> {
        if host.is_docker_hub() {
            return Ok(Self::docker_hub());
        }
        let scheme = if plain_http || host.is_loopback() { "http" } else { "https" };
        let text = format!("{scheme}://{host}/");
        match Url::parse(&text) {
            Ok(url) => {
                let may_speak_tls = !plain_http && host.is_loopback();
                Ok(Self { may_speak_tls, ..Self::plain(host.clone(), url) })
            }
            Err(_) => Err(InvalidEndpoint::Address { text: host.to_string() }),
        }
    }

    /// The registry at an address, named by the address: ECR's proxy endpoint, a VPC endpoint, an
    /// emulator. Without a scheme it is `https`.
    ///
    /// # Errors
    /// Where the text is no address, or neither `https` nor `http`.
    pub fn at(text: &str) -> Result<Self, InvalidEndpoint> {
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
        Ok(Self::plain(host, url))
    }

    /// The same registry, over TLS where a registry on this computer speaks TLS: a port-forward or a
    /// tunnel to another machine, whose certificate names that one. As Docker does, HTTPS is tried
    /// first and then HTTP, and the certificate is not checked.
    #[must_use]
    pub async fn probed(self, network: &Network) -> Self {
        let mut url = self.url.clone();
        if !self.may_speak_tls || url.set_scheme("https").is_err() {
            return self;
        }
        let secure = Self { url, may_speak_tls: false, any_certificate: true, ..self.clone() };
        match Connections::new(network).is_registry(&secure).await {
            true => secure,
            false => self,
        }
    }

    /// The address of something below `/v2/`.
    pub(super) fn below_v2<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.url.clone();
        // An http or https address always has path segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().push("v2").extend(parts);
        }
        url.set_query(None);
        url
    }
}

/// An address as it may be shown: nothing before `@` and nothing behind `?`.
fn without_secrets(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: &str, plain_http: bool) -> String {
        let host = RegistryHost::parse(host).unwrap();
        RegistryEndpoint::of(&host, plain_http).unwrap().url.to_string()
    }

    #[test]
    fn only_loopback_and_marked_registries_are_spoken_to_in_plain_http() {
        assert_eq!(of("docker.io", true), "https://registry-1.docker.io/");
        assert_eq!(of("quay.io", false), "https://quay.io/");
        assert_eq!(of("quay.io:8443", false), "https://quay.io:8443/");
        assert_eq!(of("registry.lan:5000", true), "http://registry.lan:5000/");
        assert_eq!(of("localhost:5000", false), "http://localhost:5000/");
        assert_eq!(of("[::1]:5000", false), "http://[::1]:5000/");
    }

    #[test]
    fn an_address_names_its_registry() {
        let ecr = RegistryEndpoint::at("https://1.dkr.ecr.eu-west-1.amazonaws.com").unwrap();
        assert_eq!(ecr.host.as_str(), "1.dkr.ecr.eu-west-1.amazonaws.com");
        let local = RegistryEndpoint::at("http://127.0.0.1:4510/v2/?x=1").unwrap();
        assert_eq!(
            (local.host.as_str(), local.url.as_str()),
            ("127.0.0.1:4510", "http://127.0.0.1:4510/")
        );
        assert_eq!(RegistryEndpoint::at("registry.lan").unwrap().url.scheme(), "https");
    }

    #[test]
    fn what_is_no_address_is_refused_without_its_secrets() {
        assert!(matches!(RegistryEndpoint::at("ftp://x/"), Err(InvalidEndpoint::Scheme { .. })));
        for text in ["", "https://", "https://user:hunter2@bad host/?token=hunter2"] {
            let error = RegistryEndpoint::at(text).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        for text in [
            "https://user:hunter2@registry.example",
            "http://hunter2@127.0.0.1:4510/v2/",
            "https://:hunter2@registry.example",
            "user:hunter2@registry.example",
        ] {
            let error = RegistryEndpoint::at(text).unwrap_err();
            assert!(matches!(error, InvalidEndpoint::UserInfo { .. }), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_repository_path_becomes_segments() {
        let endpoint = RegistryEndpoint::at("http://127.0.0.1:1").unwrap();
        let parts = "team/app".split('/').chain(["manifests", "sha256:aa"]);
        assert_eq!(
            endpoint.below_v2(parts).as_str(),
            "http://127.0.0.1:1/v2/team/app/manifests/sha256:aa"
        );
        assert_eq!(endpoint.below_v2([""]).as_str(), "http://127.0.0.1:1/v2/");
    }
}
