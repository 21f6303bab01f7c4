//! SBOMs of every format, hostile ones, and large ones.

use serde_json::json;

use super::*;

fn parsed(document: &str) -> Result<Option<Sbom>, String> {
    read_sbom(document.as_bytes())
}

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
    let read = parsed(&spdx.to_string()).unwrap().unwrap();
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
    let read = parsed(&cyclone.to_string()).unwrap().unwrap();
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
    let read = parsed(&spdx3.to_string()).unwrap().unwrap();
    assert_eq!(packages(&read), [("deb", "zlib", Some("1.3"), None)]);
    assert_eq!(read.file_count, 1);
}

#[test]
fn other_documents_are_no_sbom_and_hostile_ones_are_errors() {
    assert_eq!(parsed("{}").unwrap(), None);
    assert_eq!(parsed("[]").unwrap(), None);
    assert_eq!(parsed(r#"{"bomFormat":"Other"}"#).unwrap(), None);
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
        assert!(parsed(hostile).is_err(), "{hostile:.60}");
    }
}

/// A document that is made while it is read.
struct Made<I>(I, Vec<u8>);

impl<I: Iterator<Item = String>> Read for Made<I> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.1.is_empty() {
            match self.0.next() {
                Some(text) => self.1 = text.into_bytes(),
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.1.len());
        buffer[..length].copy_from_slice(&self.1[..length]);
        self.1.drain(..length);
        Ok(length)
    }
}

#[test]
fn a_large_statement_keeps_only_packages_and_says_how_many_there_were() {
    // More packages than are kept, and files. The members that name the format are at its end.
    let packages = (0..110_000_u32).map(|number| {
        let comma = if number == 0 { "" } else { "," };
        format!("{comma}{{\"name\":\"lib{number}\\u001b<b>\",\"versionInfo\":\"1.{number}\"}}")
    });
    let files = (0..10_000_u32).map(|number| {
        let comma = if number == 0 { "" } else { "," };
        format!(
            "{comma}{{\"fileName\":\"/usr/share/doc/{number}\",\"copyrightText\":\"{}\"}}",
            "x".repeat(500)
        )
    });
    let one = |text: &str| std::iter::once(text.to_owned());
    let document = one("{\"predicate\":{\"packages\":[")
        .chain(packages)
        .chain(one("],\"files\":["))
        .chain(files)
        .chain(one(
            "],\"spdxVersion\":\"SPDX-2.3\"},\"subject\":[{\"digest\":{\"sha256\":\"aa\"}}],",
        ))
        .chain(one("\"predicateType\":\"https://spdx.dev/Document\"}"));
    let found = read_statement(Made(document, Vec::new())).unwrap();
    assert_eq!(found.predicate_type.as_deref(), Some("https://spdx.dev/Document"));
    assert_eq!(found.subjects, ["sha256:aa"]);
    let sbom = found.sbom.unwrap().unwrap();
    assert_eq!((sbom.package_count, sbom.file_count), (110_000, 10_000));
    assert_eq!(sbom.packages.len(), PACKAGES_LIMIT);
    assert!(sbom.packages[0].name.ends_with("\\x1b<b>"), "{:?}", sbom.packages[0]);
}

#[test]
fn names_are_kept_up_to_a_limit_of_bytes() {
    let name = "n".repeat(8_000);
    let packages = (0..500_u32).map(|number| {
        let comma = if number == 0 { "" } else { "," };
        format!("{comma}{{\"name\":\"{number}{name}\"}}")
    });
    let one = |text: &str| std::iter::once(text.to_owned());
    let document =
        one("{\"bomFormat\":\"CycloneDX\",\"components\":[").chain(packages).chain(one("]}"));
    let found = read_within(Made(document, Vec::new()), 1_000_000).unwrap();
    let sbom = found.sbom.unwrap().unwrap();
    assert_eq!(sbom.package_count, 500);
    let kept: usize = sbom.packages.iter().map(|one| one.name.len()).sum();
    assert!(kept <= 1_000_000 && sbom.packages.len() > 100, "{kept}");
}

#[test]
fn the_concluded_license_and_the_first_package_url_count() {
    let reference = |name: &str| json!({"referenceType": "purl", "referenceLocator": name});
    let package = |concluded: &str| {
        json!({"name": "zlib", "licenseConcluded": concluded, "licenseDeclared": "Declared",
            "externalRefs": [reference("pkg:apk/zlib"), reference("pkg:deb/zlib")]})
    };
    let document =
        json!({"spdxVersion": "SPDX-2.3", "packages": [package("Zlib"), package("NOASSERTION")]});
    let found = parsed(&document.to_string()).unwrap().unwrap();
    let licenses: Vec<_> = found.packages.iter().map(|one| one.license.as_deref()).collect();
    assert_eq!(licenses, [Some("Declared"), Some("Zlib")]);
    assert_eq!(found.packages[0].purl.as_deref(), Some("pkg:apk/zlib"));
}
