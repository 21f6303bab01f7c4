//! Progress of planning, shown by `plan` while it reads the source and the destination.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::ProgressBar;
use transload_contract::{ChooseProgress, PlanProgress};

/// A spinner on a terminal, nothing elsewhere: the log of a script would get a line per second.
/// Dropping it removes the spinner.
pub struct PlanningProgress(Option<ProgressBar>);

impl PlanningProgress {
    pub fn start() -> Self {
        let on_terminal = std::io::stderr().is_terminal();
        Self(on_terminal.then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        }))
    }

    /// Shows how much of the source was read.
    pub fn source_read(&self, progress: ChooseProgress) {
        let ChooseProgress { repositories, repositories_read, tags } = progress;
        self.show(|| {
            format!("Reading the source: {repositories_read} of {repositories} repositories, {tags} tags")
        });
    }

    /// Shows how many images were checked.
    pub fn images_checked(&self, progress: PlanProgress) {
        let PlanProgress { looked_at, images } = progress;
        self.show(|| format!("Checking images: {looked_at} of {images}"));
    }

    fn show(&self, text: impl Fn() -> String) {
        if let Some(bar) = &self.0 {
            bar.set_message(text());
        }
    }
}

impl Drop for PlanningProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
