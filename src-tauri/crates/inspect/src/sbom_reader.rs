//! Parses software bills of materials: SPDX 2 and 3, and CycloneDX, alone or in an in-toto statement. The document is
//! read as a stream and only its packages are kept, so that files and relationships, which are most of it, take no
//! memory.
//!
//! Sources: SPDX 2.3, clause 7 (packages); SPDX 3.0, Software profile; CycloneDX 1.6, `components`.

use std::io::Read;

use serde::de::{MapAccess, SeqAccess};

use crate::json_stream::{Handle, Handler, Text, handle_document, skip};
use crate::sbom::{Sbom, SbomPackage, is_license, new_package};
use transload_model::visible;

/// How many packages are kept. Larger lists are cut, and their number is still right.
const PACKAGES_LIMIT: usize = 100_000;

/// How many bytes of names and versions are kept. 100,000 packages have about 20 MB.
const KEPT_LIMIT_BYTES: usize = 64 * 1024 * 1024;

/// How many bytes of the licenses of one package are kept.
const LICENSES_LIMIT_BYTES: usize = 8192;

/// How many subjects are kept. A statement usually has one for each tag.
const SUBJECTS_LIMIT: usize = 1_000;

/// Parses an SBOM of any supported format. Returns `None` if the document is valid JSON but no SBOM.
///
/// # Errors
/// If the document isn't JSON, or its packages don't have the form that the format requires.
pub(crate) fn read_sbom(document: impl Read) -> Result<Option<Sbom>, String> {
    read_statement(document)?.sbom
}

/// An in-toto statement, or an SBOM without one.
pub(crate) struct Statement {
    pub(crate) predicate_type: Option<String>,
    /// Digests that it is about, each once.
    pub(crate) subjects: Vec<String>,
    /// An error if it says that it is an SBOM, and has another form.
    pub(crate) sbom: Result<Option<Sbom>, String>,
}

/// Reads a statement as a stream.
///
/// # Errors
/// If the document isn't JSON, or exceeds a limit.
pub(crate) fn read_statement(document: impl Read) -> Result<Statement, String> {
    read_within(document, KEPT_LIMIT_BYTES)
}

fn read_within(document: impl Read, kept_limit_bytes: usize) -> Result<Statement, String> {
    let mut found = Document { bytes_left: kept_limit_bytes, ..Document::default() };
    handle_document(document, &mut found).map_err(|error| error.to_string())?;
    let is_wrong = found.is_wrong;
    let mut subjects = std::mem::take(&mut found.subjects);
    subjects.sort();
    subjects.dedup();
    let predicate_type = found.predicate_type.take();
    let sbom = found.into_sbom().map(|sbom| match is_wrong {
        true => Err("its packages don't have the form of its format".to_owned()),
        false => Ok(sbom),
    });
    Ok(Statement { predicate_type, subjects, sbom: sbom.transpose() })
}

/// What was read of a document until now. The members that say its format can come at its end.
#[derive(Default)]
struct Document {
    predicate_type: Option<String>,
    subjects: Vec<String>,
    is_in_predicate: bool,
    spdx_version: Option<String>,
    bom_format: Option<String>,
    spec_version: Option<String>,
    has_graph: bool,
    packages: Vec<SbomPackage>,
    package_count: u32,
    file_count: u32,
    /// How many bytes of packages are still kept.
    bytes_left: usize,
    /// Whether a part of a package has another form than the formats say.
    is_wrong: bool,
}

impl Document {
    fn into_sbom(self) -> Option<Sbom> {
        let format = match (self.spdx_version, self.bom_format.as_deref()) {
            (Some(version), _) => visible(&version),
            (None, Some("CycloneDX")) => {
                let version = self.spec_version.unwrap_or_default();
                visible(format!("CycloneDX {version}").trim_end())
            }
            _ if self.has_graph => "SPDX-3".to_owned(),
            _ => return None,
        };
        let Self { mut packages, package_count, file_count, .. } = self;
        packages.sort();
        packages.dedup();
        Some(Sbom { format, packages, package_count, file_count })
    }

    fn list<'de, A: MapAccess<'de>>(&mut self, of: Item, map: &mut A) -> Result<(), A::Error> {
        map.next_value_seed(Handle(&mut List { document: self, of }))
    }

    fn text<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<String>, A::Error> {
        let mut text = Text::default();
        map.next_value_seed(Handle(&mut text))?;
        Ok(text.text)
    }

    fn keep(&mut self, package: SbomPackage) {
        self.package_count = self.package_count.saturating_add(1);
        let texts = [&package.version, &package.license, &package.purl];
        let bytes = texts.into_iter().flatten().map(String::len).sum::<usize>()
            + package.package_type.len()
            + package.name.len();
        if self.packages.len() < PACKAGES_LIMIT && bytes <= self.bytes_left {
            self.bytes_left -= bytes;
            self.packages.push(package);
        }
    }
}

impl Handler for Document {
    // A document that isn't an object is no SBOM.
    fn wrong(&mut self) {}

    fn begin_object(&mut self) {}

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "predicateType" => self.predicate_type = self.text(map)?,
            "spdxVersion" => self.spdx_version = self.text(map)?,
            "bomFormat" => self.bom_format = self.text(map)?,
            "specVersion" => self.spec_version = self.text(map)?,
            "subject" => self.list(Item::Subject, map)?,
            "packages" => self.list(Item::Spdx, map)?,
            "files" => self.list(Item::File, map)?,
            "components" => self.list(Item::Component, map)?,
            "@graph" => {
                self.has_graph = true;
                self.list(Item::Element, map)?;
            }
            "predicate" if !self.is_in_predicate => {
                self.is_in_predicate = true;
                map.next_value_seed(Handle(self))?;
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// What a list has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Subject,
    /// A package of SPDX 2.
    Spdx,
    /// A file of SPDX 2.
    File,
    /// A component of CycloneDX.
    Component,
    /// An element of SPDX 3.
    Element,
}

struct List<'a> {
    document: &'a mut Document,
    of: Item,
}

impl Handler for List<'_> {
    fn wrong(&mut self) {
        self.document.is_wrong |= self.of != Item::Subject;
    }

    fn begin_array(&mut self) {}

    fn element<'de, A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        if self.of == Item::File {
            let is_one = seq.next_element::<serde::de::IgnoredAny>()?.is_some();
            self.document.file_count = self.document.file_count.saturating_add(u32::from(is_one));
            return Ok(is_one);
        }
        let mut fields = Fields { document: self.document, of: self.of, found: Found::default() };
        Ok(seq.next_element_seed(Handle(&mut fields))?.is_some())
    }
}

/// The members of a package, whatever its format.
#[derive(Default)]
struct Found {
    kind: Option<String>,
    name: Option<String>,
    group: Option<String>,
    version: Option<String>,
    concluded: Option<String>,
    declared: Option<String>,
    licenses: Vec<String>,
    purl: Option<String>,
}

struct Fields<'a> {
    document: &'a mut Document,
    of: Item,
    found: Found,
}

impl Fields<'_> {
    fn text<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<String>, A::Error> {
        let mut text = Text::default();
        map.next_value_seed(Handle(&mut text))?;
        self.document.is_wrong |= text.is_wrong;
        Ok(text.text)
    }
}

impl Handler for Fields<'_> {
    fn wrong(&mut self) {
        self.document.is_wrong |= self.of != Item::Subject;
    }

    fn begin_object(&mut self) {}

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match (self.of, name) {
            (Item::Subject, "digest") => {
                let mut digests = Digests(&mut self.document.subjects);
                map.next_value_seed(Handle(&mut digests))?;
            }
            (Item::Subject | Item::File, _) => skip(map)?,
            (_, "name") => self.found.name = self.text(map)?,
            (Item::Component | Item::Element, "type") => self.found.kind = self.text(map)?,
            (Item::Component, "group") => self.found.group = self.text(map)?,
            (Item::Component, "version")
            | (Item::Spdx, "versionInfo")
            | (Item::Element, "software_packageVersion") => self.found.version = self.text(map)?,
            (Item::Component, "purl") | (Item::Element, "software_packageUrl") => {
                self.found.purl = self.text(map)?;
            }
            (Item::Spdx, "licenseConcluded") => self.found.concluded = self.text(map)?,
            (Item::Spdx, "licenseDeclared") => self.found.declared = self.text(map)?,
            (Item::Spdx, "externalRefs") => {
                let mut references = References { fields: self, kind: None, locator: None };
                map.next_value_seed(Handle(&mut references))?;
            }
            (Item::Component, "licenses") => {
                let mut licenses =
                    Licenses { fields: self, expression: None, id: None, name: None };
                map.next_value_seed(Handle(&mut licenses))?;
            }
            (Item::Component, "components") => self.document.list(Item::Component, map)?,
            _ => skip(map)?,
        }
        Ok(())
    }

    fn end(&mut self) {
        let found = std::mem::take(&mut self.found);
        let name = found.name.unwrap_or_default();
        let kind = found.kind.as_deref();
        match (self.of, kind) {
            (Item::Subject | Item::File, _) => {}
            (Item::Component, Some("file")) | (Item::Element, Some("software_File")) => {
                self.document.file_count = self.document.file_count.saturating_add(1);
            }
            (Item::Element, kind) if kind != Some("software_Package") => {}
            (of, kind) => {
                let name = match found.group {
                    Some(group) if !group.is_empty() => format!("{group}/{name}"),
                    _ => name,
                };
                let license = match of {
                    Item::Spdx => {
                        let licenses = [found.concluded, found.declared].into_iter().flatten();
                        licenses.into_iter().find(|license| is_license(license))
                    }
                    _ => (!found.licenses.is_empty()).then(|| found.licenses.join(", ")),
                };
                let kind = kind.filter(|_| of == Item::Component);
                let package = new_package(&name, found.version, license, found.purl, kind);
                self.document.keep(package);
            }
        }
    }
}

/// The digests of a subject: hexadecimal digits by algorithm.
struct Digests<'a>(&'a mut Vec<String>);

impl Handler for Digests<'_> {
    fn wrong(&mut self) {}

    fn begin_object(&mut self) {}

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let mut hex = Text::default();
        map.next_value_seed(Handle(&mut hex))?;
        if let Some(hex) = hex.text.filter(|_| self.0.len() < SUBJECTS_LIMIT) {
            self.0.push(visible(&format!("{name}:{hex}")));
        }
        Ok(())
    }
}

/// The external references of a package of SPDX 2, one of which is its package URL.
struct References<'a, 'b> {
    fields: &'a mut Fields<'b>,
    kind: Option<String>,
    locator: Option<String>,
}

impl Handler for References<'_, '_> {
    fn wrong(&mut self) {
        self.fields.wrong();
    }

    fn begin_array(&mut self) {}

    fn begin_object(&mut self) {}

    fn element<'de, A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        Ok(seq.next_element_seed(Handle(self))?.is_some())
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "referenceType" => self.kind = self.fields.text(map)?,
            "referenceLocator" => self.locator = self.fields.text(map)?,
            _ => skip(map)?,
        }
        Ok(())
    }

    fn end(&mut self) {
        let (kind, locator) = (self.kind.take(), self.locator.take());
        if kind.as_deref() == Some("purl") && self.fields.found.purl.is_none() {
            self.fields.found.purl = locator;
        }
    }
}

/// The licenses of a component of CycloneDX: an expression, or the ID or name of a license.
struct Licenses<'a, 'b> {
    fields: &'a mut Fields<'b>,
    expression: Option<String>,
    id: Option<String>,
    name: Option<String>,
}

impl Handler for Licenses<'_, '_> {
    fn wrong(&mut self) {
        self.fields.wrong();
    }

    fn begin_array(&mut self) {}

    fn begin_object(&mut self) {}

    fn element<'de, A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        let is_one = seq.next_element_seed(Handle(self))?.is_some();
        let license = self.expression.take().or(self.id.take()).or(self.name.take());
        let kept = self.fields.found.licenses.iter().map(String::len).sum::<usize>();
        self.fields.found.licenses.extend(license.filter(|_| kept < LICENSES_LIMIT_BYTES));
        (self.id, self.name) = (None, None);
        Ok(is_one)
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "expression" => self.expression = self.fields.text(map)?,
            "id" => self.id = self.fields.text(map)?,
            "name" => self.name = self.fields.text(map)?,
            "license" => map.next_value_seed(Handle(self))?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
