//! An image with secrets in every field that builders write them to.

use serde_json::json;

use crate::inspection::ImageInspection;
use crate::read_image::inspect;
use crate::read_image::tests::Memory;

/// Secrets of the image below, each once in every place where builders write them.
const SECRETS: [&str; 8] = [
    "hunter2hunter2",
    "s3cr3t with spaces",
    "argument-secret",
    "url-secret",
    "label-secret",
    "option-secret",
    "member-secret",
    "header-secret",
];

async fn image() -> ImageInspection {
    let mut memory = Memory::default();
    let config = json!({
        "os": "linux", "architecture": "amd64",
        "config": {
            "Env": [
                "PATH=/bin", "DB_PASSWORD=hunter2hunter2", "API_TOKEN=s3cr3t with spaces",
                "DSN=app hunter2hunter2", r#"SETTINGS={"password": "member-secret"}"#,
            ],
            "Entrypoint": ["/run", "--token"],
            "Labels": {"deploy.token": "label-secret", "maintainer": "me"},
            "Cmd": ["option-secret", "--password=hunter2hunter2", "--api-key", "option-secret"],
            "Healthcheck": {"Test": ["CMD-SHELL", "curl https://me:url-secret@localhost/"]},
        },
        "history": [
            {"created_by": "RUN |1 NPM_TOKEN=argument-secret /bin/sh -c npm ci # buildkit"},
            {"created_by": "/bin/sh -c #(nop)  ENV API_TOKEN=s3cr3t with spaces", "empty_layer": true},
            {"created_by": "RUN /bin/sh -c echo label-secret hunter2hunter2"},
            {"created_by": "RUN /bin/sh -c curl -H 'Authorization: Bearer header-secret' https://x.example"},
        ],
    });
    let image = memory.image(&config, &[("base", 30), ("app", 5)]);
    memory.tag("v1", &image);
    inspect(&memory, "v1", None).await.unwrap()
}

#[tokio::test]
async fn no_secret_is_left_in_any_field() {
    let mut found = image().await;
    let before = serde_json::to_string(&found).unwrap();
    for secret in SECRETS {
        assert!(before.contains(secret), "the image has {secret}");
    }
    found.hide_secrets();
    let after = serde_json::to_string(&found).unwrap();
    for secret in SECRETS {
        assert!(!after.contains(secret), "{secret} is left: {after}");
    }
    assert!(after.contains("maintainer") && after.contains("npm ci") && after.contains("/bin"));
    assert!(found.hidden_values >= 5, "{}", found.hidden_values);
}

#[tokio::test]
async fn documents_without_secrets_are_unchanged() {
    let mut memory = Memory::default();
    let config = json!({"os": "linux", "architecture": "amd64", "config": {"Env": ["A=1"]}});
    let image = memory.image(&config, &[("base", 30)]);
    let mut found = inspect(&memory, image["digest"].as_str().unwrap(), None).await.unwrap();
    let before = found.clone();
    found.hide_secrets();
    assert_eq!(found, before);
}

/// One is a part of the other, and comes first.
#[tokio::test]
async fn a_secret_that_contains_another_one_leaves_nothing() {
    let mut memory = Memory::default();
    let config = json!({"os": "linux", "architecture": "amd64", "extra": {
        "A_TOKEN": "hunter2", "B_TOKEN": "hunter2-longer", "note": "is hunter2-longer",
    }});
    let image = memory.image(&config, &[("base", 30)]);
    memory.tag("v1", &image);
    let mut found = inspect(&memory, "v1", None).await.unwrap();
    found.hide_secrets();
    let after = serde_json::to_string(&found).unwrap();
    assert!(after.contains("is ***") && !after.contains("longer"), "{after}");
}

/// A configuration has its command as two lists, whose arguments are no line of a shell. What is a secret in one of them
/// can depend on the other one, in the tables and in the document, also if the secret is short.
#[tokio::test]
async fn arguments_that_a_program_takes_as_secrets_are_hidden_in_lists() {
    for (command, shown) in [
        (
            &["mc", "alias", "set", "x", "https://x.example", "me", "s3cr3t-3cret key"][..],
            &["mc", "alias", "set", "x", "https://x.example", "me", "***"][..],
        ),
        (&["redis-cli", "-a", "s3cr3t-long", "ping"], &["redis-cli", "-a", "***", "ping"]),
        (&["redis-cli", "-a", "pw1", "ping"], &["redis-cli", "-a", "***", "ping"]),
        (&["mysql", "-ume", "-ps3cr3t-long"], &["mysql", "-ume", "-p***"]),
        (&["mysql", "-ume", "-ppw1"], &["mysql", "-ume", "-p***"]),
        (&["curl", "-u", "é:s3cr3t-long", "x"], &["curl", "-u", "é:***", "x"]),
        (&["curl", "-u", "é:pw1", "x"], &["curl", "-u", "é:***", "x"]),
        (&["sshpass", "-p", "pw1", "ssh", "x"], &["sshpass", "-p", "***", "ssh", "x"]),
        (&["cargo", "login", "pw1"], &["cargo", "login", "***"]),
        (&["app", "--token", "s3cr3t-long"], &["app", "--token", "***"]),
        (&["app", "--token", "pw1"], &["app", "--token", "***"]),
        (&["sh", "-c", "mysql -ps3cr3t-long && ls"], &["sh", "-c", "mysql -p*** && ls"]),
        (&["docker", "login", "-p", "$TOKEN"], &["docker", "login", "-p", "$TOKEN"]),
        (&["nginx", "-g", "daemon off;"], &["nginx", "-g", "daemon off;"]),
    ] {
        for split in 0..=command.len() {
            let (entrypoint, cmd) = command.split_at(split);
            let mut lists = vec![json!(entrypoint)];
            // Docker also wrote a single text.
            lists.extend((split == 1).then(|| json!(entrypoint[0])));
            for entrypoint in lists {
                let case = format!("{entrypoint} {cmd:?}");
                let mut memory = Memory::default();
                let config = json!({"os": "linux", "architecture": "amd64",
                    "config": {"Entrypoint": entrypoint, "Cmd": cmd, "Labels": {"note": "s3cr3t-long"}}});
                let image = memory.image(&config, &[("base", 30)]);
                memory.tag("v1", &image);
                let mut found = inspect(&memory, "v1", None).await.unwrap();
                found.hide_secrets();
                let image = found.image.as_ref().unwrap();
                let config = image.config.as_ref().unwrap();
                assert_eq!([&config.entrypoint[..], &config.cmd[..]].concat(), shown, "{case}");
                let written: serde_json::Value =
                    serde_json::from_str(image.config_json.as_ref().unwrap()).unwrap();
                let (before, after) = shown.split_at(split);
                assert_eq!(written["config"]["Cmd"], json!(after), "{case}");
                if entrypoint.is_array() {
                    assert_eq!(written["config"]["Entrypoint"], json!(before), "{case}");
                }
            }
        }
    }
}

/// Documents in which secrets are where no table shows them.
#[tokio::test]
async fn no_secret_is_left_in_a_document() {
    let secret = "hunter2hunter2";
    let annotations = json!({"deploy.token": secret});
    let mut cases: Vec<(&str, Memory)> = Vec::new();
    let config = json!({"os": "linux", "architecture": "amd64"});

    let mut memory = Memory::default();
    let image = memory.image(&config, &[("base", 30)]);
    let mut entry = image.clone();
    entry["annotations"] = annotations.clone();
    let index = memory.index(&[(entry, "linux/amd64")]);
    memory.tag("v1", &index);
    cases.push(("an annotation of a platform", memory));

    let mut memory = Memory::default();
    let image = memory.image(&config, &[("base", 30)]);
    let mut statement = memory.image(&json!({}), &[]);
    statement["annotations"] = annotations.clone();
    let mut index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [image, statement]});
    index["manifests"][1]["annotations"]["vnd.docker.reference.type"] =
        "attestation-manifest".into();
    let index = memory.put(&index);
    memory.tag("v1", &index);
    cases.push(("an annotation of an attestation", memory));

    for (case, config) in [
        ("a broken configuration", format!(r#"{{"config":{{"Env":["DB_PASSWORD={secret}"]}}"#)),
        ("a repeated member", format!(r#"{{"x":{{"password":"{secret}"}},"x":1}}"#)),
        (
            "a field that isn't shown",
            format!(r#"{{"container_config":{{"Env":["PW={secret}"]}}}}"#),
        ),
    ] {
        let mut memory = Memory::default();
        let config =
            memory.put_bytes("application/vnd.oci.image.config.v1+json", config.into_bytes());
        let image = memory.put(&json!({"schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": []}));
        memory.tag("v1", &image);
        cases.push((case, memory));
    }

    let mut memory = Memory::default();
    let config = memory.put_bytes(
        "application/vnd.example.config",
        format!(r#"{{"password":"{secret}"}}"#).into_bytes(),
    );
    let layer = json!({"mediaType": "text/plain", "digest": format!("sha256:{}", "a".repeat(64)), "size": 1,
        "annotations": annotations});
    let artifact = memory.put(&json!({"schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [layer]}));
    memory.tag("v1", &artifact);
    cases.push(("the configuration and a layer of an artifact", memory));

    for (case, memory) in cases {
        let mut found = inspect(&memory, "v1", None).await.unwrap();
        assert!(serde_json::to_string(&found).unwrap().contains(secret), "{case}");
        found.hide_secrets();
        let after = serde_json::to_string(&found).unwrap();
        assert!(!after.contains(secret), "{case}: {after}");
        assert!(found.hidden_values > 0, "{case}");
    }
}

/// As many secrets and lines as fit into the largest configuration that is read.
#[tokio::test]
async fn a_configuration_full_of_secrets_is_hidden_in_time() {
    let env: Vec<String> =
        (0..50_000).map(|number| format!("TOKEN_{number}=secret-{number:06}")).collect();
    let lines: Vec<_> =
        (0..50_000).map(|number| json!({"created_by": format!("RUN {number}")})).collect();
    let mut memory = Memory::default();
    let config =
        json!({"os": "linux", "architecture": "amd64", "config": {"Env": env}, "history": lines});
    let image = memory.image(&config, &[("base", 30)]);
    memory.tag("v1", &image);
    let mut found = inspect(&memory, "v1", None).await.unwrap();
    found.hide_secrets();
    assert!(found.hidden_values >= 50_000);
}
