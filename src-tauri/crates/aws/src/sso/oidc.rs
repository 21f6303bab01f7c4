//! The calls to SSO OIDC: registers Transload, starts a sign-in, and creates and refreshes tokens.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_ssooidc::Client;
use aws_sdk_ssooidc::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_sdk_ssooidc::operation::create_token::{CreateTokenError, CreateTokenOutput};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::config::profile_kind::ProfileKind;
use crate::sdk_error::{Call, Caller};
use crate::sso::error::SignInError;
use crate::sso::random::random;
use crate::sso::sign_in_method::SignInMethod;
use crate::sso::sso_session::SsoSession;
use crate::sso::token::{BROWSER_GRANTS, Registration, SsoToken};
use transload_model::Secret;

/// The scope of sessions that set none: listing accounts and requesting credentials.
///
/// Source: `_AUTH_GRANT_DEFAULT_SCOPE` of the AWS CLI 2.
const DEFAULT_SCOPE: &str = "sso:account:access";

/// Source: RFC 8628 section 3.4.
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The polling interval if the server sets none. Source: RFC 8628 section 3.2.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);

/// A client of SSO OIDC in the region of one session.
#[derive(Clone)]
pub(super) struct Oidc {
    client: Client,
    caller: Arc<Caller>,
    base: String,
}

/// A device authorization that waits for the user.
#[derive(Debug)]
pub(super) struct DeviceAuthorization {
    pub(super) device_code: Secret<String>,
    pub(super) user_code: String,
    pub(super) url: String,
    /// The page with the code filled in.
    pub(super) complete_url: String,
    pub(super) lasts: Duration,
    pub(super) interval: Duration,
}

/// The result of polling for the token of a device authorization.
#[derive(Debug)]
pub(super) enum Poll {
    Done(SsoToken),
    /// The user has not confirmed yet.
    Pending,
    /// The user has not confirmed yet, and the polling is too frequent.
    SlowDown,
}

/// The values that the browser's redirect is checked with.
#[derive(Debug)]
pub(super) struct AuthorizationCheck {
    pub(super) state: String,
    verifier: Secret<String>,
}

impl Oidc {
    /// Creates a client. `endpoint` overrides the region's own.
    pub(super) async fn open(
        session: &SsoSession,
        sdk: &SdkConfig,
        endpoint: Option<&Url>,
        profile: &str,
    ) -> Result<Self, SignInError> {
        let caller = Caller { profile: profile.to_owned(), credentials_kind: ProfileKind::Sso };
        let mut config = aws_sdk_ssooidc::config::Builder::from(sdk);
        let mut params = Params::builder().region(session.region.clone());
        if let Some(endpoint) = endpoint {
            let text = endpoint.as_str().trim_end_matches('/').to_owned();
            config = config.endpoint_url(&text).use_fips(false).use_dual_stack(false);
            params = params.endpoint(text);
        } else {
            params = params
                .use_fips(sdk.use_fips().unwrap_or_default())
                .use_dual_stack(sdk.use_dual_stack().unwrap_or_default());
        }
        // The SDK has no operation for the sign-in page, which has the same address.
        let invalid = |detail: String| {
            SignInError::Aws(crate::error::AwsError::ProfileInvalid {
                profile: profile.to_owned(),
                detail,
            })
        };
        let params = params.build().map_err(|error| invalid(error.to_string()))?;
        let resolved = DefaultResolver::new().resolve_endpoint(&params).await;
        let base = resolved.map_err(|error| invalid(error.to_string()))?.url().to_owned();
        let client = Client::from_conf(config.build());
        Ok(Self { client, caller: Arc::new(caller), base })
    }

    /// The address of the OIDC endpoint.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Registers Transload as a client for one sign-in method.
    pub(super) async fn register(
        &self,
        session: &SsoSession,
        method: SignInMethod,
        redirect: &str,
    ) -> Result<(Registration, Option<Vec<String>>), SignInError> {
        let call = Call::new(&self.caller, "sso-oidc:RegisterClient");
        let mut request =
            self.client.register_client().client_name("Transload").client_type("public");
        // Like the AWS CLI, the device grant requests scopes only if the session sets some.
        let mut scopes = session.scopes.clone().filter(|scopes| !scopes.is_empty());
        if method == SignInMethod::Browser {
            scopes = Some(requested_scopes(session));
            request = request
                .set_grant_types(Some(BROWSER_GRANTS.map(str::to_owned).to_vec()))
                .redirect_uris(redirect)
                .issuer_url(&session.start_url);
        }
        let response = request.set_scopes(scopes.clone()).send().await;
        let response = response.map_err(|error| call.failed(error))?;
        let registration = Registration {
            client_id: call.required(response.client_id(), "the client id")?.to_owned(),
            client_secret: call
                .required(response.client_secret(), "the client secret")?
                .to_owned()
                .into(),
            expires_at: since_1970(response.client_secret_expires_at()),
        };
        Ok((registration, scopes))
    }

    /// Returns the sign-in page, and the values to check the redirect with.
    pub(super) fn authorization(
        &self,
        session: &SsoSession,
        registration: &Registration,
        redirect: &str,
    ) -> Result<(String, AuthorizationCheck), SignInError> {
        let authorization = AuthorizationCheck {
            state: URL_SAFE_NO_PAD.encode(random::<24>()?),
            // 64 characters of those that RFC 7636 section 4.1 allows.
            verifier: URL_SAFE_NO_PAD.encode(random::<48>()?).into(),
        };
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &registration.client_id)
            .append_pair("redirect_uri", redirect)
            .append_pair("state", &authorization.state)
            .append_pair("code_challenge_method", "S256")
            .append_pair("scopes", &requested_scopes(session).join(" "))
            .append_pair("code_challenge", &challenge(authorization.verifier.expose()));
        // A blank as the AWS CLI writes it. A plus sign in a value is already escaped.
        let query = query.finish().replace('+', "%20");
        Ok((format!("{}/authorize?{query}", self.base), authorization))
    }

    /// Exchanges an authorization code for a token.
    pub(super) async fn token_for_code(
        &self,
        registration: Registration,
        redirect: &str,
        code: &str,
        authorization: &AuthorizationCheck,
    ) -> Result<SsoToken, SignInError> {
        let response = self
            .client
            .create_token()
            .client_id(&registration.client_id)
            .client_secret(registration.client_secret.expose())
            .grant_type(BROWSER_GRANTS[0])
            .redirect_uri(redirect)
            .code(code)
            .code_verifier(authorization.verifier.expose())
            .send()
            .await
            .map_err(|error| self.token_error(error))?;
        self.token(response, registration, None)
    }

    pub(super) async fn device_authorization(
        &self,
        session: &SsoSession,
        registration: &Registration,
    ) -> Result<DeviceAuthorization, SignInError> {
        let call = Call::new(&self.caller, "sso-oidc:StartDeviceAuthorization");
        let response = self
            .client
            .start_device_authorization()
            .client_id(&registration.client_id)
            .client_secret(registration.client_secret.expose())
            .start_url(&session.start_url)
            .send()
            .await
            .map_err(|error| call.failed(error))?;
        let url = call.required(response.verification_uri(), "the page to open")?;
        Ok(DeviceAuthorization {
            device_code: call
                .required(response.device_code(), "the device code")?
                .to_owned()
                .into(),
            user_code: call.required(response.user_code(), "the user code")?.to_owned(),
            complete_url: response.verification_uri_complete().unwrap_or(url).to_owned(),
            url: url.to_owned(),
            lasts: seconds(response.expires_in()).unwrap_or_default(),
            interval: seconds(response.interval()).unwrap_or(DEFAULT_INTERVAL),
        })
    }

    /// Requests the token of a device authorization once.
    pub(super) async fn poll(
        &self,
        registration: &Registration,
        device_code: &Secret<String>,
    ) -> Result<Poll, SignInError> {
        let response = self
            .client
            .create_token()
            .client_id(&registration.client_id)
            .client_secret(registration.client_secret.expose())
            .grant_type(DEVICE_GRANT)
            .device_code(device_code.expose())
            .send()
            .await;
        match response {
            Ok(response) => self.token(response, registration.clone(), None).map(Poll::Done),
            Err(SdkError::ServiceError(refused))
                if refused.err().is_authorization_pending_exception() =>
            {
                Ok(Poll::Pending)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_slow_down_exception() => {
                Ok(Poll::SlowDown)
            }
            Err(error) => Err(self.token_error(error)),
        }
    }

    /// Refreshes a token. Returns `None` if it can no longer be refreshed.
    pub(super) async fn refresh(&self, old: &SsoToken) -> Result<Option<SsoToken>, SignInError> {
        let Some((refresh_token, registration)) =
            old.refresh_token.as_ref().zip(old.registration.as_ref())
        else {
            return Ok(None);
        };
        let response = self
            .client
            .create_token()
            .client_id(&registration.client_id)
            .client_secret(registration.client_secret.expose())
            .grant_type(BROWSER_GRANTS[1])
            .refresh_token(refresh_token.expose())
            .send()
            .await;
        match response {
            Ok(response) => {
                self.token(response, registration.clone(), Some(refresh_token.clone())).map(Some)
            }
            Err(SdkError::ServiceError(_)) => Ok(None),
            Err(error) => Err(self.token_error(error)),
        }
    }

    fn token(
        &self,
        response: CreateTokenOutput,
        registration: Registration,
        before: Option<Secret<String>>,
    ) -> Result<SsoToken, SignInError> {
        let call = Call::new(&self.caller, "sso-oidc:CreateToken");
        let access_token = call.required(response.access_token(), "the access token")?;
        Ok(SsoToken {
            access_token: access_token.to_owned().into(),
            expires_at: SystemTime::now() + seconds(response.expires_in()).unwrap_or_default(),
            // If the server sends no new refresh token, the old one stays valid: RFC 6749 section 6.
            refresh_token: response.refresh_token().map(|token| token.to_owned().into()).or(before),
            registration: Some(registration),
        })
    }

    fn token_error(&self, error: SdkError<CreateTokenError, HttpResponse>) -> SignInError {
        if let SdkError::ServiceError(refused) = &error {
            match refused.err() {
                CreateTokenError::AccessDeniedException(_) => return SignInError::Denied,
                CreateTokenError::ExpiredTokenException(_) => return SignInError::Expired,
                CreateTokenError::InvalidGrantException(grant) => {
                    return SignInError::Refused {
                        code: "invalid_grant".to_owned(),
                        message: grant.error_description().unwrap_or_default().to_owned(),
                    };
                }
                _ => {}
            }
        }
        Call::new(&self.caller, "sso-oidc:CreateToken").failed(error).into()
    }
}

fn requested_scopes(session: &SsoSession) -> Vec<String> {
    let named = session.scopes.clone().filter(|scopes| !scopes.is_empty());
    named.unwrap_or_else(|| vec![DEFAULT_SCOPE.to_owned()])
}

/// Source: RFC 7636 section 4.2, method S256.
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// Converts a duration of the service. Zero and negative values count as unset.
fn seconds(number: i32) -> Option<Duration> {
    u64::try_from(number).ok().filter(|number| *number > 0).map(Duration::from_secs)
}

fn since_1970(seconds: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_matches_the_standard() {
        // RFC 7636, appendix B.
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
