//! The output of `files`.

use std::io::IsTerminal as _;
use std::sync::OnceLock;

use indicatif::{DecimalBytes, ProgressBar, ProgressStyle};
use transload_contract::{FileChange, FileEntry, FileKind, ListProgress, ListStop, ListedLayer};

use crate::output::{counted, line, note};

/// A progress bar on standard error, which appears with the first piece of a download.
#[derive(Default)]
pub struct Progress(OnceLock<ProgressBar>);

impl Progress {
    /// Shows the progress on a terminal.
    pub fn report(&self, progress: ListProgress) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let bar = self.0.get_or_init(|| {
            let bar = ProgressBar::new(progress.total_bytes);
            let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_position(progress.read_bytes);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Some(bar) = self.0.get() {
            bar.finish_and_clear();
        }
    }
}

/// Prints the files of a layer, as `tar --list --verbose` does.
pub fn print(listed: &ListedLayer) {
    for entry in &listed.files.entries {
        line(&row(entry));
    }
    let entries = counted(listed.entry_count, "entry", "entries");
    match listed.from_cache {
        true => note(&format!("{entries}, from an earlier list.")),
        false => note(&format!("{entries}, {} downloaded.", DecimalBytes(listed.files.read_bytes))),
    }
    match listed.files.stopped {
        Some(ListStop::Entries) => note("The layer has more entries than are listed."),
        Some(ListStop::Bytes) => note("The layer is too large to be listed completely."),
        None => {}
    }
}

fn row(entry: &FileEntry) -> String {
    let change = match entry.change {
        Some(FileChange::Added) => "A",
        Some(FileChange::Changed) => "C",
        Some(FileChange::Deleted) => "D",
        Some(FileChange::Unchanged) => "=",
        None => " ",
    };
    let owner = format!("{}/{}", entry.uid, entry.gid);
    let link = match (&entry.link, entry.kind) {
        (Some(link), FileKind::SymbolicLink) => format!(" -> {link}"),
        (Some(link), _) => format!(" link to {link}"),
        (None, FileKind::Deletion) => " (deleted)".to_owned(),
        (None, FileKind::Emptied) => " (emptied)".to_owned(),
        (None, _) => String::new(),
    };
    let mode = mode(entry);
    format!("{change} {mode} {owner:>11} {:>11} {}{link}", entry.size_bytes, entry.path)
}

/// The kind and the permissions, such as `drwxr-xr-x`.
fn mode(entry: &FileEntry) -> String {
    let mut text = String::from(match entry.kind {
        FileKind::Directory => 'd',
        FileKind::SymbolicLink => 'l',
        FileKind::HardLink => 'h',
        FileKind::CharacterDevice => 'c',
        FileKind::BlockDevice => 'b',
        FileKind::Pipe => 'p',
        FileKind::Deletion | FileKind::Emptied => 'x',
        FileKind::File | FileKind::Other => '-',
    });
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = entry.mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (entry.mode & special != 0, bits & 1 != 0) {
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_printed_as_tar_does() {
        let entry = |kind, mode, link: Option<&str>| FileEntry {
            path: "usr/a".to_owned(),
            kind,
            size_bytes: 12,
            mode,
            uid: 1,
            gid: 2,
            modified_at_ms: None,
            link: link.map(str::to_owned),
            change: None,
        };
        for (entry, shown) in [
            (entry(FileKind::File, 0o644, None), "-rw-r--r--         1/2          12 usr/a"),
            (entry(FileKind::Directory, 0o1777, None), "drwxrwxrwt         1/2          12 usr/a"),
            (entry(FileKind::File, 0o4711, None), "-rws--x--x         1/2          12 usr/a"),
            (entry(FileKind::File, 0o2640, None), "-rw-r-S---         1/2          12 usr/a"),
            (
                entry(FileKind::SymbolicLink, 0o777, Some("../b")),
                "lrwxrwxrwx         1/2          12 usr/a -> ../b",
            ),
            (
                entry(FileKind::Deletion, 0, None),
                "x---------         1/2          12 usr/a (deleted)",
            ),
        ] {
            assert_eq!(row(&entry).trim_start(), shown);
        }
    }
}
