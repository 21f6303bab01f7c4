//! Appends a profile for a role of IAM Identity Center to the configuration file.

use std::io::Write as _;
use std::path::PathBuf;

use crate::config::config_files::Configuration;
use crate::config::environment::AwsEnvironment;
use crate::config::profile_set::is_identifier;
use crate::sso::sso_session::SsoSession;
use transload_model::{AccountId, Region};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProfile {
    pub name: String,
    /// Where the profile signs in.
    pub session: SsoSession,
    pub account: AccountId,
    /// The role, as the access portal names it.
    pub role: String,
    /// The region of the profile's calls, including ECR.
    pub region: Region,
}

/// Why a profile was not added.
#[derive(Debug, thiserror::Error)]
pub enum ProfileNotAdded {
    /// The AWS tools would reject the name.
    #[error("{name:?} is not a valid profile name; use only letters, digits and _ - / . % @ : +")]
    NameInvalid { name: String },
    /// The value would not stay in its line.
    #[error("{what} {value:?} cannot be written to the configuration file")]
    ValueInvalid { what: &'static str, value: String },
    /// The profile already exists.
    #[error("the AWS profile {name:?} already exists")]
    Exists { name: String },
    /// The configuration can't be read, so nothing is added to it.
    #[error("{detail}")]
    Unreadable {
        /// The file, and the reason.
        detail: String,
    },
    /// The file can't be written.
    #[error("{path} cannot be written")]
    Unwritable {
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        source: std::io::Error,
    },
}

impl NewProfile {
    /// Returns the file, and the section to append without the blank line before it.
    ///
    /// # Errors
    /// The same as [`NewProfile::add`], except for errors of writing.
    pub async fn preview(
        &self,
        environment: &AwsEnvironment,
    ) -> Result<(PathBuf, String), ProfileNotAdded> {
        let text = self.section()?;
        let configuration = Configuration::read(environment, None).await;
        if let Some(detail) = configuration.read_error() {
            return Err(ProfileNotAdded::Unreadable { detail: detail.to_owned() });
        }
        if configuration.sections.profile(&self.name).is_some() {
            return Err(ProfileNotAdded::Exists { name: self.name.clone() });
        }
        Ok((environment.config_path(), text))
    }

    /// Appends the profile. Existing lines don't change.
    ///
    /// # Errors
    /// [`ProfileNotAdded`].
    pub async fn add(&self, environment: &AwsEnvironment) -> Result<(), ProfileNotAdded> {
        let (path, text) = self.preview(environment).await?;
        let file = path.clone();
        let written = tokio::task::spawn_blocking(move || append(&file, &text)).await;
        let written = written.unwrap_or_else(|error| Err(error.into()));
        written.map_err(|source| ProfileNotAdded::Unwritable { path, source })
    }

    fn section(&self) -> Result<String, ProfileNotAdded> {
        if !is_identifier(&self.name) {
            return Err(ProfileNotAdded::NameInvalid { name: self.name.clone() });
        }
        let header = match self.name.as_str() {
            "default" => "default".to_owned(),
            name => format!("profile {name}"),
        };
        let mut lines = vec![format!("[{header}]")];
        let sign_in = match &self.session.name {
            Some(name) => vec![("sso_session", name.as_str())],
            None => vec![
                ("sso_start_url", self.session.start_url.as_str()),
                ("sso_region", self.session.region.as_str()),
            ],
        };
        let account = self.account.to_string();
        let own = [
            ("sso_account_id", account.as_str()),
            ("sso_role_name", self.role.as_str()),
            ("region", self.region.as_str()),
        ];
        for (key, value) in sign_in.into_iter().chain(own) {
            // `#` or `;` after a blank would start a comment.
            let broken = |character: char| character.is_control() || "#;".contains(character);
            if value.is_empty() || value.trim() != value || value.contains(broken) {
                let value = value.to_owned();
                return Err(ProfileNotAdded::ValueInvalid { what: key, value });
            }
            lines.push(format!("{key} = {value}"));
        }
        Ok(lines.join("\n") + "\n")
    }
}

/// Appends with a single write: a symbolic link is followed, and the file keeps its owner and mode.
fn append(path: &std::path::Path, section: &str) -> std::io::Result<()> {
    let before = match std::fs::read(path) {
        Ok(before) => before,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    let line_end = if before.windows(2).any(|two| two == b"\r\n") { "\r\n" } else { "\n" };
    let mut text = String::new();
    if !before.is_empty() {
        if !before.ends_with(b"\n") {
            text.push('\n');
        }
        text.push('\n');
    }
    text.push_str(section);
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.replace('\n', line_end).as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::profile_list::list_profiles;
    use crate::testing::Home;

    const CONFIG: &str = "# mine\n[sso-session corp]\nsso_region = eu-west-1\n\
        sso_start_url = https://corp.example/start\n[profile there]\nregion = eu-west-1";

    fn profile(name: &str) -> NewProfile {
        NewProfile {
            name: name.to_owned(),
            session: SsoSession {
                name: Some("corp".to_owned()),
                start_url: "https://corp.example/start".to_owned(),
                region: "eu-west-1".to_owned(),
                scopes: None,
            },
            account: AccountId::parse("123456789012").unwrap(),
            role: "Pusher".to_owned(),
            region: Region::parse("eu-central-1").unwrap(),
        }
    }

    #[tokio::test]
    async fn a_profile_is_appended_and_no_other_line_changes() {
        let home = Home::with(CONFIG, "");
        let environment = home.environment();
        let (path, preview) = profile("new").preview(&environment).await.unwrap();
        assert_eq!(path, home.config());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), CONFIG, "the preview wrote something");
        profile("new").add(&environment).await.unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, format!("{CONFIG}\n\n{preview}"));
        assert!(preview.starts_with("[profile new]\nsso_session = corp\n"), "{preview}");
        let added = list_profiles(&environment).await.profiles;
        let added = added.into_iter().find(|profile| profile.name == "new").unwrap();
        assert_eq!((added.problem, added.region.unwrap().as_str()), (None, "eu-central-1"));
        let again = profile("new").add(&environment).await.unwrap_err();
        assert!(matches!(again, ProfileNotAdded::Exists { .. }), "{again}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[tokio::test]
    async fn the_file_keeps_its_line_endings_and_a_missing_one_is_created() {
        let home = Home::with("[default]\r\nregion = eu-west-1\r\n", "");
        profile("new").add(&home.environment()).await.unwrap();
        let text = std::fs::read_to_string(home.config()).unwrap();
        assert_eq!(text.matches("\r\n").count(), text.matches('\n').count(), "{text:?}");
        let empty = Home::with("", "");
        let mut old = profile("default");
        old.session.name = None;
        old.add(&empty.environment()).await.unwrap();
        let text = std::fs::read_to_string(empty.config()).unwrap();
        assert_eq!(
            text,
            "[default]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n\
             sso_account_id = 123456789012\nsso_role_name = Pusher\nregion = eu-central-1\n"
        );
    }

    #[tokio::test]
    async fn values_that_would_break_the_file_are_rejected() {
        let home = Home::with(CONFIG, "");
        for name in ["", "a b", "a]", "a\nb"] {
            let refused = profile(name).add(&home.environment()).await.unwrap_err();
            assert!(matches!(refused, ProfileNotAdded::NameInvalid { .. }), "{name:?}: {refused}");
        }
        for role in ["", "a\n[profile b]", "a #b", " a"] {
            let mut broken = profile("new");
            broken.role = role.to_owned();
            let refused = broken.add(&home.environment()).await.unwrap_err();
            assert!(matches!(refused, ProfileNotAdded::ValueInvalid { .. }), "{role:?}: {refused}");
        }
        assert_eq!(std::fs::read_to_string(home.config()).unwrap(), CONFIG);
    }
}
