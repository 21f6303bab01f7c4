//! What each registry of the zoo does differently.

use Op::*;
use Quirk::*;

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
    /// Everything needs a token; the fields go into the token's answer. The token server sends on once
    /// with the status, where there is one.
    Tokens(&'static str, Option<u16>),
    /// Nothing is shown without the login, and only the front door says so.
    HidesPrivate,
    /// Every body is compressed, whatever was asked for.
    Compresses,
    /// A blob that another repository holds is refused with the status at its upload, and stored.
    StoresAndRefuses(u16),
    /// Blobs are not mounted: a mount opens an upload.
    NeverMounts,
    /// It has the referrers API.
    ListsReferrers,
    /// Names of other hash functions than SHA-256 are refused with the status; with 201 they are
    /// accepted and forgotten.
    KnowsOnlySha256(u16),
    /// `Location` is the path alone, or the query alone.
    RelativeLocations,
    /// It takes an index only with manifests, as Amazon ECR does.
    TakesNoCacheIndex,
}

/// A registry of the zoo.
#[derive(Clone, Copy, Debug)]
pub struct Personality {
    /// Whom it plays.
    pub name: &'static str,
    /// Where the behavior is shown.
    pub cites: &'static str,
    /// What it does.
    pub quirks: &'static [Quirk],
}

const fn animal(name: &'static str, cites: &'static str, quirks: &'static [Quirk]) -> Personality {
    Personality { name, cites, quirks }
}

const PAGE: &str = "<!doctype html><html><body>Not here</body></html>";
const UNSUPPORTED: &str =
    r#"{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}"#;
const NEXT: Option<&str> = Some("<{next}>; rel=\"next\"");

/// Real registries, as their threads and documentation show them.
pub const PERSONALITIES: &[Personality] = &[
    animal("distribution 2.8", "github.com/distribution/distribution v2.8, registry/handlers", &[]),
    animal(
        "distribution 3",
        "github.com/distribution/distribution/pull/3143: pages, and n above the limit is refused",
        &[RefusesPageSize(999, 400), CutsPages(3, NEXT)],
    ),
    animal(
        "GitLab",
        "github.com/oras-project/oras-go/issues/1396",
        &[
            ReadsTagAsDigest,
            Answers(Referrers, 404, UNSUPPORTED),
            Tokens("\"expires_in\":300", None),
        ],
    ),
    animal(
        "Quay",
        "github.com/regclient/regclient/issues/272, github.com/deitch/docker_registry2/issues/106",
        &[CutsPages(2, NEXT), Answers(Referrers, 404, PAGE), Labels(PutBlob, "text/html")],
    ),
    animal(
        "GHCR",
        "github.com/arg-sh/argsh/pull/135, github.com/containerd/containerd/issues/3291",
        &[
            Answers(Referrers, 303, ""),
            Answers(Catalog, 404, PAGE),
            Redirects(PostUpload, 307),
            NeverMounts,
            Tokens("\"expires_in\":null", None),
        ],
    ),
    animal(
        "GitHub Packages",
        "github.com/containerd/containerd/issues/5860",
        &[Answers(HeadManifest, 405, ""), Answers(HeadBlob, 405, "")],
    ),
    animal(
        "Nexus 3.2",
        "github.com/andrey-pohilko/registry-cli/issues/14",
        &[
            Answers(HeadManifest, 404, PAGE),
            Answers(Referrers, 405, PAGE),
            Answers(Mount, 405, PAGE),
        ],
    ),
    animal(
        "Nexus",
        "github.com/gardener/cc-utils/pull/1665: unexpected status of a mount",
        &[
            Answers(Mount, 400, UNSUPPORTED),
            Labels(PutBlob, "text/html"),
            Labels(PutManifest, "text/html"),
        ],
    ),
    animal(
        "Artifactory",
        "github.com/google/go-containerregistry/pull/2026",
        &[Answers(Referrers, 406, ""), HidesPrivate, StoresAndRefuses(400)],
    ),
    animal(
        "Harbor",
        "github.com/distribution/distribution/pull/2448: relative links",
        &[
            ListsReferrers,
            CutsPages(2, NEXT),
            RelativeLocations,
            Tokens("\"expires_in\":1800", None),
        ],
    ),
    animal(
        "ACR",
        "learn.microsoft.com/azure/container-registry: token exchange and referrers",
        &[ListsReferrers, Tokens("\"expires_in\":\"4500\"", None), CutsPages(100, NEXT)],
    ),
    animal(
        "Artifact Registry",
        "cloud.google.com/artifact-registry/docs: no catalog, storage redirects",
        &[
            Redirects(GetBlob, 302),
            Redirects(HeadBlob, 302),
            Answers(Catalog, 400, ""),
            ListsReferrers,
        ],
    ),
    animal(
        "Docker Hub",
        "docs.docker.com/docker-hub/usage, github.com/fossas/fossa-cli/pull/1309",
        &[Redirects(GetBlob, 307), Answers(Catalog, 401, ""), Tokens("\"expires_in\":300", None)],
    ),
    animal(
        "ECR",
        "docs.aws.amazon.com/AmazonECR: n above 1000 is refused with 405; mounts are ignored",
        &[
            RefusesPageSize(1000, 405),
            NeverMounts,
            ListsReferrers,
            KnowsOnlySha256(400),
            TakesNoCacheIndex,
        ],
    ),
    animal(
        "ECR Public",
        "docs.aws.amazon.com/AmazonECR/latest/public: anonymous tokens, no catalog",
        &[Tokens("", None), Answers(Catalog, 404, ""), NeverMounts],
    ),
    animal(
        "Gitea",
        "github.com/go-gitea/gitea/issues/37326",
        &[Answers(Referrers, 404, ""), HidesPrivate],
    ),
    animal("zot", "zotregistry.dev: OCI 1.1 with referrers", &[ListsReferrers]),
    animal(
        "registry.centos.org",
        "github.com/containerd/containerd/pull/6684",
        &[Answers(HeadManifest, 403, ""), Answers(HeadBlob, 403, "")],
    ),
    animal(
        "a server behind a compressing proxy",
        "developer.mozilla.org/docs/Web/HTTP/Headers/Accept-Encoding: a server may ignore it",
        &[Compresses],
    ),
    animal("a server without digests", "github.com/regclient/regclient/pull/801", &[NamesNoDigest]),
    animal(
        "deis",
        "github.com/distribution/distribution/issues/1746: expires_in as a string",
        &[Tokens("\"expires_in\":\"300\"", Some(301))],
    ),
];

macro_rules! each {
    ($($name:literal: [$($quirk:expr),* $(,)?]),* $(,)?) => {
        &[$(animal($name, "a sibling of a reported behavior", &[$($quirk),*])),*]
    };
}

/// Every kind of behavior with its siblings, one at a time.
pub const VARIANTS: &[Personality] = each![
    // Type labels are hints.
    "html on PUT blob": [Labels(PutBlob, "text/html; charset=utf-8")],
    "html on PUT manifest": [Labels(PutManifest, "text/html")],
    "html on POST": [Labels(PostUpload, "text/html")],
    "html on HEAD manifest": [Labels(HeadManifest, "text/html")],
    "html on GET manifest": [Labels(GetManifest, "text/html")],
    "wrong type on GET manifest": [Labels(GetManifest, "application/vnd.docker.distribution.manifest.list.v2+json")],
    "octets on GET manifest": [Labels(GetManifest, "application/octet-stream")],
    "html on HEAD blob": [Labels(HeadBlob, "text/html")],
    "html on GET blob": [Labels(GetBlob, "text/html")],
    "html on tags": [Labels(Tags, "text/html")],
    "html on the door": [Labels(Door, "text/html")],
    "text on the token": [Tokens("\"expires_in\":300", None), Labels(Token, "text/html")],
    "PUT blob 200": [Succeeds(PutBlob, 200)],
    "PUT blob 204": [Succeeds(PutBlob, 204)],
    "PUT manifest 200": [Succeeds(PutManifest, 200)],
    "PUT manifest 202, no digests": [Succeeds(PutManifest, 202), NamesNoDigest],
    "POST 201": [Succeeds(PostUpload, 201)],
    // The referrers API is optional.
    "referrers 400": [Answers(Referrers, 400, UNSUPPORTED)],
    "referrers 401": [Answers(Referrers, 401, "")],
    "referrers 403": [Answers(Referrers, 403, UNSUPPORTED)],
    "referrers 405": [Answers(Referrers, 405, PAGE)],
    "referrers 406": [Answers(Referrers, 406, "")],
    "referrers 410": [Answers(Referrers, 410, "")],
    "referrers 422": [Answers(Referrers, 422, "")],
    "referrers 500": [Answers(Referrers, 500, "")],
    "referrers 501": [Answers(Referrers, 501, PAGE)],
    "referrers 429, an hour": [Answers(Referrers, 429, ""), RetryAfter("3600")],
    "referrers 503, an hour": [Answers(Referrers, 503, ""), RetryAfter("3600")],
    "referrers html": [Answers(Referrers, 200, PAGE)],
    "referrers empty": [Answers(Referrers, 200, "")],
    "referrers other json": [Answers(Referrers, 200, "{\"message\":\"hello\"}")],
    "referrers docker list": [Answers(Referrers, 200, "{\"mediaType\":\"application/vnd.docker.distribution.manifest.list.v2+json\",\"manifests\":[]}")],
    // Page sizes.
    "n refused 400": [RefusesPageSize(0, 400)],
    "n refused 405": [RefusesPageSize(0, 405)],
    "n refused 413": [RefusesPageSize(0, 413)],
    "n refused 422": [RefusesPageSize(0, 422)],
    "n refused 500": [RefusesPageSize(0, 500)],
    "n above 100 refused": [RefusesPageSize(100, 400), CutsPages(2, NEXT)],
    "n is cut": [CutsPages(1, NEXT)],
    // Link forms.
    "link without rel": [CutsPages(2, Some("<{next}>"))],
    "link in single quotes": [CutsPages(2, Some("<{next}>; rel='next'"))],
    "link without quotes": [CutsPages(2, Some("<{next}>;rel=next"))],
    "several links": [CutsPages(2, Some("</v2/>; rel=\"first\", <{next}>; rel=\"next\""))],
    "absolute link": [CutsPages(2, Some("<http://{host}{next}>; rel=\"next\""))],
    "absolute link, other scheme": [CutsPages(2, Some("<https://{host}{next}>; rel=\"next\""))],
    "query only": [CutsPages(2, Some("<{query}>; rel=\"next\""))],
    "link without brackets": [CutsPages(2, Some("{next}; rel=\"next\""))],
    "no link at ten": [CutsPages(10, None)],
    // A mount is an offer.
    "mount 400": [Answers(Mount, 400, UNSUPPORTED)],
    "mount 401": [Answers(Mount, 401, "")],
    "mount 403": [Answers(Mount, 403, "")],
    "mount 404": [Answers(Mount, 404, "")],
    "mount 405": [Answers(Mount, 405, PAGE)],
    "mount 415": [Answers(Mount, 415, "")],
    "mount 500": [Answers(Mount, 500, "")],
    "mount 501": [Answers(Mount, 501, "")],
    "mount 202 without location": [Answers(Mount, 202, "")],
    "mount 200 with a page": [Answers(Mount, 200, PAGE)],
    "mount ignored": [NeverMounts],
    "mount 201, never mounted": [Answers(Mount, 201, "")],
    // HEAD is optional.
    "head 400": [Answers(HeadManifest, 400, ""), Answers(HeadBlob, 400, "")],
    "head 401": [Answers(HeadManifest, 401, ""), Answers(HeadBlob, 401, "")],
    "head 403": [Answers(HeadManifest, 403, ""), Answers(HeadBlob, 403, "")],
    "head 405": [Answers(HeadManifest, 405, ""), Answers(HeadBlob, 405, "")],
    "head 501": [Answers(HeadManifest, 501, ""), Answers(HeadBlob, 501, "")],
    "head 200, nothing in it": [Answers(HeadManifest, 200, "")],
    // Redirected writes.
    "POST 301": [Redirects(PostUpload, 301)],
    "POST 302": [Redirects(PostUpload, 302)],
    "POST 307": [Redirects(PostUpload, 307)],
    "POST 308": [Redirects(PostUpload, 308)],
    "PUT blob 307": [Redirects(PutBlob, 307)],
    "PUT blob 308": [Redirects(PutBlob, 308)],
    "PUT manifest 301": [Redirects(PutManifest, 301)],
    "PUT manifest 307": [Redirects(PutManifest, 307)],
    "PUT manifest 308": [Redirects(PutManifest, 308)],
    "mount 307": [Redirects(Mount, 307)],
    "GET manifest 302": [Redirects(GetManifest, 302), Redirects(HeadManifest, 302)],
    "tags 308": [Redirects(Tags, 308)],
    // Token servers.
    "token 301": [Tokens("\"expires_in\":300", Some(301))],
    "token 302": [Tokens("\"expires_in\":300", Some(302))],
    "token 307": [Tokens("\"expires_in\":300", Some(307))],
    "token 308": [Tokens("\"expires_in\":300", Some(308))],
    // Numbers and nulls.
    "expires_in float": [Tokens("\"expires_in\":300.0", None)],
    "expires_in string": [Tokens("\"expires_in\":\"300\"", None)],
    "expires_in float string": [Tokens("\"expires_in\":\"300.5\"", None)],
    "expires_in 0": [Tokens("\"expires_in\":0", None)],
    "expires_in negative": [Tokens("\"expires_in\":-1", None)],
    "expires_in huge": [Tokens("\"expires_in\":1e40", None)],
    "expires_in null": [Tokens("\"expires_in\":null", None)],
    "expires_in words": [Tokens("\"expires_in\":\"soon\"", None)],
    "expires_in list": [Tokens("\"expires_in\":[]", None)],
    "no expires_in, odd issued_at": [Tokens("\"issued_at\":1457510670", None)],
    "issued_at null": [Tokens("\"issued_at\":null,\"access_token\":null", None)],
    // Private repositories hidden as 404.
    "hidden": [HidesPrivate],
    // Always-compressed answers.
    "compressed": [Compresses],
    "compressed, no digests": [Compresses, NamesNoDigest],
    // Two repositories, one new layer at once.
    "second PUT 400": [StoresAndRefuses(400), NeverMounts],
    "second PUT 404": [StoresAndRefuses(404), NeverMounts],
    "second PUT 409": [StoresAndRefuses(409), NeverMounts],
    "second PUT 416": [StoresAndRefuses(416), NeverMounts],
    "second PUT 500": [StoresAndRefuses(500), NeverMounts],
    // Locations.
    "relative locations": [RelativeLocations],
];
