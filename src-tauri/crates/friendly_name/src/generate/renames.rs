//! The client-side files of answer B.
//!
//! Sources: containers-registries.conf(5); containerd, `docs/hosts.md`.

use crate::generate::file::{AnswerId, GeneratedFile, GeneratedFileId, NameTarget};

pub(super) fn registries_conf(target: &NameTarget) -> GeneratedFile {
    let (name, registry) = (&target.name, &target.registry);
    let mut text = format!(
        "# {name} is {registry}. Pull only: log in to {registry}.\n[[registry]]\nprefix = \"{name}\"\nlocation = \"{registry}\"\n"
    );
    if target.is_plain() {
        text += "insecure = true\n";
    }
    if let Some(prefix) = &target.hub_prefix {
        text += &format!(
            "\n# Official images of Docker Hub come from ECR.\n[[registry]]\nprefix = \"docker.io/library\"\nlocation = \"{registry}/{prefix}\"\n"
        );
    }
    GeneratedFile {
        id: GeneratedFileId::RegistriesConf,
        answer: AnswerId::RenameOnClients,
        title: "registries.conf for Podman, CRI-O, Buildah, skopeo".to_owned(),
        file_name: format!("50-{}.conf", name.host()),
        place: format!("/etc/containers/registries.conf.d/50-{}.conf", name.host()),
        text,
        notes: vec![
            format!("Log in to {registry}. A login to {name} fails."),
            "A push is not renamed.".to_owned(),
            "A user's own ~/.config/containers/registries.conf replaces the system's files, except drop-in files of the user.".to_owned(),
        ],
        warning: None,
    }
}

pub(super) fn hosts_toml(target: &NameTarget) -> GeneratedFile {
    let (name, upstream) = (&target.name, target.upstream());
    let text = format!(
        "# {name} is {}. Read at each pull.\nserver = \"{upstream}\"\n\n[host.\"{upstream}\"]\n  capabilities = [\"pull\", \"resolve\"]\n",
        target.registry
    );
    GeneratedFile {
        id: GeneratedFileId::HostsToml,
        answer: AnswerId::RenameOnClients,
        title: "hosts.toml for containerd, nerdctl, Kubernetes nodes".to_owned(),
        file_name: "hosts.toml".to_owned(),
        place: format!("/etc/containerd/certs.d/{name}/hosts.toml"),
        text,
        notes: vec![
            "containerd 1.x: set config_path = \"/etc/containerd/certs.d\" in [plugins.\"io.containerd.grpc.v1.cri\".registry].".to_owned(),
            "containerd 2.x: set it in [plugins.\"io.containerd.cri.v1.images\".registry].".to_owned(),
            format!("Kubernetes: the ECR credential provider doesn't match {name}. Use an image pull secret for {name} with user AWS, renewed in less than 12 hours."),
            "Docker Engine ignores this file for a private ECR registry.".to_owned(),
        ],
        warning: None,
    }
}

pub(super) fn hub_hosts_toml(target: &NameTarget) -> GeneratedFile {
    let upstream = target.upstream();
    let prefix = target.hub_prefix.as_deref().unwrap_or("hub");
    let text = format!(
        "# Images of Docker Hub come from ECR if they exist there.\n# Without this line, Docker Hub is not asked.\nserver = \"https://registry-1.docker.io\"\n\n\
         [host.\"{upstream}/v2/{prefix}\"]\n  capabilities = [\"pull\", \"resolve\"]\n  override_path = true\n"
    );
    GeneratedFile {
        id: GeneratedFileId::HubHostsToml,
        answer: AnswerId::RenameOnClients,
        title: "hosts.toml for Docker Hub names".to_owned(),
        file_name: "hosts.toml".to_owned(),
        place: "/etc/containerd/certs.d/docker.io/hosts.toml".to_owned(),
        text,
        notes: vec!["nginx means docker.io/library/nginx, so the copies need the path PREFIX/library/nginx in ECR.".to_owned()],
        warning: None,
    }
}
