//! The registry of the practice ECR.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{OCI_INDEX, digest, lab, lab_with, oci_error};

#[tokio::test]
async fn a_missing_token_gets_a_challenge_and_an_expired_one_is_denied() {
    let lab = lab().await;
    let answer = lab.http.get(lab.url("/v2/")).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
    let host = lab.practice.registry_host();
    assert_eq!(challenge, format!("Basic realm=\"https://{host}/\",service=\"ecr.amazonaws.com\""));
    let token = lab.token().await;
    assert_eq!(lab.v2(Method::GET, "/v2/", &token).send().await.unwrap().status(), 200);
    lab.practice.expire_tokens();
    let answer = lab.v2(Method::GET, "/v2/", &token).send().await.unwrap();
    let expected = "Your authorization token has expired. Reauthenticate and try again.";
    assert_eq!(oci_error(answer).await, (403, "DENIED".to_owned(), expected.to_owned()));
}

#[tokio::test]
async fn requests_after_dns_rebinding_are_rejected() {
    let lab = lab().await;
    let token = lab.token().await;
    let hub_api = lab.practice.hub_endpoint().join("v2/namespaces/dencold/repositories").unwrap();
    let hub_registry = lab.practice.hub_registry_endpoint().join("v2/").unwrap();
    for url in [lab.url("/v2/"), lab.url("/"), hub_api.to_string(), hub_registry.to_string()] {
        let request = lab.http.get(&url).basic_auth("AWS", Some(&token));
        let answer = request.header("host", "evil.example:5000").send().await.unwrap();
        assert_eq!(answer.status(), 421, "{url}");
    }
    assert_eq!(lab.v2(Method::GET, "/v2/", &token).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_missing_repository_is_rejected_as_in_ecr() {
    let lab = lab().await;
    let token = lab.token().await;
    let path = "/v2/nothing/blobs/uploads/";
    let (status, code, message) =
        oci_error(lab.v2(Method::POST, path, &token).send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (404, "NAME_UNKNOWN"));
    assert!(message.starts_with("The repository with name 'nothing' does not exist"), "{message}");
}

#[tokio::test]
async fn an_immutable_tag_rejects_the_same_image_unless_excluded() {
    let lab = lab().await;
    let input = json!({
        "repositoryName": "pgcli",
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [{ "filterType": "WILDCARD", "filter": "dev-*" }],
    });
    lab.ok("CreateRepository", input).await;
    let token = lab.token().await;
    let manifest = lab.push("pgcli", &token, "1.0", "content").await;
    let again = lab.put_manifest("pgcli", &token, "1.0", &manifest).await;
    let (status, code, message) = oci_error(again).await;
    assert_eq!((status, code.as_str()), (400, "TAG_INVALID"));
    assert_eq!(
        message,
        "The image tag '1.0' already exists in the 'pgcli' repository and cannot be overwritten because the tag is immutable."
    );
    lab.push("pgcli", &token, "dev-1", "content").await;
    lab.push("pgcli", &token, "dev-1", "other").await;
}

#[tokio::test]
async fn manifests_are_checked_and_only_head_sends_the_digest() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let token = lab.token().await;
    let refused = async |bytes: &[u8]| {
        let (status, code, _) =
            oci_error(lab.put_manifest("pgcli", &token, "1.0", bytes).await).await;
        (status, code)
    };
    assert_eq!(refused(b"{ not json").await, (405, "UNSUPPORTED".to_owned()));
    let of_index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
        { "mediaType": crate::client::OCI_MANIFEST, "digest": digest(b"none"), "size": 4 },
    ] });
    let unknown = (400, "MANIFEST_BLOB_UNKNOWN".to_owned());
    assert_eq!(refused(of_index.to_string().as_bytes()).await, unknown);
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(4_194_304));
    assert_eq!(refused(large.as_bytes()).await, (405, "UNSUPPORTED".to_owned()));

    let manifest = lab.image("pgcli", &token, "content").await;
    let put = lab.put_manifest("pgcli", &token, "1.0", &manifest).await;
    assert_eq!(put.status(), 201);
    assert!(put.headers().get("location").is_none());
    let path = "/v2/pgcli/manifests/1.0";
    let head = lab.v2(Method::HEAD, path, &token).send().await.unwrap();
    assert_eq!(head.headers()["docker-content-digest"], digest(&manifest).as_str());
    let get = lab.v2(Method::GET, path, &token).send().await.unwrap();
    assert!(get.headers().get("docker-content-digest").is_none());
    assert_eq!(get.bytes().await.unwrap(), manifest);
    assert_eq!(lab.v2(Method::GET, "/v2/_catalog", &token).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn the_size_of_an_index_is_its_largest_child_and_referrers_are_listed() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let token = lab.token().await;
    let small = lab.push("pgcli", &token, "a", "1").await;
    let large = lab.push("pgcli", &token, "b", "12345").await;
    let entry = |bytes: &[u8]| json!({ "mediaType": crate::client::OCI_MANIFEST, "digest": digest(bytes), "size": bytes.len() });
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry(&small), entry(&large)] });
    let index = index.to_string().into_bytes();
    assert_eq!(lab.put_manifest("pgcli", &token, "all", &index).await.status(), 201);
    let input = json!({ "repositoryName": "pgcli", "imageIds": [{ "imageTag": "all" }] });
    let detail = lab.ok("DescribeImages", input).await["imageDetails"][0].clone();
    assert_eq!(detail["imageSizeInBytes"], 37 + 5);
    let input =
        json!({ "repositoryName": "pgcli", "imageIds": [{ "imageDigest": digest(&small) }] });
    let deleted = lab.ok("BatchDeleteImage", input).await;
    assert_eq!(deleted["failures"][0]["failureCode"], "ImageReferencedByManifestList");
    // Its last tag, and another one.
    assert_eq!(lab.put_manifest("pgcli", &token, "other", &large).await.status(), 201);
    for (tag, is_refused) in [("a", true), ("b", false), ("other", true)] {
        let input = json!({ "repositoryName": "pgcli", "imageIds": [{ "imageTag": tag }] });
        let deleted = lab.ok("BatchDeleteImage", input).await;
        let code = deleted["failures"][0]["failureCode"].as_str();
        assert_eq!(code, is_refused.then_some("ImageReferencedByManifestList"), "{tag}");
    }
    let path = "/v2/pgcli/manifests/other";
    let refused = lab.v2(Method::DELETE, path, &token).send().await.unwrap();
    assert_eq!(oci_error(refused).await.0, 405);

    let mut signature: Value = serde_json::from_slice(&small).unwrap();
    signature["subject"] = entry(&index);
    signature["artifactType"] = json!("application/vnd.example.signature");
    let signature = signature.to_string().into_bytes();
    let put = lab.put_manifest("pgcli", &token, &digest(&signature), &signature).await;
    assert_eq!(put.headers()["oci-subject"], digest(&index).as_str());
    let path = format!("/v2/pgcli/referrers/{}", digest(&index));
    let listed = lab.v2(Method::GET, &path, &token).send().await.unwrap();
    let listed: Value = serde_json::from_slice(&listed.bytes().await.unwrap()).unwrap();
    assert_eq!(listed["manifests"][0]["digest"], digest(&signature));
}

#[tokio::test]
async fn tags_are_paged_with_an_absolute_link() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let token = lab.token().await;
    let manifest = lab.image("pgcli", &token, "content").await;
    for tag in ["a", "b", "c"] {
        assert_eq!(lab.put_manifest("pgcli", &token, tag, &manifest).await.status(), 201);
    }
    let page = lab.v2(Method::GET, "/v2/pgcli/tags/list?n=2", &token).send().await.unwrap();
    let link = page.headers()["link"].to_str().unwrap().to_owned();
    let next = link.strip_prefix('<').unwrap().split_once('>').unwrap().0.to_owned();
    assert!(next.starts_with(&lab.url("/v2/pgcli/tags/list?")), "{next}");
    let first: Value = serde_json::from_slice(&page.bytes().await.unwrap()).unwrap();
    assert_eq!(first["tags"], json!(["a", "b"]));
    let rest = lab.http.get(next).header("authorization", format!("Basic {token}"));
    let rest = rest.send().await.unwrap();
    assert!(rest.headers().get("link").is_none());
    let rest: Value = serde_json::from_slice(&rest.bytes().await.unwrap()).unwrap();
    assert_eq!(rest["tags"], json!(["c"]));
    let over = lab.v2(Method::GET, "/v2/pgcli/tags/list?n=1001", &token).send().await.unwrap();
    assert_eq!(oci_error(over).await.0, 405);
}

#[tokio::test]
async fn blobs_are_redirected_to_an_origin_without_authorization() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let token = lab.token().await;
    let blob = lab.push_blob("pgcli", &token, b"0123456789").await;
    let path = format!("/v2/pgcli/blobs/{blob}");
    let answer = lab.v2(Method::GET, &path, &token).send().await.unwrap();
    assert_eq!(answer.status(), 307);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(!location.starts_with(&lab.url("/")), "{location}");
    let with = lab.http.get(&location).header("authorization", format!("Basic {token}"));
    assert_eq!(with.send().await.unwrap().status(), 400);
    let part = lab.http.get(&location).header("range", "bytes=3-5").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 3-5/10");
    assert_eq!(part.bytes().await.unwrap(), "345".as_bytes());
    let forged = location.replace("X-Amz-Signature=", "X-Amz-Signature=0");
    assert_eq!(lab.http.get(forged).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn chunks_get_201_and_a_stale_range_and_the_digest_is_checked() {
    const CHUNK: usize = 5 * 1024 * 1024;
    let lab = lab().await;
    lab.create("pgcli").await;
    let token = lab.token().await;
    let content = vec![7_u8; CHUNK + 100];
    for (first, put_digest, expected) in [
        (CHUNK, digest(&content), 201),
        (100, digest(&content), 400),
        (CHUNK, digest(b"other"), 400),
    ] {
        let begun = lab.v2(Method::POST, "/v2/pgcli/blobs/uploads/", &token).send().await.unwrap();
        assert!(begun.headers().get("docker-upload-uuid").is_none());
        let location = begun.headers()["location"].to_str().unwrap().to_owned();
        assert!(location.starts_with(&lab.url("/v2/")), "{location}");
        for (from, to) in [(0, first), (first, content.len())] {
            let request = lab.http.patch(&location).body(content[from..to].to_vec());
            let request = request.header("content-range", format!("{from}-{}", to - 1));
            let answer =
                request.header("authorization", format!("Basic {token}")).send().await.unwrap();
            assert_eq!(answer.status(), 201);
            assert_eq!(answer.headers()["range"], format!("0-{}", first - 1).as_str());
        }
        let put = lab.http.put(format!("{location}?digest={put_digest}"));
        let put = put.header("authorization", format!("Basic {token}")).send().await.unwrap();
        assert_eq!(put.status(), expected);
    }
}

#[tokio::test]
async fn later_chunks_can_be_discarded_as_in_ecr() {
    let lab = lab_with(|options| options.quirks.discards_later_chunks = true).await;
    lab.create("pgcli").await;
    let token = lab.token().await;
    let begun = lab.v2(Method::POST, "/v2/pgcli/blobs/uploads/", &token).send().await.unwrap();
    let location = begun.headers()["location"].to_str().unwrap().to_owned();
    for part in ["first", "second"] {
        let request = lab.http.patch(&location).body(part);
        let answer = request.header("authorization", format!("Basic {token}")).send().await;
        assert_eq!(answer.unwrap().status(), 201);
    }
    let put = lab.http.put(format!("{location}?digest={}", digest(b"firstsecond")));
    let put = put.header("authorization", format!("Basic {token}")).send().await.unwrap();
    let (status, code, message) = oci_error(put).await;
    assert_eq!((status, code.as_str()), (400, "BLOB_UPLOAD_INVALID"));
    assert!(message.starts_with("None of the provided layer digests"), "{message}");
}

#[tokio::test]
async fn blob_mounting_requires_the_account_setting() {
    let lab = lab().await;
    lab.create("from").await;
    lab.create("to").await;
    let token = lab.token().await;
    lab.push("from", &token, "1.0", "shared").await;
    let path = format!("/v2/to/blobs/uploads/?mount={}&from=from", digest(b"shared"));
    let before = lab.v2(Method::POST, &path, &token).send().await.unwrap();
    assert_eq!(before.status(), 202);
    let input = json!({ "name": "BLOB_MOUNTING", "value": "ENABLED" });
    lab.ok("PutAccountSetting", input).await;
    let after = lab.v2(Method::POST, &path, &token).send().await.unwrap();
    assert_eq!(after.status(), 201);
    let head = format!("/v2/to/blobs/{}", digest(b"shared"));
    assert_eq!(lab.v2(Method::HEAD, &head, &token).send().await.unwrap().status(), 200);
}

/// A read during a deletion finds the image or not: it is never a server error.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_during_a_deletion_is_found_or_absent() {
    let lab = lab().await;
    let token = lab.token().await;
    lab.create("shop").await;
    for round in 0..60 {
        lab.push("shop", &token, "v1", &round.to_string()).await;
        let reads = (0..8).map(async |kind| {
            if kind % 2 == 0 {
                let path = "/v2/shop/manifests/v1";
                let read = lab.v2(Method::GET, path, &token).send().await.expect("read");
                assert!([200, 404].contains(&read.status().as_u16()), "{}", read.status());
            } else {
                let ids = json!({ "repositoryName": "shop", "imageIds": [{ "imageTag": "v1" }] });
                let read = lab.ok("BatchGetImage", ids).await;
                let code = &read["failures"][0]["failureCode"];
                assert!(code.is_null() || code == "ImageNotFound", "{read}");
            }
        });
        let deletion = async {
            let ids = json!({ "repositoryName": "shop", "imageIds": [{ "imageTag": "v1" }] });
            lab.ok("BatchDeleteImage", ids).await;
        };
        futures_util::future::join(deletion, futures_util::future::join_all(reads)).await;
    }
}
