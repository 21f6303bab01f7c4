//! Checks the AWS signature (version 4) of requests without a query, as SDKs send them to `POST /`.

use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;

use super::error::EcrError;
use crate::context::ServerContext;
use crate::hash::{equals_in_constant_time, hex, hmac_sha256, sha256};

/// Why a signature is rejected.
pub(super) enum SignatureError {
    Missing,
    Incomplete,
    UnknownKey,
    Scope(String),
    Mismatch,
}

impl SignatureError {
    pub(super) fn into_ecr(self) -> EcrError {
        let (kind, message) = match self {
            Self::Missing => {
                ("MissingAuthenticationTokenException", "Missing Authentication Token".to_owned())
            }
            Self::Incomplete => (
                "IncompleteSignatureException",
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.".to_owned(),
            ),
            Self::UnknownKey => (
                "UnrecognizedClientException",
                "The security token included in the request is invalid.".to_owned(),
            ),
            Self::Scope(message) => ("InvalidSignatureException", message),
            Self::Mismatch => (
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.".to_owned(),
            ),
        };
        EcrError::new(kind, message)
    }

    /// Converts to the error codes of STS.
    pub(super) fn into_sts(self) -> EcrError {
        let own = match self {
            Self::Missing => "MissingAuthenticationToken",
            Self::Incomplete => "IncompleteSignature",
            Self::UnknownKey => "InvalidClientTokenId",
            Self::Scope(_) | Self::Mismatch => "SignatureDoesNotMatch",
        };
        EcrError { kind: own, ..self.into_ecr() }
    }
}

/// Checks key, scope and signature of a request for `service`.
pub(super) fn check(
    context: &ServerContext,
    parts: &Parts,
    body: &[u8],
    service: &str,
) -> Result<(), SignatureError> {
    let value = text(&parts.headers, header::AUTHORIZATION.as_str());
    let value = value.ok_or(SignatureError::Missing)?;
    let fields = value.strip_prefix("AWS4-HMAC-SHA256").ok_or(SignatureError::Incomplete)?;
    let field = |name: &str| {
        let mut all = fields.split(',').map(str::trim);
        all.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
            .ok_or(SignatureError::Incomplete)
    };
    let (credential, signed, signature) =
        (field("Credential")?, field("SignedHeaders")?, field("Signature")?);
    let parts_of: Vec<&str> = credential.split('/').collect();
    let [key_id, date, region, of_service, "aws4_request"] = parts_of[..] else {
        return Err(SignatureError::Incomplete);
    };
    if key_id != context.options.access_key_id {
        return Err(SignatureError::UnknownKey);
    }
    if of_service != service {
        let message = format!("Credential should be scoped to correct service: '{service}'.");
        return Err(SignatureError::Scope(message));
    }
    // Requests to the global endpoint of STS are signed for us-east-1.
    let is_global_sts = service == "sts" && region == "us-east-1";
    if region != context.options.region && !is_global_sts {
        let message = "Credential should be scoped to a valid region.".to_owned();
        return Err(SignatureError::Scope(message));
    }
    let moment = text(&parts.headers, "x-amz-date").ok_or(SignatureError::Incomplete)?;
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        parts.method,
        parts.uri.path(),
        parts.uri.query().unwrap_or_default()
    );
    for name in signed.split(';') {
        let value = text(&parts.headers, name).ok_or(SignatureError::Mismatch)?;
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        canonical.push_str(&format!("{name}:{value}\n"));
    }
    canonical.push_str(&format!("\n{signed}\n{}", hex(&sha256(body))));
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let to_sign =
        format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}", hex(&sha256(canonical.as_bytes())));
    let start = format!("AWS4{}", context.options.secret_access_key);
    let key = [date, region, service, "aws4_request"]
        .iter()
        .fold(start.into_bytes(), |key, part| hmac_sha256(&key, part.as_bytes()).to_vec());
    let expected = hex(&hmac_sha256(&key, to_sign.as_bytes()));
    if equals_in_constant_time(expected.as_bytes(), signature.as_bytes()) {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
