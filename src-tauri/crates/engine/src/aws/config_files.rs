//! The two files of the AWS configuration, read once.

use std::io::ErrorKind;
use std::path::PathBuf;

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::Fs;

use super::AwsEnvironment;
use super::sdk_error::sentence;
use super::sections::{FileKind, Headers, scan};

/// A file of the AWS configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFile {
    /// Where it is looked for.
    pub path: PathBuf,
    /// Whether it is there.
    pub exists: bool,
    /// Why it cannot be read, if it is there and cannot.
    pub error: Option<String>,
}

/// What the files hold.
pub(super) struct Configuration {
    /// The configuration file, then the credentials file.
    pub(super) files: Vec<ConfigFile>,
    /// The headers of the files that can be read, beside their paths.
    pub(super) headers: Vec<(PathBuf, Headers)>,
    /// Every profile of the files that can be read, as the SDK understands them.
    pub(super) profiles: ProfileSet,
    /// The files that can be read, in the form that the SDK takes.
    sources: EnvConfigFiles,
}

impl Configuration {
    /// Reads both files. `selected` is the profile whose settings the SDK's look-ups find.
    pub(super) async fn read(environment: &AwsEnvironment, selected: Option<&str>) -> Self {
        let mut files = Vec::new();
        let mut headers = Vec::new();
        let mut readable = Vec::new();
        for (kind, path) in [
            (FileKind::Config, environment.config_path()),
            (FileKind::Credentials, environment.credentials_path()),
        ] {
            let mut file = ConfigFile { path: path.clone(), exists: true, error: None };
            match read_file(kind, &path, environment).await {
                Ok(Some(text)) => {
                    headers.push((path.clone(), scan(&path, kind, &text)));
                    readable.push((kind, path));
                }
                Ok(None) => file.exists = false,
                Err(error) => file.error = Some(error),
            }
            files.push(file);
        }
        let sources = sources(&readable);
        let profiles = aws_config::profile::load(
            &Fs::real(),
            &environment.sdk(),
            &sources,
            selected.map(|name| name.to_owned().into()),
        )
        .await
        // Each file was parsed alone above; only a change in between can fail here.
        .unwrap_or_default();
        Self { files, headers, profiles, sources }
    }

    /// What is wrong with the files, if something is. Then no profile can be trusted: the other
    /// half of it may be in the file that cannot be read.
    pub(super) fn broken(&self) -> Option<&str> {
        self.files.iter().find_map(|file| file.error.as_deref())
    }

    /// The paths that were looked at.
    pub(super) fn paths(&self) -> Vec<String> {
        self.files.iter().map(|file| file.path.display().to_string()).collect()
    }

    /// The files in the form that the SDK takes.
    pub(super) fn sources(&self) -> EnvConfigFiles {
        self.sources.clone()
    }
}

/// The text of a file that the SDK can parse; nothing where there is no file.
async fn read_file(
    kind: FileKind,
    path: &PathBuf,
    environment: &AwsEnvironment,
) -> Result<Option<String>, String> {
    let bytes = match tokio::fs::read(path).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("{} cannot be read: it is not UTF-8 text", path.display()))?;
    let alone = sources(&[(kind, path.clone())]);
    match aws_config::profile::load(&Fs::real(), &environment.sdk(), &alone, None).await {
        Ok(_) => Ok(Some(text)),
        Err(error) => Err(format!("{} cannot be read: {}", path.display(), sentence(&error))),
    }
}

fn sources(files: &[(FileKind, PathBuf)]) -> EnvConfigFiles {
    let builder = EnvConfigFiles::builder();
    let builder = files.iter().fold(builder, |builder, (kind, path)| {
        builder.with_file(
            match kind {
                FileKind::Config => EnvConfigFileKind::Config,
                FileKind::Credentials => EnvConfigFileKind::Credentials,
            },
            path.clone(),
        )
    });
    if files.is_empty() { no_files() } else { builder.build() }
}

/// No file at all. The builder refuses to be empty, so it gets an empty text.
pub(super) fn no_files() -> EnvConfigFiles {
    EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "").build()
}
