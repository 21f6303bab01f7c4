//! Finds texts that are cut off without an ellipsis, and words that are broken inside.

use anyhow::{Context, Result};

use crate::window::page::Window;

impl Window {
    /// What is wrong with the texts of the page, or of the dialog on top of it.
    pub async fn text_faults(&self) -> Result<Vec<String>> {
        let faults = self.client.execute(include_str!("texts.js"), Vec::new()).await?;
        serde_json::from_value(faults).context("an unexpected list of texts")
    }
}
