//! The practice Docker Hub: API, token service, registry and accounts.

use reqwest::Method;
use serde_json::{Value, json};
use transload_practice::{MoveTagError, Practice, PracticeOptions};

use crate::client::{Lab, digest, lab, lab_with, oci_error};

async fn get(lab: &Lab, url: &str, token: Option<&str>) -> (u16, Value) {
    let mut request = lab.http.get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
}

async fn names(lab: &Lab, token: Option<&str>) -> Vec<String> {
    let first = "v2/namespaces/dencold/repositories?page_size=2&ordering=name";
    let mut url = Some(lab.practice.hub_endpoint().join(first).unwrap().to_string());
    let mut names = Vec::new();
    while let Some(next) = url {
        let (status, page) = get(lab, &next, token).await;
        assert_eq!(status, 200);
        let results = page["results"].as_array().unwrap();
        names.extend(results.iter().map(|it| it["name"].as_str().unwrap().to_owned()));
        url = page["next"].as_str().map(str::to_owned);
    }
    names
}

#[tokio::test]
async fn repositories_are_paged_and_private_ones_need_the_owner() {
    let lab = lab().await;
    let account = lab.practice.hub_account();
    assert_eq!(names(&lab, None).await, account.public_repositories);
    let login = lab.practice.hub_endpoint().join("v2/auth/token").unwrap();
    let body = json!({ "identifier": account.name, "secret": account.access_token });
    let answer = lab.http.post(login.clone()).body(body.to_string()).send().await.unwrap();
    let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let all = names(&lab, answer["access_token"].as_str()).await;
    assert_eq!(all.len(), account.public_repositories.len() + account.private_repositories.len());
    let wrong = json!({ "identifier": account.name, "secret": "wrong" });
    let refused = lab.http.post(login).body(wrong.to_string()).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    let beyond = "v2/namespaces/dencold/repositories/pgcli/tags?page=9";
    let beyond = lab.practice.hub_endpoint().join(beyond).unwrap();
    assert_eq!(get(&lab, beyond.as_str(), None).await.0, 404);
}

/// Returns a pull token from the address in the challenge.
async fn pull_token(lab: &Lab, name: &str, secret: Option<&str>) -> String {
    let url = lab.practice.hub_registry_endpoint().join(&format!("v2/{name}/tags/list")).unwrap();
    let answer = lab.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
    let field = |name: &str| {
        let rest = challenge.split_once(&format!("{name}=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    let url = format!("{}?service={}&scope={}", field("realm"), field("service"), field("scope"));
    let mut request = lab.http.get(url);
    if let Some(secret) = secret {
        request = request.basic_auth("dencold", Some(secret));
    }
    let body = request.send().await.unwrap().bytes().await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    body["token"].as_str().unwrap().to_owned()
}

async fn ask(lab: &Lab, method: Method, path: &str, token: &str) -> reqwest::Response {
    let url = lab.practice.hub_registry_endpoint().join(path).unwrap();
    lab.http.request(method, url).bearer_auth(token).send().await.unwrap()
}

#[tokio::test]
async fn pulls_use_the_token_service_and_only_get_counts() {
    let lab = lab_with(|options| options.hub_pull_limit = 2).await;
    let token = pull_token(&lab, "dencold/pgcli", None).await;
    let path = "v2/dencold/pgcli/manifests/latest";
    let head = ask(&lab, Method::HEAD, path, &token).await;
    assert_eq!(head.headers()["ratelimit-remaining"], "2;w=21600");
    let manifest = ask(&lab, Method::GET, path, &token).await;
    assert_eq!(manifest.headers()["ratelimit-remaining"], "1;w=21600");
    let said = manifest.headers()["docker-content-digest"].to_str().unwrap().to_owned();
    let bytes = manifest.bytes().await.unwrap();
    assert_eq!(said, digest(&bytes));
    let index: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(index["manifests"].as_array().unwrap().len(), 4);

    let child = index["manifests"][0]["digest"].as_str().unwrap();
    let child =
        ask(&lab, Method::GET, &format!("v2/dencold/pgcli/manifests/{child}"), &token).await;
    let child: Value = serde_json::from_slice(&child.bytes().await.unwrap()).unwrap();
    let layer = child["layers"][0]["digest"].as_str().unwrap();
    let answer = ask(&lab, Method::GET, &format!("v2/dencold/pgcli/blobs/{layer}"), &token).await;
    assert_eq!(answer.status(), 307);
    let location = answer.headers()["location"].to_str().unwrap();
    let content = lab.http.get(location).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(digest(&content), layer);
    let over = ask(&lab, Method::GET, path, &token).await;
    assert_eq!(oci_error(over).await.0, 429);
}

#[tokio::test]
async fn a_private_repository_requires_the_token_of_the_account() {
    let lab = lab().await;
    let path = "v2/dencold/billing-api/tags/list?n=2";
    let anonymous = pull_token(&lab, "dencold/billing-api", None).await;
    assert_eq!(ask(&lab, Method::GET, path, &anonymous).await.status(), 401);
    let secret = lab.practice.hub_account().access_token;
    let token = pull_token(&lab, "dencold/billing-api", Some(&secret)).await;
    let page = ask(&lab, Method::GET, path, &token).await;
    assert!(page.headers()["link"].to_str().unwrap().contains("last=1.1.0"));
    let page: Value = serde_json::from_slice(&page.bytes().await.unwrap()).unwrap();
    assert_eq!(page["tags"], json!(["1.0.0", "1.1.0"]));
}

async fn api_token(lab: &Lab, name: &str, secret: &str) -> String {
    let login = lab.practice.hub_endpoint().join("v2/auth/token").unwrap();
    let body = json!({ "identifier": name, "secret": secret });
    let answer = lab.http.post(login).body(body.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{name}");
    let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn get_path(lab: &Lab, path: &str, token: Option<&str>) -> (u16, Value) {
    let url = lab.practice.hub_endpoint().join(path).unwrap();
    get(lab, url.as_str(), token).await
}

fn names_of(page: &Value, field: &str) -> Vec<String> {
    let results = page["results"].as_array().unwrap();
    results.iter().map(|it| it[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn only_members_see_private_repositories_of_an_organization() {
    let lab = lab().await;
    let accounts = lab.practice.hub_accounts();
    let path = "v2/namespaces/acme/repositories?ordering=name";
    for account in &accounts {
        let token = api_token(&lab, &account.name, &account.access_token).await;
        let (_, page) = get_path(&lab, path, Some(&token)).await;
        assert_eq!(names_of(&page, "name"), ["gateway", "ledger"], "{}", account.name);
        let (status, page) = get_path(&lab, "v2/user/orgs/?page_size=100", Some(&token)).await;
        if account.name == "acme" {
            assert_eq!(status, 403, "an organization's token belongs to nobody");
        } else {
            assert_eq!(names_of(&page, "orgname"), ["acme"]);
        }
    }
    let (_, page) = get_path(&lab, path, None).await;
    assert_eq!(names_of(&page, "name"), ["gateway"]);
    assert_eq!(get_path(&lab, "v2/user/orgs", None).await.0, 401);

    // Other users have no access to a private repository, through API and registry.
    let ada = &accounts[1];
    let token = api_token(&lab, &ada.name, &ada.access_token).await;
    let hidden = "v2/namespaces/dencold/repositories/billing-api/tags";
    assert_eq!(get_path(&lab, hidden, Some(&token)).await.0, 404);
    let own = "v2/namespaces/ada/repositories/drafts/tags";
    assert_eq!(get_path(&lab, own, Some(&token)).await.0, 200);
}

#[tokio::test]
async fn a_tag_moves_until_a_reset() {
    let lab = lab().await;
    let digest = async || {
        let path = "v2/namespaces/dencold/repositories/pgcli/tags/latest";
        get_path(&lab, path, None).await.1["digest"].as_str().unwrap().to_owned()
    };
    let before = digest().await;
    let refused = |repository: &str, tag: &str, to: &str| {
        lab.practice.move_hub_tag(repository, tag, to).unwrap_err()
    };
    let none = refused("dencold/pgcli", "latest", "none");
    assert!(matches!(none, MoveTagError::TagMissing { tag, .. } if tag == "none"));
    let none = refused("dencold/none", "latest", "4.1.0");
    assert!(matches!(none, MoveTagError::RepositoryMissing { .. }));
    let made = refused("warehouse/builds", "latest", "none");
    assert!(matches!(made, MoveTagError::Fixed { .. }));
    assert!(matches!(refused("dencold/pgcli", "latest", "latest"), MoveTagError::SameImage { .. }));
    lab.practice.move_hub_tag("dencold/pgcli", "latest", "4.1.0").unwrap();
    let after = digest().await;
    assert_ne!(before, after);
    let token = pull_token(&lab, "dencold/pgcli", None).await;
    let head = ask(&lab, Method::HEAD, "v2/dencold/pgcli/manifests/latest", &token).await;
    assert_eq!(head.headers()["docker-content-digest"], after.as_str());
    lab.practice.reset().await.unwrap();
    assert_eq!(digest().await, before);
}

#[tokio::test]
async fn a_moved_tag_survives_a_restart_and_can_move_again() {
    let lab = lab().await;
    let digest = async |practice: &Practice, tag: &str| {
        let path = format!("v2/namespaces/dencold/repositories/pgcli/tags/{tag}");
        let url = practice.hub_endpoint().join(&path).unwrap();
        get(&lab, url.as_str(), None).await.1["digest"].as_str().unwrap().to_owned()
    };
    lab.practice.move_hub_tag("dencold/pgcli", "latest", "4.1.0").unwrap();
    let moved = digest(&lab.practice, "latest").await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("hub")).unwrap();
    let kept = lab.folder.path().join("hub/moved.json");
    std::fs::copy(kept, folder.path().join("hub/moved.json")).unwrap();
    let again = Practice::start(PracticeOptions::new(folder.path())).await.unwrap();
    assert_eq!(digest(&again, "latest").await, moved);

    // Another tag gets the current image of the moved tag, not its original one.
    let other = "4.0.1";
    assert_ne!(digest(&again, other).await, moved);
    again.move_hub_tag("dencold/pgcli", other, "latest").unwrap();
    assert_eq!(digest(&again, other).await, moved);
    again.stop().await.unwrap();
}

#[tokio::test]
async fn the_large_organization_exists_and_is_listed_if_enabled() {
    let lab = lab_with(|options| options.hub_pull_limit = 1).await;
    let account = lab.practice.hub_account();
    let token = api_token(&lab, &account.name, &account.access_token).await;
    lab.practice.show_large_organization(true);
    assert_eq!(lab.practice.hub_account().organizations, ["acme", "warehouse"]);
    let path = "v2/namespaces/warehouse/repositories?page_size=100&ordering=name";
    let (_, page) = get_path(&lab, path, Some(&token)).await;
    assert_eq!((page["count"].as_u64(), names_of(&page, "name").len()), (Some(301), 100));
    let (_, page) = get_path(&lab, path, None).await;
    assert_eq!(page["count"], 271, "every tenth is private");

    let tags = "v2/namespaces/warehouse/repositories/builds/tags?page_size=100&page=100";
    let (_, page) = get_path(&lab, tags, None).await;
    assert_eq!((page["count"].as_u64(), page["next"].is_null()), (Some(10_000), true));
    let last = page["results"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["name"], "build-00000");
    assert_eq!(last["images"].as_array().unwrap().len(), 6);

    // Its pulls are not counted, and its layers are redirected like all others.
    let token = pull_token(&lab, "warehouse/builds", None).await;
    let mut digest = last["digest"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let path = format!("v2/warehouse/builds/manifests/{digest}");
        let manifest = ask(&lab, Method::GET, &path, &token).await;
        assert!(manifest.headers().get("ratelimit-limit").is_none());
        let manifest: Value = serde_json::from_slice(&manifest.bytes().await.unwrap()).unwrap();
        let child = manifest["manifests"].get(0).unwrap_or(&manifest["layers"][2]);
        digest = child["digest"].as_str().unwrap().to_owned();
    }
    let layer =
        ask(&lab, Method::GET, &format!("v2/warehouse/builds/blobs/{digest}"), &token).await;
    let location = layer.headers()["location"].to_str().unwrap();
    let part = lab.http.get(location).header("range", "bytes=4-").send().await.unwrap();
    assert_eq!(part.status(), 206);
    let content = lab.http.get(location).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(crate::client::digest(&content), digest);
    assert_eq!(part.bytes().await.unwrap(), content.slice(4..));
}
