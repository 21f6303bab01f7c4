//! Signs in to IAM Identity Center: from the request to the stored token. The `api` crate shows the
//! prompt and waits for the result.

use std::time::{Duration, Instant, SystemTime};

use crate::config::environment::AwsEnvironment;
use crate::error::AwsError;
use crate::sso::connection::SsoConnection;
use crate::sso::error::SignInError;
use crate::sso::loopback::{LoopbackListener, Redirect};
use crate::sso::oidc::{AuthorizationCheck, Poll};
use crate::sso::page::is_trusted_page;
use crate::sso::sign_in_method::SignInMethod;
use crate::sso::sso_session::{SsoSession, SsoTarget};
use crate::sso::token::{Registration, SsoToken};
use transload_model::Secret;

/// Time limit for the sign-in in the browser. Source: `_OVERALL_TIMEOUT` of the AWS CLI 2.
const BROWSER_TIMEOUT: Duration = Duration::from_secs(600);

/// A registration that expires sooner is replaced. Source: `_EXPIRY_WINDOW` of the AWS CLI 2.
const MIN_REGISTRATION_VALIDITY: Duration = Duration::from_secs(15 * 60);

/// Added to the polling interval after each "slow down". Source: RFC 8628 section 3.5.
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// Parameters of a sign-in.
#[derive(Clone, Debug)]
pub struct SignInRequest {
    pub target: SsoTarget,
    /// The method. If `None`, the browser for a named session, and a code for a session without a name.
    pub method: Option<SignInMethod>,
    /// The polling interval for a code. If `None`, that of the service.
    pub poll_interval: Option<Duration>,
}

/// What the user needs for signing in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInPrompt {
    pub method: SignInMethod,
    /// The page to open. For a code, the page with the code filled in.
    pub url: String,
    /// The page to enter the code on.
    pub code_url: Option<String>,
    /// The code that the page must show.
    pub code: Option<String>,
    /// When the sign-in expires, in milliseconds since 1970.
    pub expires_at_ms: u64,
}

/// A sign-in that waits for the user.
pub struct SignIn {
    connection: SsoConnection,
    prompt: SignInPrompt,
    deadline: Instant,
    waiting: Waiting,
}

enum Waiting {
    Browser {
        loopback: LoopbackListener,
        authorization: AuthorizationCheck,
        registration: Registration,
    },
    Code {
        device_code: Secret<String>,
        interval: Duration,
        slow_down: Duration,
        registration: Registration,
    },
}

impl SignIn {
    /// Starts a sign-in. Falls back to a code if Transload can't listen for the browser's redirect.
    ///
    /// # Errors
    /// Those of [`SsoSession::find`], and errors of AWS.
    pub async fn begin(
        request: &SignInRequest,
        environment: &AwsEnvironment,
    ) -> Result<Self, SignInError> {
        let connection = SsoConnection::open(&request.target, environment).await?;
        let named = connection.session.name.is_some();
        // A session without a name has no authorization code. The AWS CLI does not offer it either.
        let browser = named && request.method != Some(SignInMethod::Code);
        if browser {
            match LoopbackListener::open().await {
                Ok(loopback) => return Self::in_browser(connection, loopback).await,
                Err(error) => {
                    tracing::warn!(%error, "couldn't listen for the browser's redirect; a code is used instead")
                }
            }
        }
        Self::with_code(connection, request.poll_interval).await
    }

    async fn in_browser(
        connection: SsoConnection,
        loopback: LoopbackListener,
    ) -> Result<Self, SignInError> {
        let registration = registration(&connection, SignInMethod::Browser).await?;
        let (url, authorization) = connection.oidc.authorization(
            &connection.session,
            &registration,
            &loopback.address(),
        )?;
        ensure_trusted_page(&connection, &url)?;
        let prompt = SignInPrompt {
            method: SignInMethod::Browser,
            url,
            code_url: None,
            code: None,
            expires_at_ms: ms_from_now(BROWSER_TIMEOUT),
        };
        let waiting = Waiting::Browser { loopback, authorization, registration };
        Ok(Self { connection, prompt, deadline: Instant::now() + BROWSER_TIMEOUT, waiting })
    }

    async fn with_code(
        connection: SsoConnection,
        poll_interval: Option<Duration>,
    ) -> Result<Self, SignInError> {
        let registration = registration(&connection, SignInMethod::Code).await?;
        let device =
            connection.oidc.device_authorization(&connection.session, &registration).await?;
        for page in [&device.url, &device.complete_url] {
            ensure_trusted_page(&connection, page)?;
        }
        let prompt = SignInPrompt {
            method: SignInMethod::Code,
            url: device.complete_url,
            code_url: Some(device.url),
            code: Some(device.user_code),
            expires_at_ms: ms_from_now(device.lasts),
        };
        let waiting = Waiting::Code {
            device_code: device.device_code,
            interval: poll_interval.unwrap_or(device.interval),
            slow_down: poll_interval.unwrap_or(SLOW_DOWN),
            registration,
        };
        Ok(Self { connection, prompt, deadline: Instant::now() + device.lasts, waiting })
    }

    /// What to show to the user.
    pub fn prompt(&self) -> &SignInPrompt {
        &self.prompt
    }

    pub fn session(&self) -> &SsoSession {
        &self.connection.session
    }

    /// Waits for the user and stores the token. Dropping this future cancels the sign-in.
    ///
    /// # Errors
    /// [`SignInError::Denied`], [`SignInError::Expired`], [`SignInError::Refused`], and errors of AWS.
    pub async fn finish(self) -> Result<(), SignInError> {
        let Self { connection, deadline, waiting, .. } = self;
        let token = match waiting {
            Waiting::Browser { loopback, authorization, registration } => {
                let response = receive_code(&loopback, &authorization.state);
                let limit = tokio::time::Instant::from_std(deadline);
                let code = tokio::time::timeout_at(limit, response)
                    .await
                    .map_err(|_| SignInError::Expired)??;
                let redirect = loopback.address();
                connection
                    .oidc
                    .token_for_code(registration, &redirect, &code, &authorization)
                    .await?
            }
            Waiting::Code { device_code, interval, slow_down, registration } => {
                poll_for_token(
                    &connection,
                    &registration,
                    &device_code,
                    (interval, slow_down),
                    deadline,
                )
                .await?
            }
        };
        connection.store.save_token(&connection.session, &token).await?;
        tracing::info!(session = connection.session.title(), "signed in");
        Ok(())
    }
}

/// Rejects a page that does not belong to the configured IAM Identity Center.
fn ensure_trusted_page(connection: &SsoConnection, page: &str) -> Result<(), SignInError> {
    if is_trusted_page(page, &connection.session, connection.oidc.base()) {
        return Ok(());
    }
    let url = url::Url::parse(page).ok();
    let shown = url.map(|url| format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default()));
    Err(SignInError::UntrustedPage { page: shown.unwrap_or_default() })
}

/// Returns the stored registration, or registers.
async fn registration(
    connection: &SsoConnection,
    method: SignInMethod,
) -> Result<Registration, SignInError> {
    let SsoConnection { store, session, oidc, .. } = connection;
    let until = SystemTime::now() + MIN_REGISTRATION_VALIDITY;
    if let Some(known) = store.registration(session, method, until).await? {
        return Ok(known);
    }
    let redirect = LoopbackListener::registered_address();
    let (registration, scopes) = oidc.register(session, method, &redirect).await?;
    store.save_registration(session, method, scopes, &registration).await?;
    Ok(registration)
}

async fn receive_code(loopback: &LoopbackListener, state: &str) -> Result<String, SignInError> {
    let redirect =
        loopback.redirect(state).await.map_err(|source| AwsError::EndpointUnreachable {
            action: "the browser's redirect".to_owned(),
            source: source.into(),
        })?;
    match redirect {
        Redirect::Code(code) => Ok(code),
        Redirect::Error { code, .. } if code == "access_denied" => Err(SignInError::Denied),
        Redirect::Error { code, message } => Err(SignInError::Refused { code, message }),
    }
}

async fn poll_for_token(
    connection: &SsoConnection,
    registration: &Registration,
    device_code: &Secret<String>,
    (mut interval, slow_down): (Duration, Duration),
    deadline: Instant,
) -> Result<SsoToken, SignInError> {
    loop {
        if Instant::now() + interval > deadline {
            tokio::time::sleep_until(deadline.into()).await;
            return Err(SignInError::Expired);
        }
        tokio::time::sleep(interval).await;
        match connection.oidc.poll(registration, device_code).await {
            Ok(Poll::Done(token)) => return Ok(token),
            Ok(Poll::Pending) => {}
            Ok(Poll::SlowDown) => interval += slow_down,
            // A short network outage must not end a sign-in while the user enters the code: RFC 8628
            // section 3.5.
            Err(SignInError::Aws(
                error @ (AwsError::EndpointUnreachable { .. } | AwsError::Throttled { .. }),
            )) => {
                tracing::debug!(%error, "polling for the token failed and is retried");
                interval += slow_down;
            }
            Err(error) => return Err(error),
        }
    }
}

fn ms_from_now(lasts: Duration) -> u64 {
    let since = (SystemTime::now() + lasts).duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
