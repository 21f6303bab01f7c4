//! [`UploadSession`]: where the bytes of a blob are sent. A separate file because errors contain it too.

use std::fmt;

use url::Url;

/// The location to which the bytes of a blob are sent once. It may be a signed URL, so it isn't displayed.
pub struct UploadSession(pub(super) Url);

impl fmt::Debug for UploadSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UploadSession")
    }
}

#[cfg(any(test, feature = "testing"))]
impl UploadSession {
    /// Creates a session for a fake registry.
    pub fn fake() -> Self {
        #[allow(clippy::unwrap_used, reason = "a constant")]
        Self(Url::parse("http://fake.invalid/").unwrap())
    }
}
