//! Installs the files of answer B on this computer, after the user saw them, and undoes it to the byte.
//!
//! What was there before is recorded in the data folder before the first write, so that an undo also works after a
//! restart. An undo refuses a file that somebody changed since.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use transload_files::{StoredList, write_whole};
use ts_rs::TS;

use crate::clients::files::ClientFiles;
use crate::generate::file::{GeneratedFileId, NameTarget};
use crate::generate::generate_file;

/// The file with the records, in the data folder.
const RECORDS: &str = "friendly-name-files.json";

/// The files that can be installed.
const INSTALLABLE: [GeneratedFileId; 2] =
    [GeneratedFileId::RegistriesConf, GeneratedFileId::HostsToml];

/// A file of a client on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct ClientFile {
    pub id: GeneratedFileId,
    pub title: String,
    pub path: String,
    pub state: ClientFileState,
    /// The current content, if it would be replaced.
    pub before: Option<String>,
    /// The content to install.
    pub text: String,
    /// Whether the last installation can be undone.
    pub undoable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum ClientFileState {
    NotInstalled,
    Installed,
    /// A file with another content exists.
    Different,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientFileError {
    /// This computer has no folder for the file.
    #[error("this computer has no folder for the file of this client")]
    NoFolder,
    #[error("couldn't read {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("couldn't write {}", path.display())]
    NotWritable { path: PathBuf, source: std::io::Error },
    /// Somebody changed the file after it was installed.
    #[error("{} changed after Transload installed it, so it was not restored", path.display())]
    ChangedSince { path: PathBuf },
    #[error("Transload didn't install {}", path.display())]
    NothingToUndo { path: PathBuf },
}

/// What was at a path before an installation.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    path: PathBuf,
    /// In base64. `null` if there was no file.
    before: Option<String>,
    after: String,
    /// Folders that the installation created, outermost first.
    created: Vec<PathBuf>,
}

/// Installs and removes files of clients.
#[derive(Clone, Debug)]
pub struct ClientFileStore {
    clients: ClientFiles,
    records: PathBuf,
}

impl ClientFileStore {
    pub fn new(clients: ClientFiles, data_folder: &Path) -> Self {
        Self { clients, records: data_folder.join(RECORDS) }
    }

    /// Returns the files for a target and their state. Writes nothing.
    pub fn list(&self, target: &NameTarget) -> Result<Vec<ClientFile>, ClientFileError> {
        let ids = INSTALLABLE.into_iter().filter(|id| self.path(target, *id).is_some());
        ids.map(|id| self.inspect(target, id)).collect()
    }

    fn inspect(
        &self,
        target: &NameTarget,
        id: GeneratedFileId,
    ) -> Result<ClientFile, ClientFileError> {
        let path = self.path(target, id).ok_or(ClientFileError::NoFolder)?;
        let file = generate_file(target, id);
        let content = read(&path)?;
        let state = match &content {
            None => ClientFileState::NotInstalled,
            Some(content) if *content == file.text.as_bytes() => ClientFileState::Installed,
            Some(_) => ClientFileState::Different,
        };
        let before = content.filter(|_| state == ClientFileState::Different);
        let before = before.map(|content| String::from_utf8_lossy(&content).into_owned());
        let undoable = self.read_records()?.elements.iter().any(|record| record.path == path);
        let path = path.display().to_string();
        Ok(ClientFile { id, title: file.title, path, state, before, text: file.text, undoable })
    }

    /// Installs a file.
    ///
    /// # Errors
    /// If the file or the record can't be written. The previous file is still there then.
    pub fn apply(&self, target: &NameTarget, id: GeneratedFileId) -> Result<(), ClientFileError> {
        let path = self.path(target, id).ok_or(ClientFileError::NoFolder)?;
        let text = generate_file(target, id).text;
        let before = read(&path)?;
        if before.as_deref() == Some(text.as_bytes()) {
            return Ok(());
        }
        let mut records = self.read_records()?;
        let created = missing_folders(&path);
        let record = Record {
            path: path.clone(),
            before: before.map(|content| STANDARD.encode(content)),
            after: STANDARD.encode(&text),
            created: created.clone(),
        };
        records.elements.push(record);
        self.write_records(&records)?;
        let install = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            write_whole(&path, text.as_bytes())
        };
        install().map_err(|source| {
            remove_folders(&created);
            records.elements.pop();
            // The record of something that didn't happen is refused by the next undo, so it does no harm.
            let _ = self.write_records(&records);
            ClientFileError::NotWritable { path: path.clone(), source }
        })
    }

    /// Restores what was at the path before the last installation.
    ///
    /// # Errors
    /// If nothing was installed, or if somebody changed the file since.
    pub fn undo(&self, target: &NameTarget, id: GeneratedFileId) -> Result<(), ClientFileError> {
        let path = self.path(target, id).ok_or(ClientFileError::NoFolder)?;
        let mut records = self.read_records()?;
        let position = records.elements.iter().rposition(|record| record.path == path);
        let Some(position) = position else { return Err(ClientFileError::NothingToUndo { path }) };
        let record = records.elements.remove(position);
        let after = STANDARD.decode(&record.after).unwrap_or_default();
        if read(&path)?.as_deref() != Some(&after[..]) {
            // It can never be undone, so it isn't offered again.
            self.write_records(&records)?;
            return Err(ClientFileError::ChangedSince { path });
        }
        let failed = |source| ClientFileError::NotWritable { path: path.clone(), source };
        match &record.before {
            Some(before) => {
                let before = STANDARD.decode(before).unwrap_or_default();
                write_whole(&path, &before).map_err(failed)?;
            }
            None => {
                std::fs::remove_file(&path).map_err(failed)?;
                remove_folders(&record.created);
            }
        }
        self.write_records(&records)
    }

    fn path(&self, target: &NameTarget, id: GeneratedFileId) -> Option<PathBuf> {
        let name = &target.name;
        match id {
            // The user's drop-in files are read in any case, and writing them requires no root.
            GeneratedFileId::RegistriesConf => {
                let home = self.clients.home.as_ref()?;
                let folder = home.join(".config/containers/registries.conf.d");
                Some(folder.join(format!("50-{}.conf", name.as_str().replace(':', "-"))))
            }
            GeneratedFileId::HostsToml => {
                let etc = self.clients.etc.as_ref()?;
                Some(etc.join("containerd/certs.d").join(name.as_str()).join("hosts.toml"))
            }
            _ => None,
        }
    }

    fn read_records(&self) -> Result<StoredList<Record>, ClientFileError> {
        let Some(text) = read(&self.records)? else { return Ok(StoredList::default()) };
        StoredList::parse(&text).map_err(|error| ClientFileError::Unreadable {
            path: self.records.clone(),
            source: std::io::Error::new(ErrorKind::InvalidData, error),
        })
    }

    fn write_records(&self, records: &StoredList<Record>) -> Result<(), ClientFileError> {
        let failed = |source| ClientFileError::NotWritable { path: self.records.clone(), source };
        let values = records.to_values();
        let text = values.and_then(|values| serde_json::to_vec_pretty(&values));
        let text = text.map_err(|error| failed(error.into()))?;
        if let Some(folder) = self.records.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        write_whole(&self.records, &text).map_err(failed)
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, ClientFileError> {
    match std::fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(source) => Err(ClientFileError::Unreadable { path: path.to_owned(), source }),
    }
}

/// Returns the folders above a path that don't exist, outermost first.
fn missing_folders(path: &Path) -> Vec<PathBuf> {
    let above = path.ancestors().skip(1).take_while(|folder| !folder.exists());
    let mut missing: Vec<PathBuf> = above.map(Path::to_path_buf).collect();
    missing.reverse();
    missing
}

/// Removes folders that are empty again.
fn remove_folders(created: &[PathBuf]) {
    for folder in created.iter().rev() {
        if std::fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
