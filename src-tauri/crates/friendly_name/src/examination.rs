//! What the checks of a diagnosis share: their environment, and the findings so far.

use std::sync::Arc;

use transload_network::Network;

use crate::clients::files::ClientFiles;
use crate::diagnosis::{CheckId, CheckResult};
use crate::finding::{Finding, SkipReason};
use crate::probe::RegistryBehind;
use crate::resolver::NameResolver;

/// What a diagnosis uses of this computer and of AWS.
pub struct DiagnosisEnvironment {
    pub network: Network,
    pub resolver: Arc<dyn NameResolver>,
    /// The registry of the selected account and region.
    pub registry: Option<Arc<dyn RegistryBehind>>,
    pub clients: ClientFiles,
}

/// The findings so far, and the callback that receives each.
pub(crate) struct Findings<'a> {
    pub all: Vec<(CheckId, Finding)>,
    pub report: &'a (dyn Fn(CheckResult) + Send + Sync),
}

impl Findings<'_> {
    pub fn add(&mut self, check: CheckId, finding: Finding) {
        (self.report)(finding.result(check));
        self.all.push((check, finding));
    }

    pub fn skip(&mut self, checks: &[CheckId], why: SkipReason) {
        for check in checks {
            self.add(*check, Finding::NotChecked { check: *check, why });
        }
    }
}

/// What the diagnosis reports besides the findings.
#[derive(Default)]
pub(crate) struct ExaminationOutcome {
    pub behind: Option<String>,
    pub token_sent: bool,
}
