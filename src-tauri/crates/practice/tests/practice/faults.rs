//! Faults and the log of requests.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use transload_practice::{FaultAction, FaultRule, Plane};

use crate::client::{lab, oci_error};
use crate::clients::aws;

/// STS uses the query protocol: botocore reads the code out of XML only.
#[tokio::test]
async fn the_aws_cli_reads_the_errors_of_sts() {
    let lab = lab().await;
    for (action, code) in [
        (FaultAction::ExpiredCredentials, "(ExpiredToken)"),
        (FaultAction::AccessDenied, "(AccessDenied)"),
        (FaultAction::Throttle { retry_after_seconds: None }, "(Throttling)"),
    ] {
        lab.practice.faults().add(FaultRule::operation(action, "GetCallerIdentity"));
        let mut command = aws(&lab, &["sts", "get-caller-identity"]);
        let output = command.env("AWS_MAX_ATTEMPTS", "1").output().await.unwrap();
        lab.practice.faults().clear();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(code), "{code}: {text}");
    }
}

#[tokio::test]
async fn faults_apply_to_matching_requests_only() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let token = lab.token().await;
    let blob = lab.push_blob("pgcli", &token, &[65; 100_000]).await;
    let faults = lab.practice.faults();

    faults.add(FaultRule::operation(FaultAction::AccessDenied, "CreateRepository").times(1));
    let input = json!({ "repositoryName": "other" });
    assert_eq!(lab.refused("CreateRepository", input.clone()).await.0, "AccessDeniedException");
    lab.ok("CreateRepository", input).await;

    faults.add(FaultRule::operation(FaultAction::ExpiredCredentials, "DescribeRegistry").times(1));
    assert_eq!(lab.refused("DescribeRegistry", json!({})).await.0, "ExpiredTokenException");

    let throttle = FaultAction::Throttle { retry_after_seconds: Some(3) };
    faults.add(FaultRule::new(throttle).on(Plane::Registry).path("/v2/*/blobs/*").times(1));
    let path = format!("/v2/pgcli/blobs/{blob}");
    let answer = lab.v2(Method::HEAD, &path, &token).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (429, &"3".parse().unwrap())
    );

    let answer = lab.v2(Method::GET, &path, &token).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    faults.add(FaultRule::new(FaultAction::FlipBit).on(Plane::Layers).times(1));
    let flipped = lab.http.get(&location).send().await.unwrap().bytes().await.unwrap();
    assert_eq!((flipped.len(), flipped[0], flipped[1]), (100_000, 64, 65));

    let cut = FaultAction::CutResponse { after_bytes: 1000 };
    faults.add(FaultRule::new(cut).on(Plane::Layers).times(1));
    let mut answer = lab.http.get(&location).send().await.unwrap();
    let mut received = 0;
    let broken = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => received += chunk.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert_eq!((broken, received), (true, 1000));

    faults.add(FaultRule::new(FaultAction::Drop).on(Plane::Registry).times(1));
    assert!(lab.v2(Method::GET, "/v2/", &token).send().await.is_err());
    let cut = FaultAction::CutRequest { after_bytes: 70_000 };
    faults.add(FaultRule::new(cut).on(Plane::Registry).method("PUT").times(1));
    let begun = lab.v2(Method::POST, "/v2/pgcli/blobs/uploads/", &token).send().await.unwrap();
    let upload = begun.headers()["location"].to_str().unwrap().to_owned();
    let put = lab.http.put(format!("{upload}?digest={blob}")).body(vec![65; 3_000_000]);
    assert!(put.header("authorization", format!("Basic {token}")).send().await.is_err());

    faults.add(FaultRule::new(FaultAction::Html { status: 200 }).on(Plane::Registry).times(1));
    let page = lab.v2(Method::GET, "/v2/", &token).send().await.unwrap();
    assert!(page.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    faults.add(FaultRule::new(FaultAction::Delay(Duration::from_millis(1))).times(1));
    assert_eq!(lab.v2(Method::GET, "/v2/", &token).send().await.unwrap().status(), 200);
    faults.add(FaultRule::new(FaultAction::ExpireTokens).on(Plane::Registry).times(1));
    let expired = lab.v2(Method::GET, "/v2/", &token).send().await.unwrap();
    assert_eq!(oci_error(expired).await.0, 403);
    assert_eq!(faults.active(), 0);
}

#[tokio::test]
async fn the_log_contains_requests_without_credentials() {
    let lab = lab().await;
    let token = lab.token().await;
    lab.http.get(lab.url("/v2/")).send().await.unwrap();
    lab.v2(Method::GET, "/v2/", &token).send().await.unwrap();
    let seen = lab.practice.requests();
    assert_eq!(seen[0].operation.as_deref(), Some("GetAuthorizationToken"));
    assert_eq!((seen[1].path.as_str(), seen[1].authorization), ("/v2/", false));
    assert_eq!((seen[2].plane, seen[2].authorization), (Plane::Registry, true));
    let shown = format!("{seen:?}");
    assert!(!shown.contains(&token) && !shown.contains(lab.practice.secret_access_key()));
}
