//! Desktop integration: keeps the computer awake during a migration, and shows a notification when a migration
//! finishes while the window is in the background. `start` starts it.
//!
//! Both are optional. If the desktop doesn't support one, this is logged.

mod keep_awake;
mod notification;

use std::collections::BTreeSet;

use tauri::{AppHandle, Manager as _, Runtime};
use transload_api::{Api, JobUpdate};

use crate::desktop::keep_awake::KeepAwake;
use crate::settings::SettingsFile;
use crate::window;

/// Follows all jobs until the program exits.
pub fn follow<R: Runtime>(app: &AppHandle<R>) {
    let (app, mut updates) = (app.clone(), app.state::<Api>().job_updates());
    tauri::async_runtime::spawn(async move {
        let (awake, mut running) = (KeepAwake::start(), BTreeSet::new());
        while let Some(JobUpdate { job, moves, report }) = updates.recv().await {
            if moves {
                running.insert(job);
            } else {
                running.remove(&job);
            }
            let settings = app.state::<SettingsFile>().get();
            awake.keep(settings.keep_awake && !running.is_empty());
            if let Some(report) = report
                && settings.notify_at_end
                && !window::is_focused(&app)
            {
                notification::show(&app, &report);
            }
        }
    });
}
