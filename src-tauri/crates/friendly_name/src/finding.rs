//! [`Finding`]: everything that a check can find. `finding_words` has the words, and `verdict` the consequences.

use serde::Serialize;

use crate::diagnosis::{CheckId, CheckResult, CheckState};

/// Why a check didn't run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SkipReason {
    /// An earlier check failed, so that there is no answer to examine.
    Unreachable,
    /// The user didn't allow sending the token.
    TokenNotAllowed,
    /// No registry is selected, so there is no token and nothing to compare with.
    NoRegistry,
    /// The certificate or the authentication scheme is not correct.
    TokenWithheld,
    /// The login failed.
    NotLoggedIn,
    /// The user named no image.
    NoImage,
    /// The image couldn't be read.
    ImageUnread,
    /// The user didn't allow an upload.
    UploadNotAllowed,
    /// No upload was started at the name.
    NoUpload,
    /// The name redirects every request.
    Redirected,
    /// The name answers without a login.
    LoginNotRequired,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub(crate) enum Finding {
    NotChecked { check: CheckId, why: SkipReason },

    // 1. The name.
    EcrName { region: String },
    OtherName,

    // 2. DNS.
    CnameToEcr { target: String },
    Resolved { aliases: Vec<String>, addresses: Vec<String> },
    ResolvedToService { service: &'static str, alias: String },
    PrivateAddress { addresses: Vec<String> },
    ThisComputer,
    UnknownToDns,
    LookupFailed { detail: String },
    ResolvedByProxy { proxy: String },

    // 3. The certificate.
    CertificateTrusted { names: Vec<String>, days: i64, chain: usize },
    CertificateExpiresSoon { days: i64 },
    CertificateForOtherName { names: Vec<String>, is_ecr: bool },
    CertificateSelfSigned,
    CertificateUnknownIssuer { issuer: String },
    CertificateExpired { date: String },
    CertificateNotYetValid { date: String },
    CertificateInvalid { detail: String },
    NoTls,
    PlainHttpOnThisComputer,
    Unreachable { detail: String },

    // 4. `GET /v2/`.
    LoginRequired,
    AnswersWithoutLogin,
    RedirectsEverything { host: String, status: u16 },
    NotARegistry { status: u16 },
    VersionHeaderMissing,

    // 5. Authentication.
    EcrBehind { registry: String },
    OtherRegistryBehind { registry: String, expected: String },
    BasicOfUnknownRegistry { realm: String },
    TokenServer { host: String, is_reachable: bool },
    NoChallenge,

    // 6. The token.
    LoginWorks,
    AuthorizationDropped { status: u16 },
    TokenRejectedEverywhere { status: u16 },
    TokenUnavailable { detail: String },
    LoginFailed { status: u16 },

    // 7. A manifest.
    ManifestEqual { digest: String },
    ManifestServed { digest: String },
    ManifestMissingAtName { status: u16 },
    ManifestMissing { status: u16 },
    ManifestDiffers { here: String, there: String },
    ManifestRedirects { host: String },

    // 8. A layer.
    LayerFromS3 { host: String },
    LayerHostUnreachable { host: String, detail: String },
    LayerThroughProxy,
    LayerRedirectsToRegistry { host: String },
    LayerFailed { status: u16 },

    // 9. An upload.
    UploadStaysAtName,
    UploadBypassesName { host: String },
    UploadGoesElsewhere { host: String },
    UploadLosesScheme,
    UploadLosesPort { location: String },
    UploadDenied,
    UploadNotAllowed,
    UploadRedirects { host: String },
    UploadFailed { status: u16 },

    // 10. The size of an upload.
    SizeAccepted,
    SizeLimited,
    SizeTimedOut,
    SizeFailed { status: u16 },

    // 11. Headers.
    HeadersClean,
    CdnInBetween { evidence: String },
    HeadDiffersFromGet { head: String, get: String },

    // 12. The clients on this computer.
    ClientsDefault,
    ClientsConfigured { lines: Vec<String> },
    MirrorGetsHubPassword { mirror: String, lines: Vec<String> },
    ClientsInsecure { lines: Vec<String> },
    ClientFilesUnreadable { lines: Vec<String> },
}

impl Finding {
    /// Returns the answer of a check with this finding.
    pub(crate) fn result(&self, check: CheckId) -> CheckResult {
        let words = self.words();
        let value = serde_json::to_value(self).unwrap_or_default();
        let finding = value["finding"].as_str().unwrap_or_default().to_owned();
        CheckResult {
            check,
            state: words.state,
            finding,
            message: words.message,
            next: words.next.map(str::to_owned),
            details: words.details,
        }
    }

    pub(crate) fn state(&self) -> CheckState {
        self.words().state
    }
}
