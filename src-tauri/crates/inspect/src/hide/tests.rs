//! An image with secrets in every field that builders write them to.

use serde_json::json;

use crate::inspection::ImageInspection;
use crate::read_image::inspect;
use crate::read_image::tests::Memory;

/// Secrets of the image below, each once in every place where builders write them.
const SECRETS: [&str; 5] =
    ["hunter2hunter2", "s3cr3t with spaces", "argument-secret", "url-secret", "label-secret"];

async fn image() -> ImageInspection {
    let mut memory = Memory::default();
    let config = json!({
        "os": "linux", "architecture": "amd64",
        "config": {
            "Env": ["PATH=/bin", "DB_PASSWORD=hunter2hunter2", "API_TOKEN=s3cr3t with spaces"],
            "Labels": {"deploy.token": "label-secret", "maintainer": "me"},
            "Cmd": ["app", "--password=hunter2hunter2"],
            "Healthcheck": {"Test": ["CMD-SHELL", "curl https://me:url-secret@localhost/"]},
        },
        "history": [
            {"created_by": "RUN |1 NPM_TOKEN=argument-secret /bin/sh -c npm ci # buildkit"},
            {"created_by": "/bin/sh -c #(nop)  ENV API_TOKEN=s3cr3t with spaces", "empty_layer": true},
            {"created_by": "RUN /bin/sh -c echo label-secret hunter2hunter2"},
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
