//! Details of the caller: whether the region is enabled for the account, and the account's alias.

use std::time::Duration;

use crate::error::AwsError;
use crate::sdk_error::Call;
use crate::session::aws_session::AwsSession;
use crate::session::request::CallerIdentity;
use transload_model::{Partition, Region};

/// The alias is only a convenience and not worth a longer wait.
const ALIAS_TIMEOUT: Duration = Duration::from_secs(5);

impl AwsSession {
    /// Requests the caller identity from STS. If AWS does not know the credentials, checks whether only
    /// this region rejects them: an account must enable some regions before it can use them.
    ///
    /// # Errors
    /// Those of [`AwsSession::identity`], and [`AwsError::RegionNotEnabled`].
    pub async fn identify(&self) -> Result<CallerIdentity, AwsError> {
        match self.identity().await {
            Err(refused @ AwsError::CredentialsInvalid { .. }) => {
                Err(self.region_not_enabled().await.unwrap_or(refused))
            }
            other => other,
        }
    }

    /// Returns an error about the region if the credentials are valid in the partition's home region,
    /// which every account can use.
    async fn region_not_enabled(&self) -> Option<AwsError> {
        let home = Partition::of_region(self.region()).home_region();
        if self.region().as_str() == home {
            return None;
        }
        let home = Region::parse(home).ok()?;
        let known = self.in_region(home).identity().await.ok()?;
        Some(AwsError::RegionNotEnabled { region: self.region().clone(), account: known.account })
    }

    /// Returns the alias of the session's account. `None` if it has no alias, or if the caller is not
    /// allowed to list aliases.
    pub async fn account_alias(&self) -> Option<String> {
        let call = Call::new(self.caller(), "iam:ListAccountAliases");
        let request = self.iam().list_account_aliases().send();
        match tokio::time::timeout(ALIAS_TIMEOUT, request).await {
            Ok(Ok(response)) => response.account_aliases().first().cloned(),
            Ok(Err(error)) => {
                tracing::debug!(error = %call.failed(error), "couldn't read the account alias");
                None
            }
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CannedResponse, LocalAws, identity_xml, session_at};

    /// Starts an STS that knows the key in some regions only.
    async fn known_in(regions: &'static [&'static str]) -> LocalAws {
        LocalAws::start(move |request| match request.region.as_deref() {
            Some(region) if regions.contains(&region) => identity_xml(),
            _ => CannedResponse::xml_error(
                403,
                "InvalidClientTokenId",
                "The security token is invalid.",
            ),
        })
        .await
    }

    #[tokio::test]
    async fn a_disabled_region_is_distinguished_from_a_wrong_key() {
        let region = Region::parse("ap-east-1").unwrap();
        let aws = known_in(&["us-east-1"]).await;
        let session = session_at(&aws).await.in_region(region.clone());
        let error = session.identify().await.unwrap_err();
        assert!(
            matches!(&error, AwsError::RegionNotEnabled { region: reported, account }
                if *reported == region && account.as_str() == "123456789012"),
            "{error:?}"
        );
        let nowhere = known_in(&[]).await;
        for region in ["ap-east-1", "us-east-1"] {
            let session = session_at(&nowhere).await.in_region(Region::parse(region).unwrap());
            let error = session.identify().await.unwrap_err();
            assert!(matches!(error, AwsError::CredentialsInvalid { .. }), "{error:?}");
        }
        let at_home = known_in(&["ap-east-1"]).await;
        let session = session_at(&at_home).await.in_region(Region::parse("ap-east-1").unwrap());
        assert_eq!(session.identify().await.unwrap().region, region);
        assert_eq!(at_home.requests().len(), 1);
    }

    #[tokio::test]
    async fn the_alias_is_returned_or_nothing_if_it_is_denied() {
        let alias = "<ListAccountAliasesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
                     <ListAccountAliasesResult><IsTruncated>false</IsTruncated><AccountAliases>\
                     <member>my-company</member></AccountAliases></ListAccountAliasesResult>\
                     </ListAccountAliasesResponse>";
        let aws = LocalAws::start(move |_| CannedResponse::xml(alias.to_owned())).await;
        let session = session_at(&aws).await;
        assert_eq!(session.account_alias().await.as_deref(), Some("my-company"));
        assert_eq!(aws.requests()[0].operation, "ListAccountAliases");
        let denied =
            LocalAws::start(|_| CannedResponse::xml_error(403, "AccessDenied", "not authorized"))
                .await;
        assert_eq!(session_at(&denied).await.account_alias().await, None);
    }
}
