//! Runs the checks of a diagnosis in order. Each check has a result; one that can't run says why.

use crate::checks::{connection, content, local, login, upload};
use crate::diagnosis::{CheckId, CheckResult, NameDiagnosis, NameDiagnosisRequest};
use crate::examination::{DiagnosisEnvironment, ExaminationOutcome, Findings};
use crate::finding::{Finding, SkipReason};
use crate::name::FriendlyName;
use crate::verdict::{ClientRenames, headline, verdicts};

/// Diagnoses a name. `report` receives the answer of each check as soon as it is known.
pub async fn diagnose(
    name: &FriendlyName,
    request: &NameDiagnosisRequest,
    environment: &DiagnosisEnvironment,
    report: &(dyn Fn(CheckResult) + Send + Sync),
) -> NameDiagnosis {
    let mut findings = Findings { all: Vec::new(), report };
    let mut outcome = ExaminationOutcome::default();
    run_checks(name, request, environment, &mut findings, &mut outcome).await;
    let renames = local::check(name, environment, &mut findings).await;
    finish(name, findings, outcome, &renames)
}

async fn run_checks(
    name: &FriendlyName,
    request: &NameDiagnosisRequest,
    environment: &DiagnosisEnvironment,
    findings: &mut Findings<'_>,
    outcome: &mut ExaminationOutcome,
) {
    if let Some(region) = name.registry().ecr_region() {
        findings.add(CheckId::OwnName, Finding::EcrName { region: region.to_owned() });
    } else {
        findings.add(CheckId::OwnName, Finding::OtherName);
    }
    let Some(addresses) = connection::resolve(name, environment, findings).await else {
        findings.skip(&CheckId::ALL[2..11], SkipReason::Unreachable);
        return;
    };
    let Some(connected) = connection::connect(name, &addresses, environment, findings).await else {
        findings.skip(&CheckId::ALL[3..11], SkipReason::Unreachable);
        return;
    };
    let Some(kind) = login::registry(&connected, findings) else {
        findings.skip(&CheckId::ALL[4..10], SkipReason::Unreachable);
        content::headers(&connected, None, findings);
        return;
    };
    if kind == login::RegistryKind::Redirects {
        findings.skip(&CheckId::ALL[4..10], SkipReason::Redirected);
        content::headers(&connected, None, findings);
        return;
    }
    let access =
        login::authenticate(&connected, kind, request, environment, findings, outcome).await;
    let access = match access {
        Ok(access) => access,
        Err(why) => {
            findings.skip(&CheckId::ALL[6..10], why);
            content::headers(&connected, None, findings);
            return;
        }
    };
    let read = content::read_image(&connected, &access, request, environment, findings).await;
    upload::check(&connected, &access, request, findings).await;
    content::headers(&connected, read.as_ref(), findings);
}

fn finish(
    name: &FriendlyName,
    mut findings: Findings<'_>,
    outcome: ExaminationOutcome,
    renames: &ClientRenames,
) -> NameDiagnosis {
    findings.all.sort_by_key(|(check, _)| *check);
    let checks = findings.all.iter().map(|(check, finding)| finding.result(*check)).collect();
    let plain: Vec<Finding> = findings.all.into_iter().map(|(_, finding)| finding).collect();
    let (state, headline, next) = headline(name.as_str(), &plain);
    NameDiagnosis {
        name: name.to_string(),
        state,
        headline,
        next,
        behind: outcome.behind,
        token_sent: outcome.token_sent,
        checks,
        clients: verdicts(&plain, renames),
    }
}
