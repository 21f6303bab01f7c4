//! Turns every error of the SDK into an [`AwsError`]. This is the only place that reads AWS's error
//! codes. The clients of all rooms create a [`Call`] per request.

use std::error::Error;
use std::fmt::Display;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use crate::config::profile_kind::ProfileKind;
use crate::config::role_chain::ChainedRole;
use crate::error::{AwsError, BoxError};
use crate::error_causes::{find_cause, full_message, into_cause, is_connection};
use crate::session::credential_process::ProcessError;
use crate::session::expiry_tracker::ExpiredCredentials;
use crate::session::role_chain_provider::RoleChainError;
use crate::sso::error::SignInError;
use transload_model::RepositoryName;
use transload_network::{ExchangeError, NetworkFailure, skew_from_date, skew_from_signature_error};

/// The caller, for messages.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) profile: String,
    /// Where its first credentials come from.
    pub(crate) credentials_kind: ProfileKind,
}

/// One call, for messages.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    caller: &'a Caller,
    action: &'a str,
    repository: Option<&'a RepositoryName>,
}

impl<'a> Call<'a> {
    /// Creates a call by its IAM action, such as `ecr:CreateRepository`.
    pub(crate) fn new(caller: &'a Caller, action: &'a str) -> Self {
        Self { caller, action, repository: None }
    }

    /// Sets the repository that the call is about.
    pub(crate) fn for_repository(self, repository: &'a RepositoryName) -> Self {
        Self { repository: Some(repository), ..self }
    }

    /// Returns a field that the response must have.
    pub(crate) fn required<T>(&self, value: Option<T>, what: &str) -> Result<T, AwsError> {
        value.ok_or_else(|| self.unusable(format_args!("{what} is missing")))
    }

    /// The error for a response that can't be used.
    pub(crate) fn unusable(&self, detail: impl Display) -> AwsError {
        AwsError::AnswerUnusable { action: self.action.to_owned(), detail: detail.to_string() }
    }

    pub(crate) fn failed<E>(&self, error: SdkError<E, HttpResponse>) -> AwsError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        match &error {
            SdkError::ServiceError(_) => self.service_error(&error),
            SdkError::ResponseError(_) => self.unusable(full_message(&error)),
            SdkError::TimeoutError(_) => self.unreachable(into_cause(error)),
            _ => {
                if find_cause::<CredentialsError>(&error).is_some() {
                    self.credentials_error(into_cause(error))
                } else if is_connection(&error) {
                    self.unreachable(into_cause(error))
                } else if full_message(&error).contains("identity resolver timed out") {
                    self.credentials_missing(into_cause(error))
                } else {
                    // The request could not be built, which only settings can cause.
                    self.profile_invalid(full_message(&error))
                }
            }
        }
    }

    /// Converts an error that AWS returned.
    fn service_error<E>(&self, error: &SdkError<E, HttpResponse>) -> AwsError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let action = self.action.to_owned();
        let message = error.message().unwrap_or_default().to_owned();
        let Some(code) = error.code() else { return self.foreign_response(error) };
        let code = code.to_owned();
        if let Some(failure) = wrong_clock(&code, &message, error.raw_response()) {
            return AwsError::Network { action, failure };
        }
        match (code.as_str(), self.repository) {
            ("AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation", _) => {
                AwsError::AccessDenied { action, message }
            }
            (
                "UnrecognizedClientException"
                | "InvalidClientTokenId"
                | "InvalidAccessKeyId"
                | "SignatureDoesNotMatch"
                | "InvalidSignatureException"
                | "IncompleteSignature"
                | "IncompleteSignatureException"
                | "MissingAuthenticationToken"
                | "MissingAuthenticationTokenException",
                _,
            ) => AwsError::CredentialsInvalid { code, message },
            // Credentials that AWS revoked early are replaced by signing in again.
            ("ExpiredToken" | "ExpiredTokenException", _)
                if self.caller.credentials_kind == ProfileKind::Sso =>
            {
                AwsError::SignInNeeded {
                    profile: self.caller.profile.clone(),
                    kind: ProfileKind::Sso,
                    source: Some(message.into()),
                }
            }
            ("ExpiredToken" | "ExpiredTokenException" | "RequestExpired", _) => {
                AwsError::CredentialsExpired { message }
            }
            (
                "Throttling"
                | "ThrottlingException"
                | "ThrottledException"
                | "RequestThrottled"
                | "RequestThrottledException"
                | "RequestLimitExceeded"
                | "TooManyRequestsException",
                _,
            ) => AwsError::Throttled { action },
            ("RepositoryNotFoundException", Some(name)) => {
                AwsError::RepositoryMissing { name: name.clone() }
            }
            ("RepositoryAlreadyExistsException", Some(name)) => {
                AwsError::RepositoryExists { name: name.clone() }
            }
            ("RepositoryNotEmptyException", Some(name)) => {
                AwsError::RepositoryNotEmpty { name: name.clone() }
            }
            ("LimitExceededException" | "ServiceQuotaExceededException", _) => {
                AwsError::QuotaExceeded { message }
            }
            ("KmsException", _) => AwsError::KmsRefused { message },
            _ => {
                let request_id = error.request_id().map(str::to_owned);
                AwsError::Refused { action, code, message, request_id }
            }
        }
    }

    /// Converts an error response that is not from AWS, for example from a proxy or a wrong endpoint.
    fn foreign_response<E>(&self, error: &SdkError<E, HttpResponse>) -> AwsError
    where
        E: Error + Send + Sync + 'static,
    {
        let Some(response) = error.raw_response() else {
            return self.unusable(full_message(error));
        };
        let status = response.status().as_u16();
        if status == 429 {
            return AwsError::Throttled { action: self.action.to_owned() };
        }
        let content_type = response.headers().get("content-type").unwrap_or("no content type");
        self.unusable(format_args!(
            "HTTP {status} with {content_type} instead of AWS's JSON or XML"
        ))
    }

    /// Converts the error of a call that was not sent because there were no credentials to sign it.
    pub(crate) fn credentials_error(&self, error: BoxError) -> AwsError {
        if let Some(role) = find_cause::<RoleChainError>(error.as_ref()) {
            match role {
                RoleChainError::CodeNeeded { serial } => {
                    return AwsError::MfaNeeded {
                        profile: self.caller.profile.clone(),
                        serial: serial.clone(),
                    };
                }
                RoleChainError::NotAssumed { role, with_code, source } if is_response(source) => {
                    return self.role_error(role, *with_code, source);
                }
                RoleChainError::NoSession { .. } => {
                    return Call::new(self.caller, "sts:AssumeRole").unusable(full_message(role));
                }
                RoleChainError::NotAssumed { .. } => {}
            }
        }
        if let Some(assumed @ SdkError::ServiceError(_)) =
            find_cause::<SdkError<AssumeRoleWithWebIdentityError, HttpResponse>>(error.as_ref())
        {
            return Call::new(self.caller, "sts:AssumeRoleWithWebIdentity").service_error(assumed);
        }
        if is_connection(error.as_ref()) {
            return Call::new(self.caller, self.credentials_action(error.as_ref()))
                .unreachable(error);
        }
        if let Some(failed) = find_cause::<ProcessError>(error.as_ref()) {
            let (profile, detail) = (self.caller.profile.clone(), failed.to_string());
            return AwsError::ProcessFailed { profile, detail };
        }
        if let Some(ended) = find_cause::<ExpiredCredentials>(error.as_ref()) {
            return AwsError::CredentialsExpired { message: ended.to_string() };
        }
        if let Some(inner) = self.error_before_sign_in(error.as_ref()) {
            return inner;
        }
        let Some(credentials) = find_cause::<CredentialsError>(error.as_ref()) else {
            return self.credentials_missing(error);
        };
        let detail = credentials.source().map(full_message).unwrap_or_default();
        let signs_in =
            matches!(self.caller.credentials_kind, ProfileKind::Sso | ProfileKind::Login);
        match credentials {
            CredentialsError::InvalidConfiguration(_) => self.profile_invalid(detail),
            // IAM Identity Center denies the role; the session is valid.
            _ if signs_in && detail.contains("ForbiddenException") => AwsError::AccessDenied {
                action: "sso:GetRoleCredentials".to_owned(),
                message: detail,
            },
            _ if signs_in => AwsError::SignInNeeded {
                profile: self.caller.profile.clone(),
                kind: self.caller.credentials_kind,
                source: Some(error),
            },
            _ => self.credentials_missing(error),
        }
    }

    /// Returns problems that have nothing to do with being signed in: the connection to IAM Identity
    /// Center, its settings, and throttling.
    fn error_before_sign_in(&self, error: &(dyn Error + 'static)) -> Option<AwsError> {
        if let Some(SignInError::Aws(inner)) = find_cause::<SignInError>(error) {
            return match inner {
                AwsError::Network { action, failure } => {
                    Some(AwsError::Network { action: action.clone(), failure: failure.clone() })
                }
                AwsError::EndpointUnreachable { action, source } => {
                    let (action, source) = (action.clone(), full_message(source.as_ref()).into());
                    Some(AwsError::EndpointUnreachable { action, source })
                }
                AwsError::ProfileInvalid { detail, .. } => {
                    Some(self.profile_invalid(detail.clone()))
                }
                AwsError::Throttled { action } => {
                    Some(AwsError::Throttled { action: action.clone() })
                }
                _ => None,
            };
        }
        let refused = find_cause::<SdkError<GetRoleCredentialsError, HttpResponse>>(error)?;
        (refused.code() == Some("TooManyRequestsException"))
            .then(|| AwsError::Throttled { action: "sso:GetRoleCredentials".to_owned() })
    }

    /// Converts the error of an AssumeRole call.
    fn role_error(
        &self,
        role: &ChainedRole,
        with_code: bool,
        error: &SdkError<AssumeRoleError, HttpResponse>,
    ) -> AwsError {
        let which = format!("the role {} of the profile {:?}", role.role_arn, role.profile);
        match Call::new(self.caller, "sts:AssumeRole").service_error(error) {
            AwsError::AccessDenied { message, .. } if with_code && is_about_code(&message) => {
                AwsError::MfaCodeRefused {
                    serial: role.mfa_serial.clone().unwrap_or_default(),
                    message: message.trim().to_owned(),
                }
            }
            AwsError::AccessDenied { action, message } => {
                AwsError::AccessDenied { action, message: format!("{which}: {message}") }
            }
            // STS rejects a parameter: the duration of the session, or its name.
            AwsError::Refused { code, message, .. } if code == "ValidationError" => {
                self.profile_invalid(format!("{which}: {message} ({})", role.setting_location))
            }
            other => other,
        }
    }

    /// Returns the call for credentials that could not reach its endpoint.
    fn credentials_action(&self, error: &(dyn Error + 'static)) -> &'static str {
        if find_cause::<SdkError<AssumeRoleError, HttpResponse>>(error).is_some() {
            "sts:AssumeRole"
        } else {
            match self.caller.credentials_kind {
                ProfileKind::Sso => "sso:GetRoleCredentials",
                ProfileKind::Login => "signin:CreateOAuth2Token",
                ProfileKind::WebIdentity => "sts:AssumeRoleWithWebIdentity",
                _ => "sts:AssumeRole",
            }
        }
    }

    fn unreachable(&self, source: BoxError) -> AwsError {
        let failed = find_cause::<ExchangeError>(source.as_ref());
        if let Some(too_large @ ExchangeError::TooLarge { .. }) = failed {
            return self.unusable(too_large);
        }
        if let Some(failure) = failed.and_then(ExchangeError::network) {
            return AwsError::Network { action: self.action.to_owned(), failure: failure.clone() };
        }
        AwsError::EndpointUnreachable { action: self.action.to_owned(), source }
    }

    fn credentials_missing(&self, source: BoxError) -> AwsError {
        AwsError::CredentialsMissing { profile: self.caller.profile.clone(), source: Some(source) }
    }

    fn profile_invalid(&self, detail: String) -> AwsError {
        AwsError::ProfileInvalid { profile: self.caller.profile.clone(), detail }
    }
}

/// Detects a wrong clock on this computer behind a rejected signature, by the times in the message of
/// AWS or, without them, by the date of the response. Source: "Signature Version 4", and the codes of
/// ECR, STS and the other services.
fn wrong_clock(
    code: &str,
    message: &str,
    response: Option<&HttpResponse>,
) -> Option<NetworkFailure> {
    const SIGNATURE_ERRORS: [&str; 6] = [
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "RequestTimeTooSkewed",
        "RequestExpired",
        "RequestInTheFuture",
        "AuthFailure",
    ];
    if !SIGNATURE_ERRORS.contains(&code) {
        return None;
    }
    let date = || skew_from_date(response?.headers().get("date")?);
    let behind_seconds = skew_from_signature_error(message).or_else(date)?;
    NetworkFailure::clock(behind_seconds, "AWS")
}

/// Whether STS responded at all.
fn is_response(error: &SdkError<AssumeRoleError, HttpResponse>) -> bool {
    matches!(error, SdkError::ServiceError(_))
}

/// Whether STS denies a role because of the code, and not because of a policy.
///
/// Source: "Troubleshooting IAM", and the messages of STS: "MultiFactorAuthentication failed with
/// invalid MFA one time pass code", "MultiFactorAuthentication failed, unable to validate MFA code".
fn is_about_code(message: &str) -> bool {
    message.starts_with("MultiFactorAuthentication failed")
}

#[cfg(test)]
mod tests;
