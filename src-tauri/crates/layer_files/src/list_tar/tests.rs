//! Archives of every compression, and hostile ones.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

fn header(path: &[u8], kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o100_755);
    header.set_uid(7);
    header.set_gid(8);
    header.set_mtime(2);
    header.set_cksum();
    header
}

fn put(archive: &mut Vec<u8>, path: &[u8], kind: EntryType, content: &[u8]) {
    archive.extend_from_slice(header(path, kind, content.len() as u64).as_bytes());
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(BLOCK_BYTES), 0);
}

fn end(mut archive: Vec<u8>) -> Vec<u8> {
    archive.resize(archive.len() + 2 * BLOCK_BYTES, 0);
    archive
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Path, kind and size of each entry.
fn listed(archive: &[u8]) -> Vec<(String, FileKind, u64)> {
    let (entries, stop) = list_compressed(archive, Limits::default()).unwrap();
    assert_eq!(stop, None);
    entries.into_iter().map(|one| (one.path, one.kind, one.size_bytes)).collect()
}

#[test]
fn every_compression_lists_the_same() {
    let mut archive = Vec::new();
    put(&mut archive, b"./", EntryType::Directory, b"");
    put(&mut archive, b"usr/", EntryType::Directory, b"");
    put(&mut archive, b"usr/a", EntryType::Regular, &[7; 700]);
    let archive = end(archive);
    let expected =
        [("usr".to_owned(), FileKind::Directory, 0), ("usr/a".to_owned(), FileKind::File, 700)];
    let zstd = compress_to_vec(&archive[..], CompressionLevel::Fastest);
    let two_members = [gzip(&archive[..600]), gzip(&archive[600..])].concat();
    let skippable = [&[0x5f, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9][..], &zstd].concat();
    for form in [archive.clone(), gzip(&archive), zstd, two_members, skippable] {
        assert_eq!(listed(&form), expected);
    }
    assert_eq!(listed(&archive[..archive.len() - 1024]), expected, "without an end");
    assert!(listed(b"").is_empty());
    let (entries, _) = list_compressed(&archive[..], Limits::default()).unwrap();
    let file = &entries[1];
    assert_eq!((file.mode, file.uid, file.gid, file.modified_at_ms), (0o755, 7, 8, Some(2000)));
}

#[test]
fn hostile_names_are_shown_and_whiteouts_are_deletions() {
    let mut archive = Vec::new();
    put(&mut archive, b"etc/.wh.a", EntryType::Regular, b"");
    put(&mut archive, b"var/.wh..wh..opq", EntryType::Regular, b"");
    put(&mut archive, b".wh..wh.plnk", EntryType::Directory, b"");
    put(&mut archive, b"\x1b[31mred", EntryType::Regular, b"1");
    put(&mut archive, b"../x", EntryType::Regular, b"12");
    let long = [b'n'; 300];
    put(&mut archive, b"././@LongLink", EntryType::GNULongName, &[&long[..], &[0]].concat());
    put(&mut archive, b"short", EntryType::Regular, b"123");
    put(
        &mut archive,
        b"PaxHeader",
        EntryType::XHeader,
        b"20 path=p\xc3\xa4x/a\nfile\n12 uid=4711\n",
    );
    put(&mut archive, b"short", EntryType::Regular, b"1234");
    let files = listed(&end(archive));
    let found: Vec<_> =
        files.iter().map(|(path, kind, size)| (path.as_str(), *kind, *size)).collect();
    let long = "n".repeat(300);
    assert_eq!(
        found,
        [
            ("etc/a", FileKind::Deletion, 0),
            ("var", FileKind::Emptied, 0),
            (".wh..wh.plnk", FileKind::Other, 0),
            ("\\x1b[31mred", FileKind::File, 1),
            ("../x", FileKind::File, 2),
            (long.as_str(), FileKind::File, 3),
            ("päx/a\\x0afile", FileKind::File, 4),
        ]
    );
}

#[test]
fn links_have_a_target_and_no_content() {
    let mut link = Header::new_gnu();
    link.set_entry_type(EntryType::Symlink);
    link.set_link_name_literal("../../etc/\x07shadow").unwrap();
    link.as_mut_bytes()[0] = b'l';
    // A size that would skip the next entry.
    link.set_size(4096);
    link.set_cksum();
    let mut archive = link.as_bytes().to_vec();
    put(&mut archive, b"after", EntryType::Regular, b"");
    let (entries, _) = list_compressed(&end(archive)[..], Limits::default()).unwrap();
    assert_eq!(entries[0].link.as_deref(), Some("../../etc/\\x07shadow"));
    assert_eq!((entries[0].size_bytes, entries[1].path.as_str()), (0, "after"));
}

#[test]
fn the_list_stops_at_its_limits() {
    let mut archive = Vec::new();
    for name in [b"a", b"b", b"c"] {
        put(&mut archive, name, EntryType::Regular, &[0; 2000]);
    }
    // Ten GiB of zeros of which nothing is decompressed.
    archive.extend_from_slice(header(b"zeros", EntryType::Regular, 10 << 30).as_bytes());
    let list = |limits| list_compressed(&archive[..], limits).unwrap();
    let names =
        |entries: &[FileEntry]| entries.iter().map(|one| one.path.clone()).collect::<String>();
    let (entries, stop) = list(Limits { entries: 2, ..Limits::default() });
    assert_eq!((names(&entries).as_str(), stop), ("ab", Some(ListStop::Entries)));
    let (entries, stop) = list(Limits { name_bytes: 2, ..Limits::default() });
    assert_eq!((names(&entries).as_str(), stop), ("ab", Some(ListStop::Entries)));
    let (entries, stop) = list(Limits { bytes: 4000, ..Limits::default() });
    assert_eq!((names(&entries).as_str(), stop), ("ab", Some(ListStop::Bytes)));
    let (entries, stop) = list(Limits::default());
    assert_eq!((names(&entries).as_str(), stop), ("abczeros", Some(ListStop::Bytes)));
    // Zeros after the end of the archive.
    let bomb = gzip(&vec![0; 1_000_000]);
    let (entries, stop) =
        list_compressed(&bomb[..], Limits { bytes: 100_000, ..Limits::default() }).unwrap();
    assert_eq!((entries.len(), stop), (0, Some(ListStop::Bytes)));
}

#[test]
fn what_is_no_archive_is_refused() {
    let mut damaged = Vec::new();
    put(&mut damaged, b"a", EntryType::Regular, b"1");
    let good = damaged.clone();
    damaged.extend_from_slice(&[b'x'; 512]);
    let mut long_name = header(b"x", EntryType::GNULongName, 2 << 20).as_bytes().to_vec();
    long_name.resize(1024, b'n');
    for (bytes, reason) in [
        (vec![b'{'; 600], "it isn't a tar archive"),
        (b"short".to_vec(), "it ends in the middle of a header"),
        (damaged, "a header is damaged"),
        (long_name, "a name or an extended header is too long"),
        (
            header(b"a", EntryType::Regular, 600).as_bytes().to_vec(),
            "it ends in the middle of a file",
        ),
        (gzip(&good)[..20].to_vec(), "corrupt deflate stream"),
    ] {
        let error = list_compressed(&bytes[..], Limits::default()).unwrap_err();
        assert!(error.contains(reason) || reason.starts_with("corrupt"), "{error} / {reason}");
    }
}

#[test]
fn extended_headers_with_wrong_lengths_are_left_out() {
    let records = |content: &'static [u8]| pax_records(content).collect::<Vec<_>>();
    assert_eq!(records(b"9 path=x\n10 uid=47\n").len(), 2);
    assert_eq!(records(b"9 path=x\n"), [(&b"path"[..], &b"x"[..])]);
    let wrong: [&'static [u8]; 7] =
        [b"99 path=x\n", b"11 path=x\n", b"0 path=x\n", b"x", b" ", b"3 =", b"-1 a=b\n"];
    for content in wrong {
        assert!(records(content).is_empty(), "{content:?}");
    }
}

#[test]
fn times_that_no_calendar_shows_are_unknown() {
    for (time, expected) in [
        ("1700000000.25", Some(1_700_000_000_250)),
        ("253402300799", Some(253_402_300_799_000)),
        ("253402300800", None),
        ("1e300", None),
        ("inf", None),
        ("NaN", None),
        ("-1", None),
    ] {
        assert_eq!(milliseconds(time.as_bytes()), expected, "{time}");
    }
    let mut far = header(b"a", EntryType::Regular, 0);
    far.set_mtime(u64::MAX / 1000);
    far.set_cksum();
    let (entries, _) = list_compressed(&far.as_bytes()[..], Limits::default()).unwrap();
    assert_eq!(entries[0].modified_at_ms, None);
}

/// A bomb of each compression: a file that says it has 10 GiB, and little that says so.
#[test]
fn bombs_end_at_the_limit_whatever_their_compression() {
    let mut archive = header(b"zeros", EntryType::Regular, 10 << 30).as_bytes().to_vec();
    archive.resize(4_000_000, 0);
    let zstd = compress_to_vec(&archive[..], CompressionLevel::Fastest);
    for bomb in [gzip(&archive), zstd] {
        assert!(bomb.len() < 100_000, "{}", bomb.len());
        let limits = Limits { bytes: 1_000_000, ..Limits::default() };
        let (entries, stop) = list_compressed(&bomb[..], limits).unwrap();
        assert_eq!((entries.len(), stop), (1, Some(ListStop::Bytes)));
    }
}
