//! Names from an archive as text.

use transload_model::visible;

/// The longest name that is shown, in bytes. Source: `PATH_MAX` of Linux.
pub(crate) const NAME_LIMIT_BYTES: usize = 4096;

/// Returns a name as text: bytes that aren't UTF-8, and control characters including line breaks, as `\x1b`. Names
/// of more than 4,096 bytes are cut.
pub(crate) fn shown_name(name: &[u8]) -> String {
    let (name, rest) = name.split_at(name.len().min(NAME_LIMIT_BYTES));
    let mut shown = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\n' | '\t' => shown.push_str(&format!("\\x{:02x}", u32::from(character))),
                other if other.is_ascii_graphic() || other == ' ' => shown.push(other),
                other => shown.push_str(&visible(other.encode_utf8(&mut [0; 4]))),
            }
        }
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02x}"));
        }
    }
    if !rest.is_empty() {
        shown.push_str(&format!("… ({} more bytes)", rest.len()));
    }
    shown
}

/// Returns the path of an entry as text, without a leading `./` or `/` and without a trailing slash. `..` stays: it is
/// a part of the name, and nothing is extracted. Empty for the root.
pub(crate) fn shown_path(path: &[u8]) -> String {
    let mut path = path;
    loop {
        path = match path {
            [b'.', b'/', rest @ ..] | [b'/', rest @ ..] => rest,
            [rest @ .., b'/'] => rest,
            b"." => &[],
            _ => break,
        };
    }
    shown_name(path)
}

#[cfg(test)]
mod tests;
