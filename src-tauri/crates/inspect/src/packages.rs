//! The packages that differ between two images, by their SBOMs. Called by `api` for a comparison.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use transload_model::Digest;
use ts_rs::TS;

use crate::attachment_kind::AttachmentKind;
use crate::attestation::read_attestation;
use crate::content::ImageContent;
use crate::error::InspectError;
use crate::inspection::ImageInspection;
use crate::sbom::{Sbom, SbomPackage};
use crate::supply_chain::supply_chain;

/// The packages of two images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct PackageComparison {
    /// Whether each image has an SBOM. Packages are only compared if both have one.
    pub left_sbom: bool,
    pub right_sbom: bool,
    pub changes: Vec<PackageChange>,
    /// Packages that are the same in both images.
    pub unchanged: u32,
    /// Why an SBOM couldn't be read.
    pub problem: Option<String>,
}

/// A package that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct PackageChange {
    pub package_type: String,
    pub name: String,
    /// Versions in the left image, separated by commas. `null` if it doesn't have the package.
    pub left: Option<String>,
    pub right: Option<String>,
}

/// Compares the packages of two images by type and name. Several versions of a package count as one entry.
pub fn compare_packages(left: Option<&Sbom>, right: Option<&Sbom>) -> PackageComparison {
    let mut comparison = PackageComparison {
        left_sbom: left.is_some(),
        right_sbom: right.is_some(),
        ..PackageComparison::default()
    };
    let (Some(left), Some(right)) = (left, right) else { return comparison };
    let (left, right) = (versions(&left.packages), versions(&right.packages));
    let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    for key in keys {
        let (one, other) = (left.get(key), right.get(key));
        if one == other {
            comparison.unchanged += 1;
            continue;
        }
        let text = |versions: Option<&BTreeSet<&str>>| {
            versions.map(|all| all.iter().copied().collect::<Vec<_>>().join(", "))
        };
        comparison.changes.push(PackageChange {
            package_type: key.0.to_owned(),
            name: key.1.to_owned(),
            left: text(one),
            right: text(other),
        });
    }
    comparison
}

fn versions(packages: &[SbomPackage]) -> BTreeMap<(&str, &str), BTreeSet<&str>> {
    let mut versions: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for package in packages {
        let key = (package.package_type.as_str(), package.name.as_str());
        versions.entry(key).or_default().insert(package.version.as_deref().unwrap_or("?"));
    }
    versions
}

/// Reads the SBOM of the platform that was inspected, or the one of its index. Returns `None` if the image has no SBOM.
///
/// # Errors
/// If there is an SBOM that can't be read.
pub async fn find_sbom(
    content: &dyn ImageContent,
    inspection: &ImageInspection,
) -> Result<Option<Sbom>, InspectError> {
    let Some(image) = &inspection.image else { return Ok(None) };
    let chain = supply_chain(content, inspection.digest.as_str()).await?;
    let of = |digest: &Digest| {
        chain
            .attachments
            .iter()
            .find(|one| one.kind == AttachmentKind::Sbom && one.subject == *digest)
    };
    let Some(found) = of(&image.digest).or_else(|| of(&inspection.digest)) else { return Ok(None) };
    let images = [image.digest.clone(), inspection.digest.clone()];
    Ok(read_attestation(content, &found.manifest, &found.blob, &images).await?.sbom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sbom(packages: &[(&str, &str)]) -> Sbom {
        let package = |(name, version): &(&str, &str)| SbomPackage {
            package_type: "apk".to_owned(),
            name: (*name).to_owned(),
            version: (!version.is_empty()).then(|| (*version).to_owned()),
            license: None,
            purl: None,
        };
        Sbom { packages: packages.iter().map(package).collect(), ..Sbom::default() }
    }

    #[test]
    fn changed_added_and_removed_packages_are_found() {
        let left = sbom(&[
            ("openssl", "3.0.1"),
            ("zlib", "1"),
            ("gone", ""),
            ("twice", "1"),
            ("twice", "2"),
        ]);
        let right = sbom(&[("openssl", "3.0.2"), ("zlib", "1"), ("new", "1"), ("twice", "2")]);
        let found = compare_packages(Some(&left), Some(&right));
        let changes: Vec<_> = found
            .changes
            .iter()
            .map(|one| (one.name.as_str(), one.left.as_deref(), one.right.as_deref()))
            .collect();
        assert_eq!(
            changes,
            [
                ("gone", Some("?"), None),
                ("new", None, Some("1")),
                ("openssl", Some("3.0.1"), Some("3.0.2")),
                ("twice", Some("1, 2"), Some("2")),
            ]
        );
        assert_eq!(found.unchanged, 1);
        let none = compare_packages(Some(&left), None);
        assert!(none.left_sbom && !none.right_sbom && none.changes.is_empty());
    }
}
