//! The sign-ins that wait for a person; one a session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedMutexGuard, watch};
use tokio_util::sync::CancellationToken;
use transload_aws::SsoSession;
use transload_contract::{SignInOutcome, SignInPrompt, SignInWay};
use transload_errors::{ApiError, ErrorCode};

use crate::locks::locked;

/// How a sign-in ended; `None` while it waits.
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

/// The side of a waiting sign-in that completes it.
pub(crate) struct PendingSignIn {
    cancel: CancellationToken,
    outcome: watch::Sender<Outcome>,
}

impl PendingSignIn {
    /// Completes when the user gives the sign-in up.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    /// Ends the sign-in for everyone who waits for it.
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
    pub fn of(&self, session: &SsoSession, way: Option<SignInWay>) -> Option<SignInPrompt> {
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

fn unknown() -> ApiError {
    ApiError::new(ErrorCode::SignInExpired, "This sign-in has finished.").retryable()
}
