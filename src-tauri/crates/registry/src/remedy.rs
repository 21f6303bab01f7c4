//! What a caller may do about a failed request: one table for all callers.
//!
//! `answer` makes one error of each refusal; this file says what the error allows. A caller asks
//! [`RegistryError::remedy`] or [`RegistryError::allows_fallback`] and never matches a status code.

use crate::error::RegistryError;

/// What helps against a failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The same request may succeed in a moment.
    Retry,
    /// The registry asks to wait.
    Wait,
    /// What was asked for does not exist.
    Absent,
    /// The registry does not implement the request, or not in this form.
    Unsupported,
    /// A login is missing, refused or expired.
    LogIn,
    /// The registry refuses. Nothing that can be done here changes that.
    Refused,
}

/// A part of the protocol that real registries do without. Each has a fallback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optional {
    /// HEAD. Fallback: GET.
    Head,
    /// Mounting a blob from another repository. Fallback: upload.
    Mount,
    /// The referrers API. Fallback: the referrers tag.
    Referrers,
    /// The page size `n` of a list. Fallback: a list without `n`, then a smaller `n`.
    PageSize,
    /// A list of tags. Fallback: HEAD of each tag.
    TagList,
}

impl RegistryError {
    /// What helps. The table, by status where the registry answered:
    ///
    /// | status | remedy |
    /// |---|---|
    /// | 401, expired token | [`Remedy::LogIn`] |
    /// | 403, 409, 412, immutable tag | [`Remedy::Refused`] |
    /// | 404, 410 | [`Remedy::Absent`] |
    /// | 408, 425, 500, 502, 503, 504 and other 5xx | [`Remedy::Retry`] |
    /// | 429 | [`Remedy::Wait`] |
    /// | 3xx that cannot be followed, other 4xx, 501, 505 | [`Remedy::Unsupported`] |
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
            | Self::TagImmutable { .. }
            | Self::Network { .. }
            | Self::DigestMismatch { .. }
            | Self::SizeMismatch { .. }
            | Self::Manifest { .. }
            | Self::AddressRefused { .. } => Remedy::Refused,
            Self::Refused { .. } | Self::NotARegistry { .. } => Remedy::Unsupported,
        }
    }

    /// Whether the registry answered, whatever it said. A connection that was not made or broke says
    /// nothing about what the registry implements.
    fn is_answer(&self) -> bool {
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

    /// Whether the fallback of an optional request is worth trying:
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
    /// A HEAD that is answered 429 is repeated as a GET because only a body tells a used-up quota
    /// from too many requests.
    pub fn allows_fallback(&self, request: Optional) -> bool {
        let remedy = self.remedy();
        match request {
            Optional::Head => {
                self.is_answer()
                    && remedy != Remedy::Absent
                    && !matches!(self, Self::PullQuotaUsedUp { .. } | Self::TokenExpired { .. })
            }
            Optional::Mount => {
                self.is_answer()
                    && remedy != Remedy::Wait
                    && !matches!(self, Self::TokenExpired { .. })
            }
            Optional::Referrers => true,
            Optional::PageSize => {
                remedy == Remedy::Unsupported && matches!(self, Self::Refused { .. })
                    || matches!(self, Self::Failed { status: 500 | 501 | 505, .. })
            }
            Optional::TagList => {
                self.is_answer()
                    && !matches!(remedy, Remedy::Absent | Remedy::Wait)
                    && !matches!(self, Self::TokenExpired { .. })
            }
        }
    }

    /// Whether the registry may hold what an upload sent although it refused the request: another
    /// upload of the same content finished first, or the answer was lost on the way back.
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

    /// The table of the documentation above, read back: status, remedy, and the fallbacks for HEAD,
    /// mount, referrers, page size and tag list.
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
                Optional::Head,
                Optional::Mount,
                Optional::Referrers,
                Optional::PageSize,
                Optional::TagList,
            ];
            let told: String =
                all.map(|one| if error.allows_fallback(one) { 'y' } else { '-' }).iter().collect();
            assert_eq!(told, *fallbacks, "{status}");
        }
    }
}
