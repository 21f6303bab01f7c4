//! `transload-cli name check` in front of practice's ECR, with a good nginx and with nginx configurations that each
//! have one defect.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use transload_contract::{CheckId, CheckResult, NameDiagnosisRequest};
use transload_tests::company_network::CertificateAuthority;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::headless_app::{HeadlessApp, api_error};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::name_proxy::{NameProxy, ProxyKind, ProxyTls};

type Edit = fn(String) -> String;

/// Replaces everything that nginx does for `/v2/`.
fn location(text: &str, body: &str) -> String {
    let (before, _) = text.split_once("  location /v2/ {").unwrap_or((text, ""));
    format!("{before}  location /v2/ {{ {body} }}\n}}\n")
}

const CASES: &[(&str, Edit, &str, &str)] = &[
    ("good", |text| text, "headers", "headers_clean"),
    (
        "Location",
        |text| {
            text.lines()
                .filter(|line| !line.contains("proxy_redirect"))
                .map(|line| format!("{line}\n"))
                .collect::<String>()
                .replace("proxy_buffering off;", "proxy_buffering off; proxy_redirect off;")
        },
        "upload",
        "upload_bypasses_name",
    ),
    (
        "body limit",
        |text| text.replace("client_max_body_size 0", "client_max_body_size 1m"),
        "upload_size",
        "size_limited",
    ),
    (
        "redirect",
        |text| {
            location(
                &text,
                "return 307 https://111122223333.dkr.ecr.eu-west-1.amazonaws.com$request_uri;",
            )
        },
        "registry",
        "redirects_everything",
    ),
    (
        "login dropped",
        |text| {
            text.replace(
                "proxy_http_version 1.1;",
                "proxy_http_version 1.1; proxy_set_header Authorization \"\";",
            )
        },
        "login",
        "authorization_dropped",
    ),
    ("not passed on", |text| location(&text, "return 404;"), "registry", "not_a_registry"),
];

#[tokio::test]
async fn the_diagnosis_of_real_proxies_names_each_defect() -> Result<()> {
    let ecr = Ecr::practice().await?;
    ecr.aws()?.run(["ecr", "create-repository", "--repository-name", "team/app"]).succeed().await?;
    let (user, password) = ecr.login().await?;
    let url = format!("http://{}", ecr.registry_host());
    let repository = TestRepository::new(&url, "team/app")?.login(Some((&user, &password)));
    repository.push(&Recipe::small(405).build()?, "1.0").await?;
    let authority = CertificateAuthority::new("Example Corp Root CA")?;
    let (files, ca_file) = (authority.server("127.0.0.1")?, authority.file());
    let tls = ProxyTls { name: &files, authority: &ca_file };
    let home = ecr.home()?;
    for (case, edit, check, finding) in CASES {
        let proxy =
            NameProxy::start(ProxyKind::Nginx, "127.0.0.1", &ecr.registry_host(), &tls, edit)
                .await?;
        let name = format!("127.0.0.1:{}", proxy.port());
        let ca_file = ca_file.display().to_string();
        let checked = home
            .transload_cli([
                "--ca-file",
                &ca_file,
                "name",
                "check",
                &name,
                "--image",
                "team/app:1.0",
            ])?
            .arguments(["--allow-token", "--allow-upload", "--json", "--aws-profile", PROFILE])
            .finish()
            .await?;
        let diagnosis: Value = serde_json::from_slice(&checked.stdout)
            .with_context(|| format!("{case}: {}{}", checked.text(), checked.stderr))?;
        let checks = diagnosis["checks"].as_array().context("the checks")?;
        let found = checks.iter().find(|one| one["check"] == *check).context("the check")?;
        ensure!(found["finding"] == *finding, "{case}: {diagnosis:#}");
        let failed = checks.iter().filter(|one| one["state"] == "failed").count();
        let expected = usize::from(*case != "good");
        ensure!(failed == expected, "{case}: {diagnosis:#}");
        ensure!(checked.status.code() == Some(i32::from(*case != "good")), "{case}");
        let uploads = proxy.requests().iter().filter(|line| line.starts_with("DELETE ")).count();
        ensure!(*case != "good" || uploads == 1, "the upload is cancelled");
    }
    Ok(())
}

#[tokio::test]
async fn a_diagnosis_is_cancelled_while_a_check_waits() -> Result<()> {
    // It accepts connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let request = NameDiagnosisRequest {
        name: format!("127.0.0.1:{}", silent.local_addr()?.port()),
        image: None,
        with_login: false,
        with_upload: false,
    };
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let (reported, mut checks) = tokio::sync::mpsc::unbounded_channel();
    let report = move |check: CheckResult| {
        let _ = reported.send(check.check);
    };
    let diagnosis = app.api.name_diagnose(request, None, "attempt".to_owned(), report);
    let cancel = async {
        while let Some(check) = checks.recv().await {
            if check == CheckId::Dns {
                break;
            }
        }
        app.api.name_diagnose_cancel("attempt".to_owned()).await
    };
    let (diagnosis, cancelled) = tokio::join!(diagnosis, cancel);
    cancelled.map_err(api_error)?;
    ensure!(diagnosis.map_err(api_error)?.is_none(), "it was cancelled");
    Ok(())
}
