//! Every kind of behavior that a bug report showed, with its siblings: one quirk at a time.

use super::personality::animal;
use super::quirk::Op::*;
use super::quirk::Quirk::*;
use crate::zoo::personality::{NEXT, PAGE, Personality, UNSUPPORTED};

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
    "html on POST": [Labels(PostUpload, "text/html"), NeverMounts],
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
    "POST 201": [Succeeds(PostUpload, 201), NeverMounts],
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
    // Redirected writes. Where blobs are mounted the upload is opened by the mount and not by a plain POST.
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
    "compressed, with tokens": [Compresses, Tokens("\"expires_in\":300", None)],
    "compressed, hidden": [Compresses, HidesPrivate],
    "compressed pages": [Compresses, CutsPages(2, NEXT)],
    "compressed refusals": [Compresses, RefusesPageSize(0, 400), Answers(Mount, 405, UNSUPPORTED), Answers(Referrers, 404, UNSUPPORTED)],
    // Two repositories, one new layer at once.
    "second PUT 400": [StoresAndRefuses(400), NeverMounts],
    "second PUT 404": [StoresAndRefuses(404), NeverMounts],
    "second PUT 409": [StoresAndRefuses(409), NeverMounts],
    "second PUT 416": [StoresAndRefuses(416), NeverMounts],
    "second PUT 500": [StoresAndRefuses(500), NeverMounts],
    // What a registry says and does not do.
    "oci-subject without referrers": [ClaimsSubject],
    "referrers sent elsewhere 302": [SendsElsewhere(Referrers, 302, "/-/login")],
    "referrers sent elsewhere 307": [SendsElsewhere(Referrers, 307, "/-/login?next=referrers")],
    // HEAD finds only what Accept names.
    "exact accept": [NeedsExactAccept],
    "exact accept, no digests": [NeedsExactAccept, NamesNoDigest],
    // Locations.
    "outside /v2/": [ServesOutsideV2],
    "outside /v2/, with tokens": [ServesOutsideV2, Tokens("\"expires_in\":300", None)],
    "relative locations": [RelativeLocations],
];
