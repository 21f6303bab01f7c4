//! The words of every finding: what was found, what it means, and what to do next.

use crate::diagnosis::CheckState::{self, Failed, NotChecked, Passed, Warning};
use crate::finding::{Finding, SkipReason};

pub(crate) struct FindingWords {
    pub state: CheckState,
    pub message: String,
    pub next: Option<&'static str>,
    pub details: Vec<String>,
}

fn words(state: CheckState, message: impl Into<String>) -> FindingWords {
    FindingWords { state, message: message.into(), next: None, details: Vec::new() }
}

impl FindingWords {
    fn next(mut self, next: &'static str) -> Self {
        self.next = Some(next);
        self
    }

    fn details(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }
}

const FIX_CNAME: &str = "Put a reverse proxy with its own certificate behind the name (answer A), rename on the \
     clients (answer B), or keep the name of ECR (answer C).";
const USE_PROXY: &str =
    "Replace it with a reverse proxy that passes requests through (answer A, Generate files).";
const REWRITE_LOCATION: &str = "nginx: add proxy_redirect https://REGISTRY/ https://$http_host/; Caddy: add \
     header_down Location. Generate files contains both.";
const PASS_AUTHORIZATION: &str = "Pass the Authorization header to ECR unchanged. nginx does so by default: \
     remove proxy_set_header Authorization. In CloudFront, forward the header.";

fn unchecked(why: SkipReason) -> FindingWords {
    let message = match why {
        SkipReason::Unreachable => "Not checked, because an earlier check failed.",
        SkipReason::TokenNotAllowed => {
            "Not checked, because you didn't allow sending your ECR token to this name."
        }
        SkipReason::NoRegistry => "Not checked, because no AWS profile is selected.",
        SkipReason::TokenWithheld => {
            "Not checked. Your ECR token is sent only if the certificate and the login challenge are correct."
        }
        SkipReason::NotLoggedIn => "Not checked, because the login doesn't work.",
        SkipReason::NoImage => "Not checked, because no image was entered.",
        SkipReason::ImageUnread => "Not checked, because the image couldn't be read.",
        SkipReason::UploadNotAllowed => "Not checked, because you didn't allow a test upload.",
        SkipReason::NoUpload => "Not checked, because no upload was started at the name.",
        SkipReason::Redirected => "Not checked, because the name redirects every request.",
        SkipReason::LoginNotRequired => "Not checked, because the name requires no login.",
    };
    words(NotChecked, message)
}

impl Finding {
    pub(crate) fn words(&self) -> FindingWords {
        match self {
            Self::NotChecked { why, .. } => unchecked(*why),

            Self::EcrName { region } => words(
                Passed,
                format!("This is ECR's own name in {region}. Nothing stands in front of it."),
            ),
            Self::OtherName => words(Passed, "This is a name of your own, not one of ECR."),

            Self::CnameToEcr { target } => words(
                Failed,
                format!(
                    "The name points straight at ECR ({target}). ECR shows a certificate for its own name only, \
                     so every client refuses the connection (x509). A DNS entry alone can't work."
                ),
            )
            .next(FIX_CNAME),
            Self::Resolved { aliases, addresses } => {
                words(Passed, format!("The name resolves to {}.", addresses.join(", ")))
                    .details(aliases.iter().map(|alias| format!("CNAME {alias}")).collect())
            }
            Self::ResolvedToService { service, alias } => {
                words(Passed, format!("The name leads to {service} ({alias})."))
            }
            Self::PrivateAddress { addresses } => words(
                Passed,
                format!(
                    "The name resolves to a private address ({}). Only clients in that network reach it.",
                    addresses.join(", ")
                ),
            ),
            Self::ThisComputer => words(Passed, "The name is this computer."),
            Self::UnknownToDns => words(
                Failed,
                "No DNS server knows the name. That is fine only where clients rename it themselves (answer B).",
            )
            .next("Create a DNS record for the name, or generate the client files of answer B."),
            Self::LookupFailed { detail } => {
                words(Failed, format!("Couldn't look up the name: {detail}."))
                    .next("Check the DNS servers of this computer, then diagnose again.")
            }
            Self::ResolvedByProxy { proxy } => words(
                Passed,
                format!("This computer connects through the proxy {proxy}, which looks up the name."),
            ),

            Self::CertificateTrusted { names, days, chain } => words(
                Passed,
                format!("The certificate is trusted, contains the name, and is valid for {days} days."),
            )
            .details(vec![
                format!("Names: {}", names.join(", ")),
                format!("Certificates sent: {chain}"),
            ]),
            Self::CertificateExpiresSoon { days } => words(
                Warning,
                format!("The certificate expires in {days} days. After that, every client refuses it."),
            )
            .next("Renew the certificate."),
            Self::CertificateForOtherName { names, is_ecr } => {
                let whose = if *is_ecr { " That is the certificate of ECR." } else { "" };
                words(
                    Failed,
                    format!(
                        "The certificate doesn't contain this name. It is valid for {}.{whose}",
                        if names.is_empty() { "no name".to_owned() } else { names.join(", ") }
                    ),
                )
                .next(if *is_ecr {
                    FIX_CNAME
                } else {
                    "Install a certificate on the server that contains this name."
                })
            }
            Self::CertificateSelfSigned => words(
                Failed,
                "The certificate is self-signed. Every client needs it as a CA file, or refuses the connection.",
            )
            .next("Use a certificate of a public authority, or give the CA file to every client and to Settings, Network."),
            Self::CertificateUnknownIssuer { issuer } => words(
                Failed,
                format!(
                    "This computer doesn't trust the issuer of the certificate, \u{201c}{issuer}\u{201d}. Every \
                     client needs its CA file, or an intermediate certificate is missing."
                ),
            )
            .next("Send the complete chain, or give the CA file to every client and to Settings, Network."),
            Self::CertificateExpired { date } => {
                words(Failed, format!("The certificate expired on {date}."))
                    .next("Renew the certificate.")
            }
            Self::CertificateNotYetValid { date } => {
                words(Failed, format!("The certificate is not valid before {date}."))
                    .next("Check the clock of this computer and the dates of the certificate.")
            }
            Self::CertificateInvalid { detail } => {
                words(Failed, format!("The certificate is invalid: {detail}."))
                    .next("Install a valid certificate on the server.")
            }
            Self::NoTls => words(
                Failed,
                "The server doesn't speak TLS at this port. Clients use plain HTTP only for this computer.",
            )
            .next("Serve the name over HTTPS with a certificate that contains it."),
            Self::PlainHttpOnThisComputer => words(
                Warning,
                "The server speaks plain HTTP. Clients accept that only for this computer.",
            )
            .next("Serve the name over HTTPS before other computers use it."),
            Self::Unreachable { detail } => {
                words(Failed, format!("Couldn't connect to the name: {detail}."))
                    .next("Check that the server runs, and that a firewall allows port 443 from this network.")
            }

            Self::LoginRequired => words(Passed, "The name answers like a registry and requires a login."),
            Self::AnswersWithoutLogin => words(
                Failed,
                "It answers without a login: everybody who reaches this name can read. A proxy that logs in by itself \
                 is behind it.",
            )
            .next("Restrict who reaches it to a private network, or use a proxy that passes the login of each user through (answer A)."),
            Self::RedirectsEverything { host, status } => words(
                Failed,
                format!(
                    "It sends clients to {host} ({status}). Podman, skopeo and Docker with the containerd image \
                     store drop the login on the way. It works only with Docker's old image store."
                ),
            )
            .next(USE_PROXY),
            Self::NotARegistry { status } => words(
                Failed,
                format!("The name answers {status} at /v2/. It is not a registry, or /v2/ is not passed on."),
            )
            .next("Pass every path below /v2/ to ECR, with the host name of ECR in the Host header."),
            Self::VersionHeaderMissing => words(
                Warning,
                "The name requires a login, but the header Docker-Distribution-Api-Version is missing.",
            )
            .next("Pass all response headers of ECR to the client."),

            Self::EcrBehind { registry } => {
                words(Passed, format!("Behind the name is ECR: {registry}."))
            }
            Self::OtherRegistryBehind { registry, expected } => words(
                Failed,
                format!("The wrong registry is behind the name: {registry} instead of {expected}."),
            )
            .next("Correct the registry in the configuration of the proxy, or select its account and Region."),
            Self::BasicOfUnknownRegistry { realm } => words(
                Failed,
                format!("The name asks for a user name and password for \u{201c}{realm}\u{201d}. That is not ECR."),
            )
            .next("Pass the WWW-Authenticate header of ECR through, and remove a login of the proxy itself."),
            Self::TokenServer { host, is_reachable } => {
                let reached = if *is_reachable { "reachable" } else { "not reachable from here" };
                words(
                    Failed,
                    format!(
                        "The name sends clients to the token server {host} ({reached}). ECR has none, so another \
                         registry or proxy is behind the name."
                    ),
                )
                .next("Check which registry the name leads to.")
            }
            Self::NoChallenge => words(
                Failed,
                "The WWW-Authenticate header is missing, so clients can't log in.",
            )
            .next("Pass the WWW-Authenticate header of ECR to the client."),

            Self::LoginWorks => words(Passed, "The login with your ECR token works."),
            Self::AuthorizationDropped { status } => words(
                Failed,
                format!(
                    "ECR accepts your token, but the name answers {status}: the Authorization header is not \
                     passed on."
                ),
            )
            .next(PASS_AUTHORIZATION),
            Self::TokenRejectedEverywhere { status } => {
                words(Failed, format!("ECR itself rejects your token ({status})."))
                    .next("Sign in to AWS again, then diagnose again.")
            }
            Self::TokenUnavailable { detail } => {
                words(Failed, format!("Couldn't get an authorization token: {detail}"))
                    .next("Select a profile that may call ecr:GetAuthorizationToken.")
            }
            Self::LoginFailed { status } => {
                words(Failed, format!("The name answers {status} to a request with your token."))
                    .next("Look at the log of the proxy for the cause.")
            }

            Self::ManifestEqual { digest } => {
                words(Passed, format!("The image has the same digest at the name and in ECR: {digest}."))
            }
            Self::ManifestServed { digest } => {
                words(Passed, format!("The name serves the image: {digest}."))
            }
            Self::ManifestMissingAtName { status } => words(
                Failed,
                format!("ECR has the image, but the name answers {status}: the path or the Host header is changed on the way."),
            )
            .next("Pass the path below /v2/ unchanged, and set Host to the name of ECR."),
            Self::ManifestMissing { status } => {
                words(NotChecked, format!("ECR doesn't return the image ({status})."))
                    .next("Enter an image that exists, such as team/app:1.0.")
            }
            Self::ManifestDiffers { here, there } => words(
                Failed,
                format!("The name serves another image ({here}) than ECR ({there}): a cache answers, or another registry."),
            )
            .next("Turn off caching in the proxy."),
            Self::ManifestRedirects { host } => words(
                Failed,
                format!(
                    "Requests for images are sent to {host}. Podman, skopeo and Docker with the containerd image \
                     store drop the login on the way. It works only with Docker's old image store."
                ),
            )
            .next(USE_PROXY),

            Self::LayerFromS3 { host } => words(
                Passed,
                format!("Layers come straight from {host}, which this computer reaches. Every client must reach it."),
            ),
            Self::LayerHostUnreachable { host, detail } => words(
                Failed,
                format!("Layers come straight from {host}, which this computer doesn't reach: {detail}."),
            )
            .next("Allow the host in the firewall, or use an S3 gateway endpoint in the VPC."),
            Self::LayerThroughProxy => {
                words(Passed, "Layers go through the proxy, so clients need no access to Amazon S3.")
            }
            Self::LayerRedirectsToRegistry { host } => words(
                Failed,
                format!("Layers are redirected to {host}: a redirect façade, which works only with Docker's old image store."),
            )
            .next(USE_PROXY),
            Self::LayerFailed { status } => {
                words(Failed, format!("The name answers {status} to a request for a layer."))
                    .next("Pass every path below /v2/ to ECR, and pass redirects to Amazon S3 unchanged.")
            }

            Self::UploadStaysAtName => words(Passed, "Uploads stay at the name, so a push works."),
            Self::UploadBypassesName { host } => words(
                Failed,
                format!("A push fails or goes past the proxy: Location is not rewritten and names {host}."),
            )
            .next(REWRITE_LOCATION),
            Self::UploadGoesElsewhere { host } => words(
                Failed,
                format!("A push goes to another host: Location names {host}."),
            )
            .next(REWRITE_LOCATION),
            Self::UploadLosesScheme => words(
                Failed,
                "A push fails: Location has http:// instead of https://. The scheme is lost on the way.",
            )
            .next("Set X-Forwarded-Proto, and rewrite Location to https:// (nginx: proxy_redirect)."),
            Self::UploadLosesPort { location } => words(
                Failed,
                format!("A push fails: Location names {location}, without the port of the name."),
            )
            .next("Use $http_host instead of $host in proxy_redirect."),
            Self::UploadDenied => words(Warning, "The name is read only: a push is denied (403).")
                .next("If people should push by this name, allow it in the proxy and in the IAM policy."),
            Self::UploadNotAllowed => words(Warning, "The name is for pulling only: a push is not allowed (405).")
                .next("If people should push by this name, allow POST, PATCH and PUT in the proxy."),
            Self::UploadRedirects { host } => words(
                Failed,
                format!("A push is redirected to {host}, where clients arrive without their login."),
            )
            .next(USE_PROXY),
            Self::UploadFailed { status } => {
                words(Failed, format!("Starting an upload failed: the name answers {status}."))
                    .next("Look at the log of the proxy for the cause.")
            }

            Self::SizeAccepted => words(Passed, "An upload of 2 MiB was accepted and canceled."),
            Self::SizeLimited => words(
                Failed,
                "An upload of 2 MiB is too large for the proxy (413): there is a body limit.",
            )
            .next("nginx: set client_max_body_size 0."),
            Self::SizeTimedOut => words(
                Failed,
                "An upload of 2 MiB timed out: the proxy buffers requests or has a short time limit.",
            )
            .next("nginx: set proxy_request_buffering off and proxy_read_timeout 900s."),
            Self::SizeFailed { status } => {
                words(Failed, format!("An upload of 2 MiB failed: the name answers {status}."))
                    .next("Look at the log of the proxy for the cause.")
            }

            Self::HeadersClean => words(Passed, "No cache or CDN changes the requests."),
            Self::CdnInBetween { evidence } => words(
                Warning,
                format!("A cache or CDN is in the way ({evidence}). It can't rewrite Location, and often drops Authorization or limits uploads."),
            )
            .next("Use it for pulling only, or remove it from the path of the registry."),
            Self::HeadDiffersFromGet { head, get } => words(
                Failed,
                format!("HEAD is not passed on as HEAD: it returns Content-Length {head}, GET returns {get}. Clients check layers with HEAD before a push."),
            )
            .next("Don't cache, and turn off the conversion of HEAD to GET (nginx: no proxy_cache_convert_head)."),

            Self::ClientsDefault => {
                words(Passed, "No client on this computer has a setting for this name.")
            }
            Self::ClientsConfigured { lines } => {
                words(Passed, "Clients on this computer have settings for this name.")
                    .details(lines.clone())
            }
            Self::MirrorGetsHubPassword { mirror, lines } => words(
                Failed,
                format!(
                    "daemon.json names {mirror} as a mirror, and it asks for Basic authentication. Docker would \
                     send your Docker Hub password there."
                ),
            )
            .next("Remove it from registry-mirrors in daemon.json. Mirrors are for Docker Hub only.")
            .details(lines.clone()),
            Self::ClientsInsecure { lines } => words(
                Warning,
                "Docker on this computer doesn't verify the certificate of this name (insecure-registries).",
            )
            .next("Remove the name from insecure-registries in daemon.json, and install a valid certificate.")
            .details(lines.clone()),
            Self::ClientFilesUnreadable { lines } => {
                words(Warning, "Some client files on this computer can't be read.")
                    .next("Correct the files.")
                    .details(lines.clone())
            }
        }
    }
}
