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
    println!("{:<32}{:>10}{:>10}", "median ms", "drawn", "blocked");
    panel(window, "Images: Select by rules", "rules").await?;
    window.expand("rules").await?;
    window.fill_by_test_id("rule-newest", "1").await?;
    window.click_by_test_id("rules-apply").await?;
    window.wait_for_text_in("rules-result", "selected").await?;
    window.click_by_test_id("rules-open").await?;
    let names = "[data-testid=repositories-table] tr input";
    clicks(window, "Next: Images to Names", &id("wizard-next"), names, &id("wizard-back")).await?;
    window.click_by_test_id("wizard-next").await?;
    window.wait_for_text_in("repositories-table", "Will be created").await?;
    panel(window, "Names: Rename rules", "rename-panel").await?;
    panel(window, "Names: Settings", "template").await?;
    panel(window, "Names: Alternatives", "other-options").await?;
    let texts = ["t", "te", "tea", "team", "team-", "team-a", "team-a/"];
    let keys = window.measure_keys("[data-testid=repository-prefix] input", &texts).await?;
    println!("{:<32}{:>10.0}", "Names: a key in Prefix", median(keys));
    window.click_by_test_id("wizard-next").await?;
    window.find_by_test_id("plan-action-0").await?;
    window.wait_for_text_in("login-registry", "Logged in").await?;
    for tab in ["repositories", "permissions", "commands"] {
        let (tab_id, back) = (id(&format!("plan-tab-{tab}")), id("plan-tab-copies"));
        clicks(window, &format!("Review: {tab}"), &tab_id, "body", &back).await?;
    }
    window.click_by_test_id("wizard-start").await?;
    window.find(Role::Button, "Pause").await?;
    clicks(window, "Progress: Pause", &id("job-pause"), &id("job-resume"), &id("job-resume")).await
}

async fn panel(window: &Window, name: &str, panel: &str) -> Result<()> {
    let open = id(&format!("{panel}-open"));
    clicks(window, name, &open, "aside", &open).await
}

/// Measures a click, and undoes it with another one.
async fn clicks(window: &Window, name: &str, clicked: &str, drawn: &str, back: &str) -> Result<()> {
    let (mut times, mut blocked) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let one = window.measure(LIMIT, Some(clicked), drawn, "").await?;
        times.push(one.drawn_ms);
        blocked.push(one.blocked_ms);
        tokio::time::sleep(REST).await;
        window.measure(LIMIT, Some(back), "body", "").await?;
        tokio::time::sleep(REST).await;
    }
    println!("{name:<32}{:>10.0}{:>10.0}", median(times), median(blocked));
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn id(id: &str) -> String {
    format!("[data-testid={id}]")
}
