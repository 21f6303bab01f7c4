//! Finds elements by their test ID.

use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::Value;

use crate::wait::{wait_until, wait_until_true};
use crate::window::page::{LIMIT, Window};

/// What is asked for by its test id, where a role and a name would not be enough.
impl Window {
    /// Waits until there is something with this test id.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn find_by_test_id(&self, id: &str) -> Result<Element> {
        self.find_css(&format!("[data-testid=\"{id}\"]")).await
    }

    /// Waits until the page has what a CSS selector names.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn find_css(&self, selector: &str) -> Result<Element> {
        wait_until(LIMIT, &format!("what is {selector}"), async || {
            self.client.find(Locator::Css(selector)).await.ok()
        })
        .await
    }

    /// The text of what has this test id.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn text_of(&self, id: &str) -> Result<String> {
        Ok(self.find_by_test_id(id).await?.text().await?)
    }

    /// Waits until what has this test id shows this text.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn wait_for_text_in(&self, id: &str, text: &str) -> Result<()> {
        wait_until(LIMIT, &format!("{text:?} in {id}"), async || {
            self.text_of(id).await.ok()?.contains(text).then_some(())
        })
        .await
    }

    /// Waits until what has this test id has this attribute, at most for `limit`; answers it.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn attribute_of(&self, limit: Duration, id: &str, name: &str) -> Result<String> {
        let selector = format!("[data-testid=\"{id}\"]");
        wait_until(limit, &format!("{name} of {id}"), async || {
            let element = self.client.find(Locator::Css(&selector)).await.ok()?;
            element.attr(name).await.ok()?
        })
        .await
    }

    /// Clicks what has this test id, as soon as it can be clicked.
    ///
    /// # Errors
    /// When it does not come, or cannot be clicked for the whole time.
    pub async fn click_by_test_id(&self, id: &str) -> Result<()> {
        let selector = format!("[data-testid=\"{id}\"]");
        wait_until(LIMIT, &format!("{id} that can be clicked"), async || {
            let element = self.client.find(Locator::Css(&selector)).await.ok()?;
            let off = element.attr("aria-disabled").await.ok()?.as_deref() == Some("true");
            if off || !element.is_enabled().await.ok()? {
                return None;
            }
            self.click_element(&element).await.ok()
        })
        .await
    }

    /// Replaces what is in the field with this test id, and leaves the field.
    ///
    /// # Errors
    /// When the field does not come or takes nothing.
    pub async fn fill_by_test_id(&self, id: &str, text: &str) -> Result<()> {
        let field = self.find_css(&format!("[data-testid=\"{id}\"] input")).await?;
        self.fill_element(&field, text).await?;
        let leave = "document.activeElement?.blur()";
        self.client.execute(leave, Vec::new()).await?;
        Ok(())
    }

    /// Opens an expandable section by its test id.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn expand(&self, id: &str) -> Result<()> {
        let closed = format!("[data-testid=\"{id}\"] [aria-expanded=false]");
        let open = format!("[data-testid=\"{id}\"] [aria-expanded=true]");
        // What arrives above it while the button is down moves it away from under the pointer.
        wait_until_true(LIMIT, &format!("the section {id} to be open"), async || {
            if self.client.find(Locator::Css(&open)).await.is_ok() {
                return true;
            }
            if let Ok(header) = self.client.find(Locator::Css(&closed)).await {
                // Where it cannot be clicked yet, the next look tries again.
                let _ = self.click_element(&header).await;
            }
            false
        })
        .await
    }

    /// Makes the window this large, in CSS pixels.
    ///
    /// # Errors
    /// When the window does not take the size.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.client.set_window_size(width, height).await?;
        Ok(())
    }

    /// How much wider than the window the page is, in CSS pixels: what can only be reached by
    /// scrolling sideways.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn sideways_overflow(&self) -> Result<i64> {
        let script = "return document.documentElement.scrollWidth - window.innerWidth";
        let value = self.client.execute(script, Vec::new()).await?;
        value.as_i64().or_else(|| value.as_f64().map(|wide| wide as i64)).context("no number")
    }

    /// Scrolls until an element is in the middle of the window.
    ///
    /// # Errors
    /// When there is no such element.
    pub async fn scroll_to(&self, id: &str) -> Result<()> {
        self.find_by_test_id(id).await?;
        let selector = format!("[data-testid=\"{id}\"]");
        let script = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })";
        let value = self.client.execute(script, vec![Value::from(selector)]).await?;
        drop::<Value>(value);
        Ok(())
    }

    /// Scrolls to the top, where a picture begins.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn scroll_to_top(&self) -> Result<()> {
        let value = self.client.execute("window.scrollTo(0, 0)", Vec::new()).await?;
        drop::<Value>(value);
        Ok(())
    }
}
