//! Finds and uses elements by their test ID or a CSS selector, if role and name do not identify them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use serde_json::Value;

use crate::wait::{wait_until, wait_until_true};
use crate::window::page::{LIMIT, Window};

impl Window {
    /// Waits for the element with this test ID.
    pub async fn find_by_test_id(&self, id: &str) -> Result<()> {
        self.find_css(&test_id(id)).await
    }

    /// Waits for an element that matches a CSS selector.
    pub async fn find_css(&self, selector: &str) -> Result<()> {
        wait_until_true(LIMIT, &format!("an element {selector}"), async || {
            self.element(selector).await.is_some()
        })
        .await
    }

    /// The first element that matches a CSS selector.
    async fn element(&self, selector: &str) -> Option<Value> {
        let found = self.client.find(Locator::Css(selector)).await.ok()?;
        serde_json::to_value(found).ok()
    }

    /// Reads an expression of the first element that matches a CSS selector, in one step. `None` if there is
    /// no element, or the expression is `null`.
    async fn read(&self, selector: &str, expression: &str) -> Option<Value> {
        let script = format!(
            "const element = document.querySelector(arguments[0]);\
             return element === null ? null : ({expression})"
        );
        let value = self.client.execute(&script, vec![Value::from(selector)]).await.ok()?;
        (!value.is_null()).then_some(value)
    }

    /// The text of the element with this test ID.
    pub async fn text_of(&self, id: &str) -> Result<String> {
        // WebKit's own command omits text of cells that are cut off with an ellipsis.
        let text = wait_until(LIMIT, &format!("the text of {id}"), async || {
            self.read(&test_id(id), "element.innerText ?? ''").await
        })
        .await?;
        Ok(text.as_str().unwrap_or_default().trim().to_owned())
    }

    /// The texts of all elements that match a CSS selector.
    pub async fn texts_of(&self, selector: &str) -> Result<Vec<String>> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)";
        let texts = self.client.execute(script, vec![Value::from(selector)]).await?;
        Ok(serde_json::from_value(texts)?)
    }

    /// Waits until the element with this test ID contains this text.
    pub async fn wait_for_text_in(&self, id: &str, text: &str) -> Result<()> {
        wait_until(LIMIT, &format!("{text:?} in {id}"), async || {
            self.text_of(id).await.ok()?.contains(text).then_some(())
        })
        .await
    }

    /// Waits, at most for `limit`, until the element with this test ID has an attribute, and returns its
    /// value.
    pub async fn attribute_of(&self, limit: Duration, id: &str, name: &str) -> Result<String> {
        let value = wait_until(limit, &format!("{name} of {id}"), async || {
            let name = serde_json::to_string(name).ok()?;
            self.read(&test_id(id), &format!("element.getAttribute({name})")).await
        })
        .await?;
        Ok(value.as_str().context("not a text")?.to_owned())
    }

    /// Whether the element with this test ID is enabled.
    pub async fn is_enabled(&self, id: &str) -> Result<bool> {
        let enabled = wait_until(LIMIT, &format!("an element {id}"), async || {
            self.read(&test_id(id), "!element.matches(':disabled, [aria-disabled=true]')").await
        })
        .await?;
        Ok(enabled == true)
    }

    /// Clicks the element with this test ID as soon as it can be clicked.
    pub async fn click_by_test_id(&self, id: &str) -> Result<()> {
        let selector = test_id(id);
        let enabled = format!("{selector}:not(:disabled, [aria-disabled=true])");
        self.click_when_possible(id, async || self.try_click_css(&enabled).await).await
    }

    async fn try_click_css(&self, selector: &str) -> Result<()> {
        let element = self.element(selector).await.context("nothing enabled matches")?;
        self.click_element(element).await
    }

    /// Replaces the content of the field with this test ID, and leaves the field.
    pub async fn fill_by_test_id(&self, id: &str, text: &str) -> Result<()> {
        let field = format!("{} input", test_id(id));
        self.fill_field(text, async || self.element(&field).await).await?;
        let leave = "document.activeElement?.blur()";
        self.client.execute(leave, Vec::new()).await?;
        Ok(())
    }

    /// Opens an expandable section by its test ID.
    pub async fn expand(&self, id: &str) -> Result<()> {
        self.expand_in(&test_id(id)).await
    }

    /// Opens the expandable section or row inside of the element that matches a CSS selector.
    pub async fn expand_in(&self, selector: &str) -> Result<()> {
        let closed = format!("{selector} [aria-expanded=false]");
        let open = format!("{selector} [aria-expanded=true]");
        // Content that appears above it while the button is down moves it away from the pointer.
        wait_until_true(LIMIT, &format!("{selector} to be expanded"), async || {
            if self.element(&open).await.is_some() {
                return true;
            }
            // If it cannot be clicked yet, the next attempt does.
            self.try_click_css(&closed).await.ok();
            false
        })
        .await
    }

    /// Resizes the window, in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.client.set_window_size(width, height).await?;
        Ok(())
    }

    /// How much wider the page is than the window, in CSS pixels. This part is only reachable by horizontal
    /// scrolling.
    pub async fn sideways_overflow(&self) -> Result<i64> {
        let script = "return document.documentElement.scrollWidth - window.innerWidth";
        let value = self.client.execute(script, Vec::new()).await?;
        value.as_i64().or_else(|| value.as_f64().map(|wide| wide as i64)).context("no number")
    }

    /// Scrolls until an element is in the middle of the window.
    pub async fn scroll_to(&self, id: &str) -> Result<()> {
        wait_until_true(LIMIT, &format!("an element {id}"), async || {
            let scroll = "(element.scrollIntoView({ block: 'center' }), true)";
            self.read(&test_id(id), scroll).await.is_some()
        })
        .await
    }

    /// Clicks the button with this text by a script. A click of WebDriver gives the keyboard focus to the window.
    pub async fn click_without_focus(&self, text: &str) -> Result<()> {
        let script = "const found = [...document.querySelectorAll('button:not(:disabled, [aria-disabled=true])')]
            .find((button) => button.textContent.trim() === arguments[0]);
            found?.click();
            return found !== undefined;";
        let found = self.client.execute(script, vec![text.into()]).await?;
        ensure!(found == Value::Bool(true), "no enabled button {text}");
        Ok(())
    }

    pub async fn scroll_to_top(&self) -> Result<()> {
        let value = self.client.execute("window.scrollTo(0, 0)", Vec::new()).await?;
        drop::<Value>(value);
        Ok(())
    }
}

fn test_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}
