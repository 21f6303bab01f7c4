//! The open connections to ECR. One task opens a connection, and other callers of the same
//! connection wait for it. Callers never wait for another connection, so that a profile whose
//! credential process hangs, or a region that doesn't respond, blocks nothing else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use transload_contract::AwsConnection;
use transload_errors::ApiError;

use crate::connected::Connected;
use crate::locks::locked;

/// An open connection. Its lock is held while the connection is opened.
type Slot = Arc<tokio::sync::Mutex<Option<Arc<Connected>>>>;

/// The open connections. The lock of the map is never held during a request.
#[derive(Default)]
pub(crate) struct ConnectionStore(Mutex<HashMap<AwsConnection, Slot>>);

impl ConnectionStore {
    /// Returns the open connection, or the result of `open` if no valid one exists.
    pub async fn get_or_open(
        &self,
        connection: &AwsConnection,
        is_good: impl Fn(&Connected) -> bool,
        open: impl Future<Output = Result<Connected, ApiError>>,
    ) -> Result<Arc<Connected>, ApiError> {
        let slot = Arc::clone(locked(&self.0).entry(connection.clone()).or_default());
        let mut slot = slot.lock().await;
        if let Some(open) = slot.as_ref().filter(|open| is_good(open)) {
            return Ok(Arc::clone(open));
        }
        let opened = Arc::new(open.await?);
        *slot = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// Forgets a connection, even if it is being opened. The next call opens it again without
    /// waiting.
    pub fn forget(&self, connection: &AwsConnection) {
        locked(&self.0).remove(connection);
    }

    /// Forgets the connections that match a condition.
    pub fn forget_if(&self, is_meant: impl Fn(&AwsConnection) -> bool) {
        locked(&self.0).retain(|connection, _| !is_meant(connection));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use transload_errors::ErrorCode;

    async fn fails() -> Result<Connected, ApiError> {
        Err(ApiError::new(ErrorCode::EndpointUnreachable, "Nothing answers."))
    }

    #[tokio::test]
    async fn one_connection_that_hangs_holds_up_no_other_and_not_its_own_next_try() {
        let store = Arc::new(ConnectionStore::default());
        let (hangs, begun) = (Arc::clone(&store), Arc::new(tokio::sync::Notify::new()));
        let notify = Arc::clone(&begun);
        let hanging = tokio::spawn(async move {
            let open = async {
                notify.notify_one();
                std::future::pending().await
            };
            hangs.get_or_open(&AwsConnection::profile("hangs"), |_| true, open).await.map(drop)
        });
        begun.notified().await;
        let limit = Duration::from_secs(20);
        let (other, same) = (AwsConnection::profile("other"), AwsConnection::profile("hangs"));
        let other = store.get_or_open(&other, |_| true, fails());
        let other = tokio::time::timeout(limit, other).await.unwrap();
        assert_eq!(other.err().map(|error| error.code), Some(ErrorCode::EndpointUnreachable));
        // The user tries again.
        store.forget(&same);
        let again = store.get_or_open(&same, |_| true, fails());
        let again = tokio::time::timeout(limit, again).await.unwrap();
        assert_eq!(again.err().map(|error| error.code), Some(ErrorCode::EndpointUnreachable));
        hanging.abort();
    }
}
