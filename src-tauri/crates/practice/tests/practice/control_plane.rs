//! The control plane: repositories, images, signatures, and stored data.

use serde_json::{Value, json};
use transload_practice::{Practice, PracticeError, PracticeOptions, StoreError};

use crate::client::{Lab, http, lab};

#[tokio::test]
async fn repositories_are_paged_with_opaque_tokens() {
    let lab = lab().await;
    for number in 0..7 {
        lab.create(&format!("team/app-{number}")).await;
    }
    let mut names = Vec::new();
    let mut token = Value::Null;
    loop {
        let input = json!({ "maxResults": 3, "nextToken": token });
        let page = lab.ok("DescribeRepositories", input).await;
        let found = page["repositories"].as_array().unwrap();
        assert!(found.len() <= 3);
        names.extend(found.iter().map(|it| it["repositoryName"].as_str().unwrap().to_owned()));
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    let expected: Vec<String> = (0..7).map(|number| format!("team/app-{number}")).collect();
    assert_eq!(names, expected);

    let (kind, _) = lab.refused("DescribeRepositories", json!({ "maxResults": 1001 })).await;
    assert_eq!(kind, "InvalidParameterException");
    let both = json!({ "repositoryNames": ["team/app-0"], "nextToken": "x" });
    assert_eq!(lab.refused("DescribeRepositories", both).await.0, "InvalidParameterException");
}

#[tokio::test]
async fn repositories_are_created_described_and_rejected_as_in_ecr() {
    let lab = lab().await;
    let input = json!({
        "repositoryName": "pgcli",
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [{ "filterType": "WILDCARD", "filter": "dev-*" }],
        "imageScanningConfiguration": { "scanOnPush": true },
        "tags": [{ "Key": "team", "Value": "data" }],
    });
    let made = lab.ok("CreateRepository", input.clone()).await["repository"].clone();
    assert_eq!(made["repositoryUri"], format!("{}/pgcli", lab.practice.registry_host()));
    assert_eq!(made["imageTagMutabilityExclusionFilters"][0]["filter"], "dev-*");
    assert!(made["createdAt"].is_number());
    let tags = lab.ok("ListTagsForResource", json!({ "resourceArn": made["repositoryArn"] })).await;
    assert_eq!(tags["tags"], json!([{ "Key": "team", "Value": "data" }]));

    let (kind, message) = lab.refused("CreateRepository", input).await;
    assert_eq!(kind, "RepositoryAlreadyExistsException");
    assert_eq!(
        message,
        "The repository with name 'pgcli' already exists in the registry with id '111122223333'"
    );
    let missing = json!({ "repositoryNames": ["pgcli", "other"] });
    assert_eq!(
        lab.refused("DescribeRepositories", missing).await,
        (
            "RepositoryNotFoundException".to_owned(),
            "The repository with name 'other' does not exist in the registry with id '111122223333'".to_owned()
        )
    );
    let filters_without_kind = json!({
        "repositoryName": "x1",
        "imageTagMutability": "IMMUTABLE",
        "imageTagMutabilityExclusionFilters": [{ "filterType": "WILDCARD", "filter": "dev" }],
    });
    for input in [json!({ "repositoryName": "Upper" }), json!({}), filters_without_kind] {
        assert_eq!(lab.refused("CreateRepository", input).await.0, "InvalidParameterException");
    }
    let many: Vec<Value> =
        (0..51).map(|key| json!({ "Key": key.to_string(), "Value": "" })).collect();
    let input = json!({ "repositoryName": "x1", "tags": many });
    assert_eq!(lab.refused("CreateRepository", input).await.0, "TooManyTagsException");
    assert_eq!(lab.refused("NoSuchThing", json!({})).await.0, "UnknownOperationException");
}

#[tokio::test]
async fn wrong_keys_are_rejected_with_the_matching_error() {
    let lab = lab().await;
    let (id, secret) = (lab.practice.access_key_id(), lab.practice.secret_access_key());
    let refused = async |keys| {
        let (status, answer) = lab.signed("DescribeRegistry", &json!({}), keys).await;
        assert_eq!(status, 400);
        answer["__type"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(("AKIAOTHER", secret)).await, "UnrecognizedClientException");
    assert_eq!(refused((id, "wrong")).await, "InvalidSignatureException");
}

#[tokio::test]
async fn images_are_described_with_tags_sizes_and_pages() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let token = lab.token().await;
    let first = lab.push("pgcli", &token, "latest", "one").await;
    lab.push("pgcli", &token, "latest", "second").await;
    lab.push("pgcli", &token, "1.0", "second").await;
    let name = json!({ "repositoryName": "pgcli" });
    let details = lab.ok("DescribeImages", name.clone()).await["imageDetails"].clone();
    let details = details.as_array().unwrap();
    let untagged: Vec<&Value> = details.iter().filter(|it| it.get("imageTags").is_none()).collect();
    let [untagged] = untagged[..] else { panic!("{details:?}") };
    assert_eq!(untagged["imageDigest"], crate::client::digest(&first));
    assert_eq!(untagged["imageSizeInBytes"], 37 + 3);
    let tagged = details.iter().find(|it| it.get("imageTags").is_some()).unwrap();
    assert_eq!(tagged["imageTags"], json!(["1.0", "latest"]));
    let ids = lab.ok("ListImages", name.clone()).await["imageIds"].clone();
    assert_eq!(ids.as_array().unwrap().len(), 3);
    let page = lab.ok("ListImages", json!({ "repositoryName": "pgcli", "maxResults": 2 })).await;
    assert!(page["nextToken"].is_string());

    let input = json!({ "repositoryName": "pgcli", "imageIds": [{ "imageTag": "none" }] });
    assert_eq!(lab.refused("DescribeImages", input.clone()).await.0, "ImageNotFoundException");
    let got = lab.ok("BatchGetImage", input).await;
    assert_eq!(got["failures"][0]["failureCode"], "ImageNotFound");
    let input = json!({ "repositoryName": "pgcli", "imageIds": [{ "imageTag": "1.0" }] });
    lab.ok("BatchDeleteImage", input).await;
    let left = lab.ok("DescribeImages", name).await;
    assert_eq!(left["imageDetails"].as_array().unwrap().len(), 2, "latest keeps the image");
}

async fn names(lab: &Lab) -> Vec<String> {
    let answer = lab.ok("DescribeRepositories", json!({})).await;
    let found = answer["repositories"].as_array().unwrap();
    found.iter().map(|it| it["repositoryName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn data_survives_a_restart_but_not_a_reset() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let token = lab.token().await;
    let manifest = lab.push("pgcli", &token, "latest", "content").await;
    let host = lab.practice.registry_host();
    let Lab { practice, folder, .. } = lab;
    practice.stop().await.unwrap();

    let practice = Practice::start(PracticeOptions::new(folder.path())).await.unwrap();
    assert_eq!(practice.registry_host(), host, "the port stays if it is free");
    let lab = Lab { practice, folder, http: http() };
    assert_eq!(names(&lab).await, ["pgcli"]);
    let path = "/v2/pgcli/manifests/latest";
    let again = lab.v2(reqwest::Method::GET, path, &token).send().await.unwrap();
    assert_eq!(again.bytes().await.unwrap(), manifest, "the old token is still valid");

    lab.practice.reset().await.unwrap();
    assert!(names(&lab).await.is_empty());
    let after = lab.v2(reqwest::Method::GET, "/v2/", &token).send().await.unwrap();
    assert_eq!(after.status(), 401);
}

#[tokio::test]
async fn a_damaged_state_file_is_reported_and_repaired_by_erase() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let Lab { practice, folder, .. } = lab;
    let second = Practice::start(PracticeOptions::new(folder.path())).await;
    let Err(error @ PracticeError::FolderInUse { .. }) = second else { panic!("it starts twice") };
    let named = format!("(process {})", std::process::id());
    assert!(error.to_string().ends_with(&named), "who holds it is said: {error}");
    practice.stop().await.unwrap();
    let file = folder.path().join("ecr/state.json");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let torn = Practice::start(PracticeOptions::new(folder.path())).await;
    assert!(matches!(torn, Err(PracticeError::Store(StoreError::TornState { .. }))));
    Practice::erase(folder.path()).unwrap();
    Practice::start(PracticeOptions::new(folder.path())).await.unwrap();
}
