//! The sign-ins that wait for a person; one a session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use transload_aws::{SignIn, SignInRequest, SsoSession, SsoTarget};
use transload_contract::{SignInOutcome, SignInPrompt, SignInWay};
use transload_errors::{ApiError, ErrorCode};

use crate::api::{Api, locked};
use crate::convert;

type Outcome = Option<Result<SignInOutcome, ApiError>>;

/// The sign-ins of this run of the program.
#[derive(Default)]
pub(crate) struct SignIns {
    waiting: Mutex<HashMap<String, Waiting>>,
    /// Two that begin at the same moment for one session would each ask for a page.
    begin: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

struct Waiting {
    session: SsoSession,
    prompt: SignInPrompt,
    cancel: CancellationToken,
    outcome: watch::Receiver<Outcome>,
}

impl SignIns {
    /// Waits for the end of a sign-in.
    pub async fn outcome(&self, sign_in: &str) -> Result<SignInOutcome, ApiError> {
        let outcome = locked(&self.waiting).get(sign_in).map(|waiting| waiting.outcome.clone());
        let mut outcome = outcome.ok_or_else(unknown)?;
        let ended = match outcome.wait_for(Option::is_some).await {
            Ok(ended) => ended.clone().unwrap_or_else(|| Err(unknown())),
            // Its task ended without a word, which only a fault of ours can cause.
            Err(_) => Err(ApiError::internal("a sign-in ended without an outcome")),
        };
        locked(&self.waiting).remove(sign_in);
        ended
    }

    /// The page of a sign-in that waits.
    pub fn page(&self, sign_in: &str) -> Result<String, ApiError> {
        let waiting = locked(&self.waiting);
        waiting.get(sign_in).map(|waiting| waiting.prompt.url.clone()).ok_or_else(unknown)
    }

    /// Gives a sign-in up.
    pub fn cancel(&self, sign_in: &str) {
        if let Some(waiting) = locked(&self.waiting).get(sign_in) {
            waiting.cancel.cancel();
        }
    }

    /// Gives all of them up.
    pub fn cancel_all(&self) {
        for waiting in locked(&self.waiting).values() {
            waiting.cancel.cancel();
        }
    }

    /// The prompt of the sign-in that waits for a session in this way; one in another way is given up.
    fn of(&self, session: &SsoSession, way: Option<SignInWay>) -> Option<SignInPrompt> {
        let mut all = locked(&self.waiting);
        all.retain(|_, waiting| waiting.outcome.borrow().is_none() || waiting.session != *session);
        let waiting = all.values().find(|waiting| waiting.session == *session)?;
        if way.is_none_or(|way| way == waiting.prompt.way) && !waiting.cancel.is_cancelled() {
            return Some(waiting.prompt.clone());
        }
        waiting.cancel.cancel();
        None
    }
}

impl Api {
    pub(crate) async fn begin_sign_in(
        &self,
        target: &SsoTarget,
        way: Option<SignInWay>,
    ) -> Result<SignInPrompt, ApiError> {
        let book = &self.inner.sign_ins;
        let session = SsoSession::find(target, &self.aws_environment()).await?;
        let begin = Arc::clone(locked(&book.begin).entry(session.title().to_owned()).or_default());
        let _one_at_a_time = begin.lock().await;
        if let Some(prompt) = book.of(&session, way) {
            return Ok(prompt);
        }
        let request = SignInRequest { target: target.clone(), way, poll_interval: None };
        let sign_in = SignIn::begin(&request, &self.aws_environment()).await?;
        let id = self.new_id("sign-in");
        let title = session.title().to_owned();
        let prompt = convert::sign_in_prompt(id.clone(), title, sign_in.prompt());
        let cancel = CancellationToken::new();
        let (tell, outcome) = watch::channel(None);
        let waiting = Waiting { session, prompt: prompt.clone(), cancel: cancel.clone(), outcome };
        locked(&book.waiting).insert(id, waiting);
        let api = self.clone();
        tokio::spawn(async move {
            let ended = tokio::select! {
                () = cancel.cancelled() => Ok(SignInOutcome::Cancelled),
                ended = sign_in.finish() => {
                    ended.map(|()| SignInOutcome::SignedIn).map_err(ApiError::from)
                }
            };
            if ended == Ok(SignInOutcome::SignedIn) {
                api.forget_profile_connections().await;
                // Who waits for a sign-in goes on.
                api.inner.jobs.wake_all();
            }
            tell.send_replace(Some(ended));
        });
        Ok(prompt)
    }
}

fn unknown() -> ApiError {
    ApiError::new(ErrorCode::SignInExpired, "This sign-in has finished.").retryable()
}
