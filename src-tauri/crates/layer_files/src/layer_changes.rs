//! What each layer does to the layers below it, and the bytes that a pull downloads although a later layer hides them.
//! The figure is the one that dive calls wasted space.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use transload_model::Digest;
use ts_rs::TS;

use crate::layer_files::{FileChange, FileEntry, FileKind, LayerFiles};

/// How many hidden files are listed, the largest first.
const HIDDEN_FILES_LIMIT: usize = 100;

/// The changes of all layers of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct StackChanges {
    pub layers: Vec<LayerChanges>,
    /// Decompressed bytes of files that a later layer overwrites or deletes.
    pub hidden_bytes: u64,
    /// The largest hidden files.
    pub hidden_files: Vec<HiddenFile>,
    /// Whether a layer couldn't be listed completely, so that the numbers are a lower bound.
    pub is_incomplete: bool,
}

/// What a layer does to the layers below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct LayerChanges {
    /// The number of the layer, starting at 1.
    pub number: u32,
    pub digest: Digest,
    pub added: u64,
    pub changed: u64,
    pub deleted: u64,
    /// Decompressed bytes of the files in the layer.
    pub bytes: u64,
    /// Decompressed bytes of lower layers that this layer overwrites or deletes.
    pub hides_bytes: u64,
}

/// A file that a later layer overwrites or deletes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct HiddenFile {
    pub path: String,
    pub bytes: u64,
    /// The layer that has the file, starting at 1.
    pub in_layer: u32,
    /// The layer that hides it.
    pub hidden_by: u32,
}

/// A file as the layers so far leave it.
struct Present {
    is_directory: bool,
    bytes: u64,
    layer: u32,
}

/// The file system that the layers so far make.
#[derive(Default)]
struct Stack {
    files: BTreeMap<String, Present>,
    hidden: Vec<HiddenFile>,
}

impl Stack {
    /// Removes what is below a directory. Returns the number of removed files.
    fn remove_below(&mut self, path: &str, by: u32) -> u64 {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let below: Vec<String> = self
            .files
            .range(prefix.clone()..)
            .take_while(|(one, _)| one.starts_with(&prefix))
            // What the layer itself adds stays, wherever its whiteout stands.
            .filter(|(_, present)| present.layer != by)
            .map(|(one, _)| one.clone())
            .collect();
        below.iter().map(|one| u64::from(self.remove_one(one, by))).sum()
    }

    fn remove_one(&mut self, path: &str, by: u32) -> bool {
        let Some(present) = self.files.remove(path) else { return false };
        if present.bytes > 0 {
            self.hidden.push(HiddenFile {
                path: path.to_owned(),
                bytes: present.bytes,
                in_layer: present.layer,
                hidden_by: by,
            });
        }
        !present.is_directory
    }

    /// Applies the entries of a layer. Returns what each of them does, and the number of deleted files.
    fn apply(&mut self, entries: &[FileEntry], layer: u32) -> (Vec<FileChange>, u64) {
        let mut changes = vec![FileChange::Unchanged; entries.len()];
        let mut deleted = 0;
        // Whiteouts only apply to lower layers. Source: OCI image specification, "Whiteouts".
        for (change, entry) in changes.iter_mut().zip(entries) {
            let removed = match entry.kind {
                FileKind::Emptied => self.remove_below(&entry.path, layer),
                FileKind::Deletion => {
                    let existed = self.files.contains_key(&entry.path);
                    let below = self.remove_below(&entry.path, layer);
                    let one = u64::from(self.remove_one(&entry.path, layer));
                    // An empty directory counts as one.
                    (below + one).max(u64::from(existed))
                }
                _ => continue,
            };
            deleted += removed;
            if removed > 0 {
                *change = FileChange::Deleted;
            }
        }
        for (change, entry) in changes.iter_mut().zip(entries) {
            let is_directory = match entry.kind {
                FileKind::Emptied | FileKind::Deletion => continue,
                kind => kind == FileKind::Directory,
            };
            let known = self.files.get(&entry.path).map(|present| present.is_directory);
            *change = match known {
                None => FileChange::Added,
                Some(true) if is_directory => FileChange::Unchanged,
                Some(_) => FileChange::Changed,
            };
            if known == Some(true) && !is_directory {
                self.remove_below(&entry.path, layer);
            }
            if *change == FileChange::Changed {
                self.remove_one(&entry.path, layer);
            }
            let present = Present { is_directory, bytes: entry.size_bytes, layer };
            self.files.insert(entry.path.clone(), present);
        }
        (changes, deleted)
    }
}

/// Says of each entry of a layer what it does to the layers below it, lowest first.
pub fn mark_changes(below: &[LayerFiles], layer: &mut LayerFiles) {
    let mut stack = Stack::default();
    let mut number = 1;
    for one in below {
        stack.apply(&one.entries, number);
        number += 1;
    }
    let (changes, _) = stack.apply(&layer.entries, number);
    for (entry, change) in layer.entries.iter_mut().zip(changes) {
        entry.change = Some(change);
    }
}

/// Returns the changes of all layers, lowest first.
pub fn stack_changes(layers: &[LayerFiles]) -> StackChanges {
    let mut stack = Stack::default();
    let mut found = StackChanges::default();
    for (layer, number) in layers.iter().zip(1_u32..) {
        let hidden_before = stack.hidden.len();
        let (changes, deleted) = stack.apply(&layer.entries, number);
        let count = |wanted: FileChange| {
            let is_file = |entry: &FileEntry| entry.kind != FileKind::Directory;
            let pairs = changes.iter().zip(&layer.entries);
            pairs.filter(|(change, entry)| **change == wanted && is_file(entry)).count() as u64
        };
        found.layers.push(LayerChanges {
            number,
            digest: layer.digest.clone(),
            added: count(FileChange::Added),
            changed: count(FileChange::Changed),
            deleted,
            bytes: sum(layer.entries.iter().map(|entry| entry.size_bytes)),
            hides_bytes: sum(stack.hidden[hidden_before..].iter().map(|file| file.bytes)),
        });
        found.is_incomplete |= layer.stopped.is_some();
    }
    found.hidden_bytes = sum(stack.hidden.iter().map(|file| file.bytes));
    stack.hidden.sort_by(|one, other| other.bytes.cmp(&one.bytes).then(one.path.cmp(&other.path)));
    stack.hidden.truncate(HIDDEN_FILES_LIMIT);
    found.hidden_files = stack.hidden;
    found
}

/// Adds sizes, which may be invented.
fn sum(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests;
