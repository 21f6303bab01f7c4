//! The access portal of IAM Identity Center: lists accounts and roles, provides the credentials of a
//! role, and signs out.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sso::Client;
use aws_sdk_sso::types::RoleCredentials;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::Serialize;
use ts_rs::TS;

use crate::config::environment::AwsEnvironment;
use crate::config::profile_kind::ProfileKind;
use crate::sdk_error::{Call, Caller};
use crate::sso::connection::SsoConnection;
use crate::sso::error::SignInError;
use crate::sso::sso_session::{SsoSession, SsoTarget};
use crate::sso::token::SsoToken;

/// An account that the user can access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct SsoAccount {
    /// The twelve digits of the account.
    pub account_id: String,
    /// The account name in the organization.
    pub name: Option<String>,
    /// The e-mail address of the root user.
    pub email: Option<String>,
}

/// The access portal of a session.
pub struct SsoPortal {
    connection: SsoConnection,
    client: Client,
    caller: Caller,
}

impl SsoPortal {
    /// Prepares the calls. Makes no call to AWS yet.
    ///
    /// # Errors
    /// Those of [`SsoSession::find`].
    pub async fn open(
        target: &SsoTarget,
        environment: &AwsEnvironment,
    ) -> Result<Self, SignInError> {
        let connection = SsoConnection::open(target, environment).await?;
        let mut config = aws_sdk_sso::config::Builder::from(&connection.sdk);
        if let Some(endpoint) = &connection.portal_endpoint {
            let endpoint = endpoint.as_str().trim_end_matches('/');
            config = config.endpoint_url(endpoint).use_fips(false).use_dual_stack(false);
        }
        let client = Client::from_conf(config.build());
        let caller =
            Caller { profile: connection.title.clone(), credentials_kind: ProfileKind::Sso };
        Ok(Self { connection, client, caller })
    }

    pub fn session(&self) -> &SsoSession {
        &self.connection.session
    }

    /// Lists the accounts, sorted by name.
    ///
    /// # Errors
    /// [`SignInError::NotSignedIn`], and errors of AWS.
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
                        account_id: account.account_id?,
                        name: account.account_name,
                        email: account.email_address,
                    })
                },
            ));
        }
        accounts.sort_by_key(|account| (account.name.clone(), account.account_id.clone()));
        Ok(accounts)
    }

    /// Lists the names of the roles in an account, sorted.
    ///
    /// # Errors
    /// [`SignInError::NotSignedIn`], and errors of AWS.
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

    /// Requests the credentials of a role, with the error in the form of a credentials provider.
    pub(super) async fn role_credentials(
        &self,
        account: &str,
        role: &str,
    ) -> Result<Option<RoleCredentials>, CredentialsError> {
        let token = self.connection.token().await.map_err(CredentialsError::provider_error)?;
        let request = self.client.get_role_credentials().account_id(account).role_name(role);
        let response = request.access_token(token.access_token.expose()).send().await;
        Ok(response.map_err(CredentialsError::provider_error)?.role_credentials)
    }

    /// Ends the session at AWS and removes its token from this computer. A token that AWS no longer
    /// knows is removed as well.
    ///
    /// # Errors
    /// If the token can't be removed, or if AWS can't be reached; then nothing is removed.
    pub async fn sign_out(&self) -> Result<(), SignInError> {
        let SsoConnection { session, store, .. } = &self.connection;
        if let Some(SsoToken { access_token, .. }) = store.token(session).await? {
            let request = self.client.logout().access_token(access_token.expose());
            if let Err(error) = request.send().await {
                if error.as_service_error().is_none() {
                    return Err(self.failed("sso:Logout", error));
                }
                tracing::debug!("the session had already ended at AWS");
            }
        }
        store.delete_token(session).await?;
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
