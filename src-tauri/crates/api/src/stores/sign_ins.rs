//! Sign-ins that wait for the user, one per session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedMutexGuard, watch};
use tokio_util::sync::CancellationToken;
use transload_aws::SsoSession;
use transload_contract::{SignInMethod, SignInOutcome, SignInPrompt};
use transload_errors::{ApiError, ErrorCode};

use crate::locks::locked;

/// How a sign-in ended; `None` while it waits.
type Outcome = Option<Result<SignInOutcome, ApiError>>;

#[derive(Default)]
pub(crate) struct SignIns {
    waiting: Mutex<HashMap<String, Waiting>>,
    /// Held while a sign-in of a session begins, so that only one page is requested.
    begin: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

struct Waiting {
    session: SsoSession,
    prompt: SignInPrompt,
    cancel: CancellationToken,
    outcome: watch::Receiver<Outcome>,
}

/// The side of a waiting sign-in that completes it.
pub(crate) struct PendingSignIn {
    cancel: CancellationToken,
    outcome: watch::Sender<Outcome>,
}

impl PendingSignIn {
    /// Completes when the sign-in is cancelled.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    /// Reports the outcome to all callers that wait for the sign-in.
    pub fn finish(self, outcome: Result<SignInOutcome, ApiError>) {
        self.outcome.send_replace(Some(outcome));
    }
}

impl SignIns {
    /// Waits until no other sign-in of the session begins. Hold the guard until the sign-in is added.
    pub async fn begin_one(&self, session: &SsoSession) -> OwnedMutexGuard<()> {
        let begin = Arc::clone(locked(&self.begin).entry(session.title().to_owned()).or_default());
        begin.lock_owned().await
    }

    /// Adds a sign-in that waits for the user, under the name in its prompt.
    pub fn add(&self, session: SsoSession, prompt: SignInPrompt) -> PendingSignIn {
        let cancel = CancellationToken::new();
        let (sender, outcome) = watch::channel(None);
        let pending = PendingSignIn { cancel: cancel.clone(), outcome: sender };
        let id = prompt.sign_in.clone();
        locked(&self.waiting).insert(id, Waiting { session, prompt, cancel, outcome });
        pending
    }

    /// Waits for the outcome of a sign-in.
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

    pub fn page(&self, sign_in: &str) -> Result<String, ApiError> {
        let waiting = locked(&self.waiting);
        waiting.get(sign_in).map(|waiting| waiting.prompt.url.clone()).ok_or_else(unknown)
    }

    pub fn cancel(&self, sign_in: &str) {
        if let Some(waiting) = locked(&self.waiting).get(sign_in) {
            waiting.cancel.cancel();
        }
    }

    pub fn cancel_all(&self) {
        for waiting in locked(&self.waiting).values() {
            waiting.cancel.cancel();
        }
    }

    /// Returns the prompt of the waiting sign-in of a session. A sign-in with another method is
    /// cancelled.
    pub fn of(&self, session: &SsoSession, method: Option<SignInMethod>) -> Option<SignInPrompt> {
        let mut all = locked(&self.waiting);
        all.retain(|_, waiting| waiting.outcome.borrow().is_none() || waiting.session != *session);
        let waiting = all.values().find(|waiting| waiting.session == *session)?;
        if method.is_none_or(|method| method == waiting.prompt.method)
            && !waiting.cancel.is_cancelled()
        {
            return Some(waiting.prompt.clone());
        }
        waiting.cancel.cancel();
        None
    }
}

fn unknown() -> ApiError {
    ApiError::new(ErrorCode::SignInExpired, "This sign-in has finished.").retryable()
}
