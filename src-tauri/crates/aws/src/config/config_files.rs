//! The two files of the AWS configuration, read once.

use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::Fs;

use crate::config::environment::AwsEnvironment;
use crate::config::ini::{parse, refusal};
use crate::config::profile_set::{ConfiguredProfiles, sdk_name};
use crate::config::sections::{FileKind, FileSections, IgnoredSection, sort};

/// A file of the AWS configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFile {
    /// Where it is looked for.
    pub path: PathBuf,
    /// Whether it is there.
    pub exists: bool,
    /// Why it cannot be read, if it is there and cannot.
    pub error: Option<String>,
    /// Why the AWS CLI reads nothing of it, though we can, as `path:line: why`.
    pub refused_by_cli: Option<String>,
}

/// What the files hold.
pub(crate) struct Configuration {
    /// The configuration file, then the credentials file.
    pub(crate) files: Vec<ConfigFile>,
    /// What both hold together.
    pub(crate) sections: ConfiguredProfiles,
    /// The sections that nothing reads.
    pub(crate) ignored: Vec<IgnoredSection>,
    /// The same for the SDK's look-ups, without keys; names are written as [`sdk_name`] does.
    pub(crate) profiles: ProfileSet,
    /// The same as files in memory, in the form that the SDK takes.
    sources: EnvConfigFiles,
}

impl Configuration {
    /// Reads both files. `selected` is the profile whose settings the SDK's look-ups find.
    pub(crate) async fn read(environment: &AwsEnvironment, selected: Option<&str>) -> Self {
        let mut files = Vec::new();
        let mut sections = ConfiguredProfiles::default();
        let mut ignored = Vec::new();
        for (kind, path) in [
            (FileKind::Config, environment.config_path()),
            (FileKind::Credentials, environment.credentials_path()),
        ] {
            let (error, refused_by_cli) = (None, None);
            let mut file = ConfigFile { path: path.clone(), exists: true, error, refused_by_cli };
            match read_file(kind, &path).await {
                Ok(Some((mut found, refused))) => {
                    file.refused_by_cli = refused;
                    ignored.append(&mut found.ignored);
                    sections.add(found);
                }
                Ok(None) => file.exists = false,
                Err(error) => file.error = Some(error),
            }
            files.push(file);
        }
        let sources = EnvConfigFiles::builder()
            .with_contents(EnvConfigFileKind::Config, sections.sdk_text())
            .build();
        let profiles = aws_config::profile::load(
            &Fs::real(),
            &environment.sdk(),
            &sources,
            selected.map(|name| sdk_name(name).into()),
        )
        .await
        // The text was written for the SDK's parser.
        .unwrap_or_default();
        Self { files, sections, ignored, profiles, sources }
    }

    /// What is wrong with the files, if something is. Then no profile can be trusted: the other
    /// half of it may be in the file that cannot be read.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.files.iter().find_map(|file| file.error.as_deref())
    }

    /// The paths that were looked at.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.files.iter().map(|file| file.path.display().to_string()).collect()
    }

    /// What both files hold, in the form that the SDK takes. It was read once and is then kept, so
    /// that a session is what was found when it was opened, even if a file changes meanwhile.
    pub(crate) fn sources(&self) -> EnvConfigFiles {
        self.sources.clone()
    }
}

/// The sections of a file, and why the AWS CLI refuses it, if it does; nothing where there is no file.
async fn read_file(
    kind: FileKind,
    path: &Path,
) -> Result<Option<(FileSections, Option<String>)>, String> {
    let cannot = |why: &dyn Display| format!("{} cannot be read: {why}", path.display());
    let bytes = match tokio::fs::read(path).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(&error)),
    };
    let text = String::from_utf8(bytes).map_err(|_| cannot(&"it is not UTF-8 text"))?;
    let sections = parse(&text).map_err(|problem| cannot(&problem))?;
    let refused = refusal(&text).map(|why| format!("{}:{}: {why}", path.display(), why.line));
    Ok(Some((sort(path, kind, sections), refused)))
}

/// No file at all. The builder refuses to be empty, so it gets an empty text.
pub(crate) fn no_files() -> EnvConfigFiles {
    EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "").build()
}
