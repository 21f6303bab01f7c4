//! The pages of the table about columns that cost calls, tags, and the tag mutability.

use anyhow::{Result, bail};
use transload_contract::{TagMutability, TagMutabilitySetting, TagReversal};
use transload_tests::headless_app::api_error;

use super::Scene;
use super::table::Things;

fn immutable() -> TagMutabilitySetting {
    let tag_mutability = TagMutability::Immutable;
    TagMutabilitySetting { tag_mutability, exclusion_filters: Vec::new() }
}

impl Scene {
    /// Opens one of these pages. Returns how many of each thing it showed.
    pub(super) async fn show_columns_and_tags(&self, page: &str) -> Result<Things> {
        let (api, connection) = (&self.app.api, || self.ecr.connection());
        let one = |thing: &'static str, number: u64| vec![(thing, vec![number])];
        let web = || "shop/web".to_owned();
        Ok(match page {
            "AWS tags of the visible rows, if the column is shown" => {
                let names = vec!["shop/api".to_owned(), web()];
                let tags = api.repositories_aws_tags(connection(), names).await;
                one("repository", tags.map_err(api_error)?.len() as u64)
            }
            "lifecycle policies of the visible rows, if the column is shown" => {
                let names = vec!["shop/api".to_owned(), web()];
                let policies = api.repositories_policies(connection(), names).await;
                one("repository", policies.map_err(api_error)?.len() as u64)
            }
            "what a new tag or another tag mutability would do" => {
                let digest = self.digest_of("shop/web", "1.1").await?;
                self.calls()?;
                let effect = api.image_tag_check(connection(), web(), digest, "prod".to_owned());
                effect.await.map_err(api_error)?;
                let (setting, name) = (immutable(), web());
                let effect = api.repository_mutability_check(connection(), name, setting).await;
                effect.map_err(api_error)?;
                Things::new()
            }
            "adding a tag to an image that was read" => {
                let digest = self.digest_of("shop/web", "1.1").await?;
                self.read("shop/web", vec![digest.clone()]).await?;
                self.calls()?;
                let tag = "added".to_owned();
                let added = api.image_tag_add(connection(), web(), digest, tag, None).await;
                added.map_err(api_error)?;
                Things::new()
            }
            "removing the added tag again" => {
                let digest = self.digest_of("shop/web", "added").await?;
                self.calls()?;
                let (tag, undo) = ("added".to_owned(), TagReversal::Remove);
                let undone = api.image_tag_undo(connection(), web(), digest, tag, undo).await;
                undone.map_err(api_error)?;
                Things::new()
            }
            "setting the tag mutability" => {
                let name = "shop/signed".to_owned();
                let set = api.repository_mutability_set(connection(), name, immutable()).await;
                set.map_err(api_error)?;
                Things::new()
            }
            page => bail!("the test doesn't open this page of the table: {page}"),
        })
    }
}
