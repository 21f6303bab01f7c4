//! The operations of the protocol, and the quirks: the ways in which registries differ.

/// An operation of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `GET /v2/`.
    Base,
    /// `GET` of the token server.
    Token,
    /// `GET /v2/_catalog`.
    Catalog,
    /// `GET /v2/NAME/tags/list`.
    Tags,
    /// `GET /v2/NAME/referrers/DIGEST`.
    Referrers,
    HeadManifest,
    GetManifest,
    PutManifest,
    HeadBlob,
    GetBlob,
    /// `POST` with `?mount=`.
    Mount,
    /// `POST` that starts an upload.
    PostUpload,
    /// `PATCH` of an upload, which Docker and skopeo use to send a blob.
    PatchUpload,
    /// `PUT` that completes an upload.
    PutBlob,
    /// `DELETE` that cancels an upload.
    CancelUpload,
}

/// A behavior that differs from the specification, or from what a client may expect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quirk {
    /// An operation always gets this status and body.
    Responds(Op, u16, &'static str),
    /// Adds `Retry-After` to the responses of `Responds`.
    RetryAfter(&'static str),
    /// Page sizes above the limit are rejected with the status. With 0, all page sizes are.
    RejectsPageSize(usize, u16),
    /// Lists have pages of this size, with this `Link` header. Without a text there is no header. `{next}` is
    /// the path and query of the next page, `{query}` the query, `{host}` the registry.
    Paginates(usize, Option<&'static str>),
    /// Successful responses of an operation have this `Content-Type`.
    ContentType(Op, &'static str),
    /// Successful responses of an operation have this status.
    SuccessStatus(Op, u16),
    /// No response contains a digest header.
    OmitsDigest,
    /// The tag `sha256-HEX` returns the manifest with that digest.
    ReadsTagAsDigest,
    /// The first request of an operation to each address is redirected to the same host, with a marker.
    Redirects(Op, u16),
    /// An operation is redirected with the status to another host, with a path that does not contain what was
    /// requested. All paths below `/-/` respond with `Retry-After` of an hour.
    RedirectsToOtherHost(Op, u16, &'static str),
    /// Blobs are downloaded from and uploaded to addresses outside `/v2/`, as in `Location`: paths without a
    /// host, which require no login.
    ServesOutsideV2,
    /// `HEAD` of a manifest only finds media types that `Accept` lists exactly.
    NeedsExactAccept,
    /// Everything requires a token. The text is added to the fields of the token response. The token server
    /// redirects once with the status, if there is one.
    RequiresToken(&'static str, Option<u16>),
    /// The token is only in the field `access_token`.
    TokenInAccessToken,
    /// Without the login, nothing is visible, and only the base endpoint responds with 401.
    HidesPrivate,
    /// Every body is compressed, regardless of `Accept-Encoding`.
    Compresses,
    /// The upload of a blob that another repository already has is rejected with the status, but stored.
    RejectsSecondUpload(u16),
    /// Blobs are never mounted: a mount request starts an upload.
    NeverMounts,
    HasReferrersApi,
    /// Sends `OCI-Subject` without having the referrers API.
    ClaimsSubject,
    /// Digests of algorithms other than SHA-256 are rejected with the status. With 201, they are accepted and
    /// lost.
    KnowsOnlySha256(u16),
    /// `Location` is only a path, or only a query.
    RelativeLocations,
    /// Accepts an index only if all its entries are manifests, like Amazon ECR.
    RejectsCacheIndex,
}
