//! How many calls the handlers make at a time, in one place. Each limit is named for the system that it protects.
//! The limits of a migration are in `transload_migration`, and every request to a registry passes that registry's
//! own limit too (`transload_registry`, `rate_limit`). A number without a source is a choice, with its reason.

/// Calls of the ECR API: repositories listed, counted, planned or deleted, findings read, images archived.
/// ECR documents a rate for eight operations, and none of these is among them. All clients of the account share
/// what it allows, and the SDK repeats what it throttles. Four lists at a time, with 1,000 images in a page, read
/// three million images in 4 to 13 minutes if ECR needs 0.3 to 1.0 seconds for a page (calculated, not measured).
/// More would shorten a list that a user makes rarely, and take more from the deployments of the account.
pub(crate) const MAX_CONCURRENT_ECR_CALLS: usize = 4;
/// Requests to the registry of a source: lists of tags, details of tags. Source: the connections that a browser opens
/// to one host with HTTP/1.1, which every public registry has to expect (Firefox,
/// `network.http.max-persistent-connections-per-server`; Chromium, `max_sockets_per_group`).
pub(crate) const MAX_CONCURRENT_SOURCE_READS: usize = 6;
/// Images of the Docker Engine that are looked up in the registry that they were pulled from. The results are hints
/// that no step waits for, so the lookups leave most connections to the lists that the user sees. A registry that
/// counts reads of an index counts at most these in vain if the user leaves the page. (Docker Hub is
/// read through its own API, which doesn't count them.)
pub(crate) const MAX_CONCURRENT_COUNTERPART_LOOKUPS: usize = 4;
/// Namespaces of Docker Hub whose first pages are requested. Docker Hub documents no number for its API; it reports what
/// is left in `X-RateLimit-Remaining`, which `transload_hub` obeys. Few users belong to more organizations, so that all
/// first pages take one round trip.
pub(crate) const MAX_CONCURRENT_NAMESPACES: usize = 4;
