use transload_engine::network::{CaFileError, Distrust, NetworkFailure, Untrusted};

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

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
        Self::new(ErrorCode::CaFileUnusable, capitalised(&error.to_string()))
            .about(path.display().to_string())
            .hint("Choose a file with certificates in PEM, which begin with -----BEGIN CERTIFICATE-----, or one in DER.")
            .hint("Connections go on without it: what the system trusts is trusted.")
            .caused_by(error)
    }
}

fn words(failure: &NetworkFailure) -> ApiError {
    let new = |code| ApiError::new(code, capitalised(&failure.to_string()));
    match failure {
        NetworkFailure::Untrusted { certificate, unusable_file } => {
            let error = distrusted(certificate, new(ErrorCode::TlsUntrusted)).retryable();
            match unusable_file {
                Some(reason) => error.hint(format!(
                    "A file that may hold it is set and was not used: {}",
                    capitalised(reason)
                )),
                None => error,
            }
        }
        NetworkFailure::NoAuthorities { .. } => new(ErrorCode::TlsUntrusted)
            .hint("Install the certificate authorities of the system, on Debian: apt install ca-certificates.")
            .hint("Or choose a file with them in Settings, under Network.")
            .retryable(),
        NetworkFailure::ClockWrong { .. } => new(ErrorCode::ClockWrong)
            .hint("Set date, time and time zone of this computer, or let it set them from the network, then try again.")
            .retryable(),
        // What the connection said stands with the causes.
        NetworkFailure::ProxyUnreachable { proxy, .. } => ApiError::new(
            ErrorCode::ProxyUnreachable,
            format!("The proxy {proxy} cannot be reached."),
        )
            .about(proxy)
            .hint("Check that the proxy runs and that its address is right: Settings shows where it comes from.")
            .hint("Outside the company's network, or without its VPN, the proxy may not be there: take it out of the environment and start Transload again.")
            .retryable(),
        NetworkFailure::ProxyRefused { proxy, wants_login: true, .. } => {
            new(ErrorCode::ProxyRefused)
                .about(proxy)
                .hint("Give user name and password in the variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT, and start Transload again.")
                .hint("Where the proxy wants a login of Windows or Kerberos, a small proxy on this computer such as cntlm or px can stand in between.")
                .retryable()
        }
        NetworkFailure::ProxyRefused { proxy, .. } => new(ErrorCode::ProxyRefused)
            .about(proxy)
            .hint("Ask whoever manages the proxy to allow the registry and AWS (*.amazonaws.com).")
            .hint("What needs no proxy can be named in the variable NO_PROXY.")
            .retryable(),
    }
}

fn distrusted(certificate: &Untrusted, error: ApiError) -> ApiError {
    let Untrusted { host, subject, issuer, reason } = certificate;
    let error = error.about(host);
    match reason {
        Distrust::UnknownIssuer if subject == issuer => error
            .hint("Get the certificate from whoever runs the server, and choose it in Settings, under Network, as the CA file (--ca-file on the command line).")
            .hint("If you do not expect such a server there, do not go on."),
        Distrust::UnknownIssuer => error
            .hint(format!("Get the certificate of \u{201c}{issuer}\u{201d} as a file, from whoever manages your network or the server, and choose it in Settings, under Network, as the CA file (--ca-file on the command line)."))
            .hint("If you do not know this issuer, somebody may read along: do not go on."),
        Distrust::Expired { .. } => error
            .hint("Whoever runs the server must renew its certificate.")
            .hint("Check the date of this computer too: a wrong one makes good certificates look like this."),
        Distrust::NotYetValid { .. } => {
            error.hint("Whoever runs the server must correct its certificate.")
        }
        Distrust::OtherName => error
            .hint("Check the address: the server is there under another name.")
            .hint("A sign-in page of the network or a proxy may answer in its place."),
        Distrust::Other { .. } => error.hint("Whoever runs the server must correct its certificate."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untrusted(reason: Distrust, unusable_file: Option<&str>) -> ApiError {
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
        let error = untrusted(Distrust::UnknownIssuer, Some("/ca.pem cannot be read: gone"));
        assert_eq!(
            (error.code, error.subject.as_deref()),
            (ErrorCode::TlsUntrusted, Some("r.example"))
        );
        assert!(error.message.contains("\u{201c}Corp Root\u{201d}"), "{}", error.message);
        assert!(error.hints[0].contains("Settings"), "{:?}", error.hints);
        assert!(error.hints[2].contains("/ca.pem cannot be read: gone."), "{:?}", error.hints);
    }

    #[test]
    fn a_proxy_that_is_not_there_is_said_in_plain_words_and_the_rest_is_a_detail() {
        let detail = "tunnel error: tcp connect error".to_owned();
        let proxy = "http://proxy.corp:3128".to_owned();
        let error = ApiError::from(&NetworkFailure::ProxyUnreachable { proxy, detail });
        assert_eq!(error.message, "The proxy http://proxy.corp:3128 cannot be reached.");
        assert!(error.causes[0].contains("tcp connect error"), "{:?}", error.causes);
    }

    #[test]
    fn a_wrong_clock_is_said_with_how_much_it_is_off() {
        let failure = NetworkFailure::clock(840, "AWS").unwrap();
        let error = ApiError::from(&failure);
        assert_eq!(error.code, ErrorCode::ClockWrong);
        assert_eq!(
            error.message,
            "The clock of this computer is 14 minutes behind by what AWS says."
        );
        assert_eq!(NetworkFailure::clock(-100, "AWS"), None);
    }
}
