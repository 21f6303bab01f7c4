//! Check 12: what the clients on this computer would do with the name, and whether a mirror gets passwords.

use url::Url;

use crate::clients::read_clients;
use crate::diagnosis::CheckId;
use crate::examination::{DiagnosisEnvironment, Findings};
use crate::finding::Finding;
use crate::name::FriendlyName;
use crate::probe::{Probe, RequestContent};
use crate::verdict::ClientRenames;

/// Reads the configuration of the clients and asks each mirror of the Docker Engine how it authenticates.
pub(crate) async fn check(
    name: &FriendlyName,
    environment: &DiagnosisEnvironment,
    findings: &mut Findings<'_>,
) -> ClientRenames {
    let found = read_clients(&environment.clients, name);
    let mut lines = found.lines.clone();
    lines.extend(found.problems.iter().cloned());
    let mut asking = None;
    for mirror in &found.mirrors {
        if asks_for_password(environment, mirror).await {
            asking = Some(mirror.clone());
            break;
        }
    }
    let finding = if let Some(mirror) = asking {
        Finding::MirrorGetsHubPassword { mirror, lines }
    } else if found.is_insecure {
        Finding::ClientsInsecure { lines }
    } else if !found.problems.is_empty() {
        Finding::ClientFilesUnreadable { lines }
    } else if lines.is_empty() {
        Finding::ClientsDefault
    } else {
        Finding::ClientsConfigured { lines }
    };
    findings.add(CheckId::Clients, finding);
    found.renames
}

/// Returns whether a mirror answers with a Basic challenge, to which Docker sends the login of Docker Hub.
async fn asks_for_password(environment: &DiagnosisEnvironment, mirror: &str) -> bool {
    let Ok(base) = Url::parse(mirror) else { return false };
    let Ok(url) = base.join("/v2/") else { return false };
    let Ok(probe) = Probe::for_url(&environment.network, &environment.resolver, &url).await else {
        return false;
    };
    let Ok(answer) = probe.send("GET", &url, RequestContent::default()).await else { return false };
    let is_basic = |challenge: &str| {
        challenge.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
    };
    answer.headers("www-authenticate").any(is_basic)
}
