//! What a caller can do about a failed request, in one table for all callers.
//!
//! `response` converts each unsuccessful response to an error. Callers use [`RegistryError::remedy`] and
//! [`RegistryError::allows_fallback`], and never compare status codes.

use crate::error::RegistryError;

/// How a failed request can be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The same request may succeed in a moment.
    Retry,
    /// The registry throttles requests.
    Wait,
    /// The requested object doesn't exist.
    Absent,
    /// The registry doesn't implement the request, or not in this form.
    Unsupported,
    /// The login is missing, rejected or expired.
    LogIn,
    /// The registry rejects the request, and nothing that this program does can change that.
    Refused,
}

/// A feature that some registries don't implement. Each one has a fallback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionalFeature {
    /// HEAD. Fallback: GET.
    Head,
    /// Mounting a blob from another repository. Fallback: upload.
    Mount,
    /// The referrers API. Fallback: the referrers tag.
    Referrers,
    /// The page size `n` of a list. Fallback: a list without `n`, then a smaller `n`.
    PageSize,
    /// The list of tags. Fallback: HEAD of each tag.
    TagList,
}

impl RegistryError {
    /// Returns the remedy for this error. By status, if the registry responded:
    ///
    /// | status | remedy |
    /// |---|---|
    /// | 401, expired token | [`Remedy::LogIn`] |
    /// | 403, 409, 412, immutable tag | [`Remedy::Refused`] |
    /// | 404, 410 | [`Remedy::Absent`] |
    /// | 408, 425, 500, 502, 503, 504 and other 5xx | [`Remedy::Retry`] |
    /// | 429 | [`Remedy::Wait`] |
    /// | 3xx that can't be followed, other 4xx, 501, 505 | [`Remedy::Unsupported`] |
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Unauthorized { .. }
            | Self::TokenExpired { .. }
            | Self::LoginUnreadable { .. }
            | Self::LoginNotRenewed { .. } => Remedy::LogIn,
            Self::Missing { .. } => Remedy::Absent,
            Self::Throttled { .. } | Self::PullQuotaUsedUp { .. } => Remedy::Wait,
            Self::Failed { status: 501 | 505, .. } => Remedy::Unsupported,
            Self::Failed { .. }
            | Self::Unreachable { .. }
            | Self::TargetUnreachable { .. }
            | Self::ConnectionLost { .. }
            | Self::UploadMoved { .. }
            | Self::Refused { status: 408 | 425, .. } => Remedy::Retry,
            Self::Refused { status: 409 | 412, .. }
            | Self::Forbidden { .. }
            | Self::Archived { .. }
            | Self::TagImmutable { .. }
            | Self::Network { .. }
            | Self::DigestMismatch { .. }
            | Self::SizeMismatch { .. }
            | Self::Manifest { .. }
            | Self::AddressRefused { .. } => Remedy::Refused,
            Self::Refused { .. } | Self::NotARegistry { .. } => Remedy::Unsupported,
        }
    }

    /// Returns whether the registry responded. A failed connection says nothing about what the registry
    /// implements.
    fn is_response(&self) -> bool {
        !matches!(
            self,
            Self::Unreachable { .. }
                | Self::TargetUnreachable { .. }
                | Self::Network { .. }
                | Self::ConnectionLost { .. }
                | Self::LoginUnreadable { .. }
                | Self::LoginNotRenewed { .. }
        )
    }

    /// Returns whether to try the fallback of an optional feature:
    ///
    /// | failure | HEAD | mount | referrers | page size | tag list |
    /// |---|---|---|---|---|---|
    /// | 401, 403 | yes | yes | yes | no | yes |
    /// | 404, 410 | no | yes | yes | no | no |
    /// | 409, 412, immutable | yes | yes | yes | no | yes |
    /// | 429 | yes | no | yes | no | no |
    /// | other 4xx, 501 | yes | yes | yes | yes | yes |
    /// | other 5xx, after retries | yes | yes | yes | yes | yes |
    /// | web page, wrong body | yes | yes | yes | no | yes |
    /// | no connection | no | no | yes | no | no |
    ///
    /// A HEAD that fails with 429 is repeated as a GET, because only the response body distinguishes a used-up
    /// quota from throttling.
    pub fn allows_fallback(&self, request: OptionalFeature) -> bool {
        let remedy = self.remedy();
        match request {
            OptionalFeature::Head => {
                self.is_response()
                    && remedy != Remedy::Absent
                    && !matches!(self, Self::PullQuotaUsedUp { .. } | Self::TokenExpired { .. })
            }
            OptionalFeature::Mount => {
                self.is_response()
                    && remedy != Remedy::Wait
                    && !matches!(self, Self::TokenExpired { .. })
            }
            OptionalFeature::Referrers => true,
            OptionalFeature::PageSize => {
                remedy == Remedy::Unsupported && matches!(self, Self::Refused { .. })
                    || matches!(self, Self::Failed { status: 500 | 501 | 505, .. })
            }
            OptionalFeature::TagList => {
                self.is_response()
                    && !matches!(remedy, Remedy::Absent | Remedy::Wait)
                    && !matches!(self, Self::TokenExpired { .. })
            }
        }
    }

    /// Returns whether the registry may have stored the content although the request failed: another upload of
    /// the same content may have finished first, or the response was lost.
    pub(super) fn may_have_stored(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::Missing { .. }
                | Self::Failed { .. }
                | Self::ConnectionLost { .. }
                | Self::NotARegistry { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::testing::error;

    /// The tables of the documentation above: status, remedy, and the fallbacks for HEAD, mount, referrers,
    /// page size and tag list.
    #[test]
    fn each_status_has_one_remedy_and_its_fallbacks() {
        use Remedy::*;
        let table: &[(u16, Remedy, &str)] = &[
            (303, Unsupported, "yyyyy"),
            (400, Unsupported, "yyyyy"),
            (401, LogIn, "yyy-y"),
            (402, Unsupported, "yyyyy"),
            (403, Refused, "yyy-y"),
            (404, Absent, "-yy--"),
            (405, Unsupported, "yyyyy"),
            (406, Unsupported, "yyyyy"),
            (408, Retry, "yyy-y"),
            (409, Refused, "yyy-y"),
            (410, Absent, "-yy--"),
            (412, Refused, "yyy-y"),
            (413, Unsupported, "yyyyy"),
            (415, Unsupported, "yyyyy"),
            (416, Unsupported, "yyyyy"),
            (422, Unsupported, "yyyyy"),
            (425, Retry, "yyy-y"),
            (429, Wait, "y-y--"),
            (500, Retry, "yyyyy"),
            (501, Unsupported, "yyyyy"),
            (502, Retry, "yyy-y"),
            (503, Retry, "yyy-y"),
            (504, Retry, "yyy-y"),
        ];
        for (status, remedy, fallbacks) in table {
            let error = error(*status, "");
            assert_eq!(error.remedy(), *remedy, "{status}");
            let all = [
                OptionalFeature::Head,
                OptionalFeature::Mount,
                OptionalFeature::Referrers,
                OptionalFeature::PageSize,
                OptionalFeature::TagList,
            ];
            let allowed: String = all
                .map(|feature| if error.allows_fallback(feature) { 'y' } else { '-' })
                .iter()
                .collect();
            assert_eq!(allowed, *fallbacks, "{status}");
        }
    }
}
