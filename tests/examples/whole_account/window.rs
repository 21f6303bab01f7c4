//! Measures memory and response times of the window with the account.

use std::time::{Duration, Instant};

use anyhow::Result;
use transload_tests::aws_home::AwsHome;
use transload_tests::window::{Desktop, Memory, PageTiming, Role, Window, run_story};

use crate::account::{LARGE, LARGE_TAGS, REPOSITORIES, TAGS};

/// How long one step on the page may take before the measurement fails.
const LIMIT: Duration = Duration::from_secs(180);
/// How long the run lasts.
const RUN_FOR: Duration = Duration::from_secs(40);
/// Pixels per frame.
const SCROLL_STEP: u32 = 60;
/// The interval at which the memory is sampled.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(500);

/// Does what a user with such an account does, and prints the measurements.
pub async fn measure(home: &AwsHome, source: &str) -> Result<()> {
    let desktop = Desktop::new("whole-account").await?.variables(home.environment());
    run_story(desktop, async |desktop| {
        let window = &desktop.open().await?;
        let memory = MemoryReporter::new(desktop);
        memory.print("an empty window")?;
        choose_account(window, source).await?;
        memory.print("301 repositories listed")?;

        print("to another page of repositories", next_page(window).await?);
        let back = "[data-testid=\"source-images-pages\"] [aria-label=\"Previous page\"]";
        print("and back", repository_after(window, Some(back), LARGE).await?);
        let open = format!("[aria-label=\"Show tags of {LARGE}\"]");
        let tag = format!("[data-testid=\"tag-{LARGE}:1.0\"]");
        let opened = window.measure(LIMIT, Some(&open), &tag, "").await?;
        print(&format!("to a repository of {LARGE_TAGS} tags, opened"), opened);
        let digest = "[data-testid=\"images-table\"] [title^=\"sha256:\"]";
        print("to the first digests of it", window.measure(LIMIT, None, digest, "").await?);
        memory.print("with that repository open")?;

        choose_by_rules(window).await?;
        memory.print("all selected")?;
        let next = Some("[data-testid=\"wizard-next\"]");
        let table = "[data-testid=\"repositories-table\"]";
        print("to the step Repositories", window.measure(LIMIT, next, table, "team/").await?);
        let planned = "[data-testid=\"plan-action-0\"]";
        print("to the plan", window.measure(LIMIT, next, planned, "").await?);
        memory.print("planned")?;
        let table = ("plan-images", "plan-images-pages");
        let rows = (REPOSITORIES + 1) * TAGS;
        let scrolled = window.measure_scrolling(LIMIT, table, rows, SCROLL_STEP).await?;
        println!(
            "scrolled through {} rows in {} frames: {:.0} ms between two, at most {:.0} ms",
            scrolled.rows, scrolled.frames, scrolled.median_ms, scrolled.longest_ms
        );
        memory.print("scrolled")?;

        let start = Some("[data-testid=\"wizard-start\"]");
        let job = "[data-testid=\"job\"]";
        print("to the running migration", window.measure(LIMIT, start, job, "").await?);
        let began = Instant::now();
        let (mut most, mut blocked_ms) = (Memory::default(), 0.0_f64);
        while began.elapsed() < RUN_FOR {
            tokio::time::sleep(SAMPLE_INTERVAL).await;
            most = most.max(desktop.memory()?);
            // Looks for an existing element: the time it takes is how long the page was blocked.
            let answered = window.measure(LIMIT, None, job, "").await?;
            blocked_ms = blocked_ms.max(answered.blocked_ms);
        }
        println!(
            "running: own process at most {:.0} MB, all at most {:.0} MB; \
             the page answers after {blocked_ms:.0} ms at most",
            most.own_mb, most.all_mb
        );
        Ok(())
    })
    .await
}

async fn choose_account(window: &Window, source: &str) -> Result<()> {
    window.click_by_test_id("card-migrate").await?;
    window.click(Role::Radio, "Use account").await?;
    window.find_by_test_id("identity-account").await?;
    window.click_by_test_id("wizard-next").await?;
    window.choose("Source", "Another registry").await?;
    window.fill_by_test_id("registry-host", source).await?;
    print("to the list of repositories", repository_after(window, None, LARGE).await?);
    Ok(())
}

async fn repository_after(
    window: &Window,
    clicked: Option<&str>,
    name: &str,
) -> Result<PageTiming> {
    let drawn = format!("[data-testid=\"repository-{name}\"]");
    window.measure(LIMIT, clicked, &drawn, name).await
}

async fn next_page(window: &Window) -> Result<PageTiming> {
    let next = "[data-testid=\"source-images-pages\"] [aria-label=\"Next page\"]";
    repository_after(window, Some(next), "team/app060").await
}

async fn choose_by_rules(window: &Window) -> Result<()> {
    window.click_by_test_id("rules-open").await?;
    window.expand("rules").await?;
    window.fill_by_test_id("rule-newest", &TAGS.to_string()).await?;
    let apply = Some("[data-testid=\"rules-apply\"]");
    let chosen = window.measure(LIMIT, apply, "[data-testid=\"rules-result\"]", "selected").await?;
    print(&format!("to {} tags selected by rules", (REPOSITORIES + 1) * TAGS), chosen);
    Ok(())
}

fn print(what: &str, timed: PageTiming) {
    println!(
        "{what}: drawn after {:.0} ms; the page was busy for {:.0} ms at most",
        timed.drawn_ms, timed.blocked_ms
    );
}

/// Prints the memory of the program.
struct MemoryReporter<'a>(&'a Desktop);

impl<'a> MemoryReporter<'a> {
    fn new(desktop: &'a Desktop) -> Self {
        Self(desktop)
    }

    fn print(&self, when: &str) -> Result<()> {
        let Memory { own_mb, all_mb } = self.0.memory()?;
        println!("memory, {when}: own process {own_mb:.0} MB, all {all_mb:.0} MB");
        Ok(())
    }
}
