//! Builds the repositories of the practice accounts and of their organization.

use std::collections::BTreeMap;
use std::io;

use super::catalog::{Catalog, HubImage, HubManifest, HubRepository, HubTag};
use super::identities;
use crate::image_builder::{BuiltManifest, Family, Layer, attestation, image, index, layer};
use crate::store::blob_folder::BlobFolder;
use crate::store::manifest::Manifest;

/// Increased when the content changes, so that stored content is built again.
pub(super) const EDITION: u32 = 2;

const AMD64: &[&str] = &["amd64"];
const BOTH: &[&str] = &["amd64", "arm64"];
const DAY: i64 = 24 * 60 * 60 * 1000;
/// 2025-01-15T09:00:00Z in milliseconds.
const START: i64 = 1_736_931_600_000;
const KIB: usize = 1024;

/// An image with one or more tags.
struct Release {
    tags: &'static [&'static str],
    architectures: &'static [&'static str],
    family: Family,
    attested: bool,
    /// Days after the first build.
    day: i64,
}

const fn release(
    tags: &'static [&'static str],
    architectures: &'static [&'static str],
    day: i64,
) -> Release {
    Release { tags, architectures, family: Family::Oci, attested: false, day }
}

struct Plan {
    name: &'static str,
    description: &'static str,
    is_private: bool,
    stars: u32,
    pulls: u64,
    /// Size of the layer of the application in bytes.
    size: usize,
    releases: &'static [Release],
}

const FIRST_ACCOUNT: &[Plan] = &[
    Plan {
        name: "pgcli",
        description: "Postgres command line with auto-completion",
        is_private: false,
        stars: 41,
        pulls: 128_450,
        size: 320 * KIB,
        releases: &[
            release(&["4.0.1"], AMD64, 0),
            release(&["4.1.0"], BOTH, 62),
            Release { attested: true, ..release(&["4.2.0", "latest"], BOTH, 140) },
            release(&["dev"], AMD64, 171),
        ],
    },
    Plan {
        name: "storefront",
        description: "Web shop: the pages a customer sees",
        is_private: false,
        stars: 3,
        pulls: 5_210,
        size: 480 * KIB,
        releases: &[
            release(&["1.8.0"], AMD64, 20),
            release(&["1.9.0"], AMD64, 75),
            Release { attested: true, ..release(&["1.9.1", "latest"], BOTH, 118) },
            release(&["edge"], AMD64, 180),
        ],
    },
    Plan {
        name: "invoice-worker",
        description: "Writes invoices from the order queue",
        is_private: false,
        stars: 0,
        pulls: 2_904,
        size: 200 * KIB,
        releases: &[release(&["2025.01"], AMD64, 16), release(&["2025.04", "latest"], BOTH, 96)],
    },
    Plan {
        name: "legacy-reports",
        description: "Monthly reports, built with an old Docker",
        is_private: false,
        stars: 1,
        pulls: 740,
        size: 160 * KIB,
        releases: &[
            Release { family: Family::Docker, ..release(&["v1"], AMD64, 2) },
            Release { family: Family::Docker, ..release(&["v2", "latest"], BOTH, 30) },
        ],
    },
    Plan {
        name: "billing-api",
        description: "Internal billing interface",
        is_private: true,
        stars: 0,
        pulls: 388,
        size: 240 * KIB,
        releases: &[release(&["1.0.0"], AMD64, 44), release(&["1.1.0", "latest"], BOTH, 131)],
    },
];

const OTHER_USER: &[Plan] = &[
    Plan {
        name: "notes",
        description: "A small notebook server",
        is_private: false,
        stars: 12,
        pulls: 9_120,
        size: 64 * KIB,
        releases: &[release(&["0.9"], AMD64, 12), release(&["1.0", "latest"], BOTH, 88)],
    },
    Plan {
        name: "drafts",
        description: "Not ready yet",
        is_private: true,
        stars: 0,
        pulls: 4,
        size: 48 * KIB,
        releases: &[release(&["wip"], AMD64, 150)],
    },
];

const ORGANIZATION: &[Plan] = &[
    Plan {
        name: "gateway",
        description: "Entry point for requests",
        is_private: false,
        stars: 7,
        pulls: 31_200,
        size: 96 * KIB,
        releases: &[release(&["2.0.0"], AMD64, 40), release(&["2.1.0", "latest"], BOTH, 122)],
    },
    Plan {
        name: "ledger",
        description: "Books of the company",
        is_private: true,
        stars: 0,
        pulls: 1_044,
        size: 80 * KIB,
        releases: &[
            release(&["1.4.0"], BOTH, 60),
            Release { attested: true, ..release(&["1.5.0", "latest"], BOTH, 133) },
        ],
    },
];

/// Builds all content into the blob folder, about 10 MB.
pub(super) fn build(blobs: &BlobFolder, account: &str) -> io::Result<Catalog> {
    let mut bases = BTreeMap::new();
    for architecture in BOTH {
        let release = "NAME=\"Practice Linux\"\nID=practice\nVERSION_ID=1\n";
        let noise = format!("usr/lib/{architecture}-linux/libpractice.so");
        let files = [("etc/os-release", release), ("usr/bin/env", "#!/bin/sh\n")];
        bases.insert(*architecture, layer(blobs, &files, (&noise, 900 * KIB))?);
    }
    let mut namespaces = BTreeMap::new();
    for (namespace, plans) in [
        (account, FIRST_ACCOUNT),
        (identities::OTHER_USER, OTHER_USER),
        (identities::ORGANIZATION, ORGANIZATION),
    ] {
        let mut repositories = BTreeMap::new();
        for plan in plans {
            repositories.insert(plan.name.to_owned(), repository(blobs, plan, &bases)?);
        }
        namespaces.insert(namespace.to_owned(), repositories);
    }
    Ok(Catalog { edition: EDITION, account: account.to_owned(), namespaces })
}

fn repository(
    blobs: &BlobFolder,
    plan: &Plan,
    bases: &BTreeMap<&str, Layer>,
) -> io::Result<HubRepository> {
    let last = plan.releases.iter().map(|release| release.day).max().unwrap_or(0);
    let mut repository = HubRepository {
        description: plan.description.to_owned(),
        is_private: plan.is_private,
        stars: plan.stars,
        pulls: plan.pulls,
        registered: START - 30 * DAY,
        updated: START + last * DAY,
        tags: BTreeMap::new(),
        manifests: BTreeMap::new(),
        blobs: BTreeMap::new(),
    };
    for release in plan.releases {
        let (top, images) = build_release(blobs, plan, release, bases, &mut repository)?;
        let tag = HubTag { digest: top, updated: START + release.day * DAY, images };
        for name in release.tags {
            repository.tags.insert((*name).to_owned(), tag.clone());
        }
    }
    Ok(repository)
}

fn build_release(
    blobs: &BlobFolder,
    plan: &Plan,
    release: &Release,
    bases: &BTreeMap<&str, Layer>,
    repository: &mut HubRepository,
) -> io::Result<(String, Vec<HubImage>)> {
    let version = release.tags.first().copied().unwrap_or_default();
    let command = format!("/usr/local/bin/{}", plan.name);
    let mut images = Vec::new();
    for architecture in release.architectures {
        let noise = format!("app/{}-{version}-{architecture}.bin", plan.name);
        let program = format!("usr/local/bin/{}", plan.name);
        let text = format!("#!/bin/sh\necho {} {version}\n", plan.name);
        let files = [(program.as_str(), text.as_str()), ("app/VERSION", version)];
        let own = layer(blobs, &files, (&noise, plan.size))?;
        let layers: Vec<Layer> =
            bases.get(architecture).cloned().into_iter().chain([own]).collect();
        let built = image(blobs, release.family, architecture, &command, &layers)?;
        let attested = if release.attested { Some(attestation(blobs, &built)?) } else { None };
        images.push((built, attested));
    }
    let mut listed = Vec::new();
    for (image, attestation) in &images {
        for (built, os) in [(Some(image), "linux"), (attestation.as_ref(), "unknown")] {
            let Some(built) = built else { continue };
            record(blobs, repository, built)?;
            listed.push(HubImage {
                architecture: built.architecture.unwrap_or_default().to_owned(),
                os: os.to_owned(),
                digest: built.digest.clone(),
                size: built.content_size,
            });
        }
    }
    let top = match images.as_slice() {
        [(only, None)] => only.digest.clone(),
        _ => {
            let index = index(release.family, &images);
            record(blobs, repository, &index)?;
            index.digest
        }
    };
    Ok((top, listed))
}

/// Stores a manifest, and records it and its blobs in the repository.
fn record(
    blobs: &BlobFolder,
    repository: &mut HubRepository,
    built: &BuiltManifest,
) -> io::Result<()> {
    blobs.write(&built.bytes)?;
    let manifest = Manifest::parse(&built.bytes, None).map_err(io::Error::other)?;
    for blob in manifest.blobs {
        repository.blobs.insert(blob.digest, blob.size);
    }
    let size = built.bytes.len() as u64;
    let entry = HubManifest { media_type: built.media_type.to_owned(), size };
    repository.manifests.insert(built.digest.clone(), entry);
    Ok(())
}

#[cfg(test)]
mod tests;
