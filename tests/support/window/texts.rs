//! Finds texts that are cut off without an ellipsis, words that are broken inside, columns that are cut beside a column
//! with room, panels that a notification covers, and controls that can't be reached.

use anyhow::{Context, Result};

use crate::window::page::Window;

impl Window {
    /// What is wrong with the texts of the page, or of the dialog on top of it.
    pub async fn text_faults(&self) -> Result<Vec<String>> {
        let faults = self.client.execute(include_str!("texts.js"), Vec::new()).await?;
        serde_json::from_value(faults).context("an unexpected list of texts")
    }

    /// The columns that cut their content while another column of the table has room for it.
    pub async fn column_faults(&self) -> Result<Vec<String>> {
        let faults = self.client.execute(include_str!("columns.js"), Vec::new()).await?;
        serde_json::from_value(faults).context("an unexpected list of columns")
    }

    /// The panels and footers that a notification covers.
    pub async fn notice_faults(&self) -> Result<Vec<String>> {
        let faults = self.client.execute(include_str!("notices.js"), Vec::new()).await?;
        serde_json::from_value(faults).context("an unexpected list of panels")
    }

    /// The controls that no scrolling shows as a whole.
    pub async fn control_faults(&self) -> Result<Vec<String>> {
        let faults = self.client.execute(include_str!("reach.js"), Vec::new()).await?;
        serde_json::from_value(faults).context("an unexpected list of controls")
    }
}
