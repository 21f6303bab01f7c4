//! The program cannot start: it prints a sentence that says why and what to do, and returns an exit code. The
//! stories run the program itself, as a user starts it.

use std::path::Path;

use anyhow::{Result, ensure};
use transload_tests::program::{Program, ProgramOutput};
use transload_tests::tools::{application, command_line};

/// The program, with a temporary home folder.
fn program(home: &Path) -> Result<Program> {
    Ok(Program::new(application()?).variable("HOME", home).variable("TRANSLOAD_DATA_DIR", home))
}

fn without_display(run: Program) -> Program {
    run.without_variable("DISPLAY").without_variable("WAYLAND_DISPLAY")
}

fn expect(finished: &ProgramOutput, code: i32, says: &[&str], what: &str) -> Result<()> {
    let printed = format!("{}{}", finished.text(), finished.stderr);
    ensure!(finished.status.code() == Some(code), "{what}: {:?} {printed}", finished.status);
    for sentence in says {
        ensure!(printed.contains(sentence), "{what}: no {sentence:?} in {printed}");
    }
    ensure!(!printed.contains("panicked"), "{what}: {printed}");
    Ok(())
}

/// Options that need no window work everywhere, even if nothing can be written.
#[tokio::test]
async fn help_version_and_a_missing_display_need_no_window() -> Result<()> {
    let home = tempfile::tempdir()?;
    let version = format!("transload {}", env!("CARGO_PKG_VERSION"));
    for (arguments, code, says) in [
        (vec!["--help"], 0, "TRANSLOAD_DATA_DIR"),
        (vec!["--version"], 0, version.as_str()),
        (vec!["--no-such-option"], 1, "--no-such-option"),
        (vec![], 1, "There is no display"),
    ] {
        let run = without_display(program(home.path())?.arguments(&arguments));
        let run = run.variable("TRANSLOAD_DATA_DIR", "/proc/transload");
        expect(&run.finish().await?, code, &[says], &format!("{arguments:?}"))?;
    }
    ensure!(std::fs::read_dir(home.path())?.next().is_none(), "something was written");
    Ok(())
}

#[tokio::test]
async fn a_display_that_does_not_respond_is_reported_in_a_sentence() -> Result<()> {
    let home = tempfile::tempdir()?;
    for display in [":4242", "no-such-host.invalid:0", "nonsense"] {
        let run = program(home.path())?.without_variable("WAYLAND_DISPLAY");
        let finished = run.variable("DISPLAY", display).finish().await?;
        let says = ["Transload can't start", "DISPLAY", "libwebkit2gtk-4.1-0"];
        expect(&finished, 1, &says, display)?;
    }
    Ok(())
}

/// The tests run as root, which can write everywhere, so these are folders that nobody can use.
#[tokio::test]
async fn a_data_folder_that_cannot_be_used_is_named() -> Result<()> {
    let home = tempfile::tempdir()?;
    let (file, logs, settings) = (
        home.path().join("file"),
        home.path().join("logs-file"),
        home.path().join("settings-folder"),
    );
    std::fs::write(&file, "")?;
    std::fs::create_dir_all(&logs)?;
    std::fs::write(logs.join("logs"), "")?;
    std::fs::create_dir_all(settings.join("settings.json"))?;
    for (what, folder, named) in [
        ("a file", file.clone(), file.clone()),
        ("below a file", file.join("data"), file.join("data")),
        ("of the kernel", "/proc/transload".into(), "/proc/transload".into()),
        ("its folder for logs is a file", logs.clone(), logs.join("logs")),
        ("its settings are a folder", settings.clone(), settings.clone()),
    ] {
        let run = program(home.path())?.variable("TRANSLOAD_DATA_DIR", &folder);
        let named = named.display().to_string();
        let says = ["Transload can't start", &named, "TRANSLOAD_DATA_DIR"];
        expect(&run.finish().await?, 1, &says, what)?;
    }
    for (what, folder) in [("a file", file.clone()), ("of the kernel", "/proc/transload".into())] {
        let run = Program::new(command_line()?).arguments(["history"]);
        let finished = run.variable("TRANSLOAD_DATA_DIR", &folder).finish().await?;
        let named = folder.display().to_string();
        expect(&finished, 3, &["error: ", &named], &format!("command line, {what}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_damaged_journal_is_named_and_not_changed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let journal = folder.path().join("journal.sqlite");
    let history = || -> Result<Program> {
        let run = Program::new(command_line()?).arguments(["history"]);
        Ok(run.variable("TRANSLOAD_DATA_DIR", folder.path()))
    };
    history()?.succeed().await?;
    let mut broken = std::fs::read(&journal)?;
    broken.iter_mut().skip(100).for_each(|byte| *byte = 0xa5);
    let named = journal.display().to_string();
    for (what, content) in [
        ("no database", b"this is a text file, and a rather long one for a header".to_vec()),
        ("random bytes", (0..8192).map(|at: usize| b"transload"[at * 31 % 9]).collect()),
        ("broken behind its header", broken),
    ] {
        for beside in ["-wal", "-shm"] {
            let beside = folder.path().join(format!("journal.sqlite{beside}"));
            if beside.exists() {
                std::fs::remove_file(beside)?;
            }
        }
        std::fs::write(&journal, &content)?;
        let says = [named.as_str(), "is damaged", "to another folder"];
        expect(&history()?.finish().await?, 3, &says, what)?;
        ensure!(std::fs::read(&journal)? == content, "{what}: it was changed");
    }
    // As the error advises: after the file was moved, there is a new journal.
    std::fs::rename(&journal, folder.path().join("damaged.sqlite"))?;
    history()?.succeed().await?;
    Ok(())
}
