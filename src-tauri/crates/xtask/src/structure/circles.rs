//! Circles in the graph of files that use each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

type Graph = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// Returns the strongly connected components with more than one file, each sorted.
pub fn find_circles(references: &Graph) -> Vec<Vec<PathBuf>> {
    let reachable: BTreeMap<&Path, BTreeSet<&Path>> =
        references.keys().map(|file| (file.as_path(), reachable_from(file, references))).collect();
    let mut circles = BTreeSet::new();
    for (file, reached) in &reachable {
        let circle: Vec<PathBuf> = reached
            .iter()
            .filter(|other| reachable.get(*other).is_some_and(|back| back.contains(file)))
            .map(|other| other.to_path_buf())
            .collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

fn reachable_from<'a>(file: &Path, references: &'a Graph) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut pending: Vec<&Path> =
        references.get(file).into_iter().flatten().map(PathBuf::as_path).collect();
    while let Some(next) = pending.pop() {
        if reached.insert(next) {
            pending.extend(references.get(next).into_iter().flatten().map(PathBuf::as_path));
        }
    }
    reached
}
