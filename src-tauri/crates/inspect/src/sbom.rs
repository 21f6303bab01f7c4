//! Parses software bills of materials: SPDX 2 and 3, and CycloneDX. Only packages are kept. The document is parsed
//! field by field from its text, so that files and relationships, which are most of it, take no memory.
//!
//! Sources: SPDX 2.3, clause 7 (packages); SPDX 3.0, Software profile; CycloneDX 1.6, `components`.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use ts_rs::TS;

use crate::visible::visible;

/// How many packages are kept. Larger lists are cut, and their number is still right.
const PACKAGES_LIMIT: usize = 100_000;

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

/// A package of an SBOM.
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

/// Parses an SBOM of any supported format. Returns `None` if the document is valid JSON but no SBOM.
///
/// # Errors
/// If the document isn't JSON, or its packages don't have the form that the format requires.
pub(crate) fn read_sbom(json: &str) -> Result<Option<Sbom>, serde_json::Error> {
    let head: Head = serde_json::from_str(json)?;
    let mut sbom = match head {
        Head { spdx_version: Some(version), .. } => read_spdx(&version, json)?,
        Head { bom_format: Some(format), spec_version, .. } if format == "CycloneDX" => {
            read_cyclone_dx(spec_version.as_deref(), json)?
        }
        Head { graph: Some(graph), .. } => read_spdx3(graph)?,
        _ => return Ok(None),
    };
    sbom.packages.sort();
    sbom.packages.dedup();
    Ok(Some(sbom))
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "spdxVersion", default)]
    spdx_version: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "bomFormat", default)]
    bom_format: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "specVersion", default)]
    spec_version: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "@graph", default)]
    graph: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Spdx {
    #[serde(default)]
    packages: Vec<SpdxPackage>,
    #[serde(default)]
    files: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpdxPackage {
    #[serde(default)]
    name: String,
    version_info: Option<String>,
    license_concluded: Option<String>,
    license_declared: Option<String>,
    #[serde(default)]
    external_refs: Vec<SpdxReference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpdxReference {
    #[serde(default)]
    reference_type: String,
    #[serde(default)]
    reference_locator: String,
}

fn read_spdx(version: &str, json: &str) -> Result<Sbom, serde_json::Error> {
    let document: Spdx = serde_json::from_str(json)?;
    let count = document.packages.len();
    let packages = document.packages.into_iter().take(PACKAGES_LIMIT).map(|package| {
        let purl = package.external_refs.into_iter().find(|one| one.reference_type == "purl");
        let license = [package.license_concluded, package.license_declared].into_iter().flatten();
        new_package(
            &package.name,
            package.version_info,
            license.into_iter().find(|license| is_license(license)),
            purl.map(|one| one.reference_locator),
            None,
        )
    });
    Ok(Sbom {
        format: visible(version),
        packages: packages.collect(),
        package_count: count as u32,
        file_count: document.files.len() as u32,
    })
}

#[derive(Deserialize)]
struct Spdx3Element {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(rename = "software_packageVersion", default)]
    version: Option<String>,
    #[serde(rename = "software_packageUrl", default)]
    purl: Option<String>,
}

fn read_spdx3(graph: &RawValue) -> Result<Sbom, serde_json::Error> {
    let elements: Vec<Spdx3Element> = serde_json::from_str(graph.get())?;
    let files = elements.iter().filter(|element| element.kind == "software_File").count();
    let mut sbom =
        Sbom { format: "SPDX-3".to_owned(), file_count: files as u32, ..Sbom::default() };
    for element in elements.into_iter().filter(|element| element.kind == "software_Package") {
        sbom.package_count += 1;
        if sbom.packages.len() < PACKAGES_LIMIT {
            sbom.packages.push(new_package(
                &element.name,
                element.version,
                None,
                element.purl,
                None,
            ));
        }
    }
    Ok(sbom)
}

#[derive(Deserialize)]
struct CycloneDx {
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    name: String,
    group: Option<String>,
    version: Option<String>,
    purl: Option<String>,
    #[serde(default)]
    licenses: Vec<LicenseChoice>,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct LicenseChoice {
    license: Option<License>,
    expression: Option<String>,
}

#[derive(Deserialize)]
struct License {
    id: Option<String>,
    name: Option<String>,
}

fn read_cyclone_dx(version: Option<&str>, json: &str) -> Result<Sbom, serde_json::Error> {
    let document: CycloneDx = serde_json::from_str(json)?;
    let mut sbom = Sbom {
        format: visible(format!("CycloneDX {}", version.unwrap_or_default()).trim_end()),
        ..Sbom::default()
    };
    // The parser limits how deep components can nest.
    let mut rest = document.components;
    while let Some(component) = rest.pop() {
        rest.extend(component.components);
        if component.kind == "file" {
            sbom.file_count += 1;
            continue;
        }
        sbom.package_count += 1;
        if sbom.packages.len() == PACKAGES_LIMIT {
            continue;
        }
        let name = match &component.group {
            Some(group) if !group.is_empty() => format!("{group}/{}", component.name),
            _ => component.name,
        };
        let licenses: Vec<String> = component
            .licenses
            .into_iter()
            .filter_map(|choice| {
                choice.expression.or_else(|| choice.license.and_then(|one| one.id.or(one.name)))
            })
            .collect();
        let license = (!licenses.is_empty()).then(|| licenses.join(", "));
        let kind = Some(component.kind.as_str());
        sbom.packages.push(new_package(&name, component.version, license, component.purl, kind));
    }
    Ok(sbom)
}

/// SPDX writes these if the license is unknown.
fn is_license(license: &str) -> bool {
    !["", "NOASSERTION", "NONE"].contains(&license)
}

fn new_package(
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn packages(sbom: &Sbom) -> Vec<(&str, &str, Option<&str>, Option<&str>)> {
        let fields = sbom.packages.iter().map(|one| {
            (
                one.package_type.as_str(),
                one.name.as_str(),
                one.version.as_deref(),
                one.license.as_deref(),
            )
        });
        fields.collect()
    }

    #[test]
    fn packages_of_every_format_are_read() {
        let spdx = json!({
            "spdxVersion": "SPDX-2.3",
            "packages": [
                {"name": "openssl", "versionInfo": "3.0.1", "licenseConcluded": "NOASSERTION", "licenseDeclared": "Apache-2.0",
                 "externalRefs": [{"referenceType": "cpe23Type", "referenceLocator": "cpe:x"},
                                  {"referenceType": "purl", "referenceLocator": "pkg:apk/alpine/openssl@3.0.1"}]},
                {"name": "app\u{1b}[31m"},
            ],
            "files": [{"fileName": "/a"}, {"fileName": "/b"}],
        });
        let read = read_sbom(&spdx.to_string()).unwrap().unwrap();
        assert_eq!((read.format.as_str(), read.file_count, read.package_count), ("SPDX-2.3", 2, 2));
        assert_eq!(
            packages(&read),
            [
                ("apk", "openssl", Some("3.0.1"), Some("Apache-2.0")),
                ("other", "app\\x1b[31m", None, None),
            ]
        );
        let cyclone = json!({
            "bomFormat": "CycloneDX", "specVersion": "1.6",
            "components": [
                {"type": "library", "group": "@types", "name": "node", "version": "22", "purl": "pkg:npm/%40types/node@22",
                 "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "own"}}],
                 "components": [{"type": "library", "name": "inner", "licenses": [{"expression": "MIT OR Apache-2.0"}]}]},
                {"type": "file", "name": "/a"},
                {"type": "operating-system", "name": "alpine", "version": "3.22"},
            ],
        });
        let read = read_sbom(&cyclone.to_string()).unwrap().unwrap();
        assert_eq!((read.format.as_str(), read.file_count), ("CycloneDX 1.6", 1));
        assert_eq!(
            packages(&read),
            [
                ("library", "inner", None, Some("MIT OR Apache-2.0")),
                ("npm", "@types/node", Some("22"), Some("MIT, own")),
                ("operating-system", "alpine", Some("3.22"), None),
            ]
        );
        let spdx3 = json!({"@context": "x", "@graph": [
            {"type": "software_Package", "name": "zlib", "software_packageVersion": "1.3", "software_packageUrl": "pkg:deb/debian/zlib@1.3"},
            {"type": "software_File", "name": "/a"}, {"type": "Relationship"},
        ]});
        let read = read_sbom(&spdx3.to_string()).unwrap().unwrap();
        assert_eq!(packages(&read), [("deb", "zlib", Some("1.3"), None)]);
        assert_eq!(read.file_count, 1);
    }

    #[test]
    fn other_documents_are_no_sbom_and_hostile_ones_are_errors() {
        assert_eq!(read_sbom("{}").unwrap(), None);
        assert_eq!(read_sbom("[]").unwrap(), None);
        assert_eq!(read_sbom(r#"{"bomFormat":"Other"}"#).unwrap(), None);
        let nested = "{\"type\":\"x\",\"components\":[".repeat(500);
        let deep = format!("{{\"bomFormat\":\"CycloneDX\",\"components\":[{nested}");
        for hostile in [
            "",
            "{",
            r#"{"spdxVersion":"SPDX-2.3","packages":7}"#,
            r#"{"spdxVersion":"SPDX-2.3","packages":[{"name":{}}]}"#,
            r#"{"spdxVersion":"SPDX-2.3""#,
            &deep,
        ] {
            assert!(read_sbom(hostile).is_err(), "{hostile:.60}");
        }
    }
}
