//! The commands with which each client pushes and pulls, and where each reports digests.
//!
//! Sources: docker-push(1), docker-pull(1), podman-push(1), skopeo-copy(1), `ctr images --help` of containerd 1.6 and 1.7,
//! containerd, `docs/hosts.md` (`header`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::diagnosis::CheckState;
use crate::name::FriendlyName;
use crate::prove::command::ClientCommand;
use crate::prove::image::docker_archive;
use crate::prove::observer::Observer;
use crate::prove::proof::{ClientOutcome, ProofClient, ProofEnvironment, ProofStep};

/// A private folder with the image and the logins, and how clients are started.
pub(super) struct ProofWorkspace<'a> {
    folder: &'a Path,
    program: &'a Path,
    image: &'a str,
    variables: Vec<(&'static str, String)>,
}

impl<'a> ProofWorkspace<'a> {
    /// Writes the image and the logins. `folder` is readable by this user only.
    pub fn create(
        folder: &'a Path,
        name: &FriendlyName,
        image: &'a str,
        environment: &ProofEnvironment,
        observer: &Observer,
        program: &'a Path,
    ) -> io::Result<Self> {
        fs::write(folder.join("image.tar"), docker_archive(image)?)?;
        let credentials = &environment.credentials;
        let pair = format!("{}:{}", credentials.user, credentials.password.expose());
        let encoded = STANDARD.encode(pair);
        let logins = json!({ "auths": { name.as_str(): { "auth": encoded } } }).to_string();
        fs::create_dir_all(folder.join("docker"))?;
        fs::write(folder.join("docker/config.json"), &logins)?;
        fs::write(folder.join("auth.json"), &logins)?;
        let hosts = folder.join("hosts").join(name.as_str());
        fs::create_dir_all(&hosts)?;
        fs::write(
            hosts.join("hosts.toml"),
            format!(
                "server = \"https://{name}\"\n[host.\"https://{name}\"]\n  capabilities = [\"pull\", \"resolve\", \"push\"]\n\
                 [host.\"https://{name}\".header]\n  authorization = [\"Basic {encoded}\"]\n"
            ),
        )?;
        let mut variables = observer.variables();
        if let Some(docker_host) = &environment.docker_host {
            variables.push(("DOCKER_HOST", docker_host.clone()));
        }
        Ok(Self { folder, program, image, variables })
    }

    pub async fn run(&self, client: ProofClient) -> ClientOutcome {
        match client {
            ProofClient::Docker => self.docker().await,
            ProofClient::Podman => self.podman().await,
            ProofClient::Skopeo => self.skopeo().await,
            ProofClient::Containerd => self.containerd().await,
        }
    }

    fn inside(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Runs commands until one fails, and returns the standard output of each.
    async fn steps(&self, commands: &[(&str, Vec<String>)]) -> (Vec<ProofStep>, Vec<String>) {
        let command = ClientCommand {
            program: self.program,
            folder: self.folder,
            variables: &self.variables,
        };
        let (mut steps, mut outputs) = (Vec::new(), Vec::new());
        for (action, arguments) in commands {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let (step, output) = command.run(action, &arguments).await;
            let failed = step.state == CheckState::Failed;
            steps.push(step);
            outputs.push(output);
            if failed {
                break;
            }
        }
        (steps, outputs)
    }

    async fn skopeo(&self) -> ClientOutcome {
        let remote = format!("docker://{}", self.image);
        let (auth, pushed) = (self.inside("auth.json"), self.inside("pushed"));
        let options = |more: &[&str]| {
            words(&[&["copy", "--insecure-policy", "--authfile", &auth], more].concat())
        };
        let from = format!("docker-archive:{}", self.inside("image.tar"));
        let to = format!("dir:{}", self.inside("back"));
        let (steps, outputs) = self
            .steps(&[
                ("Push", options(&["--digestfile", &pushed, &from, &remote])),
                ("Pull", options(&[&remote, &to])),
                (
                    "Digest",
                    words(&["inspect", "--authfile", &auth, "--format", "{{.Digest}}", &remote]),
                ),
            ])
            .await;
        ClientOutcome {
            steps,
            pushed_digest: file_text(&self.folder.join("pushed")),
            pulled_digest: outputs.get(2).and_then(|text| digest_in(text)),
            unusable: None,
        }
    }

    async fn podman(&self) -> ClientOutcome {
        let (auth, pushed) = (self.inside("auth.json"), self.inside("pushed"));
        let (root, run) = (self.inside("podman"), self.inside("podman-run"));
        let store = ["--root", &root, "--runroot", &run, "--storage-driver", "vfs"];
        let with = |more: &[&str]| words(&[&store, more].concat());
        let archive = self.inside("image.tar");
        let loaded = self.steps(&[("Load", with(&["load", "--input", &archive]))]).await.0;
        if let Some(failed) = loaded.iter().find(|step| step.state == CheckState::Failed) {
            let output = failed.output.clone().unwrap_or_default();
            let last = output.lines().last().unwrap_or_default();
            return unusable(
                format!("podman can't load an image on this computer: {last}"),
                loaded,
            );
        }
        let (mut steps, outputs) = self
            .steps(&[
                ("Push", with(&["push", "--authfile", &auth, "--digestfile", &pushed, self.image])),
                ("Remove", with(&["rmi", "--force", self.image])),
                ("Pull", with(&["pull", "--quiet", "--authfile", &auth, self.image])),
                ("Digest", with(&["image", "inspect", "--format", "{{.Digest}}", self.image])),
            ])
            .await;
        steps.splice(0..0, loaded);
        ClientOutcome {
            steps,
            pushed_digest: file_text(&self.folder.join("pushed")),
            pulled_digest: outputs.get(3).and_then(|text| digest_in(text)),
            unusable: None,
        }
    }

    async fn docker(&self) -> ClientOutcome {
        let configuration = self.inside("docker");
        let with = |more: &[&str]| words(&[&["--config", &configuration], more].concat());
        let archive = self.inside("image.tar");
        let loaded = self.steps(&[("Load", with(&["load", "--input", &archive]))]).await.0;
        if loaded.iter().any(|step| step.state == CheckState::Failed) {
            return unusable("No Docker Engine answers on this computer.".to_owned(), loaded);
        }
        let (mut steps, outputs) = self
            .steps(&[
                ("Push", with(&["push", self.image])),
                ("Remove", with(&["rmi", "--force", self.image])),
                ("Pull", with(&["pull", self.image])),
            ])
            .await;
        let cleaned = self.steps(&[("Clean up", with(&["rmi", "--force", self.image]))]).await.0;
        steps.splice(0..0, loaded);
        steps.extend(cleaned.into_iter().filter(|step| step.state == CheckState::Passed));
        ClientOutcome {
            steps,
            pushed_digest: outputs.first().and_then(|text| digest_in(text)),
            pulled_digest: outputs.get(2).and_then(|text| digest_in(text)),
            unusable: None,
        }
    }

    async fn containerd(&self) -> ClientOutcome {
        let hosts = self.inside("hosts");
        let namespace = ["--namespace", "transload-name-test"];
        let with = |more: &[&str]| words(&[&namespace, more].concat());
        let archive = self.inside("image.tar");
        let loaded = self.steps(&[("Load", with(&["images", "import", &archive]))]).await.0;
        if loaded.iter().any(|step| step.state == CheckState::Failed) {
            let reason = "No containerd answers on this computer, or it requires root.";
            return unusable(reason.to_owned(), loaded);
        }
        let list = || with(&["images", "list", &format!("name=={}", self.image)]);
        let (mut steps, outputs) = self
            .steps(&[
                ("Digest before", list()),
                ("Push", with(&["images", "push", "--hosts-dir", &hosts, self.image])),
                ("Remove", with(&["images", "remove", "--sync", self.image])),
                ("Pull", with(&["images", "pull", "--hosts-dir", &hosts, self.image])),
                ("Digest", list()),
            ])
            .await;
        let cleaned =
            self.steps(&[("Clean up", with(&["images", "remove", "--sync", self.image]))]).await.0;
        steps.splice(0..0, loaded);
        steps.extend(cleaned.into_iter().filter(|step| step.state == CheckState::Passed));
        ClientOutcome {
            steps,
            pushed_digest: outputs.first().and_then(|text| digest_in(text)),
            pulled_digest: outputs.get(4).and_then(|text| digest_in(text)),
            unusable: None,
        }
    }
}

fn unusable(reason: String, mut steps: Vec<ProofStep>) -> ClientOutcome {
    for step in &mut steps {
        step.state = CheckState::NotChecked;
    }
    ClientOutcome { steps, pushed_digest: None, pulled_digest: None, unusable: Some(reason) }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn file_text(path: &PathBuf) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    digest_in(&text)
}

/// Returns the first digest in the output of a client.
pub(super) fn digest_in(text: &str) -> Option<String> {
    let start = text.find("sha256:")?;
    let hex = text.get(start + 7..start + 71)?;
    hex.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| format!("sha256:{hex}"))
}
