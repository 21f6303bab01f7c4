//! Commands for signing in to IAM Identity Center, and for profiles that use it.

use transload_aws::{SignIn, SignInRequest, SsoPortal, SsoSession as Session, list_sso_sessions};
use transload_contract::{
    AwsConnection, NewAwsProfile, NewAwsProfileText, SignInMethod, SignInOutcome, SignInPrompt,
    SignInTarget, SsoAccount, SsoSession,
};
use transload_errors::ApiError;

use crate::api::Api;
use crate::convert;

impl Api {
    /// Starts a sign-in, or returns the waiting one of the same session. A different method
    /// replaces the waiting one.
    pub async fn sign_in_start(
        &self,
        target: SignInTarget,
        method: Option<SignInMethod>,
    ) -> Result<SignInPrompt, ApiError> {
        let store = &self.inner.sign_ins;
        let session = Session::find(&target, &self.aws_environment()).await?;
        let _one_at_a_time = store.begin_one(&session).await;
        if let Some(prompt) = store.of(&session, method) {
            return Ok(prompt);
        }
        let request = SignInRequest { target, method, poll_interval: None };
        let sign_in = SignIn::begin(&request, &self.aws_environment()).await?;
        let (id, title) = (self.new_id("sign-in"), session.title().to_owned());
        let prompt = convert::sign_in_prompt(id, title, sign_in.prompt());
        let pending = store.add(session, prompt.clone());
        let api = self.clone();
        tokio::spawn(async move {
            let outcome = tokio::select! {
                () = pending.cancelled() => Ok(SignInOutcome::Cancelled),
                finished = sign_in.finish() => {
                    finished.map(|()| SignInOutcome::SignedIn).map_err(ApiError::from)
                }
            };
            if outcome == Ok(SignInOutcome::SignedIn) {
                api.forget_profile_connections().await;
                // Migrations that wait for a sign-in continue.
                api.inner.jobs.wake_all();
            }
            pending.finish(outcome);
        });
        Ok(prompt)
    }

    /// Waits until the user signed in, refused or cancelled.
    pub async fn sign_in_wait(&self, sign_in: String) -> Result<SignInOutcome, ApiError> {
        self.inner.sign_ins.outcome(&sign_in).await
    }

    pub async fn sign_in_page(&self, sign_in: String) -> Result<String, ApiError> {
        self.inner.sign_ins.page(&sign_in)
    }

    /// Cancels a sign-in. Does nothing if it already finished.
    pub async fn sign_in_cancel(&self, sign_in: String) -> Result<(), ApiError> {
        self.inner.sign_ins.cancel(&sign_in);
        Ok(())
    }

    /// Returns the sessions that the AWS configuration of this computer defines.
    pub async fn sso_sessions_list(&self) -> Result<Vec<SsoSession>, ApiError> {
        let states = list_sso_sessions(&self.aws_environment()).await;
        Ok(states.into_iter().filter_map(convert::sso_session).collect())
    }

    /// Signs out at AWS and deletes the session on this computer.
    pub async fn sso_sign_out(&self, target: SignInTarget) -> Result<(), ApiError> {
        self.portal(&target).await?.sign_out().await?;
        self.forget_profile_connections().await;
        Ok(())
    }

    pub async fn sso_accounts_list(
        &self,
        target: SignInTarget,
    ) -> Result<Vec<SsoAccount>, ApiError> {
        Ok(self.portal(&target).await?.accounts().await?)
    }

    /// Returns the roles of the signed-in user in an account.
    pub async fn sso_roles_list(
        &self,
        target: SignInTarget,
        account_id: String,
    ) -> Result<Vec<String>, ApiError> {
        Ok(self.portal(&target).await?.roles(&account_id).await?)
    }

    /// Returns what a new profile would add to the AWS configuration. Writes nothing.
    pub async fn aws_profile_preview(
        &self,
        profile: NewAwsProfile,
    ) -> Result<NewAwsProfileText, ApiError> {
        let (path, text) =
            self.new_profile(&profile).await?.preview(&self.aws_environment()).await?;
        Ok(NewAwsProfileText { path: path.display().to_string(), text })
    }

    /// Adds a profile to the AWS configuration. Existing lines are unchanged.
    pub async fn aws_profile_add(&self, profile: NewAwsProfile) -> Result<(), ApiError> {
        Ok(self.new_profile(&profile).await?.add(&self.aws_environment()).await?)
    }

    async fn new_profile(
        &self,
        profile: &NewAwsProfile,
    ) -> Result<transload_aws::NewProfile, ApiError> {
        let session = Session::find(&profile.target, &self.aws_environment()).await?;
        convert::new_profile(profile, session)
    }

    async fn portal(&self, target: &SignInTarget) -> Result<SsoPortal, ApiError> {
        Ok(SsoPortal::open(target, &self.aws_environment()).await?)
    }

    /// Forgets every open connection of a profile, because its credentials may have changed.
    pub(crate) async fn forget_profile_connections(&self) {
        // What the environment means may be a profile too.
        self.inner.connections.forget_if(|known| !matches!(known, AwsConnection::Practice));
    }
}
