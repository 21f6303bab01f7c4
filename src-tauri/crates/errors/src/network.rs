//! Failures of the network: certificates, the clock, proxies.

use transload_network::{CaFileError, NetworkFailure, RejectionReason, Untrusted};

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<&NetworkFailure> for ApiError {
    fn from(failure: &NetworkFailure) -> Self {
        words(failure).caused_by(failure)
    }
}

impl From<&CaFileError> for ApiError {
    fn from(error: &CaFileError) -> Self {
        let (CaFileError::Unreadable { path, .. }
        | CaFileError::TooLarge { path }
        | CaFileError::Empty { path }
        | CaFileError::Damaged { path, .. }) = error;
        Self::new(ErrorCode::CaFileUnusable, sentence(&error.to_string()))
            .about(path.display().to_string())
            .caused_by(error)
    }
}

fn words(failure: &NetworkFailure) -> ApiError {
    let new = |code| ApiError::new(code, sentence(&failure.to_string()));
    match failure {
        NetworkFailure::Untrusted { certificate, unusable_file } => {
            let error = distrusted(certificate, new(ErrorCode::TlsUntrusted)).retryable();
            match unusable_file {
                Some(reason) => error.hint(format!(
                    "A CA file is configured, but Transload couldn't use it: {}",
                    sentence(reason)
                )),
                None => error,
            }
        }
        NetworkFailure::NoAuthorities { .. } => new(ErrorCode::TlsUntrusted)
            .hint("Install the certificate authorities of the system. On Debian, run: apt install ca-certificates")
            .hint("Or choose a CA file in Settings, under Network.")
            .retryable(),
        NetworkFailure::ClockWrong { .. } => new(ErrorCode::ClockWrong).retryable(),
        // The detail of the connection is in the causes.
        NetworkFailure::ProxyUnreachable { proxy, .. } => ApiError::new(
            ErrorCode::ProxyUnreachable,
            format!("The proxy {proxy} didn't respond."),
        )
            .about(proxy)
            .retryable(),
        NetworkFailure::ProxyRefused { proxy, requires_login: true, .. } => {
            new(ErrorCode::ProxyRefused)
                .about(proxy)
                .hint("Add the user name and password to the environment variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT")
                .hint("If the proxy requires NTLM or Kerberos authentication, run a local proxy such as cntlm or px in front of it.")
                .retryable()
        }
        NetworkFailure::ProxyRefused { proxy, .. } => new(ErrorCode::ProxyRefused)
            .about(proxy)
            .hint("Ask the administrator of the proxy to allow the registry and AWS (*.amazonaws.com).")
            .hint("To bypass the proxy for a host, add the host to the environment variable NO_PROXY.")
            .retryable(),
    }
}

fn distrusted(certificate: &Untrusted, error: ApiError) -> ApiError {
    let Untrusted { host, subject, issuer, reason } = certificate;
    let error = error.about(host);
    match reason {
        RejectionReason::UnknownIssuer if subject == issuer => error
            .hint("Get the certificate from the administrator of the server. Then choose it as the CA file in Settings, under Network, or with --ca-file on the command line."),
        RejectionReason::UnknownIssuer => error
            .hint(format!("Get the certificate of \u{201c}{issuer}\u{201d} from the administrator of your network or of the server. Then choose it as the CA file in Settings, under Network, or with --ca-file on the command line.")),
        RejectionReason::Expired { .. } => error
            .hint("Check the date of this computer. If it is correct, ask the administrator of the server to renew the certificate."),
        RejectionReason::NotYetValid { .. } => {
            error.hint("Check the date of this computer. If it is correct, ask the administrator of the server to replace the certificate.")
        }
        RejectionReason::NameMismatch => error
            .hint("Check the address. The certificate is for another name.")
            .hint("A proxy or the sign-in page of the network may have answered instead."),
        RejectionReason::Other { .. } => error.hint("Ask the administrator of the server to replace the certificate."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untrusted(reason: RejectionReason, unusable_file: Option<&str>) -> ApiError {
        let certificate = Box::new(Untrusted {
            host: "r.example".to_owned(),
            subject: "r.example".to_owned(),
            issuer: "Corp Root".to_owned(),
            reason,
        });
        let unusable_file = unusable_file.map(str::to_owned);
        ApiError::from(&NetworkFailure::Untrusted { certificate, unusable_file })
    }

    #[test]
    fn an_unknown_issuer_is_named_with_the_way_to_trust_it() {
        let error = untrusted(RejectionReason::UnknownIssuer, Some("/ca.pem cannot be read: gone"));
        assert_eq!(
            (error.code, error.subject.as_deref()),
            (ErrorCode::TlsUntrusted, Some("r.example"))
        );
        assert!(error.message.contains("\u{201c}Corp Root\u{201d}"), "{}", error.message);
        assert!(error.hints[0].contains("Settings"), "{:?}", error.hints);
        assert!(error.hints[1].contains("/ca.pem cannot be read: gone."), "{:?}", error.hints);
    }

    #[test]
    fn an_unreachable_proxy_is_named_and_the_detail_is_a_cause() {
        let detail = "tunnel error: tcp connect error".to_owned();
        let proxy = "http://proxy.corp:3128".to_owned();
        let error = ApiError::from(&NetworkFailure::ProxyUnreachable { proxy, detail });
        assert_eq!(error.message, "The proxy http://proxy.corp:3128 didn't respond.");
        assert!(error.causes[0].contains("tcp connect error"), "{:?}", error.causes);
    }

    #[test]
    fn a_wrong_clock_is_said_with_how_much_it_is_off() {
        let failure = NetworkFailure::clock(840, "AWS").unwrap();
        let error = ApiError::from(&failure);
        assert_eq!(error.code, ErrorCode::ClockWrong);
        assert_eq!(
            error.message,
            "The clock of this computer is 14 minutes behind, according to AWS."
        );
        assert_eq!(NetworkFailure::clock(-100, "AWS"), None);
    }
}
