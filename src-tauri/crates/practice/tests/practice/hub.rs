use reqwest::Method;
use serde_json::{Value, json};

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
async fn the_account_lists_its_repositories_page_by_page_and_private_ones_to_its_owner() {
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

/// A pull token for a repository by the address in the challenge.
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
async fn a_pull_goes_through_the_token_service_and_only_get_counts() {
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
async fn the_private_repository_needs_the_accounts_token() {
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
