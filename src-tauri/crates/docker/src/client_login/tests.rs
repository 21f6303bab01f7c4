//! Logins in a temporary home folder, with scripts as credential helpers.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::*;
use crate::api::EngineLogin;
use crate::environment::DockerEnvironment;
use transload_model::{RegistryHost, Secret};

const ECR: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
const PASSWORD: &str = "s3cr3t-of-the-test";

/// A helper that stores one login in the file `kept` and its arguments in the file `arguments`,
/// both in its own folder.
const HELPER: &str = r#"#!/bin/sh
folder=$(dirname "$0")
echo "$@" >> "$folder/arguments"
case "$1" in
  store) cat > "$folder/kept" ;;
  get)
    cat > /dev/null
    if [ -f "$folder/kept" ]; then cat "$folder/kept"
    else echo "credentials not found in native keychain"; exit 1; fi ;;
  erase) cat > /dev/null; rm -f "$folder/kept" ;;
esac
"#;

/// Writes an executable script.
pub(super) fn write_program(path: &std::path::Path, script: &str) {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A temporary home folder with programs and a configuration of Docker.
struct ClientHome {
    folder: tempfile::TempDir,
    environment: DockerEnvironment,
}

impl ClientHome {
    /// Creates the folder with these programs, and with a configuration of Docker if one is given.
    fn new(programs: &[(&str, &str)], config: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        for (name, script) in programs {
            write_program(&bin.join(name), script);
        }
        // The helpers are scripts that require standard programs.
        let system_path = std::env::var_os("PATH").unwrap_or_default();
        let mut search_path = OsString::from(&bin);
        search_path.push(":");
        search_path.push(system_path);
        let has_helpers = programs.iter().any(|(name, _)| name.starts_with("docker-credential"));
        let environment = DockerEnvironment {
            home: Some(folder.path().to_path_buf()),
            xdg_runtime_dir: Some(folder.path().join("run")),
            search_path: Some(if has_helpers { search_path } else { OsString::from(&bin) }),
            ..DockerEnvironment::default()
        };
        let home = Self { folder, environment };
        if let Some(config) = config {
            std::fs::create_dir(home.folder.path().join(".docker")).unwrap();
            std::fs::write(home.config(), config).unwrap();
        }
        home
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join(".docker/config.json")
    }

    fn config_text(&self) -> String {
        std::fs::read_to_string(self.config()).unwrap()
    }

    fn helper_file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join("bin").join(name)).ok()
    }

    fn inspect(&self, client: LoginClient) -> Option<ClientLogin> {
        inspect(client, &host(), &self.environment).unwrap()
    }

    async fn apply(
        &self,
        client: LoginClient,
        method: LoginMethod,
    ) -> Result<ClientLoginUndo, ClientLoginError> {
        apply(client, &host(), &method, &login(), &self.environment).await
    }
}

fn host() -> RegistryHost {
    RegistryHost::parse(ECR).unwrap()
}

fn login() -> EngineLogin {
    EngineLogin { user: "AWS".to_owned(), password: Secret::new(PASSWORD.to_owned()) }
}

/// `AWS:s3cr3t-of-the-test` in base64.
const ENCODED: &str = "QVdTOnMzY3IzdC1vZi10aGUtdGVzdA==";

#[tokio::test]
async fn an_inline_login_preserves_the_rest_of_the_file() {
    let before = "{\n  \"psFormat\": \"table {{.ID}}\\t{{.Names}}\",\n  \"auths\": {\n    \"quay.io\": {\n      \
                  \"auth\": \"b3RoZXI6cHc=\"\n    }\n  },\n  \"HttpHeaders\": { \"x\": \"y\" },\n  \
                  \"currentContext\": \"default\"\n}\n";
    let home = ClientHome::new(&[("docker", "")], Some(before));
    std::fs::set_permissions(home.config(), std::fs::Permissions::from_mode(0o640)).unwrap();
    let found = home.inspect(LoginClient::Docker).unwrap();
    assert_eq!(
        (&found.existing, &found.methods[..]),
        (&ExistingLogin::None, &[LoginMethod::Inline][..])
    );
    let changes = found.changes(&LoginMethod::Inline, &host());
    assert!(
        matches!(&changes[..], [LoginChange::SetEntry { section: "auths", key, .. }] if key == ECR)
    );

    let previous = home.apply(LoginClient::Docker, LoginMethod::Inline).await.unwrap();
    let entry = format!(
        "    }},\n    \"{ECR}\": {{\n      \"auth\": \"{ENCODED}\"\n    }}\n  }},\n  \"HttpHeaders\""
    );
    let expected = before.replace("    }\n  },\n  \"HttpHeaders\"", &entry);
    assert_eq!(home.config_text(), expected);
    let mode = std::fs::metadata(home.config()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(home.inspect(LoginClient::Docker).unwrap().existing, ExistingLogin::Inline);

    undo(&previous, &home.environment).await.unwrap();
    assert_eq!(home.config_text(), before);
    assert!(!format!("{previous:?}").contains(ENCODED));
}

#[tokio::test]
async fn undo_restores_the_exact_text_and_keeps_later_changes_of_others() {
    let unusual =
        "{ \"auths\": {\"quay.io\": {\"auth\": \"b3RoZXI6cHc=\"}},\n\n  \"psFormat\":\"{{.ID}}\" }";
    let home = ClientHome::new(&[("docker", "")], Some(unusual));
    let previous = home.apply(LoginClient::Docker, LoginMethod::Inline).await.unwrap();
    assert_ne!(home.config_text(), unusual);
    undo(&previous, &home.environment).await.unwrap();
    assert_eq!(home.config_text(), unusual);

    let previous = home.apply(LoginClient::Docker, LoginMethod::Inline).await.unwrap();
    let changed = home.config_text().replace("{{.ID}}", "{{.Names}}");
    std::fs::write(home.config(), &changed).unwrap();
    undo(&previous, &home.environment).await.unwrap();
    assert!(home.config_text().contains("{{.Names}}") && !home.config_text().contains(ENCODED));
}

#[tokio::test]
async fn a_new_file_is_private_and_undo_deletes_it() {
    let home = ClientHome::new(&[("podman", "")], None);
    assert!(home.inspect(LoginClient::Docker).is_none());
    let previous = home.apply(LoginClient::Podman, LoginMethod::Inline).await.unwrap();
    let file = home.folder.path().join("run/containers/auth.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(home.inspect(LoginClient::Podman).unwrap().file, file);
    undo(&previous, &home.environment).await.unwrap();
    assert!(!file.exists());
}

#[tokio::test]
async fn a_helper_receives_the_login_on_standard_input() {
    let programs = [("docker", ""), ("docker-credential-kept", HELPER)];
    let home = ClientHome::new(&programs, Some("{\n\t\"credsStore\": \"kept\"\n}"));
    let method = LoginMethod::Helper { name: "kept".to_owned() };
    let found = home.inspect(LoginClient::Docker).unwrap();
    assert_eq!(
        found.existing,
        ExistingLogin::Helper { program: "docker-credential-kept".to_owned() }
    );
    // With a helper, logins in the file are ignored, so no login is written to it.
    assert_eq!(found.methods, std::slice::from_ref(&method));

    let previous = home.apply(LoginClient::Docker, method.clone()).await.unwrap();
    let kept: serde_json::Value = serde_json::from_str(&home.helper_file("kept").unwrap()).unwrap();
    assert_eq!(kept, serde_json::json!({"ServerURL": ECR, "Username": "AWS", "Secret": PASSWORD}));
    assert_eq!(home.helper_file("arguments").unwrap(), "get\nstore\n");
    assert!(
        !home.config_text().contains(ENCODED)
            && home.config_text().contains(&format!("\"{ECR}\": {{}}"))
    );

    undo(&previous, &home.environment).await.unwrap();
    assert_eq!(home.helper_file("kept"), None);
    assert_eq!(home.config_text(), "{\n\t\"credsStore\": \"kept\"\n}");

    // The previous login of the helper is restored.
    let old = r#"{"ServerURL":"x","Username":"AWS","Secret":"older"}"#;
    std::fs::write(home.folder.path().join("bin/kept"), old).unwrap();
    let previous = home.apply(LoginClient::Docker, method).await.unwrap();
    undo(&previous, &home.environment).await.unwrap();
    assert!(home.helper_file("kept").unwrap().contains("older"));
}

#[tokio::test]
async fn a_failing_helper_changes_nothing_and_shows_no_login() {
    let failing = "#!/bin/sh\nif [ \"$1\" = get ]; then echo 'credentials not found'; exit 1; fi\n\
                   echo \"cannot keep $(cat)\"; exit 1\n";
    let windows = "#!/bin/sh\nif [ \"$1\" = get ]; then echo 'credentials not found'; exit 1; fi\n\
                   cat > /dev/null; echo 'error storing credentials: The stub received bad data.'; exit 1\n";
    let config = "{\"credHelpers\": {\"111122223333.dkr.ecr.eu-west-1.amazonaws.com\": \"bad\"}}";
    let method = || LoginMethod::Helper { name: "bad".to_owned() };
    let home = ClientHome::new(&[("docker-credential-bad", failing)], Some(config));
    let error = home.apply(LoginClient::Docker, method()).await.unwrap_err();
    assert!(matches!(error, ClientLoginError::HelperFailed { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error}");
    assert_eq!(home.config_text(), config);

    let home = ClientHome::new(&[("docker-credential-bad", windows)], Some(config));
    let error = home.apply(LoginClient::Docker, method()).await.unwrap_err();
    assert!(matches!(error, ClientLoginError::TooLong { length_bytes: 18, .. }), "{error}");

    let missing = ClientHome::new(&[("docker", "")], Some("{\"credsStore\": \"missing\"}"));
    assert_eq!(missing.inspect(LoginClient::Docker).unwrap().methods, []);
    let error = missing.apply(LoginClient::Docker, method()).await.unwrap_err();
    assert!(matches!(error, ClientLoginError::MethodUnavailable { client: "docker" }), "{error}");
}

#[tokio::test]
async fn the_ecr_helper_is_configured_for_one_host_and_outdated_entries_are_removed() {
    let config = format!(
        "{{\"auths\": {{\"https://{ECR}\": {{\"auth\": \"b2xkOm9sZA==\"}}, \"https://index.docker.io/v1/\": {{}}}}}}"
    );
    let programs = [("docker", ""), ("docker-credential-ecr-login", HELPER)];
    let home = ClientHome::new(&programs, Some(&config));
    let found = home.inspect(LoginClient::Docker).unwrap();
    assert_eq!(found.stale, [StaleEntry { section: "auths", key: format!("https://{ECR}") }]);
    assert_eq!(found.methods, [LoginMethod::EcrHelper, LoginMethod::Inline]);
    let changes = found.changes(&LoginMethod::EcrHelper, &host());
    assert!(
        matches!(&changes[1], LoginChange::RemoveEntry { key, .. } if key == &format!("https://{ECR}"))
    );

    let previous = home.apply(LoginClient::Docker, LoginMethod::EcrHelper).await.unwrap();
    let written: serde_json::Value = serde_json::from_str(&home.config_text()).unwrap();
    assert_eq!(
        written,
        serde_json::json!({
            "auths": {"https://index.docker.io/v1/": {}},
            "credHelpers": {ECR: "ecr-login"},
        })
    );
    let found = home.inspect(LoginClient::Docker).unwrap();
    assert_eq!(
        (found.existing, found.methods.len(), found.stale.len()),
        (ExistingLogin::EcrHelper, 0, 0)
    );
    undo(&previous, &home.environment).await.unwrap();
    let restored: serde_json::Value = serde_json::from_str(&home.config_text()).unwrap();
    assert_eq!(restored["auths"][format!("https://{ECR}")]["auth"], "b2xkOm9sZA==");
    assert_eq!(restored.get("credHelpers"), None);
}

#[tokio::test]
async fn undo_does_not_overwrite_a_later_login() {
    let home = ClientHome::new(&[("docker", "")], Some("{}"));
    let previous = home.apply(LoginClient::Docker, LoginMethod::Inline).await.unwrap();
    let later = format!("{{\"auths\": {{\"{ECR}\": {{\"auth\": \"dGhlaXJzOnB3\"}}}}}}");
    std::fs::write(home.config(), &later).unwrap();
    let error = undo(&previous, &home.environment).await.unwrap_err();
    assert!(matches!(error, ClientLoginError::ChangedSince { .. }), "{error}");
    assert_eq!(home.config_text(), later);
}

#[tokio::test]
async fn a_symbolic_link_is_preserved_and_errors_do_not_quote_the_file() {
    let home = ClientHome::new(&[("docker", "")], Some("{}"));
    let dotfiles = home.folder.path().join("dotfiles.json");
    std::fs::rename(home.config(), &dotfiles).unwrap();
    std::os::unix::fs::symlink(&dotfiles, home.config()).unwrap();
    home.apply(LoginClient::Docker, LoginMethod::Inline).await.unwrap();
    assert!(std::fs::symlink_metadata(home.config()).unwrap().is_symlink());
    assert!(std::fs::read_to_string(&dotfiles).unwrap().contains(ENCODED));

    let damaged = format!("{{\"auths\": {{\"{ECR}\": {{\"auth\": \"{ENCODED}\"");
    let home = ClientHome::new(&[("docker", "")], Some(&damaged));
    let error = inspect(LoginClient::Docker, &host(), &home.environment).unwrap_err();
    assert!(matches!(error, ClientLoginError::Damaged { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains(ENCODED));
    let not_an_object = ClientHome::new(&[("docker", "")], Some("{\"auths\": 7}"));
    assert!(inspect(LoginClient::Docker, &host(), &not_an_object.environment).is_err());
}
