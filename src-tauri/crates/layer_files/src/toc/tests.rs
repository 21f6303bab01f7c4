//! Tables of contents as the tools write them, and wrong ones.

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::json;

use super::*;

/// The table of the documentation of eStargz, with a chunk, a link and a whiteout.
pub(crate) fn table() -> Vec<u8> {
    json!({"version": 1, "entries": [
        {"name": "bin/", "type": "dir", "modtime": "2019-08-20T10:30:43Z", "mode": 16877},
        {"name": "bin/busybox", "type": "reg", "size": 580, "modtime": "2019-06-12T17:52:45Z",
         "mode": 33261, "uid": 3, "gid": 4, "offset": 126, "digest": "sha256:00", "chunkDigest": "sha256:00"},
        {"name": "bin/busybox", "type": "chunk", "offset": 200, "chunkOffset": 100},
        {"name": "lib/libc.so", "type": "symlink", "linkName": "../x\u{1b}", "mode": 511},
        {"name": "lib/.wh.old", "type": "reg"},
        {"name": "./", "type": "dir"},
    ]})
    .to_string()
    .into_bytes()
}

/// The end of an eStargz layer whose table is at `start`: its table and its footer.
pub(crate) fn estargz_end(start: u64, table: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    let mut header = tar::Header::new_gnu();
    header.set_size(table.len() as u64);
    header.set_cksum();
    archive.append_data(&mut header, "stargz.index.json", table).unwrap();
    let mut end = archive.into_inner().unwrap().finish().unwrap();
    let mut footer = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 26, 0, b'S', b'G', 22, 0];
    footer.extend_from_slice(format!("{start:016x}STARGZ").as_bytes());
    // An empty block, its checksum and its length.
    footer.extend_from_slice(&[1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(footer.len() as u64, FOOTER_BYTES);
    end.extend_from_slice(&footer);
    end
}

pub(crate) fn layer(size_bytes: u64, annotations: &[(&str, &str)]) -> Descriptor {
    let annotations =
        annotations.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Descriptor {
        media_type: "application/vnd.oci.image.layer.v1.tar+gzip".to_owned(),
        digest: Digest::of(b"x"),
        size_bytes,
        platform: None,
        annotations: annotations.collect(),
        urls: Vec::new(),
    }
}

#[test]
fn the_entries_of_a_table_are_listed() {
    let (entries, _) = table_entries(&table(), Limits::default()).unwrap();
    let shown: Vec<_> = entries
        .iter()
        .map(|one| (one.path.as_str(), one.kind, one.size_bytes, one.mode, one.link.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("bin", FileKind::Directory, 0, 0o755, None),
            ("bin/busybox", FileKind::File, 580, 0o755, None),
            ("lib/libc.so", FileKind::SymbolicLink, 0, 0o777, Some("../x\\x1b")),
            ("lib/old", FileKind::Deletion, 0, 0, None),
        ]
    );
    assert_eq!((entries[1].uid, entries[1].gid), (3, 4));
    assert_eq!(entries[1].modified_at_ms, Some(1_560_361_965_000));
    for hostile in [&b"{"[..], b"[]", b"{} x", br#"{"entries":7}"#, br#"{"entries":[{"name":1}]}"#]
    {
        let read = table_entries(hostile, Limits::default());
        assert!(matches!(read, Err(TocProblem::Unreadable(_))), "{hostile:?}");
    }
}

#[test]
fn a_table_is_kept_up_to_the_limits() {
    let limited = |entries, name_bytes| {
        let limits = Limits { entries, name_bytes, ..Limits::default() };
        let (entries, has_more) = table_entries(&table(), limits).unwrap();
        (entries.len(), has_more)
    };
    // Three names and a target have 33 bytes, the deletion has 7.
    for ((entries, name_bytes), expected) in
        [((4, 40), (4, false)), ((3, 40), (3, true)), ((4, 39), (3, true)), ((4, 0), (0, true))]
    {
        assert_eq!(limited(entries, name_bytes), expected, "{entries} {name_bytes}");
    }
}

#[test]
fn an_estargz_table_is_found_by_its_footer_and_verified() {
    let end = estargz_end(1000, &table());
    let layer = layer(1000 + end.len() as u64, &[]);
    let footer = &end[end.len() - FOOTER_BYTES as usize..];
    let position = estargz_position(footer, &layer).unwrap();
    assert_eq!(position, Position { start: 1000, length: end.len() as u64 - FOOTER_BYTES });
    let member = &end[..position.length as usize];
    assert_eq!(estargz_table(member, &Digest::of(&table())).unwrap(), table());
    let wrong = estargz_table(member, &Digest::of(b"another"));
    assert!(matches!(wrong, Err(TocProblem::WrongDigest)));

    let mut damaged = footer.to_vec();
    damaged[34] = b'X';
    assert_eq!(estargz_position(&damaged, &layer), None);
    assert_eq!(estargz_position(&footer[1..], &layer), None);
    // A position outside of the layer.
    let small = Descriptor { size_bytes: 500, ..layer };
    assert_eq!(estargz_position(footer, &small), None);
}

#[test]
fn a_chunked_table_is_verified_before_it_is_decompressed() {
    let frame = compress_to_vec(&table()[..], CompressionLevel::Fastest);
    assert_eq!(chunked_table(&frame, &Digest::of(&frame)).unwrap(), table());
    assert!(matches!(chunked_table(&frame, &Digest::of(&table())), Err(TocProblem::WrongDigest)));
}

#[test]
fn only_positions_inside_the_layer_are_used() {
    let digest = Digest::of(b"table").to_string();
    let chunked = |by: &str, position: &str, others: &[(&str, &str)]| {
        let (position_name, digest_name) =
            (format!("{by}manifest-position"), format!("{by}manifest-checksum"));
        let own = [(position_name.as_str(), position), (digest_name.as_str(), digest.as_str())];
        toc_location(&layer(1000, &[&own[..], others].concat()))
    };
    let found = |position: &str| chunked("io.github.containers.zstd-chunked.", position, &[]);
    let expected = Position { start: 900, length: 50 };
    let location =
        Some(TocLocation::ZstdChunked { position: expected, digest: Digest::of(b"table") });
    assert_eq!(found("900:50:400:1"), location);
    // As stargz-snapshotter writes it.
    let estargz = [(ESTARGZ_DIGEST, digest.as_str())];
    assert_eq!(chunked("io.containers.zstd-chunked.", "900:50:400:1", &estargz), location);
    for wrong in [
        "900:150:400:1",
        "900:0:400:1",
        "900:50:400:2",
        "900:50",
        "x:50:400:1",
        "18446744073709551615:2:3:1",
        "",
    ] {
        assert_eq!(found(wrong), None, "{wrong}");
    }
    assert_eq!(toc_location(&layer(1000, &[])), None);
    assert_eq!(toc_location(&layer(51, &[(ESTARGZ_DIGEST, &digest)])), None);
    assert!(toc_location(&layer(52, &[(ESTARGZ_DIGEST, &digest)])).is_some());
}
