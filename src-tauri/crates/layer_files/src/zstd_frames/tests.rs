//! Files of several frames.

use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

#[test]
fn all_frames_are_read_and_skippable_frames_are_skipped() {
    let frame = |content: &[u8]| compress_to_vec(content, CompressionLevel::Fastest);
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    let large = vec![7; 300_000];
    let file = [frame(b"one "), skippable.clone(), frame(b""), frame(&large), skippable].concat();
    let mut content = Vec::new();
    ZstdFrames::new(&file[..]).read_to_end(&mut content).unwrap();
    assert_eq!(content, [b"one ", &large[..]].concat());

    let whole = frame(&large);
    let broken = &whole[..whole.len() - 1];
    assert!(ZstdFrames::new(broken).read_to_end(&mut Vec::new()).is_err());
}
