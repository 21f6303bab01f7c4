//! File systems that an interrupted debootstrap left mounted. A folder with one can't be removed.

use std::path::Path;

/// The mount points at and below `folder`, the deepest first, from the text of `/proc/self/mountinfo`
/// (proc_pid_mountinfo(5)): the fifth field is the mount point, with octal escapes.
pub fn at_or_below(folder: &Path, mountinfo: &str) -> Vec<String> {
    let mut points: Vec<String> = mountinfo
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .map(unescaped)
        .filter(|point| Path::new(point).starts_with(folder))
        .collect();
    // A later mount can hide an earlier one, so that the last one has to go first.
    points.reverse();
    points.sort_by_key(|point| std::cmp::Reverse(point.split('/').count()));
    points
}

fn unescaped(field: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(field.to_owned(), |text, (escape, character)| text.replace(escape, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mounts_of_the_folder_are_found_and_the_deepest_comes_first() {
        let mountinfo = "\
22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
40 22 0:5 / /proc rw - proc proc rw
50 22 0:5 / /a\\040b/engine.unfinished/proc rw - proc proc rw
51 50 0:6 / /a\\040b/engine.unfinished/proc/sys/fs rw - binfmt none rw
52 22 0:7 / /a\\040b/engine.unfinished/sys rw - sysfs sysfs rw
60 22 0:5 / /a\\040b/engine.unfinished-2/proc rw - proc proc rw
";
        let cases = [
            (
                "/a b/engine.unfinished",
                &[
                    "/a b/engine.unfinished/proc/sys/fs",
                    "/a b/engine.unfinished/sys",
                    "/a b/engine.unfinished/proc",
                ][..],
            ),
            ("/a b/engine.unfinished/proc/sys/fs", &["/a b/engine.unfinished/proc/sys/fs"][..]),
            ("/a b/engine", &[][..]),
            ("/b", &[][..]),
        ];
        for (folder, expected) in cases {
            assert_eq!(at_or_below(Path::new(folder), mountinfo), expected, "{folder}");
        }
    }
}
