//! Reads the two files of the AWS configuration once. Sessions, sign-ins and the profile list start
//! here.

use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::Fs;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use ts_rs::TS;

use crate::config::environment::AwsEnvironment;
use crate::config::ini::{cli_rejection, parse};
use crate::config::profile_set::{ConfiguredProfiles, sdk_name};
use crate::config::sections::{ConfigFileKind, FileSections, IgnoredSection, sort_sections};

/// The maximum size of a file. Those of large organizations have thousands of profiles of some hundred bytes.
const LIMIT_BYTES: u64 = 16 << 20;

/// A file of the AWS configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "AwsConfigFile", export_to = "aws.ts")]
pub struct ConfigFile {
    /// Where the file is expected.
    #[serde(serialize_with = "transload_model::text::path")]
    pub path: PathBuf,
    pub exists: bool,
    /// Why the file can't be read, if it exists and can't.
    pub problem: Option<String>,
    /// Why the AWS CLI rejects the whole file although we can read it, as `path:line: reason`.
    pub refused_by_cli: Option<String>,
}

/// The contents of both files.
pub(crate) struct Configuration {
    /// The configuration file, then the credentials file.
    pub(crate) files: Vec<ConfigFile>,
    /// The profiles and other sections of both files, merged.
    pub(crate) sections: ConfiguredProfiles,
    /// Why the text of a file is invalid, if one is.
    text_error: Option<String>,
    /// Sections that no AWS tool reads.
    pub(crate) ignored: Vec<IgnoredSection>,
    /// The same profiles for look-ups by the SDK, without keys. Names are encoded by [`sdk_name`].
    pub(crate) sdk_profiles: ProfileSet,
    /// The same profiles as an in-memory file for the SDK.
    sdk_files: EnvConfigFiles,
}

impl Configuration {
    /// Reads both files. `selected` is the profile whose settings the SDK's look-ups find.
    pub(crate) async fn read(environment: &AwsEnvironment, selected: Option<&str>) -> Self {
        let mut files = Vec::new();
        let mut sections = ConfiguredProfiles::default();
        let (mut ignored, mut text_error) = (Vec::new(), None);
        for (kind, path) in [
            (ConfigFileKind::Config, environment.config_path()),
            (ConfigFileKind::Credentials, environment.credentials_path()),
        ] {
            let (problem, refused_by_cli) = (None, None);
            let mut file = ConfigFile { path: path.clone(), exists: true, problem, refused_by_cli };
            match read_file(kind, &path).await {
                Ok(Some((mut found, refused))) => {
                    file.refused_by_cli = refused;
                    ignored.append(&mut found.ignored);
                    sections.add(found);
                }
                Ok(None) => file.exists = false,
                Err(error) => {
                    let problem = format!("{} cannot be read: {error}", path.display());
                    if let ReadError::Text(_) = error {
                        text_error.get_or_insert_with(|| problem.clone());
                    }
                    file.problem = Some(problem);
                }
            }
            files.push(file);
        }
        let sdk_files = EnvConfigFiles::builder()
            .with_contents(EnvConfigFileKind::Config, sections.sdk_text())
            .build();
        let sdk_profiles = aws_config::profile::load(
            &Fs::real(),
            &environment.sdk_variables(),
            &sdk_files,
            selected.map(|name| sdk_name(name).into()),
        )
        .await
        // The text was generated for the SDK's parser.
        .unwrap_or_default();
        Self { files, sections, text_error, ignored, sdk_profiles, sdk_files }
    }

    /// Returns why a file can't be read, if one can't. Then no profile can be trusted: part of it may
    /// be in the unreadable file.
    pub(crate) fn read_error(&self) -> Option<&str> {
        self.files.iter().find_map(|file| file.problem.as_deref())
    }

    /// Returns why a file that was opened can't be used. The AWS CLI refuses every call then. It ignores a file that it
    /// can't open, such as one in the home folder of another user, as in a container without a user of its own.
    pub(crate) fn text_error(&self) -> Option<&str> {
        self.text_error.as_deref()
    }

    /// Returns the paths of both files.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.files.iter().map(|file| file.path.display().to_string()).collect()
    }

    /// Returns the contents of both files in the SDK's form. They are read only once, so a session
    /// keeps the settings it was opened with, even if a file changes later.
    pub(crate) fn sdk_files(&self) -> EnvConfigFiles {
        self.sdk_files.clone()
    }
}

/// Why a file can't be read. It never quotes the file, which may hold a secret.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("{0}")]
    File(std::io::Error),
    #[error("{0}")]
    Text(String),
}

/// Reads the sections of a file, and why the AWS CLI rejects it, if it does. Returns `None` if there is
/// no file.
async fn read_file(
    kind: ConfigFileKind,
    path: &Path,
) -> Result<Option<(FileSections, Option<String>)>, ReadError> {
    let bytes = match read_bytes(path).await {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(ReadError::File(error)),
    };
    let invalid = |why: &dyn Display| ReadError::Text(why.to_string());
    if bytes.len() as u64 > LIMIT_BYTES {
        return Err(invalid(&format!("it is larger than {} MiB", LIMIT_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| invalid(&"it is not UTF-8 text"))?;
    let sections = parse(&text).map_err(|problem| invalid(&problem))?;
    let refused = cli_rejection(&text).map(|why| format!("{}:{}: {why}", path.display(), why.line));
    Ok(Some((sort_sections(path, kind, sections), refused)))
}

/// Reads a file, up to one byte more than the limit.
async fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = tokio::fs::File::open(path).await?;
    file.take(LIMIT_BYTES + 1).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Returns an empty configuration. The builder rejects an empty list, so it gets an empty text.
pub(crate) fn empty_sdk_files() -> EnvConfigFiles {
    EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "").build()
}
