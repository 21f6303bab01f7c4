//! The configuration file of `docker` or Podman, read and replaced as a whole.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::client_login::error::ClientLoginError;
use crate::client_login::ordered::Object;
use transload_model::Secret;

/// Docker writes its file with tabs.
const USUAL_INDENT: &str = "\t";

/// A configuration file.
pub(super) struct ConfigFile {
    /// Where it is, behind symbolic links, so that replacing it keeps them.
    path: PathBuf,
    /// As it was read; nothing where it was not there.
    text: Option<Secret<String>>,
    indent: String,
    top: Object,
}

impl ConfigFile {
    /// Reads a file; one that is not there is empty.
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
        let top = content.map(Object::parse).transpose().map_err(|error| {
            // The place alone: the text around it may hold logins.
            let detail =
                format!("no JSON object at line {}, column {}", error.line(), error.column());
            ClientLoginError::Damaged { path: path.to_path_buf(), detail }
        })?;
        Ok(Self {
            path: target,
            indent: indent_of(text.as_deref().unwrap_or_default()),
            text: text.map(Secret::new),
            top: top.unwrap_or_default(),
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// As it was read, whatever was changed since; nothing where it was not there.
    pub(super) fn text_as_read(&self) -> Option<&Secret<String>> {
        self.text.as_ref()
    }

    /// As it is written, with what was changed.
    pub(super) fn text_to_write(&self) -> Secret<String> {
        let mut text = self.top.text(&self.indent, 0);
        if self.text.as_ref().is_some_and(|text| text.expose().ends_with('\n')) {
            text.push('\n');
        }
        Secret::new(text)
    }

    /// A text at the top, such as `credsStore`.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let text: String = serde_json::from_str(self.top.get(key)?).ok()?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// An object at the top, such as `auths`; empty where there is none.
    pub(super) fn section(&self, name: &str) -> Result<Object, ClientLoginError> {
        let Some(text) = self.top.get(name).filter(|text| *text != "null") else {
            return Ok(Object::default());
        };
        Object::parse(text).map_err(|_| ClientLoginError::Damaged {
            path: self.path.clone(),
            detail: format!("{name} is no object"),
        })
    }

    /// Sets an entry of a section, or takes it out; a section that is empty then goes too, unless it
    /// was there and empty before.
    pub(super) fn put(
        &mut self,
        section: &str,
        key: &str,
        value: Option<&str>,
    ) -> Result<(), ClientLoginError> {
        let damaged = |_| ClientLoginError::Damaged {
            path: self.path.clone(),
            detail: format!("{section} cannot hold {key}"),
        };
        let mut object = self.section(section)?;
        match value {
            Some(text) => {
                object.set(key, RawValue::from_string(text.to_owned()).map_err(damaged)?);
            }
            None => object.remove(key),
        }
        if object.is_empty() {
            self.top.remove(section);
        } else {
            let text = object.text(&self.indent, 1);
            self.top.set(section, RawValue::from_string(text).map_err(damaged)?);
        }
        Ok(())
    }

    /// The text of an entry such as `{"auth": …}`, as deep as it stands.
    pub(super) fn entry_text(&self, object: &Object) -> String {
        object.text(&self.indent, 2)
    }

    /// Replaces the file: whoever reads it meanwhile finds the old content or the new. A new file is
    /// for its owner alone; one that was there keeps who may read it.
    pub(super) fn write(&self) -> Result<(), ClientLoginError> {
        self.write_text(&self.text_to_write())
    }

    /// The same with another text.
    pub(super) fn write_text(&self, text: &Secret<String>) -> Result<(), ClientLoginError> {
        self.replace(text)
            .map_err(|source| ClientLoginError::NotWritable { path: self.path.clone(), source })
    }

    /// Whether nothing is left in it.
    pub(super) fn is_empty(&self) -> bool {
        self.top.is_empty()
    }

    /// Takes the file away.
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
        make_private(folder)?;
        // A temporary file is made for its owner alone.
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

/// Makes a folder that is not there, for its owner alone.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// What the lines of a file are moved in by.
fn indent_of(text: &str) -> String {
    let mut lines = text.lines().skip(1);
    let line = lines.find(|line| line.trim_start().starts_with('"'));
    let indent = line.map(|line| &line[..line.len() - line.trim_start().len()]);
    indent.filter(|indent| !indent.is_empty()).unwrap_or(USUAL_INDENT).to_owned()
}
