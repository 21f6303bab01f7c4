//! The page in the window: clicks, fields, texts and pictures.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::Client;
use fantoccini::elements::Element;
use serde_json::{Value, json};

use crate::wait::wait_until;
use crate::window::files::picture_folder;

/// How long something on the page may take to come.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// What something on a page is for assistive technology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A button.
    Button,
    /// A link.
    Link,
    /// A field for text.
    Textbox,
    /// A checkbox.
    Checkbox,
    /// A radio button.
    Radio,
    /// An option of an open list, or an item of an open menu.
    Option,
    /// A heading.
    Heading,
    /// A tab.
    Tab,
    /// A row of a table.
    Row,
    /// A dialog.
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

/// The program's window, looked at as a person does: by role and name.
#[derive(Clone, Debug)]
pub struct Window {
    pub(super) client: Client,
    story: String,
    pub(super) display: String,
}

impl Window {
    pub(super) fn new(client: Client, story: &str, display: &str) -> Self {
        Self { client, story: story.to_owned(), display: display.to_owned() }
    }

    /// Waits until there is something on the page.
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

    /// Everything that can be seen and has this role and exactly this name.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn all(&self, role: Role, name: &str) -> Result<Vec<Element>> {
        self.search(role, name, true).await
    }

    /// Everything that can be seen and has this role and this in its name.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn all_with(&self, role: Role, part_of_name: &str) -> Result<Vec<Element>> {
        self.search(role, part_of_name, false).await
    }

    async fn search(&self, role: Role, name: &str, exact: bool) -> Result<Vec<Element>> {
        let arguments = vec![json!(role.key()), json!(name), json!(exact)];
        let found = self.client.execute(include_str!("find.js"), arguments).await?;
        let found = found.as_array().cloned().unwrap_or_default();
        found
            .into_iter()
            .map(|element| {
                let id = element
                    .as_object()
                    .and_then(|element| element.values().next())
                    .and_then(Value::as_str)
                    .context("not an element")?;
                Ok(Element::from_element_id(self.client.clone(), id.to_owned().into()))
            })
            .collect()
    }

    /// Waits for the first thing with this role and name.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn find(&self, role: Role, name: &str) -> Result<Element> {
        wait_until(LIMIT, &format!("{role:?} {name:?}"), async || {
            self.all(role, name).await.ok()?.into_iter().next()
        })
        .await
    }

    /// Clicks what has this role and name, as soon as it can be clicked.
    ///
    /// # Errors
    /// When it does not come, or cannot be clicked for the whole time.
    pub async fn click(&self, role: Role, name: &str) -> Result<()> {
        let what = format!("{role:?} {name:?} that can be clicked");
        wait_until(LIMIT, &what, async || {
            for element in self.all(role, name).await.ok()? {
                if element.attr("aria-disabled").await.ok()?.as_deref() == Some("true")
                    || !element.is_enabled().await.ok()?
                {
                    continue;
                }
                if self.click_element(&element).await.is_ok() {
                    return Some(());
                }
            }
            None
        })
        .await
    }

    /// Waits for a button or link with this name that can be used.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn find_enabled(&self, name: &str) -> Result<Element> {
        wait_until(LIMIT, &format!("{name:?} that can be used"), async || {
            for role in [Role::Button, Role::Link] {
                for element in self.all(role, name).await.ok()? {
                    if element.attr("aria-disabled").await.ok()?.as_deref() != Some("true")
                        && element.is_enabled().await.ok()?
                    {
                        return Some(element);
                    }
                }
            }
            None
        })
        .await
    }

    /// Replaces what is in a field.
    ///
    /// # Errors
    /// When the field does not come or takes nothing.
    pub async fn fill(&self, name: &str, text: &str) -> Result<()> {
        let field = self.find(Role::Textbox, name).await?;
        self.fill_element(&field, text).await
    }

    /// Chooses an option of a select: opens it by its name, clicks the first option that has this in
    /// its text.
    ///
    /// # Errors
    /// When select or option do not come.
    pub async fn choose(&self, select: &str, option: &str) -> Result<()> {
        wait_until(LIMIT, &format!("a select {select:?}"), async || {
            let button = self.all_with(Role::Button, select).await.ok()?.into_iter().next()?;
            self.click_element(&button).await.ok()
        })
        .await?;
        wait_until(LIMIT, &format!("an option {option:?}"), async || {
            let found = self.all_with(Role::Option, option).await.ok()?.into_iter().next()?;
            self.click_element(&found).await.ok()
        })
        .await
    }

    /// Waits until the page shows this text.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn wait_for_text(&self, text: &str) -> Result<()> {
        self.wait_for_text_within(LIMIT, text).await
    }

    /// Waits until the page shows this text, for work that takes its time.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn wait_for_text_within(&self, limit: Duration, text: &str) -> Result<()> {
        wait_until(limit, &format!("the text {text:?}"), async || {
            self.page_text().await.ok()?.contains(text).then_some(())
        })
        .await
    }

    /// The text of the page as it is seen.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn page_text(&self) -> Result<String> {
        let text = self.client.execute("return document.body?.innerText ?? ''", Vec::new()).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Takes a picture of the screen; answers its file. The driver's own way to take one waits for
    /// a frame, and a page that has nothing new to draw makes none.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let path = picture_folder()?.join(format!("{}-{name}.png", self.story));
        self.wait_for_drawing().await;
        crate::window::screen::picture(&self.display)?.write(&path)?;
        Ok(path)
    }

    /// Waits until the screen stays the same for a moment: what moves has come to its end.
    async fn wait_for_drawing(&self) {
        crate::window::screen::wait_for_rest(|| crate::window::screen::picture(&self.display).ok())
            .await;
    }

    /// Looks for breaches of accessibility with axe-core, the rules of WCAG 2.1 A and AA.
    ///
    /// # Errors
    /// When there are some, each with what it is about.
    pub async fn check_accessibility(&self) -> Result<()> {
        let loaded = self.client.execute("return typeof axe === 'object'", Vec::new()).await?;
        if loaded != true {
            let axe = crate::tools::workspace_root().join("ui/node_modules/axe-core/axe.min.js");
            let axe = std::fs::read_to_string(&axe).with_context(|| {
                format!("axe-core is not at {}: `npm ci` in ui/", axe.display())
            })?;
            self.client.execute(&axe, Vec::new()).await?;
        }
        // Asked for and fetched apart: a command that waits in the page may wait for ever.
        // Nothing is preloaded, because the page's own policy lets axe fetch nothing.
        let begin = "window.axeFound = null;\
             axe.run(document, { preload: false,\
                 runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })\
               .then((result) => { window.axeFound = result.violations.map((violation) =>\
                 violation.id + ': ' + violation.help + ': ' +\
                 violation.nodes.map((node) => node.html.slice(0, 200)).join(' | ')); },\
                 (error) => { window.axeFound = ['axe failed: ' + error]; });";
        self.client.execute(begin, Vec::new()).await?;
        let found = wait_until(LIMIT, "axe's verdict", async || {
            let found = self.client.execute("return window.axeFound", Vec::new()).await.ok()?;
            found.is_array().then_some(found)
        })
        .await?;
        let found = found.as_array().context("axe gave no list")?;
        if !found.is_empty() {
            bail!("not accessible: {found:#?}");
        }
        Ok(())
    }
}
