//! The quirks that bug reports showed, one at a time, with related variants that were not reported.

use super::quirk::Op::*;
use super::quirk::Quirk::*;
use super::real_registries::registry_kind;
use crate::scripted_registry::real_registries::{NEXT, PAGE, RegistryKind, UNSUPPORTED};

macro_rules! each {
    ($($name:literal: [$($quirk:expr),* $(,)?]),* $(,)?) => {
        &[$(registry_kind($name, "a variant of a reported behavior", &[$($quirk),*])),*]
    };
}

/// All quirks with their variants, one at a time.
pub const QUIRK_VARIANTS: &[RegistryKind] = each![
    // Content types are hints.
    "html on PUT blob": [ContentType(PutBlob, "text/html; charset=utf-8")],
    "html on PUT manifest": [ContentType(PutManifest, "text/html")],
    "html on POST": [ContentType(PostUpload, "text/html"), NeverMounts],
    "html on HEAD manifest": [ContentType(HeadManifest, "text/html")],
    "html on GET manifest": [ContentType(GetManifest, "text/html")],
    "wrong type on GET manifest": [ContentType(GetManifest, "application/vnd.docker.distribution.manifest.list.v2+json")],
    "octets on GET manifest": [ContentType(GetManifest, "application/octet-stream")],
    "html on HEAD blob": [ContentType(HeadBlob, "text/html")],
    "html on GET blob": [ContentType(GetBlob, "text/html")],
    "html on tags": [ContentType(Tags, "text/html")],
    "html on the base endpoint": [ContentType(Base, "text/html")],
    "text on the token": [RequiresToken("\"expires_in\":300", None), ContentType(Token, "text/html")],
    "PUT blob 200": [SuccessStatus(PutBlob, 200)],
    "PUT blob 204": [SuccessStatus(PutBlob, 204)],
    "PUT manifest 200": [SuccessStatus(PutManifest, 200)],
    "PUT manifest 202, no digests": [SuccessStatus(PutManifest, 202), OmitsDigest],
    "POST 201": [SuccessStatus(PostUpload, 201), NeverMounts],
    // The referrers API is optional.
    "referrers 400": [Responds(Referrers, 400, UNSUPPORTED)],
    "referrers 401": [Responds(Referrers, 401, "")],
    "referrers 403": [Responds(Referrers, 403, UNSUPPORTED)],
    "referrers 405": [Responds(Referrers, 405, PAGE)],
    "referrers 406": [Responds(Referrers, 406, "")],
    "referrers 410": [Responds(Referrers, 410, "")],
    "referrers 422": [Responds(Referrers, 422, "")],
    "referrers 500": [Responds(Referrers, 500, "")],
    "referrers 501": [Responds(Referrers, 501, PAGE)],
    "referrers 429, an hour": [Responds(Referrers, 429, ""), RetryAfter("3600")],
    "referrers 503, an hour": [Responds(Referrers, 503, ""), RetryAfter("3600")],
    "referrers html": [Responds(Referrers, 200, PAGE)],
    "referrers empty": [Responds(Referrers, 200, "")],
    "referrers other json": [Responds(Referrers, 200, "{\"message\":\"hello\"}")],
    "referrers docker list": [Responds(Referrers, 200, "{\"mediaType\":\"application/vnd.docker.distribution.manifest.list.v2+json\",\"manifests\":[]}")],
    // Page sizes.
    "n rejected 400": [RejectsPageSize(0, 400)],
    "n rejected 405": [RejectsPageSize(0, 405)],
    "n rejected 413": [RejectsPageSize(0, 413)],
    "n rejected 422": [RejectsPageSize(0, 422)],
    "n rejected 500": [RejectsPageSize(0, 500)],
    "n above 100 rejected": [RejectsPageSize(100, 400), Paginates(2, NEXT)],
    "n is limited": [Paginates(1, NEXT)],
    // Link forms.
    "link without rel": [Paginates(2, Some("<{next}>"))],
    "link in single quotes": [Paginates(2, Some("<{next}>; rel='next'"))],
    "link without quotes": [Paginates(2, Some("<{next}>;rel=next"))],
    "several links": [Paginates(2, Some("</v2/>; rel=\"first\", <{next}>; rel=\"next\""))],
    "absolute link": [Paginates(2, Some("<http://{host}{next}>; rel=\"next\""))],
    "absolute link, other scheme": [Paginates(2, Some("<https://{host}{next}>; rel=\"next\""))],
    "query only": [Paginates(2, Some("<{query}>; rel=\"next\""))],
    "link without brackets": [Paginates(2, Some("{next}; rel=\"next\""))],
    "no link at ten": [Paginates(10, None)],
    // A mount is an offer.
    "mount 400": [Responds(Mount, 400, UNSUPPORTED)],
    "mount 401": [Responds(Mount, 401, "")],
    "mount 403": [Responds(Mount, 403, "")],
    "mount 404": [Responds(Mount, 404, "")],
    "mount 405": [Responds(Mount, 405, PAGE)],
    "mount 415": [Responds(Mount, 415, "")],
    "mount 500": [Responds(Mount, 500, "")],
    "mount 501": [Responds(Mount, 501, "")],
    "mount 202 without location": [Responds(Mount, 202, "")],
    "mount 200 with a page": [Responds(Mount, 200, PAGE)],
    "mount ignored": [NeverMounts],
    "mount 201, never mounted": [Responds(Mount, 201, "")],
    // HEAD is optional.
    "head 400": [Responds(HeadManifest, 400, ""), Responds(HeadBlob, 400, "")],
    "head 401": [Responds(HeadManifest, 401, ""), Responds(HeadBlob, 401, "")],
    "head 403": [Responds(HeadManifest, 403, ""), Responds(HeadBlob, 403, "")],
    "head 405": [Responds(HeadManifest, 405, ""), Responds(HeadBlob, 405, "")],
    "head 501": [Responds(HeadManifest, 501, ""), Responds(HeadBlob, 501, "")],
    "head 200, nothing in it": [Responds(HeadManifest, 200, "")],
    // Redirected writes. If the registry mounts blobs, the upload is started by the mount and not by a plain
    // POST.
    "POST 301": [Redirects(PostUpload, 301), NeverMounts],
    "POST 302": [Redirects(PostUpload, 302), NeverMounts],
    "POST 307": [Redirects(PostUpload, 307), NeverMounts],
    "POST 308": [Redirects(PostUpload, 308), NeverMounts],
    "PUT blob 307": [Redirects(PutBlob, 307)],
    "PUT blob 308": [Redirects(PutBlob, 308)],
    "PUT manifest 301": [Redirects(PutManifest, 301)],
    "PUT manifest 307": [Redirects(PutManifest, 307)],
    "PUT manifest 308": [Redirects(PutManifest, 308)],
    "mount 307": [Redirects(Mount, 307)],
    "GET manifest 302": [Redirects(GetManifest, 302), Redirects(HeadManifest, 302)],
    "tags 308": [Redirects(Tags, 308)],
    // Token servers.
    "token 301": [RequiresToken("\"expires_in\":300", Some(301))],
    "token 302": [RequiresToken("\"expires_in\":300", Some(302))],
    "token 307": [RequiresToken("\"expires_in\":300", Some(307))],
    "token 308": [RequiresToken("\"expires_in\":300", Some(308))],
    // Numbers and nulls.
    "expires_in float": [RequiresToken("\"expires_in\":300.0", None)],
    "expires_in string": [RequiresToken("\"expires_in\":\"300\"", None)],
    "expires_in float string": [RequiresToken("\"expires_in\":\"300.5\"", None)],
    "expires_in 0": [RequiresToken("\"expires_in\":0", None)],
    "expires_in negative": [RequiresToken("\"expires_in\":-1", None)],
    "expires_in huge": [RequiresToken("\"expires_in\":1e40", None)],
    "expires_in null": [RequiresToken("\"expires_in\":null", None)],
    "expires_in words": [RequiresToken("\"expires_in\":\"soon\"", None)],
    "expires_in list": [RequiresToken("\"expires_in\":[]", None)],
    "no expires_in, odd issued_at": [RequiresToken("\"issued_at\":1457510670", None)],
    "issued_at null": [RequiresToken("\"issued_at\":null,\"access_token\":null", None)],
    // Private repositories that respond with 404.
    "hidden": [HidesPrivate],
    // Responses that are always compressed.
    "compressed": [Compresses],
    "compressed, no digests": [Compresses, OmitsDigest],
    "compressed, with tokens": [Compresses, RequiresToken("\"expires_in\":300", None)],
    "compressed, hidden": [Compresses, HidesPrivate],
    "compressed pages": [Compresses, Paginates(2, NEXT)],
    "compressed rejections": [Compresses, RejectsPageSize(0, 400), Responds(Mount, 405, UNSUPPORTED), Responds(Referrers, 404, UNSUPPORTED)],
    // Two repositories upload the same new layer at the same time.
    "second PUT 400": [RejectsSecondUpload(400), NeverMounts],
    "second PUT 404": [RejectsSecondUpload(404), NeverMounts],
    "second PUT 409": [RejectsSecondUpload(409), NeverMounts],
    "second PUT 416": [RejectsSecondUpload(416), NeverMounts],
    "second PUT 500": [RejectsSecondUpload(500), NeverMounts],
    // Features that a registry reports but does not have.
    "oci-subject without referrers": [ClaimsSubject],
    "referrers on another host 302": [RedirectsToOtherHost(Referrers, 302, "/-/login")],
    "referrers on another host 307": [RedirectsToOtherHost(Referrers, 307, "/-/login?next=referrers")],
    // HEAD only finds media types that Accept lists.
    "exact accept": [NeedsExactAccept],
    "exact accept, no digests": [NeedsExactAccept, OmitsDigest],
    // Locations.
    "outside /v2/": [ServesOutsideV2],
    "outside /v2/, with tokens": [ServesOutsideV2, RequiresToken("\"expires_in\":300", None)],
    "relative locations": [RelativeLocations],
];
