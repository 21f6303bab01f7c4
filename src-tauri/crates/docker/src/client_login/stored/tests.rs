//! Logins in a temporary home folder, with scripts as credential helpers: cases that can't be
//! compared with the real tools.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::client_login::tests::write_program;
use crate::environment::DockerEnvironment;
use transload_model::{RegistryHost, Secret};

const PASSWORD: &str = "s3cr3t-of-the-test";

/// A temporary home folder with login files and programs.
struct LoginHome {
    folder: tempfile::TempDir,
    environment: DockerEnvironment,
}

impl LoginHome {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_owned();
        let mut search_path = home.join("bin").into_os_string();
        search_path.push(":/usr/bin:/bin");
        let environment = DockerEnvironment {
            xdg_runtime_dir: Some(home.join("run")),
            home: Some(home),
            search_path: Some(search_path),
            ..DockerEnvironment::default()
        };
        Self { folder, environment }
    }

    fn with_files(files: &[(&str, &str)]) -> Self {
        let home = Self::new();
        for (path, text) in files {
            home.write(path, text);
        }
        home
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn write_program(&self, path: &str, script: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_program(&path, script);
    }

    async fn find(&self, host: &str, repository: Option<&str>) -> (Option<String>, String) {
        let registry = RegistryHost::parse(host).unwrap();
        let mut logins = StoredLogins::read(&self.environment).await;
        let (found, problems) = logins.find(&registry, repository).await;
        let problems = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        (found.map(|found| found.login.user), problems)
    }

    async fn user(&self, host: &str) -> Option<String> {
        self.find(host, None).await.0
    }
}

/// Returns an entry of `auths` for a user.
fn entry(user: &str) -> String {
    format!("{{\"auth\":\"{}\"}}", STANDARD.encode(format!("{user}:{PASSWORD}")))
}

/// Returns a file with one entry per key. The user name is `u` and the index of the key.
fn auths(keys: &[&str]) -> String {
    let entries: Vec<_> = keys
        .iter()
        .enumerate()
        .map(|(index, key)| format!("{key:?}:{}", entry(&format!("u{index}"))))
        .collect();
    format!("{{\"auths\":{{{}}}}}", entries.join(","))
}

const DOCKER: &str = ".docker/config.json";
const PODMAN: &str = "run/containers/auth.json";

#[tokio::test]
async fn docker_hub_is_found_under_every_key_that_docker_podman_and_skopeo_write() {
    for key in [
        "https://index.docker.io/v1/",
        "http://index.docker.io/v1/",
        "https://index.docker.io/v1",
        "https://index.docker.io/",
        "https://index.docker.io",
        "index.docker.io",
        "docker.io",
        "Docker.io",
        "https://docker.io",
        "registry-1.docker.io",
        "https://registry-1.docker.io/v2/",
        "index.docker.io/v1/",
    ] {
        let docker = LoginHome::with_files(&[(DOCKER, &auths(&["other.example", key]))]);
        assert_eq!(docker.user("docker.io").await.as_deref(), Some("u1"), "{key}");
        assert_eq!(docker.user("r.example").await, None, "{key}");
        if key != "index.docker.io/v1/" {
            let podman = LoginHome::with_files(&[(PODMAN, &auths(&["other.example", key]))]);
            assert_eq!(podman.user("docker.io").await.as_deref(), Some("u1"), "{key}");
        }
        let legacy =
            LoginHome::with_files(&[(".dockercfg", &format!("{{{key:?}:{}}}", entry("old")))]);
        assert_eq!(legacy.user("docker.io").await.as_deref(), Some("old"), "{key}");
    }
    // The tool's own key comes first, and an empty entry does not hide a login under another key.
    let both = auths(&["docker.io", "https://index.docker.io/v1/"]);
    assert_eq!(
        LoginHome::with_files(&[(DOCKER, &both)]).user("docker.io").await.as_deref(),
        Some("u1")
    );
    assert_eq!(
        LoginHome::with_files(&[(PODMAN, &both)]).user("docker.io").await.as_deref(),
        Some("u0")
    );
    let with_empty = both.replace(&entry("u1"), "{}");
    assert_eq!(
        LoginHome::with_files(&[(DOCKER, &with_empty)]).user("docker.io").await.as_deref(),
        Some("u0")
    );
    let with_namespace =
        LoginHome::with_files(&[(PODMAN, &auths(&["docker.io/team", "docker.io"]))]);
    assert_eq!(with_namespace.find("docker.io", Some("team/app")).await.0.as_deref(), Some("u0"));
    assert_eq!(
        with_namespace.find("docker.io", Some("library/alpine")).await.0.as_deref(),
        Some("u1")
    );
}

/// As Go reads it.
#[tokio::test]
async fn a_file_with_bytes_that_are_not_utf_8_is_read() {
    let home = LoginHome::with_files(&[(DOCKER, "")]);
    let text = auths(&["r.example"])
        .replacen('{', "{\"HttpHeaders\":{\"X-Name\":\"Jos?\"},", 1)
        .into_bytes();
    let text: Vec<u8> =
        text.into_iter().map(|byte| if byte == b'?' { 0xe9 } else { byte }).collect();
    std::fs::write(home.folder.path().join(DOCKER), text).unwrap();
    assert_eq!(home.find("r.example", None).await, (Some("u0".to_owned()), String::new()));
}

#[tokio::test]
async fn hosts_are_compared_case_insensitively() {
    let home = LoginHome::with_files(&[(DOCKER, &auths(&["Registry.Example:5000"]))]);
    assert_eq!(home.user("registry.example:5000").await.as_deref(), Some("u0"));
    let home = LoginHome::with_files(&[(PODMAN, &auths(&["registry.example/team"]))]);
    let found = home.find("Registry.Example", Some("team/app")).await.0;
    assert_eq!(found.as_deref(), Some("u0"));
    let exact = LoginHome::with_files(&[(DOCKER, &auths(&["R.example", "r.example"]))]);
    assert_eq!(exact.user("r.example").await.as_deref(), Some("u1"));
}

#[tokio::test]
async fn the_variable_with_a_configuration_takes_precedence() {
    let mut home = LoginHome::with_files(&[(PODMAN, &auths(&["r.example"]))]);
    let variable = |text: &str| Some(Secret::new(text.to_owned()));
    let own = auths(&["other.example", "r.example"]);
    for (text, user, problem) in [
        (own.as_str(), "u1", ""),
        ("{\"auths\":{\"other.example\":{}}}", "u0", ""),
        // As GitLab Runner sets it, with members that the Docker CLI does not accept here.
        ("{\"credHelpers\":{},\"auths\":{}}", "u0", ""),
        ("no json", "u0", "DOCKER_AUTH_CONFIG: it is not valid JSON at line 1, column 2"),
    ] {
        home.environment.docker_auth_config = variable(text);
        let (found, problems) = home.find("r.example", None).await;
        assert_eq!((found.as_deref(), problems.as_str()), (Some(user), problem), "{text}");
        assert!(!format!("{:?}", home.environment).contains(text));
    }
}

#[tokio::test]
async fn unreadable_stores_are_reported_and_skipped() {
    let no_colon = STANDARD.encode(PASSWORD);
    for (text, word) in [
        ("", None),
        (" \n", None),
        ("null", None),
        ("\u{feff}{}", None),
        ("{\"credsStore\":\"\"}", None),
        ("{\"auths\":{\"r.example\":{\"auth\":\"\"}}}", None),
        ("{\"auths\":{\"r.example\":null},\"psFormat\":7}", None),
        ("{\"auths\":7}", None),
        ("{\"auths\":{\"r.example\":{\"auth\":\"s3cr3t-of-the-test\"}}}", Some("not valid base64")),
        (&format!("{{\"auths\":{{\"r.example\":{{\"auth\":\"{no_colon}\"}}}}}}"), Some("no colon")),
        ("{\"auths\":{\"r.example\":{\"auth\":\"OnB3\"}}}", Some("no user name")),
        ("{\"auths\":{\"r.example\":{\"auth\":\"s3cr3t-of-the-test\"}", Some("not valid JSON")),
        ("[\"s3cr3t-of-the-test\"]", Some("not a JSON object")),
        (
            "{\"credsStore\":\"absent\"}",
            Some("docker-credential-absent: the credential helper is not"),
        ),
        ("{\"credHelpers\":{\"r.example\":\"../x\"}}", Some("is not installed")),
    ] {
        let home = LoginHome::with_files(&[(DOCKER, text)]);
        let (found, problems) = home.find("r.example", None).await;
        assert_eq!(found, None, "{text}");
        match word {
            Some(word) => assert!(problems.contains(word), "{text}: {problems}"),
            None => assert_eq!(problems, "", "{text}"),
        }
        assert!(!problems.contains(PASSWORD) && !problems.contains(&no_colon), "{problems}");
        // A later file is still read, and an earlier one is used.
        home.write(".dockercfg", &format!("{{\"r.example\":{}}}", entry("later")));
        assert_eq!(home.user("r.example").await.as_deref(), Some("later"), "{text}");
        home.write(PODMAN, &auths(&["r.example"]));
        assert_eq!(home.user("r.example").await.as_deref(), Some("u0"), "{text}");
    }
    let folder = LoginHome::new();
    std::fs::create_dir_all(folder.folder.path().join(DOCKER)).unwrap();
    let (found, problems) = folder.find("r.example", None).await;
    assert!(found.is_none() && problems.contains("can't be read"), "{problems}");
}

#[tokio::test]
async fn a_helper_outside_path_is_found_in_the_folder_of_its_product() {
    let mut home = LoginHome::with_files(&[(DOCKER, "{\"credsStore\":\"desktop\"}")]);
    // It calls another program in its own folder, as `docker-credential-pass` calls `pass`.
    let folder = "Docker.app/Contents/Resources/bin";
    home.write_program(
        &format!("{folder}/docker-credential-desktop"),
        "#!/bin/sh\nexec keychain\n",
    );
    home.write_program(
        &format!("{folder}/keychain"),
        "#!/bin/sh\ncat > /dev/null; echo '{\"Username\":\"ada\",\"Secret\":\"x\"}'\n",
    );
    let (found, problems) = home.find("r.example", None).await;
    assert_eq!(found, None);
    assert!(problems.contains("docker-credential-desktop"), "{problems}");
    home.environment.program_folders = vec![home.folder.path().join(folder)];
    assert_eq!(home.find("r.example", None).await, (Some("ada".to_owned()), String::new()));
}

#[tokio::test]
async fn the_output_of_a_helper_is_never_shown() {
    for (script, word) in [
        (format!("echo '{PASSWORD}'; echo '{PASSWORD}' >&2; exit 3"), "exited with code 3"),
        (
            format!("echo 'error: {PASSWORD}: gpg: decryption failed: No secret key'; exit 1"),
            "gpg can't decrypt",
        ),
        (format!("echo '{{\"Username\":\"u\",\"Secret\":7,\"x\":\"{PASSWORD}\"}}'"), "not a login"),
        ("kill -9 $$".to_owned(), "signal"),
        ("yes".to_owned(), "exited with code 141"),
        (format!("yes {PASSWORD} >&2"), "exited with code 141"),
        (format!("yes {PASSWORD} | head -c 1048576"), "not a login"),
        (format!("echo 'warning: {PASSWORD}'; echo '{{\"Username\":\"u\"}}'"), "not a login"),
        (format!("printf '\\377{PASSWORD}'"), "not a login"),
        ("true".to_owned(), "not a login"),
    ] {
        let home = LoginHome::with_files(&[(DOCKER, "{\"credsStore\":\"odd\"}")]);
        home.write_program(
            "bin/docker-credential-odd",
            &format!("#!/bin/sh\ncat > /dev/null\n{script}\n"),
        );
        let (found, problems) = home.find("r.example", None).await;
        assert_eq!(found, None, "{script}");
        assert!(
            problems.contains("docker-credential-odd") && problems.contains(word),
            "{problems}"
        );
        assert!(!problems.contains(PASSWORD), "{problems}");
    }
}

#[tokio::test]
async fn a_helper_is_called_once_per_registry_with_every_key_of_docker_hub() {
    let home = LoginHome::with_files(&[(DOCKER, "{\"credsStore\":\"log\"}")]);
    home.write_program(
        "bin/docker-credential-log",
        "#!/bin/sh\nread server; echo \"$server\" >> \"$(dirname \"$0\")/requests\"\n\
         echo 'credentials not found in native keychain'; exit 1\n",
    );
    let mut logins = StoredLogins::read(&home.environment).await;
    for host in ["docker.io", "docker.io", "r.example"] {
        let registry = RegistryHost::parse(host).unwrap();
        assert_eq!(logins.find(&registry, None).await, (None, Vec::new()));
    }
    let requests = std::fs::read_to_string(home.folder.path().join("bin/requests")).unwrap();
    let names = "https://index.docker.io/v1/\ndocker.io\nindex.docker.io\nregistry-1.docker.io\n";
    assert_eq!(requests, format!("{names}r.example\n"));
}
