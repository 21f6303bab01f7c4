//! The packages of a software bill of materials. `sbom_reader` reads them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_model::visible;

/// The packages of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct Sbom {
    /// The format with its version, such as `SPDX-2.3` or `CycloneDX 1.6`.
    pub format: String,
    /// Packages sorted by type and name.
    pub packages: Vec<SbomPackage>,
    /// The number of packages in the document, if it has more than are kept.
    pub package_count: u32,
    /// The number of files that it lists.
    pub file_count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct SbomPackage {
    /// The type of the package URL, such as `deb`, `apk`, `npm` or `golang`.
    pub package_type: String,
    pub name: String,
    pub version: Option<String>,
    pub license: Option<String>,
    /// The package URL.
    pub purl: Option<String>,
}

/// SPDX writes these if the license is unknown.
pub(crate) fn is_license(license: &str) -> bool {
    !["", "NOASSERTION", "NONE"].contains(&license)
}

/// Returns a package as it is shown. Its type is that of its package URL, or `kind`.
pub(crate) fn new_package(
    name: &str,
    version: Option<String>,
    license: Option<String>,
    purl: Option<String>,
    kind: Option<&str>,
) -> SbomPackage {
    let of_purl = purl.as_deref().and_then(|purl| purl.strip_prefix("pkg:")?.split('/').next());
    let shown =
        |text: Option<String>| text.filter(|text| !text.is_empty()).map(|text| visible(&text));
    SbomPackage {
        package_type: visible(of_purl.or(kind).filter(|text| !text.is_empty()).unwrap_or("other")),
        name: visible(name),
        version: shown(version),
        license: shown(license),
        purl: shown(purl),
    }
}
