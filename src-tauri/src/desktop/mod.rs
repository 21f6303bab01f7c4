//! Manners on a desktop: the computer stays awake while images move, and a notification says when a
//! migration is over that nobody looks at.
//!
//! Both are courtesies. Where the desktop does not offer them the program goes on without, and the
//! log says so.

mod awake;
mod notice;

use std::collections::BTreeSet;

use tauri::{AppHandle, Manager as _, Runtime};
use transload_api::{Api, JobNews};

use crate::settings::SettingsFile;
use crate::window;
use awake::Awake;

/// Follows the jobs until the program ends.
pub fn follow<R: Runtime>(app: &AppHandle<R>) {
    let (app, mut news) = (app.clone(), app.state::<Api>().job_news());
    tauri::async_runtime::spawn(async move {
        let (awake, mut moving) = (Awake::start(), BTreeSet::new());
        while let Some(JobNews { job, moves, report }) = news.recv().await {
            if moves {
                moving.insert(job);
            } else {
                moving.remove(&job);
            }
            let settings = app.state::<SettingsFile>().get();
            awake.keep(settings.keep_awake && !moving.is_empty());
            if let Some(report) = report
                && settings.notify_at_end
                && !window::is_looked_at(&app)
            {
                notice::show(&app, &report);
            }
        }
    });
}
