//! The page in the window: finds, clicks and fills elements, reads texts, and takes screenshots.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use fantoccini::Client;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::wait::{wait_until, wait_until_true};
use crate::window::files::screenshot_folder;

/// How long an element or text may take to appear.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// The role of an element for assistive technology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Button,
    Link,
    Textbox,
    Checkbox,
    Radio,
    /// An option of an open list, or an item of an open menu.
    Option,
    Heading,
    Tab,
    /// A row of a table.
    Row,
    Dialog,
}

impl Role {
    fn key(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Link => "link",
            Self::Textbox => "textbox",
            Self::Checkbox => "checkbox",
            Self::Radio => "radio",
            Self::Option => "option",
            Self::Heading => "heading",
            Self::Tab => "tab",
            Self::Row => "row",
            Self::Dialog => "dialog",
        }
    }
}

/// What an element shows, read in one step. Stories get no handles of elements, because React replaces elements
/// at any time, and a handle is then stale.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct ElementState {
    pub name: String,
    pub enabled: bool,
    /// Of a checkbox or radio button.
    pub checked: bool,
}

/// The window of the program. Elements are found by role and accessible name, as a user finds them.
#[derive(Clone, Debug)]
pub struct Window {
    pub(super) client: Client,
    story: String,
    pub(super) display: String,
    clicks: Arc<AtomicUsize>,
}

impl Window {
    pub(super) fn new(client: Client, story: &str, display: &str) -> Self {
        Self {
            client,
            story: story.to_owned(),
            display: display.to_owned(),
            clicks: Arc::default(),
        }
    }

    pub fn clicks(&self) -> usize {
        self.clicks.load(Ordering::Relaxed)
    }

    pub(super) fn count_click(&self) {
        self.clicks.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until the page has a text.
    pub(super) async fn wait_for_page(&self, limit: Duration) -> Result<()> {
        wait_until(limit, "the first page", async || {
            let text = self.page_text().await.ok()?;
            (!text.trim().is_empty()).then_some(())
        })
        .await
    }

    pub(super) async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }

    /// All visible elements with this role and exactly this name.
    pub async fn all(&self, role: Role, name: &str) -> Result<Vec<ElementState>> {
        Ok(serde_json::from_value(self.search(role, name, true, false).await?)?)
    }

    /// All visible elements with this role whose name contains this text.
    pub async fn all_with(&self, role: Role, part_of_name: &str) -> Result<Vec<ElementState>> {
        Ok(serde_json::from_value(self.search(role, part_of_name, false, false).await?)?)
    }

    async fn search(&self, role: Role, name: &str, exact: bool, elements: bool) -> Result<Value> {
        let arguments = vec![json!(role.key()), json!(name), json!(exact), json!(elements)];
        Ok(self.client.execute(include_str!("find.js"), arguments).await?)
    }

    /// Waits for the first element with this role and name.
    pub async fn find(&self, role: Role, name: &str) -> Result<ElementState> {
        wait_until(LIMIT, &format!("{role:?} {name:?}"), async || {
            self.all(role, name).await.ok()?.into_iter().next()
        })
        .await
    }

    /// Waits for the first element with this role whose name contains this text.
    pub async fn find_with(&self, role: Role, part_of_name: &str) -> Result<ElementState> {
        wait_until(LIMIT, &format!("{role:?} with {part_of_name:?}"), async || {
            self.all_with(role, part_of_name).await.ok()?.into_iter().next()
        })
        .await
    }

    /// Clicks the element with this role and name as soon as it can be clicked.
    pub async fn click(&self, role: Role, name: &str) -> Result<()> {
        self.click_when_possible(&format!("{role:?} {name:?}"), async || {
            self.click_first(self.search(role, name, true, true).await).await
        })
        .await
    }

    /// Clicks the first element with this role whose name contains this text, as soon as it can be clicked.
    pub async fn click_with(&self, role: Role, part_of_name: &str) -> Result<()> {
        self.click_when_possible(&format!("{role:?} with {part_of_name:?}"), async || {
            self.click_first(self.search(role, part_of_name, false, true).await).await
        })
        .await
    }

    /// Tries to click until it succeeds. The error has the reason of the last attempt.
    pub(super) async fn click_when_possible(
        &self,
        what: &str,
        attempt: impl AsyncFn() -> Result<()>,
    ) -> Result<()> {
        let mut refusal = String::from("the click took too long");
        let clicked = wait_until_true(LIMIT, &format!("{what} to be clickable"), async || {
            let attempted = attempt().await;
            if let Err(error) = &attempted {
                refusal = format!("{error:#}");
            }
            attempted.is_ok()
        })
        .await;
        clicked.map_err(|error| anyhow!("{error}: {refusal}"))
    }

    /// Clicks the element with this role and name. Returns whether there was one that could be clicked.
    pub async fn try_click(&self, role: Role, name: &str) -> bool {
        self.click_first(self.search(role, name, true, true).await).await.is_ok()
    }

    /// The same for the first element whose name contains this text.
    pub async fn try_click_with(&self, role: Role, part_of_name: &str) -> bool {
        self.click_first(self.search(role, part_of_name, false, true).await).await.is_ok()
    }

    async fn click_first(&self, elements: Result<Value>) -> Result<()> {
        let elements = elements?.as_array().cloned().unwrap_or_default();
        let mut refusal = anyhow!("nothing matches");
        for element in elements {
            match self.click_element(element).await {
                Ok(()) => return Ok(()),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    /// Waits for an enabled button or link with this name.
    pub async fn find_enabled(&self, name: &str) -> Result<()> {
        wait_until_true(LIMIT, &format!("{name:?} to be enabled"), async || {
            for role in [Role::Button, Role::Link] {
                let found = self.all(role, name).await.unwrap_or_default();
                if found.iter().any(|element| element.enabled) {
                    return true;
                }
            }
            false
        })
        .await
    }

    /// Replaces the content of a text field.
    pub async fn fill(&self, name: &str, text: &str) -> Result<()> {
        self.fill_field(text, async || {
            let found = self.search(Role::Textbox, name, true, true).await.ok()?;
            found.as_array()?.first().cloned()
        })
        .await
    }

    /// Opens a select by its name, and clicks the first option that contains this text.
    pub async fn choose(&self, select: &str, option: &str) -> Result<()> {
        self.click_with(Role::Button, select).await?;
        self.click_with(Role::Option, option).await
    }

    /// Waits until the page shows this text.
    pub async fn wait_for_text(&self, text: &str) -> Result<()> {
        self.wait_for_text_within(LIMIT, text).await
    }

    /// Waits for a text with a longer limit.
    pub async fn wait_for_text_within(&self, limit: Duration, text: &str) -> Result<()> {
        wait_until(limit, &format!("the text {text:?}"), async || {
            self.page_text().await.ok()?.contains(text).then_some(())
        })
        .await
    }

    /// The visible text of the page.
    pub async fn page_text(&self) -> Result<String> {
        let text = self.client.execute("return document.body?.innerText ?? ''", Vec::new()).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Takes a screenshot and returns its file. The driver cannot take it, because it waits for a frame, and
    /// a page that does not change draws none.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let path = screenshot_folder()?.join(format!("{}-{name}.png", self.story));
        self.wait_for_drawing().await;
        crate::window::screen::picture(&self.display)?.write(&path)?;
        Ok(path)
    }

    /// Waits until animations have finished.
    pub async fn wait_for_drawing(&self) {
        crate::window::screen::wait_until_still(|| {
            crate::window::screen::picture(&self.display).ok()
        })
        .await;
    }

    /// Checks accessibility with axe-core: the rules of WCAG 2.1 A and AA.
    ///
    /// # Errors
    /// If there are violations; the error lists them.
    pub async fn check_accessibility(&self) -> Result<()> {
        self.check_rules("['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']").await
    }

    /// Checks those of these rules whose result depends on the theme, which take half of the time of all at most.
    ///
    /// # Errors
    /// If there are violations; the error lists them.
    pub async fn check_colors(&self) -> Result<()> {
        self.check_rules("{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }").await
    }

    async fn check_rules(&self, rules: &str) -> Result<()> {
        let loaded = self.client.execute("return typeof axe === 'object'", Vec::new()).await?;
        if loaded != true {
            let axe = crate::tools::workspace_root().join("ui/node_modules/axe-core/axe.min.js");
            let axe = std::fs::read_to_string(&axe).with_context(|| {
                format!("axe-core is not at {}: `npm ci` in ui/", axe.display())
            })?;
            self.client.execute(&axe, Vec::new()).await?;
        }
        // Started and fetched in separate commands, because a command that waits in the page can hang.
        // Nothing is preloaded, because the content security policy of the page blocks it.
        let begin = format!(
            "window.axeFound = null;\
             axe.run(document, {{ preload: false, resultTypes: ['violations'], runOnly: {rules} }})\
               .then((result) => {{ window.axeFound = result.violations.map((violation) =>\
                 violation.id + ': ' + violation.help + ': ' +\
                 violation.nodes.map((node) => node.html.slice(0, 200)).join(' | ')); }},\
                 (error) => {{ window.axeFound = ['axe failed: ' + error]; }});"
        );
        self.client.execute(&begin, Vec::new()).await?;
        let found = wait_until(LIMIT, "the result of axe", async || {
            let found = self.client.execute("return window.axeFound", Vec::new()).await.ok()?;
            found.is_array().then_some(found)
        })
        .await?;
        let found = found.as_array().context("axe returned no list")?;
        if !found.is_empty() {
            bail!("not accessible: {found:#?}");
        }
        Ok(())
    }
}
