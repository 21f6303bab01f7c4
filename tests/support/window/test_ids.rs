//! Finds and uses elements by their test ID or a CSS selector, if role and name do not identify them.

use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::Value;

use crate::wait::{wait_until, wait_until_true};
use crate::window::page::{LIMIT, Window};

impl Window {
    /// Waits for the element with this test ID.
    ///
    /// # Errors
    /// If it does not appear in time.
    pub async fn find_by_test_id(&self, id: &str) -> Result<Element> {
        self.find_css(&format!("[data-testid=\"{id}\"]")).await
    }

    /// Waits for an element that matches a CSS selector.
    ///
    /// # Errors
    /// If it does not appear in time.
    pub async fn find_css(&self, selector: &str) -> Result<Element> {
        wait_until(LIMIT, &format!("an element {selector}"), async || {
            self.client.find(Locator::Css(selector)).await.ok()
        })
        .await
    }

    /// The text of the element with this test ID.
    ///
    /// # Errors
    /// If it does not appear in time.
    pub async fn text_of(&self, id: &str) -> Result<String> {
        // WebKit's own command omits text of cells that are cut off with an ellipsis.
        let element = serde_json::to_value(self.find_by_test_id(id).await?)?;
        let text =
            self.client.execute("return arguments[0].innerText ?? ''", vec![element]).await?;
        Ok(text.as_str().unwrap_or_default().trim().to_owned())
    }

    /// The texts of all elements that match a CSS selector.
    ///
    /// # Errors
    /// If the window does not respond.
    pub async fn texts_of(&self, selector: &str) -> Result<Vec<String>> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)";
        let texts = self.client.execute(script, vec![Value::from(selector)]).await?;
        Ok(serde_json::from_value(texts)?)
    }

    /// Waits until the element with this test ID contains this text.
    ///
    /// # Errors
    /// If it does not appear in time.
    pub async fn wait_for_text_in(&self, id: &str, text: &str) -> Result<()> {
        wait_until(LIMIT, &format!("{text:?} in {id}"), async || {
            self.text_of(id).await.ok()?.contains(text).then_some(())
        })
        .await
    }

    /// Waits, at most for `limit`, until the element with this test ID has an attribute, and returns its
    /// value.
    ///
    /// # Errors
    /// If it does not appear in time.
    pub async fn attribute_of(&self, limit: Duration, id: &str, name: &str) -> Result<String> {
        let selector = format!("[data-testid=\"{id}\"]");
        wait_until(limit, &format!("{name} of {id}"), async || {
            let element = self.client.find(Locator::Css(&selector)).await.ok()?;
            element.attr(name).await.ok()?
        })
        .await
    }

    /// Clicks the element with this test ID as soon as it can be clicked.
    ///
    /// # Errors
    /// If it does not appear or cannot be clicked in time.
    pub async fn click_by_test_id(&self, id: &str) -> Result<()> {
        let selector = format!("[data-testid=\"{id}\"]");
        wait_until(LIMIT, &format!("{id} to be clickable"), async || {
            let element = self.client.find(Locator::Css(&selector)).await.ok()?;
            let off = element.attr("aria-disabled").await.ok()?.as_deref() == Some("true");
            if off || !element.is_enabled().await.ok()? {
                return None;
            }
            self.click_element(&element).await.ok()
        })
        .await
    }

    /// Replaces the content of the field with this test ID, and leaves the field.
    ///
    /// # Errors
    /// If the field does not appear or does not accept the text.
    pub async fn fill_by_test_id(&self, id: &str, text: &str) -> Result<()> {
        let field = self.find_css(&format!("[data-testid=\"{id}\"] input")).await?;
        self.fill_element(&field, text).await?;
        let leave = "document.activeElement?.blur()";
        self.client.execute(leave, Vec::new()).await?;
        Ok(())
    }

    /// Opens an expandable section by its test ID.
    ///
    /// # Errors
    /// If it does not appear in time.
    pub async fn expand(&self, id: &str) -> Result<()> {
        let closed = format!("[data-testid=\"{id}\"] [aria-expanded=false]");
        let open = format!("[data-testid=\"{id}\"] [aria-expanded=true]");
        // Content that appears above it while the button is down moves it away from the pointer.
        wait_until_true(LIMIT, &format!("the section {id} to be open"), async || {
            if self.client.find(Locator::Css(&open)).await.is_ok() {
                return true;
            }
            if let Ok(header) = self.client.find(Locator::Css(&closed)).await {
                // If it cannot be clicked yet, the next attempt does.
                let _ = self.click_element(&header).await;
            }
            false
        })
        .await
    }

    /// Resizes the window, in CSS pixels.
    ///
    /// # Errors
    /// If the window cannot be resized.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.client.set_window_size(width, height).await?;
        Ok(())
    }

    /// How much wider the page is than the window, in CSS pixels. This part is only reachable by horizontal
    /// scrolling.
    ///
    /// # Errors
    /// If the window does not respond.
    pub async fn sideways_overflow(&self) -> Result<i64> {
        let script = "return document.documentElement.scrollWidth - window.innerWidth";
        let value = self.client.execute(script, Vec::new()).await?;
        value.as_i64().or_else(|| value.as_f64().map(|wide| wide as i64)).context("no number")
    }

    /// Scrolls until an element is in the middle of the window.
    ///
    /// # Errors
    /// If the element does not exist.
    pub async fn scroll_to(&self, id: &str) -> Result<()> {
        self.find_by_test_id(id).await?;
        let selector = format!("[data-testid=\"{id}\"]");
        let script = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })";
        let value = self.client.execute(script, vec![Value::from(selector)]).await?;
        drop::<Value>(value);
        Ok(())
    }

    /// Scrolls to the top.
    ///
    /// # Errors
    /// If the window does not respond.
    pub async fn scroll_to_top(&self) -> Result<()> {
        let value = self.client.execute("window.scrollTo(0, 0)", Vec::new()).await?;
        drop::<Value>(value);
        Ok(())
    }
}
