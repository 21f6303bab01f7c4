//! Every setting of a client that matters for a name, in the file where the client reads it.

use super::*;

fn read(files: &[(&str, &str)]) -> ClientConfiguration {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let files = ClientFiles {
        etc: Some(folder.path().join("etc")),
        home: Some(folder.path().join("home")),
        docker_config: Some(folder.path().join("home/.docker")),
        registries_conf: None,
    };
    read_clients(&files, &FriendlyName::parse("registry.example.com:5000").unwrap())
}

const ECR: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";

#[test]
fn settings_are_found_where_each_client_reads_them() {
    let system = "etc/containers/registries.conf";
    let user = "home/.config/containers/registries.conf";
    let system_drop_in = "etc/containers/registries.conf.d/50-ecr.conf";
    let user_drop_in = "home/.config/containers/registries.conf.d/50-ecr.conf";
    let rename =
        format!("[[registry]]\nprefix = \"registry.example.com:5000\"\nlocation = \"{ECR}\"\n");
    let wildcard = "[[registry]]\nprefix = \"*.example.com:5000\"\nlocation = \"wild.example\"\n";
    let blocked = "[[registry]]\nlocation = \"registry.example.com:5000\"\nblocked = true\n";
    let mirror = "[[registry]]\nlocation = \"registry.example.com:5000\"\n[[registry.mirror]]\nlocation = \"m.example\"\n";
    let other = "[[registry]]\nprefix = \"other.example.com\"\nlocation = \"x.example\"\n";
    let hosts = format!(
        "server = \"https://{ECR}\"\n[host.\"https://{ECR}\"]\ncapabilities = [\"pull\"]\n"
    );
    let server_only = format!("server = \"https://{ECR}\"\n");
    for (case, files, podman, containerd, line) in [
        ("nothing", vec![], None, None, None),
        ("system", vec![(system, rename.as_str())], Some(ECR), None, Some("A push is not renamed")),
        ("drop-in", vec![(system_drop_in, &rename)], Some(ECR), None, None),
        ("user's drop-in", vec![(user_drop_in, &rename)], Some(ECR), None, None),
        (
            "the user's file replaces the system's",
            vec![(user, other), (system, &rename)],
            None,
            None,
            None,
        ),
        ("and its drop-ins", vec![(user, other), (system_drop_in, &rename)], None, None, None),
        ("wildcard", vec![(system, wildcard)], Some("wild.example"), None, None),
        ("longest", vec![(system, &rename), (user_drop_in, wildcard)], Some(ECR), None, None),
        ("blocked", vec![(system, blocked)], None, None, Some("blocks registry.example.com:5000")),
        ("mirror", vec![(system, mirror)], None, None, Some("pulls from m.example first")),
        (
            "containerd",
            vec![("etc/containerd/certs.d/registry.example.com:5000/hosts.toml", &hosts)],
            None,
            Some(ECR),
            Some("containerd: "),
        ),
        (
            "containerd, the other folder name",
            vec![("etc/containerd/certs.d/registry.example.com_5000_/hosts.toml", &server_only)],
            None,
            Some(ECR),
            None,
        ),
        (
            "Docker Engine 29",
            vec![("etc/docker/certs.d/registry.example.com:5000/hosts.toml", &hosts)],
            None,
            None,
            Some("Engine 29"),
        ),
        (
            "helper of Amazon",
            vec![("home/.docker/config.json", r#"{"credsStore":"ecr-login"}"#)],
            None,
            None,
            Some("recognizes only the names of ECR"),
        ),
        (
            "helper of the name",
            vec![(
                "home/.docker/config.json",
                r#"{"credHelpers":{"registry.example.com:5000":"pass"},"credsStore":"ecr-login"}"#,
            )],
            None,
            None,
            Some("docker-credential-pass"),
        ),
        (
            "login",
            vec![(
                "home/.docker/config.json",
                r#"{"auths":{"registry.example.com:5000":{"auth":"QVdTOnNlY3JldA=="}}}"#,
            )],
            None,
            None,
            Some("has a login"),
        ),
        (
            "image store",
            vec![("etc/docker/daemon.json", r#"{"features":{"containerd-snapshotter":true}}"#)],
            None,
            None,
            Some("the containerd image store"),
        ),
    ] {
        let found = read(&files);
        assert_eq!(found.problems, Vec::<String>::new(), "{case}");
        assert_eq!(found.renames.podman.as_deref(), podman, "{case}");
        assert_eq!(found.renames.containerd.as_deref(), containerd, "{case}");
        let lines = found.lines.join("\n");
        assert!(line.is_none_or(|line| lines.contains(line)), "{case}: {lines}");
        assert!(!lines.contains("QVdTOnNlY3JldA"), "{case}");
        assert!(
            line.is_some() || podman.is_some() || containerd.is_some() || lines.is_empty(),
            "{case}: {lines}"
        );
    }
}

#[test]
fn mirrors_and_insecure_registries_are_reported_and_damaged_files_are_named() {
    let found = read(&[(
        "etc/docker/daemon.json",
        r#"{"registry-mirrors":["https://mirror.example"],"insecure-registries":["registry.example.com:5000"]}"#,
    )]);
    assert_eq!(found.mirrors, ["https://mirror.example"]);
    assert!(found.is_insecure);
    for (path, text, problem) in [
        ("etc/docker/daemon.json", "{\"registry-mirrors\": [", "not valid JSON at line 1"),
        ("etc/containers/registries.conf", "[[registry]]\nprefix = 7\n", "not valid TOML"),
        (
            "etc/containerd/certs.d/registry.example.com:5000/hosts.toml",
            "a =",
            "not valid TOML at line 1",
        ),
    ] {
        let found = read(&[(path, text)]);
        assert_eq!(found.problems.len(), 1, "{path}");
        assert!(found.problems[0].contains(problem), "{:?}", found.problems);
    }
}
