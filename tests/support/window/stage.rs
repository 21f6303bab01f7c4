//! Everything that a window story runs on: folder, session bus, keychain, WebDriver, and the program.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::ClientBuilder;
use futures_util::FutureExt;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

use crate::process::{Process, free_port};
use crate::secrets::{known, traces};
use crate::tools::{application, system_tool, tauri_driver};
use crate::wait::{wait_until, wait_until_true};
use crate::window::files::write_program;
use crate::window::page::Window;

/// How long the screen, the bus, the driver and the first page may each take.
const START_LIMIT: Duration = Duration::from_secs(90);

/// How long a window may take to show how it failed, and to close.
const FAILURE_LIMIT: Duration = Duration::from_secs(10);

/// A screen, a session bus, a home and a data folder: everything that stays when the program is
/// started again.
#[derive(Debug)]
pub struct Stage {
    name: String,
    variables: Vec<(String, String)>,
    arguments: Vec<String>,
    display: String,
    bus: String,
    window: Mutex<Option<Window>>,
    // Ended in this order, after the window: the program does not outlive its screen.
    driver: Mutex<Option<Process>>,
    keychain: Option<Process>,
    notifications: Option<Process>,
    _bus_process: Process,
    _screen: Process,
    folder: TempDir,
}

impl Stage {
    /// An empty stage; `name` is what its pictures are called.
    ///
    /// # Errors
    /// When screen or bus do not start.
    pub async fn new(name: &str) -> Result<Self> {
        let folder = TempDir::with_prefix("stage-")?;
        for made in ["home", "data", "runtime", "config", "cache", "share"] {
            std::fs::create_dir(folder.path().join(made))?;
        }
        let (screen, display) = start_telling(
            "Xvfb",
            &["-displayfd", "1", "-screen", "0", "1440x1000x24", "-nolisten", "tcp"],
            |line| line.trim().parse::<u32>().ok().map(|number| format!(":{number}")),
        )
        .await?;
        let (bus_process, bus) = start_telling(
            "dbus-daemon",
            &["--session", "--nofork", "--nopidfile", "--print-address=1"],
            |line| line.starts_with("unix:").then(|| line.trim().to_owned()),
        )
        .await?;
        Ok(Self {
            name: name.to_owned(),
            variables: Vec::new(),
            arguments: Vec::new(),
            display,
            bus,
            window: Mutex::default(),
            driver: Mutex::default(),
            keychain: None,
            notifications: None,
            _bus_process: bus_process,
            _screen: screen,
            folder,
        })
    }

    /// Puts a keychain on the session bus.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn with_keychain(mut self) -> Result<Self> {
        let environment = self.environment();
        let keychain =
            crate::window::keychain::start(self.folder.path(), &self.bus, environment).await?;
        self.keychain = Some(keychain);
        Ok(self)
    }

    /// Puts somebody on the screen who shows notifications.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn with_notifications(mut self) -> Result<Self> {
        let environment = self.environment();
        self.notifications =
            Some(crate::window::notifications::start(&self.bus, environment).await?);
        Ok(self)
    }

    /// Titles and texts of the notifications so far.
    ///
    /// # Errors
    /// When nobody shows any.
    pub async fn notifications(&self) -> Result<Vec<(String, String)>> {
        crate::window::notifications::shown(&self.bus).await
    }

    /// The person turns to something else: no window has the keyboard.
    ///
    /// # Errors
    /// When the screen does not answer.
    pub fn look_away(&self) -> Result<()> {
        crate::window::screen::look_away(&self.display)
    }

    /// Sets a variable of the program's environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets variables of the program's environment, such as those of an
    /// [`AwsHome`](crate::aws_home::AwsHome).
    #[must_use]
    pub fn variables(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// Adds an argument of the program.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// The program's data folder.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder that holds everything the program may write: data, home, caches.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the program and waits for its first page. A program that runs already is closed first,
    /// so this is also a restart with the same data.
    ///
    /// # Errors
    /// When driver or program do not start.
    pub async fn open(&self) -> Result<Window> {
        self.close().await?;
        let port = free_port()?;
        let native_port = free_port()?;
        // tauri-driver does not take its driver along when it is killed, so the kernel does.
        let native_driver = self.folder.path().join("webkit-driver");
        let script = format!(
            "#!/bin/sh\nexec '{}' --pdeathsig KILL -- '{}' \"$@\"\n",
            system_tool("setpriv")?.display(),
            system_tool("WebKitWebDriver")?.display()
        );
        write_program(&native_driver, &script)?;
        let arguments = [
            format!("--port={port}"),
            format!("--native-port={native_port}"),
            format!("--native-driver={}", native_driver.display()),
        ];
        let mut driver = Process::start(&tauri_driver()?, arguments, self.environment())?;
        let address = format!("http://127.0.0.1:{port}");
        let status = format!("{address}/status");
        let client = reqwest::Client::builder().no_proxy().build()?;
        driver
            .wait_until_ready(START_LIMIT, async || {
                client.get(&status).send().await.is_ok_and(|answer| answer.status().is_success())
            })
            .await?;
        let options = json!({ "application": application()?, "args": self.arguments });
        let capabilities = [("tauri:options".to_owned(), options)].into_iter().collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let session = tokio::time::timeout(START_LIMIT, builder.connect(&address))
            .await
            .context("the window did not come in time")
            .and_then(|session| session.context("the window did not come"))
            .with_context(|| driver.output_tail())?;
        let window = Window::new(session, &self.name, &self.display);
        *self.driver.lock().expect("no test panics here") = Some(driver);
        *self.window.lock().expect("no test panics here") = Some(window.clone());
        window.wait_for_page(START_LIMIT).await?;
        Ok(window)
    }

    /// Asks the window to close, as the button in its title bar does.
    ///
    /// # Errors
    /// When the screen has no window that can be asked.
    pub fn ask_to_close(&self) -> Result<()> {
        crate::window::screen::ask_to_close(&self.display)
    }

    /// How many processes there are of the program and of what drives it.
    pub fn running(&self) -> usize {
        self.processes(|_| true)
    }

    /// Whether the program itself has ended, whatever drives it.
    pub fn program_ended(&self) -> bool {
        self.processes(|process| self.is_program(process)) == 0
    }

    /// Ends a program that its driver left running.
    fn end_program(&self) {
        self.processes(|process| {
            let id = process.file_name().filter(|_| self.is_program(process));
            id.is_some_and(|id| {
                std::process::Command::new("kill").arg("-KILL").arg(id).status().is_ok()
            })
        });
    }

    /// Whether a process is the program itself.
    pub(super) fn is_program(&self, process: &Path) -> bool {
        let Ok(program) = application().and_then(|path| Ok(path.canonicalize()?)) else {
            return false;
        };
        std::fs::read_link(process.join("exe")).is_ok_and(|exe| exe == program)
    }

    /// How many processes of this stage are such.
    fn processes(&self, such: impl Fn(&Path) -> bool) -> usize {
        self.all_processes().into_iter().filter(|process| such(process)).count()
    }

    /// The folders in `/proc` of all processes of this stage.
    pub(super) fn all_processes(&self) -> Vec<PathBuf> {
        let mark = format!("TRANSLOAD_DATA_DIR={}", self.data_folder().display());
        let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
        processes
            .filter_map(|process| Some(process.ok()?.path()))
            .filter(|process| {
                let environment = std::fs::read(process.join("environ")).unwrap_or_default();
                environment.split(|byte| *byte == 0).any(|one| one == mark.as_bytes())
            })
            .collect()
    }

    /// Closes the program, as a person who is done with it.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn close(&self) -> Result<()> {
        let window = self.window.lock().expect("no test panics here").take();
        if let Some(window) = window {
            // One that does not close in time is ended with its driver, and one that was closed by
            // its own button is closed already.
            let _ = tokio::time::timeout(FAILURE_LIMIT, window.close()).await;
            // The driver answers before it has ended the program; ended first, it never would.
            let ended = async || self.program_ended();
            if wait_until_true(FAILURE_LIMIT, "the program to end", ended).await.is_err() {
                self.end_program();
            }
        }
        drop(self.driver.lock().expect("no test panics here").take());
        Ok(())
    }

    /// Kills the program, as a power cut ends it: it can neither keep nor say anything more.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn kill(&self) -> Result<()> {
        drop(self.window.lock().expect("no test panics here").take());
        self.end_program();
        let ended = async || self.program_ended();
        wait_until_true(FAILURE_LIMIT, "the program to be gone", ended).await?;
        // Only now: the driver, told to end, would end the program in its own way.
        drop(self.driver.lock().expect("no test panics here").take());
        Ok(())
    }

    /// Everything that driver and program have printed in this run of the program.
    pub fn output(&self) -> String {
        let driver = self.driver.lock().expect("no test panics here");
        driver.as_ref().map(Process::output).unwrap_or_default()
    }

    /// What the program sees. `tauri-driver` hands its own environment on.
    fn environment(&self) -> Vec<(String, String)> {
        let inside = |name: &str| self.folder.path().join(name).display().to_string();
        let mut environment = vec![
            ("DISPLAY".to_owned(), self.display.clone()),
            ("DBUS_SESSION_BUS_ADDRESS".to_owned(), self.bus.clone()),
            ("HOME".to_owned(), inside("home")),
            ("XDG_RUNTIME_DIR".to_owned(), inside("runtime")),
            ("XDG_CONFIG_HOME".to_owned(), inside("config")),
            ("XDG_CACHE_HOME".to_owned(), inside("cache")),
            ("XDG_DATA_HOME".to_owned(), inside("share")),
            ("TRANSLOAD_DATA_DIR".to_owned(), inside("data")),
            ("DOCKER_CONFIG".to_owned(), inside("home/.docker")),
            ("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned()),
            // No graphics card and no assistive technology are on this screen.
            ("WEBKIT_DISABLE_DMABUF_RENDERER".to_owned(), "1".to_owned()),
            ("LIBGL_ALWAYS_SOFTWARE".to_owned(), "1".to_owned()),
            ("NO_AT_BRIDGE".to_owned(), "1".to_owned()),
            ("GDK_BACKEND".to_owned(), "x11".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("TZ".to_owned(), "UTC".to_owned()),
        ];
        environment.extend(self.variables.iter().cloned());
        environment
    }

    /// What there is to see of a failure. A window that answers no more is part of it.
    async fn failure(&self) -> String {
        let window = self.window.lock().expect("no test panics here").clone();
        let mut told = Vec::new();
        if let Some(window) = window {
            match window.screenshot("failure").await {
                Ok(path) => told.push(format!("picture: {}", path.display())),
                Err(error) => told.push(format!("no picture: {error:#}")),
            }
            let text = tokio::time::timeout(FAILURE_LIMIT, window.page_text()).await;
            told.push(match text {
                Ok(text) => format!("page: {}", text.unwrap_or_default()),
                Err(_) => "the window answers no more".to_owned(),
            });
        }
        told.push(self.output());
        told.join("\n")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What the program printed is searched when its driver is dropped.
        drop(self.driver.lock().ok().and_then(|mut driver| driver.take()));
        let named = self.variables.iter().filter(|(name, _)| name == "HOME").map(|(_, home)| home);
        named.for_each(|home| known::remember_home(Path::new(home)));
        known::remember_home(&self.folder.path().join("home"));
        known::remember_home(self.folder.path());
        traces::expect_no_secret(|search| traces::check_left(search, self.folder.path()));
    }
}

/// Plays a story on a stage. When it fails, a picture of the window, the text of the page and what
/// the program printed go into the message.
///
/// # Errors
/// What the story fails with.
///
/// # Panics
/// When the story panics, after the picture was taken.
pub async fn story(stage: Stage, story: impl AsyncFnOnce(&Stage) -> Result<()>) -> Result<()> {
    let outcome = std::panic::AssertUnwindSafe(story(&stage)).catch_unwind().await;
    match outcome {
        Ok(Ok(())) => stage.close().await,
        Ok(Err(error)) => {
            let shown = stage.failure().await;
            let _ = stage.close().await;
            Err(error.context(shown))
        }
        Err(panic) => {
            eprintln!("{}", stage.failure().await);
            let _ = stage.close().await;
            std::panic::resume_unwind(panic)
        }
    }
}

/// Starts a server that prints where it is, and waits for that line.
async fn start_telling(
    name: &str,
    arguments: &[&str],
    told: impl Fn(&str) -> Option<String>,
) -> Result<(Process, String)> {
    let process = Process::start(&system_tool(name)?, arguments, [])?;
    let line = wait_until(START_LIMIT, &format!("{name} to say where it is"), async || {
        let output = process.output();
        // Only whole lines: a number may be half written.
        let whole = output.rfind('\n').map_or("", |end| &output[..end]);
        whole.lines().find_map(&told)
    })
    .await
    .with_context(|| process.output_tail())?;
    Ok((process, line))
}
