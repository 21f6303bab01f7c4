//! The configuration file of `docker` or Podman. It is read and replaced as a whole, and everything
//! that Transload does not change stays as it was written.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::client_login::error::ClientLoginError;
use crate::client_login::ordered_object::OrderedObject;
use transload_model::Secret;

/// The indentation that Docker writes.
const DEFAULT_INDENT: &str = "\t";

/// A configuration file of `docker` or Podman.
pub(super) struct ClientConfigFile {
    /// The path with symbolic links resolved, so that replacing the file preserves the links.
    path: PathBuf,
    /// The text that was read; `None` if the file did not exist.
    text: Option<Secret<String>>,
    indent: String,
    top: OrderedObject,
}

impl ClientConfigFile {
    /// Reads a file. A missing file counts as empty.
    pub(super) fn read(path: &Path) -> Result<Self, ClientLoginError> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let text = match fs::read_to_string(&target) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(source) => {
                return Err(ClientLoginError::Unreadable { path: path.to_path_buf(), source });
            }
        };
        let content = text.as_deref().map(str::trim).filter(|content| !content.is_empty());
        let top = content.map(OrderedObject::parse).transpose().map_err(|error| {
            // Only the position: the text can contain logins.
            let detail =
                format!("not a JSON object at line {}, column {}", error.line(), error.column());
            ClientLoginError::Damaged { path: path.to_path_buf(), detail }
        })?;
        Ok(Self {
            path: target,
            indent: indent_of(text.as_deref().unwrap_or_default()),
            text: text.map(Secret::new),
            top: top.unwrap_or_default(),
        })
    }

    /// Returns the path, with symbolic links resolved.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the text that was read, without later changes, or `None` if the file did not exist.
    pub(super) fn text_as_read(&self) -> Option<&Secret<String>> {
        self.text.as_ref()
    }

    /// Returns the text with all changes.
    pub(super) fn text_to_write(&self) -> Secret<String> {
        let mut text = self.top.text(&self.indent, 0);
        if self.text.as_ref().is_some_and(|text| text.expose().ends_with('\n')) {
            text.push('\n');
        }
        Secret::new(text)
    }

    /// Returns a string of the top-level object, such as `credsStore`. An empty string counts as
    /// missing.
    pub(super) fn string(&self, key: &str) -> Option<String> {
        let text: String = serde_json::from_str(self.top.get(key)?).ok()?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// Returns an object of the top-level object, such as `auths`. A missing one counts as empty.
    pub(super) fn section(&self, name: &str) -> Result<OrderedObject, ClientLoginError> {
        let Some(text) = self.top.get(name).filter(|text| *text != "null") else {
            return Ok(OrderedObject::default());
        };
        OrderedObject::parse(text).map_err(|_| ClientLoginError::Damaged {
            path: self.path.clone(),
            detail: format!("{name} is not an object"),
        })
    }

    /// Sets an entry of a section, or removes it. Also removes a section without entries.
    pub(super) fn set_entry(
        &mut self,
        section: &str,
        key: &str,
        value: Option<&str>,
    ) -> Result<(), ClientLoginError> {
        let invalid = |_| ClientLoginError::Damaged {
            path: self.path.clone(),
            detail: format!("{section} can't contain {key}"),
        };
        let mut object = self.section(section)?;
        match value {
            Some(text) => {
                object.set(key, RawValue::from_string(text.to_owned()).map_err(invalid)?);
            }
            None => object.remove(key),
        }
        if object.is_empty() {
            self.top.remove(section);
        } else {
            let text = object.text(&self.indent, 1);
            self.top.set(section, RawValue::from_string(text).map_err(invalid)?);
        }
        Ok(())
    }

    /// Returns the text of an entry such as `{"auth": …}`, with the indentation of its depth.
    pub(super) fn entry_text(&self, object: &OrderedObject) -> String {
        object.text(&self.indent, 2)
    }

    /// Replaces the file atomically. A new file is readable only by its owner. An existing file
    /// keeps its permissions.
    pub(super) fn write(&self) -> Result<(), ClientLoginError> {
        self.write_text(&self.text_to_write())
    }

    /// Replaces the file like [`ClientConfigFile::write`], with another text.
    pub(super) fn write_text(&self, text: &Secret<String>) -> Result<(), ClientLoginError> {
        self.replace(text)
            .map_err(|source| ClientLoginError::NotWritable { path: self.path.clone(), source })
    }

    /// Returns whether the top-level object is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.top.is_empty()
    }

    /// Deletes the file, if it exists.
    pub(super) fn delete(&self) -> Result<(), ClientLoginError> {
        match fs::remove_file(&self.path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                Err(ClientLoginError::NotWritable { path: self.path.clone(), source })
            }
            _ => Ok(()),
        }
    }

    fn replace(&self, text: &Secret<String>) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        create_private_folder(folder)?;
        // A temporary file is readable only by its owner.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        if let Ok(before) = fs::metadata(&self.path) {
            file.as_file().set_permissions(before.permissions())?;
        }
        file.write_all(text.expose().as_bytes())?;
        // The rename must not reach the disk before the content does.
        file.as_file().sync_all()?;
        file.persist(&self.path).map(drop).map_err(|error| error.error)
    }
}

/// Creates a folder that only its owner can read, unless it exists.
fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Returns the indentation of a file, or the default.
fn indent_of(text: &str) -> String {
    let mut lines = text.lines().skip(1);
    let line = lines.find(|line| line.trim_start().starts_with('"'));
    let indent = line.map(|line| &line[..line.len() - line.trim_start().len()]);
    indent.filter(|indent| !indent.is_empty()).unwrap_or(DEFAULT_INDENT).to_owned()
}
