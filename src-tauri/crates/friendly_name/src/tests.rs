//! Names that each fail at exactly one check, played by scripted servers on 127.0.0.1.
//!
//! The servers play ECR (aws/containers-roadmap#299: Basic challenge, absolute `Location`, 307 to S3) and the
//! proxies of the public threads that each case cites.

mod scripted;

use scripted::Scene;
use scripted::fault::Fault;
use scripted::responses::ECR;

use crate::diagnosis::Ability::{Fails, NotChecked, Works};
use crate::diagnosis::CheckState::{Failed, NotChecked as Unasked, Passed, Warning};
use crate::diagnosis::{Ability, CheckId, NameClient, NameDiagnosis};

fn state_of(diagnosis: &NameDiagnosis, check: CheckId) -> crate::diagnosis::CheckState {
    diagnosis.checks.iter().find(|result| result.check == check).unwrap().state
}

fn abilities(diagnosis: &NameDiagnosis, client: NameClient) -> [Ability; 3] {
    let found = diagnosis.clients.iter().find(|verdict| verdict.client == client).unwrap();
    [found.login.ability, found.pull.ability, found.push.ability]
}

#[tokio::test]
async fn a_good_proxy_passes_every_check_and_works_for_every_client() {
    let scene = Scene::start(Fault::None).await;
    let diagnosis = scene.diagnose().await;
    for check in CheckId::ALL {
        assert_eq!(state_of(&diagnosis, check), Passed, "{check:?} {:#?}", diagnosis.checks);
    }
    for client in NameClient::ALL {
        assert_eq!(abilities(&diagnosis, client), [Works; 3], "{client:?}");
    }
    assert_eq!(diagnosis.behind.as_deref(), Some(ECR));
    assert!(diagnosis.token_sent && diagnosis.headline.contains("works for login, pull and push"));
    scene.check_where_the_token_went(&diagnosis);
    let cancelled = scene
        .requests()
        .iter()
        .any(|request| request.starts_with("DELETE /v2/team/app/blobs/uploads/"));
    assert!(cancelled, "the upload is cancelled");
}

/// Case, fault, the check that fails, its finding, and login, pull and push of the four clients.
type Case = (&'static str, Fault, CheckId, &'static str, [[Ability; 3]; 4]);

const ALL_FAIL: [[Ability; 3]; 4] = [[Fails; 3]; 4];
const NO_PUSH: [[Ability; 3]; 4] = [[Works, Works, Fails]; 4];
const PULL_ONLY_FAILS: [[Ability; 3]; 4] = [[Works, Fails, Works]; 4];

#[tokio::test]
async fn each_check_fails_at_the_name_that_has_exactly_this_defect() {
    let cases: Vec<Case> = vec![
        (
            "CNAME to ECR, containers-roadmap#299",
            Fault::CnameToEcr,
            CheckId::Dns,
            "cname_to_ecr",
            ALL_FAIL,
        ),
        ("NXDOMAIN", Fault::UnknownToDns, CheckId::Dns, "unknown_to_dns", ALL_FAIL),
        ("lookup fails", Fault::LookupFails, CheckId::Dns, "lookup_failed", ALL_FAIL),
        (
            "another name",
            Fault::OtherCertificate,
            CheckId::Certificate,
            "certificate_for_other_name",
            ALL_FAIL,
        ),
        (
            "self-signed",
            Fault::SelfSigned,
            CheckId::Certificate,
            "certificate_self_signed",
            ALL_FAIL,
        ),
        (
            "unknown authority",
            Fault::UnknownAuthority,
            CheckId::Certificate,
            "certificate_unknown_issuer",
            ALL_FAIL,
        ),
        ("expired", Fault::Expired, CheckId::Certificate, "certificate_expired", ALL_FAIL),
        ("plain HTTP", Fault::PlainHttp, CheckId::Certificate, "no_tls", ALL_FAIL),
        ("nobody listens", Fault::NobodyListens, CheckId::Certificate, "unreachable", ALL_FAIL),
        (
            "token injector (Lotto24/aws-ecr-http-proxy)",
            Fault::InjectsToken,
            CheckId::Registry,
            "answers_without_login",
            [[Works, Works, Works]; 4],
        ),
        (
            "307 façade (httptoolkit/docker-registry-facade#2)",
            Fault::RedirectsEverything,
            CheckId::Registry,
            "redirects_everything",
            [[Works; 3], [Works, Fails, Fails], [Fails; 3], [NotChecked, Works, NotChecked]],
        ),
        ("a web server", Fault::WebPage, CheckId::Registry, "not_a_registry", ALL_FAIL),
        ("/v2/ is not passed on", Fault::NotFound, CheckId::Registry, "not_a_registry", ALL_FAIL),
        ("no challenge", Fault::NoChallenge, CheckId::Authentication, "no_challenge", ALL_FAIL),
        (
            "a Bearer registry (ahmetb/serverless-registry-proxy)",
            Fault::Bearer,
            CheckId::Authentication,
            "token_server",
            [[NotChecked; 3]; 4],
        ),
        (
            "a proxy with its own password",
            Fault::OwnPassword,
            CheckId::Authentication,
            "basic_of_unknown_registry",
            [[NotChecked; 3]; 4],
        ),
        (
            "another account",
            Fault::OtherAccount,
            CheckId::Authentication,
            "other_registry_behind",
            ALL_FAIL,
        ),
        (
            "CloudFront drops the header",
            Fault::DropsAuthorization,
            CheckId::Login,
            "authorization_dropped",
            ALL_FAIL,
        ),
        (
            "a prefix is added to the path",
            Fault::ChangesPath,
            CheckId::Manifest,
            "manifest_missing_at_name",
            [[Works, Fails, Fails]; 4],
        ),
        (
            "a cache serves another image",
            Fault::OtherImage,
            CheckId::Manifest,
            "manifest_differs",
            [[Works, Fails, Fails]; 4],
        ),
        (
            "only images are redirected",
            Fault::RedirectsManifests,
            CheckId::Manifest,
            "manifest_redirects",
            [[Works; 3], [Works, Fails, Fails], [Fails; 3], [Works, Works, Works]],
        ),
        (
            "S3 is blocked",
            Fault::S3Blocked,
            CheckId::Layer,
            "layer_host_unreachable",
            PULL_ONLY_FAILS,
        ),
        ("layers fail", Fault::LayersFail, CheckId::Layer, "layer_failed", PULL_ONLY_FAILS),
        (
            "layers go to ECR",
            Fault::LayersToEcr,
            CheckId::Layer,
            "layer_redirects_to_registry",
            [[Works; 3], [Works, Fails, Fails], [Fails; 3], [Works, Works, Works]],
        ),
        (
            "Location is not rewritten (aws-samples/sample-e2b-on-aws#23)",
            Fault::LocationOfEcr,
            CheckId::Upload,
            "upload_bypasses_name",
            NO_PUSH,
        ),
        (
            "Location of a third host",
            Fault::LocationElsewhere,
            CheckId::Upload,
            "upload_goes_elsewhere",
            NO_PUSH,
        ),
        (
            "http Location (distribution#970)",
            Fault::LocationHttp,
            CheckId::Upload,
            "upload_loses_scheme",
            NO_PUSH,
        ),
        (
            "the port is lost (moby#34657)",
            Fault::LocationPort,
            CheckId::Upload,
            "upload_loses_port",
            NO_PUSH,
        ),
        ("uploads fail", Fault::UploadFails, CheckId::Upload, "upload_failed", NO_PUSH),
        ("client_max_body_size 1m", Fault::BodyLimit, CheckId::UploadSize, "size_limited", NO_PUSH),
        ("a gateway times out", Fault::BodyTimeout, CheckId::UploadSize, "size_timed_out", NO_PUSH),
        (
            "HEAD becomes GET (rpardini/docker-registry-proxy#88)",
            Fault::HeadLength,
            CheckId::Headers,
            "head_differs_from_get",
            NO_PUSH,
        ),
        (
            "a mirror with Basic authentication",
            Fault::BasicMirror,
            CheckId::Clients,
            "mirror_gets_hub_password",
            [[Works; 3]; 4],
        ),
    ];
    for (case, fault, check, finding, expected) in cases {
        let scene = Scene::start(fault).await;
        let diagnosis = scene.diagnose().await;
        let failed: Vec<_> = diagnosis
            .checks
            .iter()
            .filter(|result| result.state == Failed)
            .map(|result| (result.check, result.finding.as_str()))
            .collect();
        // The certificate of ECR is a consequence of the CNAME.
        let expected_failures = match fault {
            Fault::CnameToEcr => {
                vec![(check, finding), (CheckId::Certificate, "certificate_for_other_name")]
            }
            _ => vec![(check, finding)],
        };
        assert_eq!(failed, expected_failures, "{case}: {:#?}", diagnosis.checks);
        for (client, expected) in NameClient::ALL.into_iter().zip(expected) {
            assert_eq!(abilities(&diagnosis, client), expected, "{case}: {client:?}");
        }
        let result = diagnosis.checks.iter().find(|result| result.check == check).unwrap();
        assert_eq!(diagnosis.headline, result.message, "{case}");
        assert!(result.next.is_some(), "{case}: a failure has a next step");
        let order: Vec<_> = diagnosis.checks.iter().map(|result| result.check).collect();
        assert_eq!(order, CheckId::ALL, "{case}");
        scene.check_where_the_token_went(&diagnosis);
    }
}

#[tokio::test]
async fn restrictions_are_warnings_and_consent_is_asked_for() {
    for (case, fault, check, finding, state) in [
        (
            "expires soon",
            Fault::ExpiresSoon,
            CheckId::Certificate,
            "certificate_expires_soon",
            Warning,
        ),
        ("version header", Fault::NoVersion, CheckId::Registry, "version_header_missing", Warning),
        ("read only", Fault::ReadOnly, CheckId::Upload, "upload_denied", Warning),
        ("pull only", Fault::PullOnly, CheckId::Upload, "upload_not_allowed", Warning),
        ("CloudFront", Fault::CloudFront, CheckId::Headers, "cdn_in_between", Warning),
        (
            "layers through the proxy",
            Fault::LayersThrough,
            CheckId::Layer,
            "layer_through_proxy",
            Passed,
        ),
        ("a load balancer", Fault::LoadBalancer, CheckId::Dns, "resolved_to_service", Passed),
        ("no token", Fault::WithoutToken, CheckId::Login, "not_checked", Unasked),
        ("no upload", Fault::WithoutUpload, CheckId::Upload, "not_checked", Unasked),
        ("no image", Fault::WithoutImage, CheckId::Manifest, "not_checked", Unasked),
        (
            "an image that doesn't exist",
            Fault::WithoutTag,
            CheckId::Manifest,
            "manifest_missing",
            Unasked,
        ),
        ("no profile", Fault::WithoutRegistry, CheckId::Login, "not_checked", Unasked),
    ] {
        let scene = Scene::start(fault).await;
        let diagnosis = scene.diagnose().await;
        let result = diagnosis.checks.iter().find(|result| result.check == check).unwrap();
        assert_eq!(
            (result.finding.as_str(), result.state),
            (finding, state),
            "{case}: {:#?}",
            diagnosis.checks
        );
        assert!(
            diagnosis.checks.iter().all(|result| result.state != Failed),
            "{case}: {:#?}",
            diagnosis.checks
        );
        if matches!(fault, Fault::WithoutUpload | Fault::WithoutImage | Fault::WithoutToken) {
            let writes = scene.requests().iter().any(|request| request.starts_with("POST"));
            assert!(!writes, "{case}: nothing is written without consent");
        }
        scene.check_where_the_token_went(&diagnosis);
    }
}

#[tokio::test]
async fn a_client_that_renames_the_name_pulls_although_dns_does_not_know_it() {
    let scene = Scene::start(Fault::RenamedOnClients).await;
    let diagnosis = scene.diagnose().await;
    assert_eq!(state_of(&diagnosis, CheckId::Dns), Failed);
    assert_eq!(abilities(&diagnosis, NameClient::Podman), [Fails, Works, Fails]);
    assert_eq!(abilities(&diagnosis, NameClient::Containerd), [Fails, Works, NotChecked]);
    assert_eq!(abilities(&diagnosis, NameClient::DockerContainerd), [Fails; 3]);
}

#[tokio::test]
async fn ecrs_own_names_are_recognized_before_anything_is_sent() {
    for name in [
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
        "111122223333.dkr-ecr.eu-west-1.on.aws",
        "111122223333.dkr.ecr-fips.us-east-1.amazonaws.com",
        "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn",
    ] {
        let scene = Scene::start(Fault::UnknownToDns).await;
        let diagnosis = scene.diagnose_name(name).await;
        let result = &diagnosis.checks[0];
        assert_eq!(
            (result.check, result.finding.as_str()),
            (CheckId::OwnName, "ecr_name"),
            "{name}"
        );
    }
}
