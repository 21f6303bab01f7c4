//! The two files of the AWS configuration, read once.

use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

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
            match read_file(kind, &path).await {
                Ok(Some(text)) => {
                    headers.push((path.clone(), scan(&path, kind, &text)));
                    readable.push((kind, text));
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
        // Each text was parsed alone above, so together they cannot fail.
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
async fn read_file(kind: FileKind, path: &Path) -> Result<Option<String>, String> {
    let cannot = |why: &dyn Display| format!("{} cannot be read: {why}", path.display());
    let bytes = match tokio::fs::read(path).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(&error)),
    };
    let text = String::from_utf8(bytes).map_err(|_| cannot(&"it is not UTF-8 text"))?;
    let alone = [(kind, text)];
    aws_config::profile::load(&Fs::real(), &Env::from_slice(&[]), &sources(&alone), None)
        .await
        .map_err(|error| cannot(&sentence(&error)))?;
    let [(_, text)] = alone;
    Ok(Some(text))
}

/// The texts in the form that the SDK takes. They are read once and then kept, so that a session
/// is what was found when it was opened, even if a file changes meanwhile.
fn sources(texts: &[(FileKind, String)]) -> EnvConfigFiles {
    if texts.is_empty() {
        return no_files();
    }
    let builder = EnvConfigFiles::builder();
    let builder = texts.iter().fold(builder, |builder, (kind, text)| {
        let kind = match kind {
            FileKind::Config => EnvConfigFileKind::Config,
            FileKind::Credentials => EnvConfigFileKind::Credentials,
        };
        builder.with_contents(kind, text)
    });
    builder.build()
}

/// No file at all. The builder refuses to be empty, so it gets an empty text.
pub(super) fn no_files() -> EnvConfigFiles {
    EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "").build()
}
