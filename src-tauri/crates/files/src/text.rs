//! Text files as people have them: UTF-8, or UTF-16 with a byte-order mark, which is what `>` of
//! Windows PowerShell and Notepad's "Unicode" write.

/// Why a file is not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Neither UTF-8 nor UTF-16 with a byte-order mark.
    #[error("it is not text in UTF-8, nor in UTF-16 with a byte-order mark")]
    Encoding,
    /// The mark says UTF-16, and the bytes are not.
    #[error("its byte-order mark says UTF-16, but its content is not UTF-16")]
    Utf16,
}

/// Reads the bytes of a text file by its byte-order mark; without one they are UTF-8.
///
/// # Errors
/// If they are not text in the encoding that the mark names.
pub fn decode_text(bytes: Vec<u8>) -> Result<String, InvalidText> {
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, text @ ..] => utf8(text.to_vec()),
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, InvalidText> {
    // UTF-16 without a mark is valid UTF-8 full of NUL characters.
    if bytes.contains(&0) {
        return Err(InvalidText::Encoding);
    }
    String::from_utf8(bytes).map_err(|_| InvalidText::Encoding)
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Result<String, InvalidText> {
    let units = bytes.chunks(2).map(|pair| match pair {
        [one, other] => Ok(unit([*one, *other])),
        _ => Err(InvalidText::Utf16),
    });
    let units = units.collect::<Result<Vec<u16>, _>>()?;
    String::from_utf16(&units).map_err(|_| InvalidText::Utf16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_by_its_byte_order_mark() {
        let text = "a/b:1 c/b:1\r\n# Käse 🐳\n";
        let of = |mark: &[u8], units: Vec<u8>| [mark, &units].concat();
        let little = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            of(&[0xef, 0xbb, 0xbf], text.as_bytes().to_vec()),
            of(&[0xff, 0xfe], little),
            of(&[0xfe, 0xff], big),
        ] {
            assert_eq!(decode_text(bytes).as_deref(), Ok(text));
        }
        assert_eq!(decode_text(Vec::new()).as_deref(), Ok(""));
    }

    #[test]
    fn what_is_not_text_is_refused() {
        for (bytes, problem) in [
            (vec![0xff, 0xfe, b'a'], InvalidText::Utf16),
            (vec![0xff, 0xfe, 0x00, 0xd8], InvalidText::Utf16),
            (vec![b'a', 0, b'b', 0], InvalidText::Encoding),
            (vec![0x80, 0x81], InvalidText::Encoding),
        ] {
            assert_eq!(decode_text(bytes), Err(problem));
        }
    }
}
