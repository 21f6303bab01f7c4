//! The virtual desktop of a window story: folder, screen, session bus, keychain, WebDriver server, and the
//! program.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

use crate::process::{Process, free_port};
use crate::secrets::{SecretSearch, known_secrets, leak_search};
use crate::tools::{application, system_tool, tauri_driver};
use crate::wait::{wait_until, wait_until_true};
use crate::window::files::write_program;
use crate::window::page::Window;

/// How long the screen, the bus, the driver and the first page may each take.
const START_LIMIT: Duration = Duration::from_secs(90);

/// How long a window may take to provide failure details, and to close.
const FAILURE_LIMIT: Duration = Duration::from_secs(10);

/// A screen, a session bus, a home folder and a data folder: everything that remains when the program is
/// restarted.
#[derive(Debug)]
pub struct Desktop {
    name: String,
    variables: Vec<(String, String)>,
    arguments: Vec<String>,
    display: String,
    bus: String,
    window: Mutex<Option<Window>>,
    // Dropped in this order, after the window, so that the program does not outlive its screen.
    driver: Mutex<Option<Process>>,
    keychain: Option<Process>,
    notifications: Option<Process>,
    _bus_process: Process,
    _screen: Process,
    folder: TempDir,
}

impl Desktop {
    /// Starts a desktop. `name` is the prefix of its screenshots.
    pub async fn new(name: &str) -> Result<Self> {
        let folder = TempDir::with_prefix("stage-")?;
        for made in ["home", "data", "runtime", "config", "cache", "share"] {
            std::fs::create_dir(folder.path().join(made))?;
        }
        let (screen, display) = start_and_read_address(
            "Xvfb",
            &["-displayfd", "1", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
            |line| line.trim().parse::<u32>().ok().map(|number| format!(":{number}")),
        )
        .await?;
        let (bus_process, bus) = start_and_read_address(
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

    /// Starts a keychain on the session bus.
    pub async fn with_keychain(mut self) -> Result<Self> {
        let environment = self.environment();
        let keychain =
            crate::window::keychain::start(self.folder.path(), &self.bus, environment).await?;
        self.keychain = Some(keychain);
        Ok(self)
    }

    /// Starts a notification daemon.
    pub async fn with_notifications(mut self) -> Result<Self> {
        let environment = self.environment();
        self.notifications =
            Some(crate::window::notifications::start(&self.bus, environment).await?);
        Ok(self)
    }

    /// Titles and texts of all notifications so far.
    pub async fn notifications(&self) -> Result<Vec<(String, String)>> {
        crate::window::notifications::shown(&self.bus).await
    }

    /// Takes the keyboard focus away from the window, as if the user switched to another application.
    pub fn take_focus_away(&self) -> Result<()> {
        crate::window::screen::take_focus_away(&self.display)
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets environment variables of the program, such as those of an [`AwsHome`](crate::aws_home::AwsHome).
    pub fn variables(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder that contains everything the program can write: data, home, caches.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the program and waits for its first page. A running program is closed first, so this also
    /// restarts it with the same data.
    pub async fn open(&self) -> Result<Window> {
        self.close().await?;
        let port = free_port()?;
        let native_port = free_port()?;
        // tauri-driver does not end its native driver when it is killed, so the kernel does.
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
            .context("the window did not open in time")
            .and_then(|session| session.context("the window did not open"))
            .with_context(|| driver.output_tail())?;
        let window = Window::new(session, &self.name, &self.display);
        *self.driver.lock().expect("no test panics here") = Some(driver);
        *self.window.lock().expect("no test panics here") = Some(window.clone());
        window.wait_for_page(START_LIMIT).await?;
        Ok(window)
    }

    /// Asks the window to close, like the close button in its title bar.
    pub fn ask_to_close(&self) -> Result<()> {
        crate::window::screen::ask_to_close(&self.display)
    }

    /// The number of processes of the program and its driver.
    pub fn process_count(&self) -> usize {
        self.processes(|_| true)
    }

    /// Whether the program has ended, whether or not its driver has.
    pub fn program_ended(&self) -> bool {
        self.processes(|process| self.is_program(process)) == 0
    }

    /// Kills a program that its driver left running.
    fn end_program(&self) {
        self.processes(|process| {
            let id = process.file_name().filter(|_| self.is_program(process));
            id.is_some_and(|id| {
                std::process::Command::new("kill").arg("-KILL").arg(id).status().is_ok()
            })
        });
    }

    pub(super) fn is_program(&self, process: &Path) -> bool {
        let Ok(program) = application().and_then(|path| Ok(path.canonicalize()?)) else {
            return false;
        };
        std::fs::read_link(process.join("exe")).is_ok_and(|exe| exe == program)
    }

    fn processes(&self, matches: impl Fn(&Path) -> bool) -> usize {
        self.all_processes().into_iter().filter(|process| matches(process)).count()
    }

    /// The folders in `/proc` of all processes of this desktop.
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

    /// Closes the program, as a user does.
    pub async fn close(&self) -> Result<()> {
        let window = self.window.lock().expect("no test panics here").take();
        if let Some(window) = window {
            // A program that does not close in time is ended with its driver. The window may have been closed
            // already.
            let _ = tokio::time::timeout(FAILURE_LIMIT, window.close()).await;
            // The driver responds before it has ended the program. If the driver were ended first, the
            // program would stay.
            let ended = async || self.program_ended();
            if wait_until_true(FAILURE_LIMIT, "the program to end", ended).await.is_err() {
                self.end_program();
            }
        }
        drop(self.driver.lock().expect("no test panics here").take());
        Ok(())
    }

    /// Kills the program, like a power failure: it cannot save anything.
    pub async fn kill(&self) -> Result<()> {
        drop(self.window.lock().expect("no test panics here").take());
        self.end_program();
        let ended = async || self.program_ended();
        wait_until_true(FAILURE_LIMIT, "the program to end", ended).await?;
        // Only now, because a driver that is asked to end would end the program in an orderly way.
        drop(self.driver.lock().expect("no test panics here").take());
        Ok(())
    }

    /// Searches the output and the data folder of the program for the secrets of a sign-in.
    pub fn leaks_nothing_of(&self, secrets: &[String]) -> Result<()> {
        let mut search = SecretSearch::new();
        for secret in secrets {
            search = search.secret("of the sign-in", secret)?;
        }
        search.check_text("what the program printed", self.output())?;
        search.check_folder(&self.data_folder())?;
        Ok(())
    }

    /// The output of the driver and the program since the program was started.
    pub fn output(&self) -> String {
        let driver = self.driver.lock().expect("no test panics here");
        driver.as_ref().map(Process::output).unwrap_or_default()
    }

    /// The environment of the program. `tauri-driver` passes its own environment to it.
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
            // This screen has no graphics card and no assistive technology.
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

    /// The details of a failure: a screenshot, the text of the page, and the output.
    pub(super) async fn failure(&self) -> String {
        let window = self.window.lock().expect("no test panics here").clone();
        let mut details = Vec::new();
        if let Some(window) = window {
            match window.screenshot("failure").await {
                Ok(path) => details.push(format!("screenshot: {}", path.display())),
                Err(error) => details.push(format!("no screenshot: {error:#}")),
            }
            let text = tokio::time::timeout(FAILURE_LIMIT, window.page_text()).await;
            details.push(match text {
                Ok(text) => format!("page: {}", text.unwrap_or_default()),
                Err(_) => "the window no longer responds".to_owned(),
            });
        }
        details.push(self.output());
        details.join("\n")
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The output of the program is searched when its driver is dropped.
        drop(self.driver.lock().ok().and_then(|mut driver| driver.take()));
        let named = self.variables.iter().filter(|(name, _)| name == "HOME").map(|(_, home)| home);
        named.for_each(|home| known_secrets::remember_home(Path::new(home)));
        known_secrets::remember_home(&self.folder.path().join("home"));
        known_secrets::remember_home(self.folder.path());
        leak_search::expect_no_secret(|search| {
            leak_search::check_written_files(search, self.folder.path())
        });
    }
}

/// Starts a server that prints its address, and waits for that line.
async fn start_and_read_address(
    name: &str,
    arguments: &[&str],
    find_address: impl Fn(&str) -> Option<String>,
) -> Result<(Process, String)> {
    let process = Process::start(&system_tool(name)?, arguments, [])?;
    let line = wait_until(START_LIMIT, &format!("{name} to print its address"), async || {
        let output = process.output();
        // Only complete lines, because a number can be partly written.
        let whole = output.rfind('\n').map_or("", |end| &output[..end]);
        whole.lines().find_map(&find_address)
    })
    .await
    .with_context(|| process.output_tail())?;
    Ok((process, line))
}
