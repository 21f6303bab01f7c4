//! Checks 2 and 3: the addresses of the name, and the certificate of the server. The first request, `GET /v2/`
//! without a login, is sent here, because only a connection shows the certificate.

use std::net::IpAddr;

use time::OffsetDateTime;
use transload_model::RegistryHost;
use transload_network::{
    AddressScope, ExchangeError, InspectionTrust, NetworkFailure, RejectionReason, SeenCertificate,
    scope_of_address,
};
use url::Url;

use crate::diagnosis::CheckId;
use crate::examination::{DiagnosisEnvironment, Findings};
use crate::finding::Finding;
use crate::name::FriendlyName;
use crate::probe::{Probe, ProbeResponse, RequestContent};
use crate::resolver::ResolutionError;

/// A certificate that expires earlier is reported.
const EXPIRY_WARNING_DAYS: i64 = 21;

/// Services of AWS that a name can lead to, by a part of their host names.
const SERVICES: &[(&str, &str)] = &[
    (".elb.", "an Elastic Load Balancing load balancer"),
    (".cloudfront.net", "Amazon CloudFront"),
    (".execute-api.", "Amazon API Gateway"),
    (".awsapprunner.com", "AWS App Runner"),
    (".lambda-url.", "an AWS Lambda function URL"),
    (".awsglobalaccelerator.com", "AWS Global Accelerator"),
];

/// The server behind the name, and what it answered to `GET /v2/`.
pub(crate) struct ConnectedServer {
    pub probe: Probe,
    /// `https://NAME/`, or `http://NAME/` on this computer.
    pub base: Url,
    pub first: ProbeResponse,
    /// Whether a token may be sent: the certificate is trusted, or the server is this computer.
    pub is_trusted: bool,
}

impl ConnectedServer {
    pub fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }
}

/// Check 2. Returns the addresses; an empty list if a proxy looks up the name.
pub(crate) async fn resolve(
    name: &FriendlyName,
    environment: &DiagnosisEnvironment,
    findings: &mut Findings<'_>,
) -> Option<Vec<IpAddr>> {
    let url = name.url("https", "/v2/")?;
    if let Some(hop) = environment.network.proxies().for_url(&url) {
        findings.add(CheckId::Dns, Finding::ResolvedByProxy { proxy: hop.address });
        return Some(Vec::new());
    }
    if let Ok(address) = name.host().trim_matches(['[', ']']).parse::<IpAddr>() {
        findings.add(CheckId::Dns, of_addresses(&[], &[address]));
        return Some(Vec::new());
    }
    match environment.resolver.resolve(name.host()).await {
        Ok(found) => {
            findings.add(CheckId::Dns, of_addresses(&found.aliases, &found.addresses));
            Some(found.addresses)
        }
        Err(error) => {
            let finding = match error {
                ResolutionError::NotFound => Finding::UnknownToDns,
                ResolutionError::Failed(detail) => Finding::LookupFailed { detail },
            };
            findings.add(CheckId::Dns, finding);
            None
        }
    }
}

fn of_addresses(aliases: &[String], addresses: &[IpAddr]) -> Finding {
    let is_ecr =
        |alias: &&String| RegistryHost::parse(alias).is_ok_and(|host| host.is_amazon_ecr());
    if let Some(target) = aliases.iter().find(is_ecr) {
        return Finding::CnameToEcr { target: target.clone() };
    }
    for alias in aliases {
        if let Some((_, service)) = SERVICES.iter().find(|(part, _)| alias.contains(part)) {
            return Finding::ResolvedToService { service, alias: alias.clone() };
        }
    }
    let shown = addresses.iter().map(IpAddr::to_string).collect();
    if addresses.iter().all(|address| scope_of_address(*address) == AddressScope::Loopback) {
        return Finding::ThisComputer;
    }
    if addresses.iter().all(is_private) {
        return Finding::PrivateAddress { addresses: shown };
    }
    Finding::Resolved { aliases: aliases.to_vec(), addresses: shown }
}

fn is_private(address: &IpAddr) -> bool {
    match address {
        // RFC 1918, and 100.64.0.0/10 of RFC 6598, which VPNs use.
        IpAddr::V4(v4) => {
            v4.is_private() || (v4.octets()[0] == 100 && (64..128).contains(&v4.octets()[1]))
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// Check 3. Connects and sends `GET /v2/` without a login.
pub(crate) async fn connect(
    name: &FriendlyName,
    addresses: &[IpAddr],
    environment: &DiagnosisEnvironment,
    findings: &mut Findings<'_>,
) -> Option<ConnectedServer> {
    let base = name.url("https", "/")?;
    let (probe, outcome) =
        first_request(name, &base, addresses, environment, InspectionTrust::Verified).await?;
    let error = match outcome {
        Ok(first) => {
            if let Some(certificate) = probe.certificate() {
                findings.add(CheckId::Certificate, of_trusted(&certificate));
            }
            return Some(ConnectedServer { probe, base, first, is_trusted: true });
        }
        Err(error) => error,
    };
    if is_not_tls(&error) {
        return plain_http(name, addresses, environment, findings).await;
    }
    let finding = of_failure(&error, probe.certificate().as_ref());
    // The chain can be the fault of this computer, so what follows is checked without a token.
    let continues = matches!(
        finding,
        Finding::CertificateSelfSigned | Finding::CertificateUnknownIssuer { .. }
    );
    findings.add(CheckId::Certificate, finding);
    if !continues {
        return None;
    }
    let trust = InspectionTrust::Unverified;
    let (probe, outcome) = first_request(name, &base, addresses, environment, trust).await?;
    Some(ConnectedServer { probe, base, first: outcome.ok()?, is_trusted: false })
}

async fn first_request(
    name: &FriendlyName,
    base: &Url,
    addresses: &[IpAddr],
    environment: &DiagnosisEnvironment,
    trust: InspectionTrust,
) -> Option<(Probe, Result<ProbeResponse, ExchangeError>)> {
    let probe = Probe::new(&environment.network, name.host(), addresses, trust).ok()?;
    let url = base.join("v2/").ok()?;
    let outcome = probe.send("GET", &url, RequestContent::default()).await;
    Some((probe, outcome))
}

/// Uses plain HTTP, which clients accept only for this computer.
async fn plain_http(
    name: &FriendlyName,
    addresses: &[IpAddr],
    environment: &DiagnosisEnvironment,
    findings: &mut Findings<'_>,
) -> Option<ConnectedServer> {
    if !name.registry().is_loopback() {
        findings.add(CheckId::Certificate, Finding::NoTls);
        return None;
    }
    let base = name.url("http", "/")?;
    let trust = InspectionTrust::Verified;
    let (probe, outcome) = first_request(name, &base, addresses, environment, trust).await?;
    match outcome {
        Ok(first) => {
            findings.add(CheckId::Certificate, Finding::PlainHttpOnThisComputer);
            Some(ConnectedServer { probe, base, first, is_trusted: true })
        }
        Err(error) => {
            findings.add(CheckId::Certificate, Finding::Unreachable { detail: error.to_string() });
            None
        }
    }
}

/// Returns whether the server answered something else than TLS.
fn is_not_tls(error: &ExchangeError) -> bool {
    // rustls: `InvalidMessage::InvalidContentType` for the first byte of an HTTP response.
    matches!(error, ExchangeError::Broken(detail) if detail.contains("corrupt message") || detail.contains("InvalidContentType"))
}

fn of_trusted(certificate: &SeenCertificate) -> Finding {
    let days = (certificate.not_after - OffsetDateTime::now_utc()).whole_days();
    if days < EXPIRY_WARNING_DAYS {
        return Finding::CertificateExpiresSoon { days };
    }
    let names = certificate.names.clone();
    Finding::CertificateTrusted { names, days, chain: certificate.chain_length }
}

fn of_failure(error: &ExchangeError, seen: Option<&SeenCertificate>) -> Finding {
    let Some(NetworkFailure::Untrusted { certificate, .. }) = error.network() else {
        return Finding::Unreachable { detail: error.to_string() };
    };
    match &certificate.reason {
        RejectionReason::UnknownIssuer if certificate.subject == certificate.issuer => {
            Finding::CertificateSelfSigned
        }
        RejectionReason::UnknownIssuer => {
            Finding::CertificateUnknownIssuer { issuer: certificate.issuer.clone() }
        }
        RejectionReason::Expired { not_after } => {
            Finding::CertificateExpired { date: not_after.date().to_string() }
        }
        RejectionReason::NotYetValid { not_before } => {
            Finding::CertificateNotYetValid { date: not_before.date().to_string() }
        }
        RejectionReason::NameMismatch => {
            let names = seen.map(|seen| seen.names.clone()).unwrap_or_default();
            let is_ecr = names.iter().any(|name| name.starts_with("*.dkr.ecr"));
            Finding::CertificateForOtherName { names, is_ecr }
        }
        RejectionReason::Other { detail } => Finding::CertificateInvalid { detail: detail.clone() },
    }
}
