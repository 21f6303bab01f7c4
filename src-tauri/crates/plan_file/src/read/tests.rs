//! Damaged, contradictory and edited plan files.

mod texts;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use transload_aws::EcrRepository;
use transload_contract::{
    AwsEndpoints, AwsIdentity, ConflictChoice, ConflictResolution, ImageSource,
    MigrationRequest as Shown, RepositoryMapping, SelectedImage,
};
use transload_migration::{self as engine, Facts, ImageFacts, SourceFacts};
use transload_model::{AccountId, Digest, Region, RegistryHost};
use transload_model::{ImageReference, Tag};
use transload_registry::RegistryEndpoint;

use super::*;
use crate::request::parse_request;
use crate::shown_plan::shown_plan;

const SOURCE: &str = "registry.lan:5000";

fn parsed(request: &Shown, host: &str) -> Result<MigrationRequest, ApiError> {
    let host = RegistryHost::parse(host).map_err(|error| ApiError::invalid_input(&error))?;
    parse_request(request, |repository: &str, tag: &Tag| {
        let named = ImageReference::new(host.clone(), repository, None, None)
            .map_err(|error| ApiError::invalid_input(&error))?;
        Ok(named.with_tag(tag.clone()))
    })
}

fn digest(sign: char) -> Digest {
    Digest::parse(&format!("sha256:{}", sign.to_string().repeat(64))).unwrap()
}

fn selected(repository: &str, tag: &str) -> SelectedImage {
    SelectedImage { repository: repository.to_owned(), tag: tag.to_owned() }
}

fn request() -> Shown {
    let images = [
        ("team/app", "new"),
        ("team/app", "same"),
        ("team/app", "moved"),
        ("team/app", "kept"),
        ("team/web", "1"),
    ];
    let choice =
        |tag: &str, resolution| ConflictChoice { image: selected("team/app", tag), resolution };
    let mapping = |from: &str, to: &str| RepositoryMapping {
        source_repository: from.to_owned(),
        repository_name: to.to_owned(),
        settings: None,
    };
    let connection = AwsConnection::Profile {
        profile: "prod".to_owned(),
        region: Some("eu-west-1".to_owned()),
        ecr_endpoint: Some("https://vpce-1.api.ecr.eu-west-1.vpce.amazonaws.com".to_owned()),
        registry_endpoint: None,
    };
    let source = ImageSource::Registry { host: SOURCE.to_owned(), plain_http: false };
    Shown {
        images: images.map(|(repository, tag)| selected(repository, tag)).to_vec(),
        repositories: vec![mapping("team/app", "app"), mapping("team/web", "web")],
        choices: vec![
            choice("moved", ConflictResolution::Overwrite),
            choice("kept", ConflictResolution::KeepExisting),
        ],
        ..Shown::new(connection, source)
    }
}

/// A file with an image of every action, of which one repository exists.
fn file() -> PlanFile {
    let shown = request();
    let asked = parsed(&shown, SOURCE).unwrap();
    let host = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
    let destination = DestinationIdentity::new(
        AccountId::parse("111122223333").unwrap(),
        Region::parse("eu-west-1").unwrap(),
        &RegistryEndpoint::parse(host).unwrap(),
        Some("https://vpce-1.api.ecr.eu-west-1.vpce.amazonaws.com".parse().unwrap()),
    );
    let facts = |own: char, there: Option<char>| ImageFacts {
        source: Ok(SourceFacts { digest: Some(digest(own)), ..SourceFacts::default() }),
        destination: Ok(there.map(digest)),
        referrer_tags: None,
    };
    let app = RepositoryName::parse("app").unwrap();
    let repository = EcrRepository {
        name: app.clone(),
        arn: String::new(),
        uri: String::new(),
        registry_id: None,
        created_at_ms: None,
        settings: Default::default(),
    };
    let facts = Facts {
        destination,
        repositories: BTreeMap::from([(app, repository)]),
        repository_states: BTreeMap::new(),
        images: vec![
            facts('1', None),
            facts('2', Some('2')),
            facts('3', Some('a')),
            facts('4', Some('b')),
            facts('5', None),
        ],
        pull_quota: None,
        blob_mounting: None,
        engine: None,
        manifests: Arc::default(),
    };
    let plan = engine::plan(&asked, &facts);
    let identity = AwsIdentity {
        account_id: "111122223333".to_owned(),
        arn: "arn:aws:iam::111122223333:user/ada".to_owned(),
        region: "eu-west-1".to_owned(),
        expires_at_ms: None,
        practice: false,
        partition: "aws".to_owned(),
        endpoints: AwsEndpoints {
            api: Some("vpce-1.api.ecr.eu-west-1.vpce.amazonaws.com".to_owned()),
            registry: Some(host.to_owned()),
            fips: false,
            dual_stack: false,
        },
    };
    PlanFile {
        transload_plan: PLAN_FILE_VERSION,
        plan: shown_plan("plan-1".to_owned(), &plan, identity, Vec::new()),
        layer_groups: BTreeMap::from([("app".to_owned(), 1), ("web".to_owned(), 1)]),
        request: shown,
    }
}

/// What the program does with a file before it opens a connection to the destination.
async fn checked(text: &Value) -> Result<Plan, ApiError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    std::fs::write(&path, text.to_string()).unwrap();
    let file = read_file(&path).await?;
    let planned = file_destination(&file).await?;
    let host = match &file.request.source {
        ImageSource::Registry { host, .. } => host.clone(),
        _ => "docker.io".to_owned(),
    };
    let request = parsed(&file.request, &host)?;
    checked_plan(&file, planned, &request)
}

/// Every value of a document that holds no other values, by its pointer.
fn leaves(at: &str, value: &Value, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                leaves(&format!("{at}/{name}"), value, all);
            }
        }
        Value::Array(values) => {
            for (number, value) in values.iter().enumerate() {
                leaves(&format!("{at}/{number}"), value, all);
            }
        }
        _ => all.push(at.to_owned()),
    }
}

/// Values that stand in the file once, so that nothing in it can contradict them. They are facts
/// about the images that the run checks itself, choices of the user, or only shown.
const SAID_ONCE: &[&str] = &[
    "/layer_groups/",
    "/platforms",
    "/size_bytes",
    "/source_digest",
    "/destination_digest",
    "/plan/plan",
    "/plan/pull_quota",
    "/plan/expected",
    "/plan/identity/arn",
    "/plan/totals/blob_mounting",
    "/lifecycle",
    "/push_order",
    "/referrer_tags/",
    "0/referrer_tags",
    "1/referrer_tags",
    "2/referrer_tags",
    "3/referrer_tags",
    "4/referrer_tags",
    "/plan/identity/expires_at_ms",
    "/plan/identity/endpoints/fips",
    "/plan/identity/endpoints/dual_stack",
    "_bytes",
    "/request/connection/profile",
    "/request/extent/",
    "/request/naming/",
    "/request/remove_temporary_tags",
    "/request/selection",
    "/request/source/plain_http",
    "/request/repositories/0/settings",
    "/request/repositories/1/settings",
    // Settings of a repository that exists are shown and not changed.
    "/plan/repositories/0/settings/",
    "/plan/repositories/0/exists",
];

#[tokio::test]
async fn a_file_that_says_one_thing_in_two_ways_is_refused_whichever_value_is_changed() {
    let whole = serde_json::to_value(file()).unwrap();
    checked(&whole).await.unwrap();
    let mut all = Vec::new();
    leaves("", &whole, &mut all);
    assert!(all.len() > 100, "{all:?}");
    for pointer in all {
        let mut text = whole.clone();
        let value = text.pointer_mut(&pointer).unwrap();
        *value = match &*value {
            Value::String(text) => json!(format!("{text}x")),
            Value::Number(number) => json!(number.as_u64().unwrap() + 1),
            Value::Bool(is_set) => json!(!*is_set),
            Value::Null => json!("https://other.example"),
            other => panic!("{pointer} holds {other}"),
        };
        let once = SAID_ONCE.iter().any(|part| pointer.contains(part));
        match checked(&text).await {
            Ok(_) => assert!(once, "{pointer} was changed to {:?}", text.pointer(&pointer)),
            Err(error) => assert!(!error.message.is_empty(), "{pointer}"),
        }
    }
}

#[tokio::test]
async fn a_file_with_another_plausible_value_is_refused_with_a_code() {
    let other = "444455556666";
    let digest = format!("sha256:{}", "9".repeat(64));
    let evil = json!("https://evil.example");
    let cases: Vec<(&str, Value)> = vec![
        ("/plan/destination/account_id", json!(other)),
        ("/plan/destination/partition", json!("aws-cn")),
        ("/plan/destination/region", json!("us-east-1")),
        ("/plan/destination/registry", json!("registry.example")),
        ("/plan/destination/ecr_endpoint", evil.clone()),
        ("/plan/destination/ecr_endpoint", Value::Null),
        ("/plan/destination/registry_endpoint", evil.clone()),
        ("/plan/identity/account_id", json!(other)),
        ("/plan/identity/arn", json!(format!("arn:aws:iam::{other}:user/ada"))),
        ("/plan/identity/region", json!("us-east-1")),
        ("/plan/identity/partition", json!("aws-cn")),
        ("/plan/identity/practice", json!(true)),
        ("/plan/identity/endpoints/api", json!("evil.example")),
        ("/plan/identity/endpoints/registry", json!("evil.example")),
        ("/plan/registry", json!("evil.example")),
        ("/request/connection", json!({ "kind": "practice" })),
        ("/request/connection/region", json!("us-east-1")),
        ("/request/connection/ecr_endpoint", evil.clone()),
        ("/request/connection/registry_endpoint", evil),
        ("/request/source/host", json!("other.lan:5000")),
        ("/request/images/0/tag", json!("other")),
        ("/request/images/0/repository", json!("team/web")),
        ("/request/repositories/0/repository_name", json!("elsewhere")),
        ("/request/template/scan_on_push", json!(true)),
        ("/request/choices", json!([])),
        ("/plan/images/0/image", json!(1)),
        ("/plan/images/0/selected/tag", json!("other")),
        ("/plan/images/0/selected/repository", json!("team/web")),
        ("/plan/images/0/source", json!("registry.lan:5000/team/other:new")),
        ("/plan/images/0/source", json!("evil.example/team/app:new")),
        ("/plan/images/0/destination", json!("evil.example/app:new")),
        (
            "/plan/images/0/destination",
            json!("111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:other"),
        ),
        ("/plan/images/0/repository", json!("web")),
        ("/plan/images/0/tag", json!("same")),
        ("/plan/images/0/route", json!("docker_engine")),
        ("/plan/images/0/source_digest", Value::Null),
        ("/plan/images/0/destination_digest", json!(digest)),
        ("/plan/images/0/action", json!({ "kind": "overwrite" })),
        ("/plan/images/0/action", json!({ "kind": "already_there" })),
        ("/plan/images/1/destination_digest", json!(digest)),
        ("/plan/images/1/source_digest", json!(digest)),
        ("/plan/images/1/action", json!({ "kind": "move" })),
        ("/plan/images/1/action", json!({ "kind": "overwrite" })),
        ("/plan/images/2/destination_digest", Value::Null),
        ("/plan/images/3/action", json!({ "kind": "overwrite" })),
        ("/plan/images/4/destination_digest", json!(digest)),
        ("/plan/repositories/1/name", json!("other")),
        ("/plan/repositories/1/uri", json!("evil.example/web")),
        ("/plan/repositories/1/exists", json!(true)),
        ("/plan/repositories/1/settings/scan_on_push", json!(true)),
        ("/plan/totals/images_to_move", json!(0)),
        ("/plan/totals/referrer_tags", json!(9)),
        ("/plan/ready", json!(false)),
        ("/layer_groups/unknown", json!(1)),
        ("/transload_plan", json!(1)),
        ("/transload_plan", json!(PLAN_FILE_VERSION + 1)),
        ("/transload_plan", json!("two")),
    ];
    let whole = serde_json::to_value(file()).unwrap();
    for (pointer, value) in cases {
        let mut text = whole.clone();
        match text.pointer_mut(pointer) {
            Some(place) => *place = value.clone(),
            None => {
                let (object, field) = pointer.rsplit_once('/').unwrap();
                text.pointer_mut(object).unwrap()[field] = value.clone();
            }
        }
        let error = checked(&text).await.err();
        let code = error.as_ref().map(|error| error.code);
        assert_eq!(code, Some(ErrorCode::PlanFileInvalid), "{pointer} = {value}: {error:?}");
    }
}

#[tokio::test]
async fn images_and_repositories_that_are_missing_or_doubled_are_refused() {
    let whole = serde_json::to_value(file()).unwrap();
    for list in ["/plan/images", "/plan/repositories", "/request/images"] {
        for doubled in [false, true] {
            let mut text = whole.clone();
            let values = text.pointer_mut(list).unwrap().as_array_mut().unwrap();
            match doubled {
                true => values.push(values[0].clone()),
                false => drop(values.pop()),
            }
            let error = checked(&text).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::PlanFileInvalid, "{list}: {error:?}");
        }
    }
}

#[tokio::test]
async fn the_destination_is_made_from_registry_repository_and_tag() {
    let plan = checked(&serde_json::to_value(file()).unwrap()).await.unwrap();
    for image in &plan.images {
        let (repository, tag) = (&image.repository, &image.tag);
        let whole = format!("{}/{repository}:{tag}", plan.registry());
        assert_eq!(image.destination.to_string(), whole);
    }
}
