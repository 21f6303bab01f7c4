//! What a registry may do differently: the operations of the protocol and the quirks.

/// An operation of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `GET /v2/`.
    Door,
    /// The token address.
    Token,
    /// `GET /v2/_catalog`.
    Catalog,
    /// `GET /v2/NAME/tags/list`.
    Tags,
    /// `GET /v2/NAME/referrers/DIGEST`.
    Referrers,
    /// `HEAD` of a manifest.
    HeadManifest,
    /// `GET` of a manifest.
    GetManifest,
    /// `PUT` of a manifest.
    PutManifest,
    /// `HEAD` of a blob.
    HeadBlob,
    /// `GET` of a blob.
    GetBlob,
    /// `POST` with `?mount=`.
    Mount,
    /// `POST` of an upload.
    PostUpload,
    /// `PATCH` of an upload, by which Docker and skopeo send a blob.
    PatchUpload,
    /// `PUT` of an upload.
    PutBlob,
    /// `DELETE` of an upload.
    CancelUpload,
}

/// One behavior that differs from the specification or from what a client may have expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quirk {
    /// An operation always gets this status and body.
    Answers(Op, u16, &'static str),
    /// The answers above say `Retry-After`.
    RetryAfter(&'static str),
    /// A page size above this is refused with the status; with 0 every page size is.
    RefusesPageSize(usize, u16),
    /// Lists come in pages of this many, and say where the next one is; without a text nothing does.
    /// `{next}` is its path and query, `{query}` the query, `{host}` the registry.
    CutsPages(usize, Option<&'static str>),
    /// The successes of an operation have this `Content-Type`.
    Labels(Op, &'static str),
    /// The successes of an operation have this status.
    Succeeds(Op, u16),
    /// No answer names a digest.
    NamesNoDigest,
    /// The tag `sha256-HEX` is answered with the manifest of that digest.
    ReadsTagAsDigest,
    /// The first request of an operation to each address is sent on to the same host, with a marker.
    Redirects(Op, u16),
    /// An operation is answered with the status and a `Location` on another host, whose path does not
    /// name what was asked for. Everything below `/-/` asks to wait for an hour.
    SendsElsewhere(Op, u16, &'static str),
    /// Blobs are downloaded from and uploaded to addresses outside `/v2/`, as `Location` names them:
    /// paths without a host, which need no login.
    ServesOutsideV2,
    /// `HEAD` of a manifest finds only what `Accept` names exactly.
    NeedsExactAccept,
    /// Everything needs a token; the fields go into the token's answer. The token server sends on once
    /// with the status, where there is one.
    Tokens(&'static str, Option<u16>),
    /// The token is in the field `access_token` alone.
    NamesTokenAccessToken,
    /// Nothing is shown without the login, and only the base endpoint says so.
    HidesPrivate,
    /// Every body is compressed, whatever was asked for.
    Compresses,
    /// A blob that another repository holds is refused with the status at its upload, and stored.
    StoresAndRefuses(u16),
    /// Blobs are not mounted: a mount opens an upload.
    NeverMounts,
    /// It has the referrers API.
    ListsReferrers,
    /// It says `OCI-Subject` without having the referrers API.
    ClaimsSubject,
    /// Names of other hash functions than SHA-256 are refused with the status; with 201 they are
    /// accepted and forgotten.
    KnowsOnlySha256(u16),
    /// `Location` is the path alone, or the query alone.
    RelativeLocations,
    /// It takes an index only with manifests, as Amazon ECR does.
    TakesNoCacheIndex,
}
