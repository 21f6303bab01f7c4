//! The pages of the table about deletions and their undo.

use anyhow::Result;
use transload_contract::NotRestorableReason;
use transload_tests::headless_app::api_error;

use super::Scene;
use super::table::Things;

impl Scene {
    /// Opens one of these pages, or one about columns and tags. Returns how many of each thing it showed.
    pub(super) async fn show_deletions(&self, page: &str) -> Result<Things> {
        let (api, connection) = (&self.app.api, || self.ecr.connection());
        Ok(match page {
            "dry run of a deletion" => {
                // Reads whether blobs are mounted.
                self.what_if().await?;
                let details = self.details("shop/api").await?;
                self.calls()?;
                self.plan_deletion().await?;
                let unread = details.rows.unread_indexes.len() as u64;
                let images = details.images.len() as u64;
                vec![("images", vec![images]), ("unread indexes", vec![unread])]
            }
            "dry run of a deletion without unread indexes" => {
                self.what_if().await?;
                self.practice()?.create_generated_repository("unread", 3).await?;
                let digest = self.details("unread").await?.images.swap_remove(0).digest;
                self.calls()?;
                self.plan_deletion_of("unread", digest).await?;
                Things::new()
            }
            "deletion, more where ECR keeps some" => {
                let images = self.details("shop/api").await?.images.len() as u64;
                let planned = self.plan_deletion().await?;
                let rows = api.repository_rows(connection(), "shop/api".to_owned()).await;
                let unread = rows.map_err(api_error)?.unread_manifests;
                self.calls()?;
                let report = api.deletion_run(planned, |_| {}).await.map_err(api_error)?;
                let go = &report.repositories[0].deleted;
                let unread = go.iter().filter(|digest| unread.contains(digest)).count();
                vec![
                    ("images", vec![images]),
                    ("images that go", vec![go.len() as u64]),
                    ("unread images that go", vec![unread as u64]),
                ]
            }
            "dry run of the undo of a deletion" => {
                let planned = self.plan_deletion().await?;
                api.deletion_run(planned, |_| {}).await.map_err(api_error)?;
                let deleted = api.deletion_history().await.map_err(api_error)?;
                self.calls()?;
                let plan = api.restore_plan(deleted[0].deletion.clone()).await;
                let left = plan.map_err(api_error)?.repositories.swap_remove(0).left;
                // The practice ECR deletes layers with the last image that has them.
                let gone = left.iter().map(|one| match one.why {
                    NotRestorableReason::LayersGone { count } => count,
                    _ => 0,
                });
                // One page of images is left.
                vec![("images", vec![1]), ("layers", vec![gone.sum()])]
            }
            page => self.show_columns_and_tags(page).await?,
        })
    }
}
