//! Tests of SDK calls over our network: real TLS, a real proxy, and a wrong clock.

use crate::ecr::explorer::EcrExplorer as _;
use crate::error::AwsError;
use crate::session::aws_session::AwsSession;
use crate::testing::{CannedResponse, Home, LocalAws, profile_request};
use transload_network::testing::{Authority, ConnectProxy, ProxyRule, TlsServer, Validity};
use transload_network::{Network, NetworkFailure, Proxies};

const HOST: &str = "aws.example";

const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
    <GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId>\
    <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

fn answer() -> String {
    let length = IDENTITY.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {length}\r\n\r\n{IDENTITY}"
    )
}

/// A profile whose calls go to `https://aws.example`, without retries.
fn profile(more: &str) -> Home {
    let config = format!(
        "[default]\nregion = eu-west-1\nmax_attempts = 1\nendpoint_url = https://{HOST}\n\
         aws_access_key_id = AKIATEST\naws_secret_access_key = s3cr3t\n{more}"
    );
    Home::with(&config, "")
}

async fn session(home: &Home, proxy: &ConnectProxy) -> AwsSession {
    let address = format!("http://{}", proxy.address);
    let proxies = Proxies::from_variables(|name| (name == "HTTPS_PROXY").then(|| address.clone()));
    let environment = home.environment().with_network(Network::new(proxies));
    AwsSession::open(profile_request("default"), &environment).await.unwrap()
}

fn failure(error: AwsError) -> NetworkFailure {
    match error {
        AwsError::Network { failure, .. } => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_profile_names_the_authorities_that_its_calls_trust() {
    let authority = Authority::new("Example Corp Root CA");
    let server = TlsServer::start(&authority.leaf(HOST, Validity::Now), &answer()).await;
    let proxy = ConnectProxy::start(ProxyRule::TunnelTo(server.address)).await;

    let refused = session(&profile(""), &proxy).await.identity().await.unwrap_err();
    let message = failure(refused).to_string();
    assert!(message.contains("issued by \u{201c}Example Corp Root CA"), "{message}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("corp.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let home = profile(&format!("ca_bundle = {}\n", file.display()));
    let open = session(&home, &proxy).await;
    assert_eq!(open.identity().await.unwrap().account.as_str(), "123456789012");
    assert!(proxy.requests().iter().all(|head| head.starts_with("CONNECT aws.example:443 ")));
    // The registry client of the session trusts them, too.
    assert_eq!(open.network().ca_files().len(), 1);

    let gone = profile("ca_bundle = /nonexistent/corp.pem\n");
    let refused = session(&gone, &proxy).await.identity().await.unwrap_err();
    match failure(refused) {
        NetworkFailure::Untrusted { unusable_file: Some(reason), .. } => {
            assert!(reason.contains("/nonexistent/corp.pem"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_not_an_unreachable_aws() {
    let proxy = ConnectProxy::start(ProxyRule::RequiresLogin).await;
    let refused = session(&profile(""), &proxy).await.identity().await.unwrap_err();
    let refused = failure(refused);
    assert!(
        matches!(refused, NetworkFailure::ProxyRefused { requires_login: true, .. }),
        "{refused}"
    );
    // A retry would not help.
    assert_eq!(proxy.requests().len(), 1);
}

#[tokio::test]
async fn local_endpoints_bypass_the_proxy() {
    let aws = LocalAws::start(|_| crate::testing::identity_xml()).await;
    let proxy = ConnectProxy::start(ProxyRule::Forbids).await;
    let address = format!("http://{}", proxy.address);
    let proxies = Proxies::from_variables(|name| (name == "HTTP_PROXY").then(|| address.clone()));
    let config = format!(
        "[default]\nregion = eu-west-1\nendpoint_url = {}\n\
         aws_access_key_id = AKIATEST\naws_secret_access_key = s3cr3t\n",
        aws.url
    );
    let home = Home::with(&config, "");
    let environment = home.environment().with_network(Network::new(proxies));
    let session = AwsSession::open(profile_request("default"), &environment).await.unwrap();
    assert_eq!(session.identity().await.unwrap().account.as_str(), "123456789012");
    assert_eq!(proxy.requests(), Vec::<String>::new());
}

/// Pull times are compared with reads by Transload by ECR's clock.
#[tokio::test]
async fn the_clock_of_ecr_is_that_of_responses_or_of_this_computer() {
    let authority = Authority::new("Example Corp Root CA");
    let date = time::OffsetDateTime::now_utc() + time::Duration::seconds(240);
    let date = date.format(&time::format_description::well_known::Rfc2822).unwrap();
    let dated = answer().replacen("\r\n", &format!("\r\ndate: {date}\r\n"), 1);
    let server = TlsServer::start(&authority.leaf(HOST, Validity::Now), &dated).await;
    let proxy = ConnectProxy::start(ProxyRule::TunnelTo(server.address)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("corp.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let home = profile(&format!("ca_bundle = {}\n", file.display()));
    let open = session(&home, &proxy).await;
    assert_eq!(open.ecr().clock_behind_seconds(), None);
    open.identity().await.unwrap();
    let behind = open.ecr().clock_behind_seconds().unwrap();
    assert!((200..=240).contains(&behind), "{behind}");

    let aws = LocalAws::start(|_| CannedResponse::xml(IDENTITY.to_owned())).await;
    let local = crate::testing::session_at(&aws).await;
    assert_eq!(local.ecr().clock_behind_seconds(), Some(0));
}

#[tokio::test]
async fn a_signature_rejected_for_its_time_reports_the_clock_offset() {
    for (code, message, expected) in [
        (
            "InvalidSignatureException",
            "Signature expired: 20260224T101000Z is now earlier than 20260224T100900Z \
             (20260224T102400Z - 15 min.)",
            840,
        ),
        (
            "SignatureDoesNotMatch",
            "Signature not yet current: 20260224T102400Z is still later than 20260224T101500Z \
             (20260224T101000Z + 5 min.)",
            -840,
        ),
    ] {
        let refusal = move |_: &_| CannedResponse::xml_error(403, code, message);
        let aws = LocalAws::start(refusal).await;
        let session = crate::testing::session_at(&aws).await;
        match failure(session.identity().await.unwrap_err()) {
            NetworkFailure::ClockWrong { behind_seconds, at_least: false, .. } => {
                assert_eq!(behind_seconds, expected);
            }
            other => panic!("{other:?}"),
        }
    }
    // Without times in the message, and with our date in the response, the keys are at fault.
    let wrong =
        |_: &_| CannedResponse::xml_error(403, "SignatureDoesNotMatch", "It does not match.");
    let aws = LocalAws::start(wrong).await;
    let error = crate::testing::session_at(&aws).await.identity().await.unwrap_err();
    assert!(matches!(error, AwsError::CredentialsInvalid { .. }), "{error:?}");
}
