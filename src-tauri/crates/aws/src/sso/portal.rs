use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sso::Client;
use aws_sdk_sso::types::RoleCredentials;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::config::environment::AwsEnvironment;
use crate::config::profile_list::ProfileKind;
use crate::sdk_error::{Call, Caller};
use crate::sso::connection::Connection;
use crate::sso::error::SignInError;
use crate::sso::sso_session::{SsoSession, SsoTarget};
use crate::sso::store::Token;

/// An account that who signed in may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsoAccount {
    /// Its twelve digits.
    pub id: String,
    /// What the organisation calls it.
    pub name: Option<String>,
    /// The e-mail address of its root user.
    pub email: Option<String>,
}

/// The access portal of a session, for who signed in.
pub struct SsoPortal {
    connection: Connection,
    client: Client,
    caller: Caller,
}

impl SsoPortal {
    /// Prepares the calls. Nothing is asked of AWS yet.
    ///
    /// # Errors
    /// What [`SsoSession::find`] says.
    pub async fn open(
        target: &SsoTarget,
        environment: &AwsEnvironment,
    ) -> Result<Self, SignInError> {
        let connection = Connection::open(target, environment).await?;
        let mut config = aws_sdk_sso::config::Builder::from(&connection.sdk);
        if let Some(endpoint) = &connection.portal_endpoint {
            let endpoint = endpoint.as_str().trim_end_matches('/');
            config = config.endpoint_url(endpoint).use_fips(false).use_dual_stack(false);
        }
        let client = Client::from_conf(config.build());
        let caller = Caller { profile: connection.title.clone(), base: ProfileKind::Sso };
        Ok(Self { connection, client, caller })
    }

    /// The session.
    pub fn session(&self) -> &SsoSession {
        &self.connection.session
    }

    /// The accounts, by name.
    ///
    /// # Errors
    /// [`SignInError::NotSignedIn`], and what AWS answers.
    pub async fn accounts(&self) -> Result<Vec<SsoAccount>, SignInError> {
        let token = self.connection.token().await?;
        let mut accounts = Vec::new();
        let request = self.client.list_accounts().access_token(token.access_token.expose());
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed("sso:ListAccounts", error))?;
            accounts.extend(page.account_list.unwrap_or_default().into_iter().filter_map(
                |account| {
                    Some(SsoAccount {
                        id: account.account_id?,
                        name: account.account_name,
                        email: account.email_address,
                    })
                },
            ));
        }
        accounts.sort_by_key(|account| (account.name.clone(), account.id.clone()));
        Ok(accounts)
    }

    /// The names of the roles in an account, sorted.
    ///
    /// # Errors
    /// [`SignInError::NotSignedIn`], and what AWS answers.
    pub async fn roles(&self, account: &str) -> Result<Vec<String>, SignInError> {
        let token = self.connection.token().await?;
        let mut roles = Vec::new();
        let request = self.client.list_account_roles().account_id(account);
        let request = request.access_token(token.access_token.expose());
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed("sso:ListAccountRoles", error))?;
            let listed = page.role_list.unwrap_or_default();
            roles.extend(listed.into_iter().filter_map(|role| role.role_name));
        }
        roles.sort();
        Ok(roles)
    }

    /// The credentials of a role in an account, with the error as a provider of credentials has it.
    pub(super) async fn role_credentials(
        &self,
        account: &str,
        role: &str,
    ) -> Result<Option<RoleCredentials>, CredentialsError> {
        let token = self.connection.token().await.map_err(CredentialsError::provider_error)?;
        let request = self.client.get_role_credentials().account_id(account).role_name(role);
        let answer = request.access_token(token.access_token.expose()).send().await;
        Ok(answer.map_err(CredentialsError::provider_error)?.role_credentials)
    }

    /// Ends the session at AWS, and removes its token from this computer. A token that AWS does not
    /// know any more is removed all the same.
    ///
    /// # Errors
    /// Where the token cannot be removed, or AWS cannot be reached: then nothing is removed.
    pub async fn sign_out(&self) -> Result<(), SignInError> {
        let Connection { session, store, .. } = &self.connection;
        if let Some(Token { access_token, .. }) = store.token(session).await? {
            let request = self.client.logout().access_token(access_token.expose());
            if let Err(error) = request.send().await {
                if error.as_service_error().is_none() {
                    return Err(self.failed("sso:Logout", error));
                }
                tracing::debug!("the session had ended at AWS already");
            }
        }
        store.forget_token(session).await?;
        tracing::info!(session = session.title(), "signed out");
        Ok(())
    }

    fn failed<E>(
        &self,
        action: &str,
        error: aws_smithy_runtime_api::client::result::SdkError<
            E,
            aws_smithy_runtime_api::client::orchestrator::HttpResponse,
        >,
    ) -> SignInError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        if error.code() == Some("UnauthorizedException") {
            return SignInError::NotSignedIn {
                session: self.connection.session.title().to_owned(),
            };
        }
        Call::new(&self.caller, action).failed(error).into()
    }
}
