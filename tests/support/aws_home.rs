//! A home folder with AWS configuration files.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::TempDir;

use crate::program::Program;
use crate::tools::command_line;

/// A temporary home folder with AWS files, so that a program does not see the configuration of the user who
/// runs the tests.
#[derive(Debug)]
pub struct AwsHome {
    folder: TempDir,
    config: String,
    credentials: String,
}

impl AwsHome {
    /// A home folder without AWS files.
    pub fn new() -> Result<Self> {
        Ok(Self {
            folder: TempDir::with_prefix("home-")?,
            config: String::new(),
            credentials: String::new(),
        })
    }

    /// Adds a profile with an access key and these settings in the configuration file.
    pub fn profile_with_key(
        mut self,
        name: &str,
        key: (&str, &str),
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        writeln!(
            self.credentials,
            "[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            key.0, key.1
        )?;
        self.profile(name, settings)
    }

    /// Adds a profile with these settings in the configuration file.
    pub fn profile(mut self, name: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let section = if name == "default" { name.to_owned() } else { format!("profile {name}") };
        writeln!(self.config, "[{section}]")?;
        for (key, value) in settings {
            writeln!(self.config, "{key} = {value}")?;
        }
        writeln!(self.config)?;
        self.write()?;
        Ok(self)
    }

    /// Appends text to the configuration file.
    pub fn config_text(mut self, text: &str) -> Result<Self> {
        self.config.push_str(text);
        self.write()?;
        Ok(self)
    }

    /// Writes a file below the home folder, such as a cached token.
    pub fn file(&self, path: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.path().join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text)?;
        Ok(path)
    }

    fn write(&self) -> Result<()> {
        let aws = self.folder.path().join(".aws");
        fs::create_dir_all(&aws)?;
        fs::write(aws.join("config"), &self.config)?;
        fs::write(aws.join("credentials"), &self.credentials)?;
        Ok(())
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The environment variables that direct a program to this home folder.
    pub fn environment(&self) -> Vec<(String, String)> {
        let aws = self.folder.path().join(".aws");
        [
            ("HOME", self.folder.path().display().to_string()),
            ("AWS_CONFIG_FILE", aws.join("config").display().to_string()),
            ("AWS_SHARED_CREDENTIALS_FILE", aws.join("credentials").display().to_string()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// Returns `transload-cli` with this home folder, and its data in the folder `data` in it.
    pub fn transload_cli<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Program> {
        let run = Program::new(command_line()?).arguments(arguments).variables(self.environment());
        Ok(run.variable("TRANSLOAD_DATA_DIR", self.path().join("data")))
    }
}
