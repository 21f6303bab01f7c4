//! A home folder and scripted helpers.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::*;
use crate::api::EngineLogin;
use crate::environment::DockerEnvironment;
use transload_model::{RegistryHost, Secret};

const ECR: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
const PASSWORD: &str = "s3cr3t-of-the-test";

/// Keeps one login in a file beside itself, and every argument in another.
const HELPER: &str = r#"#!/bin/sh
place=$(dirname "$0")
echo "$@" >> "$place/arguments"
case "$1" in
  store) cat > "$place/kept" ;;
  get)
    cat > /dev/null
    if [ -f "$place/kept" ]; then cat "$place/kept"
    else echo "credentials not found in native keychain"; exit 1; fi ;;
  erase) cat > /dev/null; rm -f "$place/kept" ;;
esac
"#;

/// Writes a script that can be run.
pub(super) fn write_program(path: &std::path::Path, script: &str) {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

struct Home {
    folder: tempfile::TempDir,
    environment: DockerEnvironment,
}

impl Home {
    /// A home with these programs, and with a configuration of Docker where one is given.
    fn new(programs: &[(&str, &str)], config: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        for (name, script) in programs {
            write_program(&bin.join(name), script);
        }
        // The helpers are scripts that need the usual programs.
        let usual = std::env::var_os("PATH").unwrap_or_default();
        let mut search_path = OsString::from(&bin);
        search_path.push(":");
        search_path.push(usual);
        let only_ours = programs.iter().any(|(name, _)| name.starts_with("docker-credential"));
        let environment = DockerEnvironment {
            home: Some(folder.path().to_path_buf()),
            xdg_runtime_dir: Some(folder.path().join("run")),
            search_path: Some(if only_ours { search_path } else { OsString::from(&bin) }),
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

    fn text(&self) -> String {
        std::fs::read_to_string(self.config()).unwrap()
    }

    fn beside_helper(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join("bin").join(name)).ok()
    }

    fn look(&self, client: Client) -> Option<ClientLogin> {
        look(client, &host(), &self.environment).unwrap()
    }

    async fn apply(&self, client: Client, way: Way) -> Result<ClientLoginUndo, ClientLoginError> {
        apply(client, &host(), &way, &login(), &self.environment).await
    }
}

fn host() -> RegistryHost {
    RegistryHost::parse(ECR).unwrap()
}

fn login() -> EngineLogin {
    EngineLogin { user: "AWS".to_owned(), password: Secret::new(PASSWORD.to_owned()) }
}

/// What stands in the file for `AWS:s3cr3t-of-the-test`.
const ENCODED: &str = "QVdTOnMzY3IzdC1vZi10aGUtdGVzdA==";

#[tokio::test]
async fn an_inline_login_leaves_everything_else_as_it_was_written() {
    let before = "{\n  \"psFormat\": \"table {{.ID}}\\t{{.Names}}\",\n  \"auths\": {\n    \"quay.io\": {\n      \
                  \"auth\": \"b3RoZXI6cHc=\"\n    }\n  },\n  \"HttpHeaders\": { \"x\": \"y\" },\n  \
                  \"currentContext\": \"default\"\n}\n";
    let home = Home::new(&[("docker", "")], Some(before));
    std::fs::set_permissions(home.config(), std::fs::Permissions::from_mode(0o640)).unwrap();
    let found = home.look(Client::Docker).unwrap();
    assert_eq!((&found.held, &found.ways[..]), (&HeldLogin::None, &[Way::Inline][..]));
    let changes = found.changes(&Way::Inline, &host());
    assert!(matches!(&changes[..], [Change::Set { section: "auths", key, .. }] if key == ECR));

    let back = home.apply(Client::Docker, Way::Inline).await.unwrap();
    let entry = format!(
        "    }},\n    \"{ECR}\": {{\n      \"auth\": \"{ENCODED}\"\n    }}\n  }},\n  \"HttpHeaders\""
    );
    let expected = before.replace("    }\n  },\n  \"HttpHeaders\"", &entry);
    assert_eq!(home.text(), expected);
    let mode = std::fs::metadata(home.config()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(home.look(Client::Docker).unwrap().held, HeldLogin::Inline);

    undo(&back, &home.environment).await.unwrap();
    assert_eq!(home.text(), before);
    assert!(!format!("{back:?}").contains(ENCODED));
}

#[tokio::test]
async fn an_undo_restores_the_bytes_whoever_wrote_them_and_keeps_what_others_wrote_since() {
    let odd =
        "{ \"auths\": {\"quay.io\": {\"auth\": \"b3RoZXI6cHc=\"}},\n\n  \"psFormat\":\"{{.ID}}\" }";
    let home = Home::new(&[("docker", "")], Some(odd));
    let back = home.apply(Client::Docker, Way::Inline).await.unwrap();
    assert_ne!(home.text(), odd);
    undo(&back, &home.environment).await.unwrap();
    assert_eq!(home.text(), odd);

    let back = home.apply(Client::Docker, Way::Inline).await.unwrap();
    let since = home.text().replace("{{.ID}}", "{{.Names}}");
    std::fs::write(home.config(), &since).unwrap();
    undo(&back, &home.environment).await.unwrap();
    assert!(home.text().contains("{{.Names}}") && !home.text().contains(ENCODED));
}

#[tokio::test]
async fn a_file_that_was_not_there_is_for_its_owner_alone_and_goes_again() {
    let home = Home::new(&[("podman", "")], None);
    assert!(home.look(Client::Docker).is_none());
    let back = home.apply(Client::Podman, Way::Inline).await.unwrap();
    let file = home.folder.path().join("run/containers/auth.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(home.look(Client::Podman).unwrap().file, file);
    undo(&back, &home.environment).await.unwrap();
    assert!(!file.exists());
}

#[tokio::test]
async fn a_helper_keeps_the_login_and_hears_it_by_standard_input() {
    let programs = [("docker", ""), ("docker-credential-kept", HELPER)];
    let home = Home::new(&programs, Some("{\n\t\"credsStore\": \"kept\"\n}"));
    let way = Way::Helper { name: "kept".to_owned() };
    let found = home.look(Client::Docker).unwrap();
    assert_eq!(found.held, HeldLogin::Helper { program: "docker-credential-kept".to_owned() });
    // With a helper the file is not looked into, so nothing is written there.
    assert_eq!(found.ways, std::slice::from_ref(&way));

    let back = home.apply(Client::Docker, way.clone()).await.unwrap();
    let kept: serde_json::Value =
        serde_json::from_str(&home.beside_helper("kept").unwrap()).unwrap();
    assert_eq!(kept, serde_json::json!({"ServerURL": ECR, "Username": "AWS", "Secret": PASSWORD}));
    assert_eq!(home.beside_helper("arguments").unwrap(), "get\nstore\n");
    assert!(!home.text().contains(ENCODED) && home.text().contains(&format!("\"{ECR}\": {{}}")));

    undo(&back, &home.environment).await.unwrap();
    assert_eq!(home.beside_helper("kept"), None);
    assert_eq!(home.text(), "{\n\t\"credsStore\": \"kept\"\n}");

    // What the helper held before is there again.
    let old = r#"{"ServerURL":"x","Username":"AWS","Secret":"older"}"#;
    std::fs::write(home.folder.path().join("bin/kept"), old).unwrap();
    let back = home.apply(Client::Docker, way).await.unwrap();
    undo(&back, &home.environment).await.unwrap();
    assert!(home.beside_helper("kept").unwrap().contains("older"));
}

#[tokio::test]
async fn a_helper_that_fails_changes_nothing_and_repeats_no_login() {
    let failing = "#!/bin/sh\nif [ \"$1\" = get ]; then echo 'credentials not found'; exit 1; fi\n\
                   echo \"cannot keep $(cat)\"; exit 1\n";
    let windows = "#!/bin/sh\nif [ \"$1\" = get ]; then echo 'credentials not found'; exit 1; fi\n\
                   cat > /dev/null; echo 'error storing credentials: The stub received bad data.'; exit 1\n";
    let config = "{\"credHelpers\": {\"111122223333.dkr.ecr.eu-west-1.amazonaws.com\": \"bad\"}}";
    let way = || Way::Helper { name: "bad".to_owned() };
    let home = Home::new(&[("docker-credential-bad", failing)], Some(config));
    let error = home.apply(Client::Docker, way()).await.unwrap_err();
    assert!(matches!(error, ClientLoginError::HelperFailed { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error}");
    assert_eq!(home.text(), config);

    let home = Home::new(&[("docker-credential-bad", windows)], Some(config));
    let error = home.apply(Client::Docker, way()).await.unwrap_err();
    assert!(matches!(error, ClientLoginError::TooLong { length_bytes: 18, .. }), "{error}");

    let missing = Home::new(&[("docker", "")], Some("{\"credsStore\": \"nowhere\"}"));
    assert_eq!(missing.look(Client::Docker).unwrap().ways, []);
    let error = missing.apply(Client::Docker, way()).await.unwrap_err();
    assert!(matches!(error, ClientLoginError::WayClosed { client: "docker" }), "{error}");
}

#[tokio::test]
async fn the_ecr_helper_is_set_up_for_the_one_host_and_old_entries_go() {
    let config = format!(
        "{{\"auths\": {{\"https://{ECR}\": {{\"auth\": \"b2xkOm9sZA==\"}}, \"https://index.docker.io/v1/\": {{}}}}}}"
    );
    let programs = [("docker", ""), ("docker-credential-ecr-login", HELPER)];
    let home = Home::new(&programs, Some(&config));
    let found = home.look(Client::Docker).unwrap();
    assert_eq!(found.stale, [StaleEntry { section: "auths", key: format!("https://{ECR}") }]);
    assert_eq!(found.ways, [Way::EcrHelper, Way::Inline]);
    let changes = found.changes(&Way::EcrHelper, &host());
    assert!(matches!(&changes[1], Change::Removed { key, .. } if key == &format!("https://{ECR}")));

    let back = home.apply(Client::Docker, Way::EcrHelper).await.unwrap();
    let written: serde_json::Value = serde_json::from_str(&home.text()).unwrap();
    assert_eq!(
        written,
        serde_json::json!({
            "auths": {"https://index.docker.io/v1/": {}},
            "credHelpers": {ECR: "ecr-login"},
        })
    );
    let found = home.look(Client::Docker).unwrap();
    assert_eq!((found.held, found.ways.len(), found.stale.len()), (HeldLogin::EcrHelper, 0, 0));
    undo(&back, &home.environment).await.unwrap();
    let restored: serde_json::Value = serde_json::from_str(&home.text()).unwrap();
    assert_eq!(restored["auths"][format!("https://{ECR}")]["auth"], "b2xkOm9sZA==");
    assert_eq!(restored.get("credHelpers"), None);
}

#[tokio::test]
async fn what_somebody_changed_since_is_left_as_it_is() {
    let home = Home::new(&[("docker", "")], Some("{}"));
    let back = home.apply(Client::Docker, Way::Inline).await.unwrap();
    let theirs = format!("{{\"auths\": {{\"{ECR}\": {{\"auth\": \"dGhlaXJzOnB3\"}}}}}}");
    std::fs::write(home.config(), &theirs).unwrap();
    let error = undo(&back, &home.environment).await.unwrap_err();
    assert!(matches!(error, ClientLoginError::ChangedSince { .. }), "{error}");
    assert_eq!(home.text(), theirs);
}

#[tokio::test]
async fn a_linked_file_stays_a_link_and_a_damaged_one_is_told_without_its_text() {
    let home = Home::new(&[("docker", "")], Some("{}"));
    let dotfiles = home.folder.path().join("dotfiles.json");
    std::fs::rename(home.config(), &dotfiles).unwrap();
    std::os::unix::fs::symlink(&dotfiles, home.config()).unwrap();
    home.apply(Client::Docker, Way::Inline).await.unwrap();
    assert!(std::fs::symlink_metadata(home.config()).unwrap().is_symlink());
    assert!(std::fs::read_to_string(&dotfiles).unwrap().contains(ENCODED));

    let damaged = format!("{{\"auths\": {{\"{ECR}\": {{\"auth\": \"{ENCODED}\"");
    let home = Home::new(&[("docker", "")], Some(&damaged));
    let error = look(Client::Docker, &host(), &home.environment).unwrap_err();
    assert!(matches!(error, ClientLoginError::Damaged { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains(ENCODED));
    let wrong = Home::new(&[("docker", "")], Some("{\"auths\": 7}"));
    assert!(look(Client::Docker, &host(), &wrong.environment).is_err());
}
