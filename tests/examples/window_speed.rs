//! Measures how quickly the window answers clicks and keys with 271 repositories, in practice mode: medians of
//! seven, from the click to the frame that shows the result, and the longest time that the page was blocked.
//!
//! ```sh
//! cargo run -p transload-tests --example window_speed
//! ```
//!
//! The program has to be built, and `tauri-driver` and Xvfb have to be installed (`cargo xtask setup --tests`).
//! `nice -n -15` keeps other programs away.
#![allow(clippy::print_stdout, reason = "it prints measurements")]

use std::time::Duration;

use anyhow::Result;
use transload_tests::window::{Desktop, Role, Window, run_story};

const LIMIT: Duration = Duration::from_secs(60);
const ROUNDS: usize = 7;
/// Until what a click started in the background has ended.
const REST: Duration = Duration::from_millis(700);
/// A button that shows that its action is in progress, or that the page is at work.
const IN_PROGRESS: &str =
    "[data-testid=wizard-start]:is(:disabled, [aria-disabled=true]), [data-testid=job]";
const PAUSING: &str = "[data-testid=job-pause]:is(:disabled, [aria-disabled=true])";
const DIALOG: &str = "[data-testid=job-stop-confirm]";
const PAGES: [(&str, &str); 5] = [
    ("repositories", "Repositories"),
    ("history", "History"),
    ("profiles", "Saved profiles"),
    ("friendlyName", "Friendly name"),
    ("settings", "Settings"),
];

#[tokio::main]
async fn main() -> Result<()> {
    run_story(Desktop::new("speed").await?, async |desktop| measure(&desktop.open().await?).await)
        .await
}

async fn measure(window: &Window) -> Result<()> {
    window.click_by_test_id("card-practice").await?;
    window.find_by_test_id("identity-account").await?;
    window.click_by_test_id("wizard-next").await?;
    window.fill_by_test_id("hub-namespace", "warehouse").await?;
    window.wait_for_text_in("images-count", "271 repositories").await?;
    println!("{:<36}{:>10}{:>10}", "median ms", "drawn", "blocked");
    images(window).await?;
    names(window).await?;
    review(window).await?;
    progress(window).await?;
    pages(window).await
}

async fn images(window: &Window) -> Result<()> {
    let (pages, rows) = (id("source-images-pages"), "[data-testid=images-table] tbody tr");
    let next = format!("{pages} [aria-label='Next page']");
    let previous = format!("{pages} [aria-label='Previous page']");
    clicks(window, "Images: next page", &next, (rows, ""), &previous).await?;
    panel(window, "Images: Select by rules", "rules").await?;
    window.expand("rules").await?;
    // So many that the migration is still running when Pause is measured.
    window.fill_by_test_id("rule-newest", "5").await?;
    window.click_by_test_id("rules-apply").await?;
    window.measure(LIMIT, None, "[data-testid=rules-result]", "selected").await?;
    window.click_by_test_id("rules-open").await?;
    let (next, back) = (id("wizard-next"), id("wizard-back"));
    clicks(window, "Next: Images to Names", &next, step("Names"), &back).await?;
    let names = ("[data-testid=repositories-table] tr input", "");
    clicks(window, "Next: Images to Names, with names", &next, names, &back).await?;
    window.click_by_test_id("wizard-next").await?;
    window.wait_for_text_in("repositories-table", "Will be created").await?;
    clicks(window, "Previous: Names to Images", &back, step("Images"), &next).await
}

async fn names(window: &Window) -> Result<()> {
    panel(window, "Names: Rename rules", "rename-panel").await?;
    panel(window, "Names: Settings", "template").await?;
    panel(window, "Names: Alternatives", "other-options").await?;
    let texts = ["t", "te", "tea", "team", "team-", "team-a", "team-a/"];
    let keys = window.measure_keys("[data-testid=repository-prefix] input", &texts).await?;
    println!("{:<36}{:>10.0}", "Names: a key in Prefix", median(keys));
    let (next, back) = (id("wizard-next"), id("wizard-back"));
    clicks(window, "Next: Names to Review", &next, step("Review"), &back).await?;
    window.click_by_test_id("wizard-next").await?;
    window.find_by_test_id("plan-action-0").await?;
    window.wait_for_text_in("login-registry", "Logged in").await
}

async fn review(window: &Window) -> Result<()> {
    for tab in ["repositories", "permissions", "commands"] {
        let (tab_id, back) = (id(&format!("plan-tab-{tab}")), id("plan-tab-copies"));
        let selected = format!("{tab_id}[aria-selected=true]");
        clicks(window, &format!("Review: {tab}"), &tab_id, (&selected, ""), &back).await?;
    }
    let (next, back) = (id("wizard-start"), id("wizard-back"));
    let (back_step, next_step) = (step("Names"), id("wizard-next"));
    clicks(window, "Previous: Review to Names", &back, back_step, &next_step).await?;
    window.find_by_test_id("plan-action-0").await?;
    let started = window.measure(LIMIT, Some(&next), IN_PROGRESS, "").await?;
    print("Start (once)", started.drawn_ms, started.blocked_ms);
    Ok(())
}

/// The migration is paused meanwhile, so that it doesn't end before the last click.
async fn progress(window: &Window) -> Result<()> {
    let (pause, resume) = (id("job-pause"), id("job-resume"));
    window.click_by_test_id("job-pause").await?;
    window.find_by_test_id("job-resume").await?;
    let (stop, stay) = (id("job-cancel"), id("job-stop-cancel"));
    clicks(window, "Progress: Stop, the question", &stop, (DIALOG, ""), &stay).await?;
    for (page, title) in PAGES {
        let to = format!("a[href='#{page}']");
        clicks(window, &format!("Progress: to {title}"), &to, ("h1", title), "a[href='#migrate']")
            .await?;
    }
    window.click_by_test_id("job-resume").await?;
    window.find(Role::Button, "Pause").await?;
    clicks(window, "Progress: Pause", &pause, (PAUSING, ""), &resume).await
}

/// The pages, away from the running migration.
async fn pages(window: &Window) -> Result<()> {
    for (page, title) in PAGES {
        let to = format!("a[href='#{page}']");
        clicks(window, &format!("Settings: to {title}"), &to, ("h1", title), "a[href='#settings']")
            .await?;
    }
    Ok(())
}

async fn panel(window: &Window, name: &str, panel: &str) -> Result<()> {
    let open = id(&format!("{panel}-open"));
    clicks(window, name, &open, ("aside", ""), &open).await
}

/// Measures a click until a text is drawn in an element, and undoes it with another one.
async fn clicks(
    window: &Window,
    name: &str,
    clicked: &str,
    (drawn, text): (&str, &str),
    back: &str,
) -> Result<()> {
    let (mut times, mut blocked) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let one = window.measure(LIMIT, Some(clicked), drawn, text).await?;
        times.push(one.drawn_ms);
        blocked.push(one.blocked_ms);
        tokio::time::sleep(REST).await;
        window.measure(LIMIT, Some(back), "body", "").await?;
        tokio::time::sleep(REST).await;
    }
    print(name, median(times), median(blocked));
    Ok(())
}

fn print(name: &str, drawn_ms: f64, blocked_ms: f64) {
    println!("{name:<36}{drawn_ms:>10.0}{blocked_ms:>10.0}");
}

/// The heading of a step of the wizard.
fn step(title: &str) -> (&str, &str) {
    ("[aria-current=step] h2", title)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn id(id: &str) -> String {
    format!("[data-testid={id}]")
}
