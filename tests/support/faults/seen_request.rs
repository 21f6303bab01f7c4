//! A request that the proxy received, for assertions of stories.

#[derive(Clone, Debug)]
pub struct SeenRequest {
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The ECR operation.
    pub operation: Option<String>,
    /// The `Authorization` header, so that stories can search for the secrets that were used.
    pub authorization: Option<String>,
    /// Whether a fault applied.
    pub faulty: bool,
    /// Bytes of the body that were sent to the upstream.
    pub body_bytes: u64,
    /// The status of the response of the upstream, once it arrived.
    pub status: Option<u16>,
    /// Whether the request was answered, or one side disconnected.
    pub ended: bool,
}

impl SeenRequest {
    /// Returns the blob that the request uploads, as `repository@digest`.
    pub fn sent_blob(&self) -> Option<String> {
        let (session, digest) = self.path.split_once("digest=")?;
        let repository = session.strip_prefix("/v2/")?.split_once("/blobs/uploads/")?.0;
        (self.method == "PUT").then(|| format!("{repository}@{}", digest.replace("%3A", ":")))
    }
}
