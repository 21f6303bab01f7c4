//! What a person, or another program, sees.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the program's voice")]

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use transload_api::contract::{
    ApiError, ChooseProgress, CopyEvent, CopyEventKind, CopyOutcome, CopyPair, CopySummary,
    PlanProgress, UnreadRepository,
};

type Reporter = Box<dyn Fn(&CopyEvent) + Send + Sync>;

/// Takes the events: as JSON, with a bar on a terminal, or as plain lines.
pub fn reporter(json: bool) -> Reporter {
    if json {
        return Box::new(|event| {
            if let Ok(text) = serde_json::to_string(event) {
                line(&text);
            }
        });
    }
    let bar = std::io::stderr().is_terminal().then(bar);
    let images: Mutex<Vec<CopyPair>> = Mutex::default();
    Box::new(move |event| {
        let mut images = images.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        tell(event, bar.as_ref(), &mut images);
    })
}

/// Prints a line; a reader that has gone away is no reason to stop.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", inert(text));
}

/// Says something that is no part of the result.
pub fn note(text: &str) {
    eprintln!("{}", inert(text));
}

/// Text without the control characters that steer a terminal: parts of it come from registries.
/// Programs read JSON from here too, which has none.
fn inert(text: &str) -> String {
    let shown = |character: char| match character {
        '\n' | '\t' => character,
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    text.chars().map(shown).collect()
}

/// Says what the person should know, and that stopped nothing.
pub fn warning(text: &str) {
    eprintln!("warning: {text}");
}

/// Says what is wrong with the arguments.
pub fn problem(text: &str) {
    eprintln!("error: {}", inert(text));
}

/// Says why nothing was begun, and what to do.
pub fn error(error: &ApiError) {
    eprintln!("error: {}", inert(&words(error)));
    for hint in &error.hints {
        eprintln!("  {}", inert(hint));
    }
}

/// Says which repository a plan is without, and why.
pub fn not_read(unread: &UnreadRepository) {
    eprintln!("warning: {} is not in the plan: {}", unread.repository, words(&unread.error));
    for hint in &unread.error.hints {
        eprintln!("  {hint}");
    }
}

/// A bar on standard error.
pub fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = "{spinner} {pos} of {len} images  {msg}  {elapsed}";
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Says on a terminal how far the making of a plan is; elsewhere nothing, so that a script's log has
/// no line a second.
pub struct Looking(Option<ProgressBar>);

impl Looking {
    /// Begins to say so; it is taken away when this is dropped.
    pub fn begin() -> Self {
        let on_terminal = std::io::stderr().is_terminal();
        Self(on_terminal.then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        }))
    }

    /// How much of the source was read.
    pub fn at_source(&self, progress: ChooseProgress) {
        let ChooseProgress { repositories, repositories_read, tags } = progress;
        self.say(|| {
            format!("{repositories_read} of {repositories} repositories read, {tags} tags")
        });
    }

    /// How many of the images were looked at.
    pub fn at_images(&self, progress: PlanProgress) {
        let PlanProgress { looked_at, images } = progress;
        self.say(|| format!("{looked_at} of {images} images looked at"));
    }

    fn say(&self, text: impl Fn() -> String) {
        if let Some(bar) = &self.0 {
            bar.set_message(text());
        }
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

fn tell(event: &CopyEvent, bar: Option<&ProgressBar>, images: &mut Vec<CopyPair>) {
    match &event.kind {
        CopyEventKind::Started { images: all } => {
            images.clone_from(all);
            if let Some(bar) = bar {
                bar.set_length(all.len() as u64);
            }
        }
        CopyEventKind::Progress { sent_bytes } => {
            if let Some(bar) = bar {
                bar.set_message(format!("{} sent", HumanBytes(*sent_bytes)));
            }
        }
        CopyEventKind::ImageFinished { image, outcome } => {
            let text = images.get(*image).map(|pair| settled(pair, outcome)).unwrap_or_default();
            match bar {
                Some(bar) => {
                    bar.inc(1);
                    bar.suspend(|| line(&text));
                }
                None => line(&text),
            }
        }
        CopyEventKind::Warning { message } => match bar {
            Some(bar) => bar.suspend(|| warning(message)),
            None => warning(message),
        },
        CopyEventKind::Finished(summary) => {
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
            line(&sum(summary));
        }
    }
}

fn settled(pair: &CopyPair, outcome: &CopyOutcome) -> String {
    let destination = &pair.destination;
    match outcome {
        CopyOutcome::Copied { digest, left_behind, .. } => {
            let mut text = format!("copied   {destination}  {digest}");
            for left in left_behind {
                text += &format!("\n  left behind: {}: {}", left.name, words(&left.error));
            }
            text
        }
        CopyOutcome::AlreadyThere { digest } => format!("there    {destination}  {digest}"),
        CopyOutcome::Failed { error } => format!("FAILED   {destination}  {}", words(error)),
        CopyOutcome::Cancelled => format!("stopped  {destination}"),
    }
}

fn sum(summary: &CopySummary) -> String {
    let mut parts = vec![
        format!("{} copied", summary.copied),
        format!("{} there already", summary.already_there),
    ];
    for (count, what) in [
        (summary.failed, "failed"),
        (summary.cancelled, "stopped"),
        (summary.left_behind, "signatures or other referrers left behind"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    format!("{}; {} sent", parts.join(", "), HumanBytes(summary.sent_bytes))
}

/// What happened, with the code that says it to programs.
pub fn words(error: &ApiError) -> String {
    let code = serde_json::to_value(error.code).ok();
    let code = code.as_ref().and_then(|code| code.as_str()).unwrap_or_default().to_owned();
    format!("{} ({code})", error.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_registry_does_not_steer_the_terminal() {
        assert_eq!(
            inert("a\u{1b}]0;title\u{7}\r\u{9b}2J\n\tü"),
            "a\u{fffd}]0;title\u{fffd}\u{fffd}\u{fffd}2J\n\tü"
        );
    }
}
