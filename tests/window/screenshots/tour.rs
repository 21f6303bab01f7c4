//! Looks at a screen: checks it with axe-core, measures its layout, and takes its pictures if
//! `TRANSLOAD_SCREENSHOTS` names a folder for them. Faults are collected, so that one run finds those of every
//! screen.

use std::collections::HashMap;

use anyhow::Result;
use transload_tests::window::{PageLayout, Role, TableLayout, Window};

use crate::screenshots::expected::{
    DEFAULT, LARGE, LARGE_TABLE_WIDTH, MINIMUM, SCROLLING_PAGES, SMALL, Size, TABLES, ZOOMED,
    is_promised, is_wizard_step,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Also measures the layout, which is the same in both themes.
    Light,
    Dark,
}

/// How often in a row a screen has to have faults for them to count.
const FAULT_LOOKS: usize = 4;

pub struct Tour<'a> {
    pub window: &'a Window,
    theme: Theme,
    /// Whether somebody asked for the pictures, which take half of the time.
    takes_pictures: bool,
    faults: Vec<String>,
    /// The right bottom corner of the wizard's primary button, and the step that was seen first.
    wizard_button: HashMap<Size, (f64, f64, String)>,
}

impl<'a> Tour<'a> {
    pub fn new(window: &'a Window, theme: Theme) -> Self {
        let takes_pictures = std::env::var_os("TRANSLOAD_SCREENSHOTS").is_some();
        let (faults, wizard_button) = (Vec::new(), HashMap::new());
        Self { window, theme, takes_pictures, faults, wizard_button }
    }

    pub fn faults(self) -> Vec<String> {
        self.faults
    }

    /// A notification lies over the content until it is read. One that disappears by itself while it is clicked
    /// lets the click through, so it is closed where that changes nothing.
    pub async fn close_notifications(&self) {
        while self.window.try_click(Role::Button, "Close notification").await {}
    }

    /// Looks at a screen at every size.
    pub async fn look(&mut self, screen: &str) -> Result<()> {
        let sizes: &[Size] = match self.theme {
            Theme::Light => &[MINIMUM, LARGE, SMALL, DEFAULT, ZOOMED],
            Theme::Dark => self.dark_sizes(&[LARGE, SMALL, DEFAULT]),
        };
        self.look_at(screen, sizes, true).await
    }

    /// Looks at an open dialog or menu. What it covers was measured before.
    pub async fn look_at_dialog(&mut self, name: &str) -> Result<()> {
        let sizes: &[Size] = match self.theme {
            Theme::Light => &[SMALL, DEFAULT, ZOOMED],
            Theme::Dark => self.dark_sizes(&[SMALL, DEFAULT]),
        };
        self.look_at(&format!("dialog-{name}"), sizes, false).await
    }

    /// The layout is measured in the light theme only, so the other sizes are for the pictures.
    fn dark_sizes(&self, pictures: &'static [Size]) -> &'static [Size] {
        if self.takes_pictures { pictures } else { &[DEFAULT] }
    }

    /// Checks that what is behind the shown notification can be scrolled above it. Pages are looked at without notifications.
    pub async fn check_below_notification(&mut self, page: &str) -> Result<()> {
        if self.theme == Theme::Light {
            self.window.find(Role::Button, "Close notification").await?;
            let faults = self.window.control_faults().await?;
            self.faults.extend(faults.iter().map(|fault| format!("{page}, notification: {fault}")));
        }
        Ok(())
    }

    /// Looks at a part of a page that is higher than the window.
    pub async fn look_at_part(&mut self, name: &str, test_id: &str) -> Result<()> {
        self.window.rest_pointer()?;
        for (width, height) in [SMALL, DEFAULT] {
            self.window.resize_page(width, height).await?;
            self.window.layout().await?;
            self.window.scroll_to(test_id).await?;
            self.window.screenshot(&format!("{name}-{width}")).await?;
        }
        Ok(())
    }

    /// Ends with the default size, at which the next screen is opened, and 200 % zoom of it.
    async fn look_at(&mut self, screen: &str, sizes: &[Size], page: bool) -> Result<()> {
        if page {
            self.close_notifications().await;
        }
        self.window.rest_pointer()?;
        for size in sizes {
            self.look_in(screen, *size, page).await?;
            if *size == DEFAULT
                && let Err(error) = self.check_accessibility().await
            {
                self.faults.push(format!("{screen}: {error}"));
            }
        }
        if sizes.contains(&ZOOMED) {
            self.window.reset_zoom(DEFAULT).await?;
        }
        Ok(())
    }

    async fn look_in(&mut self, screen: &str, size: Size, page: bool) -> Result<()> {
        self.resize(size).await?;
        if page {
            self.window.scroll_to_top().await?;
        }
        // A picture shows the table that fits the size, not the one before.
        let layout = self.window.layout().await?;
        if self.theme == Theme::Light {
            let faults = self.lasting_faults(screen, size, &layout, page).await?;
            let place = format!("{screen}, {}×{}", size.0, size.1);
            self.faults.extend(faults.iter().map(|fault| format!("{place}: {fault}")));
        }
        if self.takes_pictures {
            let suffix = if size == DEFAULT { String::new() } else { format!("-{}", size.0) };
            self.window.screenshot(&format!("{screen}{suffix}")).await?;
        }
        Ok(())
    }

    async fn resize(&self, size: Size) -> Result<()> {
        if size == ZOOMED {
            return self.window.zoom_to_double(DEFAULT).await;
        }
        self.window.resize_page(size.0, size.1).await
    }

    /// While a text fades in, its contrast is too low, on a busy machine also longer than the drawing is waited for.
    async fn check_accessibility(&self) -> Result<()> {
        for _ in 1..FAULT_LOOKS {
            self.window.wait_for_drawing().await;
            if self.run_axe().await.is_ok() {
                return Ok(());
            }
        }
        self.run_axe().await
    }

    /// The dark theme differs from the light one in its colors only.
    async fn run_axe(&self) -> Result<()> {
        match self.theme {
            Theme::Light => self.window.check_accessibility().await,
            Theme::Dark => self.window.check_colors().await,
        }
    }

    /// The faults that stay. A page that is still busy, for example measuring the columns of rows that it just
    /// got, can have others for a moment.
    async fn lasting_faults(
        &mut self,
        screen: &str,
        size: Size,
        layout: &PageLayout,
        page: bool,
    ) -> Result<Vec<String>> {
        let mut faults = self.faults_of(screen, size, layout, page).await?;
        for _ in 1..FAULT_LOOKS {
            if faults.is_empty() {
                break;
            }
            println!("{screen} {}x{}, checked again: {}", size.0, size.1, faults.join("; "));
            if page {
                self.close_notifications().await;
            }
            let layout = self.window.layout().await?;
            faults = self.faults_of(screen, size, &layout, page).await?;
        }
        Ok(faults)
    }

    async fn faults_of(
        &mut self,
        screen: &str,
        size: Size,
        layout: &PageLayout,
        page: bool,
    ) -> Result<Vec<String>> {
        let mut faults = self.layout_faults(screen, size, layout, page);
        if size != MINIMUM {
            faults.extend(self.window.text_faults().await?);
            faults.extend(self.window.column_faults().await?);
        }
        // A digest is shortened on purpose there. Its tooltip and its copy button have all of it.
        faults.retain(|fault| size != ZOOMED || !fault.starts_with("a cut digest"));
        faults.extend(self.window.control_faults().await?);
        Ok(faults)
    }

    fn layout_faults(
        &mut self,
        screen: &str,
        size: Size,
        layout: &PageLayout,
        page: bool,
    ) -> Vec<String> {
        let mut faults = Vec::new();
        if layout.wider_by > 0.0 {
            faults.push(format!("{} pixels wider than the window", layout.wider_by));
        }
        for table in layout.tables.iter().filter(|table| table.wider_by > 1.0) {
            if is_promised(size) {
                let TableLayout { name, wider_by, .. } = table;
                faults.push(format!("the table {name:?} scrolls sideways by {wider_by} pixels"));
            }
        }
        if page && is_promised(size) {
            for button in layout.primary.iter().filter(|button| !button.in_view) {
                if !SCROLLING_PAGES.contains(&screen) {
                    faults.push(format!("the button {:?} is not in view: {button:?}", button.name));
                }
            }
            if layout.scrolls_by > 0.0 && !SCROLLING_PAGES.contains(&screen) {
                faults.push(format!("the page scrolls by {} pixels", layout.scrolls_by));
            }
            faults.extend(rows_fault(screen, size, layout));
            faults.extend(self.wizard_button_fault(screen, size, layout));
        }
        faults
    }

    /// Next and Start are in one place in every step.
    fn wizard_button_fault(
        &mut self,
        screen: &str,
        size: Size,
        layout: &PageLayout,
    ) -> Option<String> {
        if !is_wizard_step(screen) {
            return None;
        }
        let Some(button) = layout.primary.last() else {
            return Some("no primary button".to_owned());
        };
        let (right, bottom) = (button.right, button.bottom);
        let (first_right, first_bottom, first) =
            self.wizard_button.entry(size).or_insert_with(|| (right, bottom, screen.to_owned()));
        let moved = (right - *first_right).abs().max((bottom - *first_bottom).abs());
        (moved > 0.5).then(|| format!("{:?} is {moved} pixels away from {first}'s", button.name))
    }
}

fn rows_fault(screen: &str, size: Size, layout: &PageLayout) -> Option<String> {
    let expected = TABLES.iter().find(|expected| expected.screen == screen)?;
    let wanted = expected.at(size)?;
    let Some(table) = layout.main_table() else { return Some("no table".to_owned()) };
    println!(
        "{screen} {}x{}: {} rows of {} px, {} px wide",
        size.0, size.1, table.full, table.height, table.width
    );
    if table.full < wanted {
        return Some(format!("{} of {wanted} rows are in view: {table:?}", table.full));
    }
    (size == LARGE && table.width <= LARGE_TABLE_WIDTH)
        .then(|| format!("the table is {} pixels wide", table.width))
}
