//! The real registries, each with the issue or the page that shows its behavior.

use super::quirk::Op::*;
use super::quirk::Quirk::*;
use crate::scripted_registry::quirk::Quirk;

/// A registry that can be imitated.
#[derive(Clone, Copy, Debug)]
pub struct RegistryKind {
    pub name: &'static str,
    /// The sources that show the behavior.
    pub cites: &'static str,
    pub quirks: &'static [Quirk],
}

pub(super) const fn registry_kind(
    name: &'static str,
    cites: &'static str,
    quirks: &'static [Quirk],
) -> RegistryKind {
    RegistryKind { name, cites, quirks }
}

pub(super) const PAGE: &str = "<!doctype html><html><body>Not here</body></html>";
pub(super) const UNSUPPORTED: &str =
    r#"{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}"#;
const UNAUTHORIZED: &str =
    r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#;
pub(super) const NEXT: Option<&str> = Some("<{next}>; rel=\"next\"");

/// The real registries. A behavior without a public source is marked as such.
pub const REAL_REGISTRIES: &[RegistryKind] = &[
    registry_kind(
        "distribution 2.8",
        "github.com/distribution/distribution/tree/v2.8.3/registry/handlers: without quirks",
        &[],
    ),
    registry_kind(
        "distribution 3",
        "github.com/distribution/distribution/pull/3143: pages; issues/4844: n above the setting \
         tags.maxtags, here 100, is refused with 400 PAGINATION_NUMBER_INVALID",
        &[RejectsPageSize(100, 400), Paginates(3, NEXT)],
    ),
    registry_kind(
        "GitLab",
        "github.com/oras-project/oras-go/issues/1396: no referrers API, and the tag sha256-HEX is \
         answered with the manifest of that digest",
        &[
            ReadsTagAsDigest,
            Responds(Referrers, 404, UNSUPPORTED),
            RequiresToken("\"expires_in\":300", None),
        ],
    ),
    registry_kind(
        "Quay",
        "github.com/deitch/docker_registry2/issues/106 and regclient/regclient/issues/272: pages with \
         Link, whatever the client asks for; the type labels of PUT: no public thread found, seen on \
         quay.io",
        &[Paginates(2, NEXT), Responds(Referrers, 404, PAGE), ContentType(PutBlob, "text/html")],
    ),
    registry_kind(
        "GHCR",
        "github.com/artifacthub/hub/issues/4785: referrers are answered with 303 to a page of \
         github.com that does not name the digest and answers 429; arg-sh/argsh/pull/135: the POST of \
         an upload is redirected; microsoft/vscode-docker/issues/1525: no catalog",
        &[
            RedirectsToOtherHost(
                Referrers,
                303,
                "/-/v2/packages/container/package/app%2Freferrers%2Fsha256",
            ),
            Responds(Catalog, 404, PAGE),
            Redirects(PostUpload, 307),
            NeverMounts,
            RequiresToken("\"expires_in\":null", None),
        ],
    ),
    registry_kind(
        "GitHub Packages",
        "github.com/containerd/containerd/issues/5860 and 3291: HEAD of a manifest is answered 405",
        &[Responds(HeadManifest, 405, ""), Responds(HeadBlob, 405, "")],
    ),
    registry_kind(
        "Nexus 3.2",
        "github.com/andrey-pohilko/registry-cli/issues/43: HEAD of a manifest is answered 404 and GET \
         finds it; microsoft/vscode-docker/issues/537: its 404 is a web page",
        &[
            Responds(HeadManifest, 404, PAGE),
            Responds(Referrers, 405, PAGE),
            Responds(Mount, 405, PAGE),
        ],
    ),
    registry_kind(
        "Nexus",
        "github.com/sonatype/nexus-public/issues/967: the second PUT of a blob that another repository \
         uploads at the same time is answered 400; gardener/cc-utils/pull/1665: a mount is answered with an \
         unexpected status",
        &[
            Responds(Mount, 400, UNSUPPORTED),
            RejectsSecondUpload(400),
            ContentType(PutBlob, "text/html"),
            ContentType(PutManifest, "text/html"),
        ],
    ),
    registry_kind(
        "Artifactory",
        "github.com/google/go-containerregistry/pull/2026: referrers are answered 406; \
         deitch/docker_registry2/issues/83: HEAD names no digest; moby/moby/issues/22531: it does not \
         mount",
        &[Responds(Referrers, 406, ""), OmitsDigest, NeverMounts],
    ),
    registry_kind(
        "Harbor",
        "github.com/goharbor/harbor/issues/5001 and pull/20339: relative addresses as a setting; \
         issues/22078: a mount from a name that it does not allow is answered 400",
        &[
            HasReferrersApi,
            Paginates(2, NEXT),
            RelativeLocations,
            Responds(Mount, 400, UNSUPPORTED),
            RequiresToken("\"expires_in\":1800", None),
        ],
    ),
    registry_kind(
        "ACR",
        "github.com/Azure/acr/blob/main/docs/AAD-OAuth.md: the token is in access_token alone, without \
         expires_in; pages with Link; aquasecurity/trivy-plugin-referrer/pull/26: referrers",
        &[HasReferrersApi, RequiresToken("", None), TokenInAccessToken, Paginates(5, NEXT)],
    ),
    registry_kind(
        "Artifact Registry",
        "github.com/ahmetb/serverless-registry-proxy/issues/8: blobs are redirected with 302 to a path \
         outside /v2/; gitpod-io/gitpod/issues/10214: so are uploads; \
         HarborGuard/HarborGuard/issues/151: the catalog is an empty list",
        &[
            ServesOutsideV2,
            Responds(Catalog, 200, "{\"repositories\":[]}"),
            RequiresToken("\"expires_in\":3600", None),
            HasReferrersApi,
        ],
    ),
    registry_kind(
        "Docker Hub",
        "github.com/opencontainers/distribution-spec/issues/299: blobs are redirected with 307; \
         genuinetools/reg/issues/86: the catalog is answered 401; fossas/fossa-cli/pull/1309: HEAD of a \
         manifest is answered 404 unless Accept names its exact type; sigstore/cosign/issues/4641: it \
         has the referrers API",
        &[
            Redirects(GetBlob, 307),
            Responds(Catalog, 401, UNAUTHORIZED),
            NeedsExactAccept,
            HasReferrersApi,
            RequiresToken("\"expires_in\":300", None),
        ],
    ),
    registry_kind(
        "ECR",
        "github.com/google/go-containerregistry/issues/681: n above 1000 is refused as UNSUPPORTED; \
         aws/containers-roadmap/issues/2860: a blob that no manifest names is not mounted, 202; \
         issues/876: no cache index; its status 405 and its refusal of sha512: no public thread found",
        &[
            RejectsPageSize(1000, 405),
            NeverMounts,
            HasReferrersApi,
            KnowsOnlySha256(400),
            RejectsCacheIndex,
        ],
    ),
    registry_kind(
        "ECR before it had the referrers API",
        "github.com/sigstore/sigstore-js/pull/1183: it says OCI-Subject and has no referrers API",
        &[ClaimsSubject, RejectsPageSize(1000, 405), NeverMounts],
    ),
    registry_kind(
        "ECR Public",
        "github.com/aws/containers-roadmap/issues/1806: anonymous pulls need a token; issues/1459: \
         mounts fail; that it has no catalog: no public thread found",
        &[RequiresToken("", None), Responds(Catalog, 404, ""), NeverMounts],
    ),
    registry_kind(
        "Gitea",
        "github.com/go-gitea/gitea/issues/19583: public packages need a token too; that it has no \
         referrers API: no public thread found",
        &[Responds(Referrers, 404, ""), RequiresToken("", None)],
    ),
    registry_kind(
        "zot",
        "github.com/project-zot/zot/issues/1410: it says OCI-Subject and has the referrers API",
        &[HasReferrersApi],
    ),
    registry_kind(
        "registry.centos.org",
        "github.com/containerd/containerd/pull/6684: HEAD of a manifest is answered 403",
        &[Responds(HeadManifest, 403, ""), Responds(HeadBlob, 403, "")],
    ),
    registry_kind(
        "a server behind a compressing proxy",
        "RFC 9110, section 12.5.3: a server may ignore Accept-Encoding",
        &[Compresses],
    ),
    registry_kind(
        "registry.redhat.io",
        "github.com/regclient/regclient/pull/363 and ivanilves/lstags/issues/186: no answer names a \
         digest",
        &[OmitsDigest],
    ),
    registry_kind(
        "a registry that hides what is private",
        "no public thread found; without the login it answers 404, and only its base endpoint asks for one",
        &[HidesPrivate],
    ),
    registry_kind(
        "a token server that moved",
        "no public thread found; it redirects to its new address and writes expires_in as a text",
        &[RequiresToken("\"expires_in\":\"300\"", Some(301))],
    ),
];
