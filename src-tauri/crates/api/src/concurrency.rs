//! How many calls the handlers make at a time, in one place. Each limit is named for the system that it protects.
//! The limits of a migration are in `transload_migration`, and every request to a registry passes that registry's
//! own limit too (`transload_registry`, `rate_limit`).

/// Calls of the ECR API: repositories listed, counted, planned or deleted, findings read, images archived.
/// ECR documents no rate for most of these calls and shares what it allows with all other clients of the
/// account; the SDK repeats what ECR throttles.
pub(crate) const MAX_CONCURRENT_ECR_CALLS: usize = 4;
/// Requests to the registry of a source: lists of tags, details of tags. As many as the connections that a browser
/// opens to one host.
pub(crate) const MAX_CONCURRENT_SOURCE_READS: usize = 6;
/// Images of the Docker Engine that are looked up in the registry that they were pulled from. Reading an index of
/// Docker Hub counts towards the user's pull quota, so few reads are wasted if the user leaves the page.
pub(crate) const MAX_CONCURRENT_COUNTERPART_LOOKUPS: usize = 4;
/// Namespaces of Docker Hub whose first pages are requested. Docker Hub limits requests by IP address.
pub(crate) const MAX_CONCURRENT_NAMESPACES: usize = 4;
