//! The sources that were used last, in a small JSON file. The Images step offers them.
//!
//! Only sources with something to enter are listed: the Docker Engine and the practice account are one
//! choice away. A source never has a login, and what could carry one, such as the user name of an
//! address, is refused.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use transload_contract::{AwsConnection, ImageSource};
use transload_errors::ApiError;
use transload_files::{StoredList, move_aside, write_whole};

use crate::{errors, files};

/// The number of sources that are kept.
const MAX_SOURCES: usize = 8;

pub struct RecentSources {
    path: PathBuf,
    /// Held while the file is changed.
    lock: Mutex<()>,
}

impl RecentSources {
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("recent_sources.json"), lock: Mutex::default() }
    }

    /// Returns the sources, the last one first, without those that can't be read, which stay in the file. A damaged
    /// file is moved aside: the sources are easy to enter again.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn list(&self) -> Result<Vec<ImageSource>, ApiError> {
        Ok(self.read()?.elements)
    }

    fn read(&self) -> Result<StoredList<ImageSource>, ApiError> {
        let failed = |action, error: io::Error| errors::storage_failed(action, &self.path, &error);
        let content = files::read(&self.path).map_err(|error| failed("read", error))?;
        let Some(content) = content else { return Ok(StoredList::default()) };
        match StoredList::parse(&content) {
            Ok(sources) => Ok(sources),
            Err(error) => {
                let aside = move_aside(&self.path).map_err(|error| failed("move", error))?;
                tracing::warn!(%error, aside = %aside.display(), "the recent sources were damaged");
                Ok(StoredList::default())
            }
        }
    }

    /// Puts a source first, and returns the list. Sources that aren't listed change nothing.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn add(&self, source: ImageSource) -> Result<Vec<ImageSource>, ApiError> {
        let _held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list = self.read()?;
        let sources = &mut list.elements;
        if !is_listed(&source) || sources.first() == Some(&source) {
            return Ok(list.elements);
        }
        sources.retain(|known| !is_same(known, &source));
        sources.insert(0, source);
        sources.truncate(MAX_SOURCES);
        self.store(&list)?;
        Ok(list.elements)
    }

    /// Removes a source, and returns the list.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn remove(&self, source: &ImageSource) -> Result<Vec<ImageSource>, ApiError> {
        let _held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list = self.read()?;
        list.elements.retain(|known| !is_same(known, source));
        self.store(&list)?;
        Ok(list.elements)
    }

    fn store(&self, list: &StoredList<ImageSource>) -> Result<(), ApiError> {
        let content = list
            .to_values()
            .and_then(|sources| serde_json::to_vec_pretty(&sources))
            .map_err(|error| errors::internal("Couldn't convert the sources to JSON.", &error))?;
        write_whole(&self.path, &content)
            .map_err(|error| errors::storage_failed("write", &self.path, &error))
    }
}

/// Whether two sources are one row of the list. The protocol of a registry is a setting of it.
fn is_same(one: &ImageSource, other: &ImageSource) -> bool {
    match (one, other) {
        (ImageSource::Registry { host, .. }, ImageSource::Registry { host: other, .. }) => {
            host == other
        }
        _ => one == other,
    }
}

fn is_listed(source: &ImageSource) -> bool {
    match source {
        ImageSource::DockerEngine | ImageSource::PracticeAccount { .. } => false,
        ImageSource::DockerHub { namespace } => !namespace.trim().is_empty() && is_plain(namespace),
        ImageSource::Registry { host, .. } => {
            !host.is_empty() && !host.contains('/') && is_plain(host)
        }
        ImageSource::Ecr {
            connection: AwsConnection::Profile { profile, ecr_endpoint, registry_endpoint, .. },
        } => {
            let mut endpoints = [ecr_endpoint, registry_endpoint].into_iter().flatten();
            !profile.is_empty() && endpoints.all(|endpoint| is_plain(endpoint))
        }
        ImageSource::Ecr { .. } => false,
    }
}

/// Whether a text has no user name or password.
fn is_plain(text: &str) -> bool {
    !text.contains('@')
}

#[cfg(test)]
mod tests;
