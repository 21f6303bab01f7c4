//! Reads JSON of strangers as a stream: values are handled one by one as they arrive, so that a document of hundreds of
//! megabytes takes no more memory than what is kept of it. `sbom_reader` uses it.

use std::fmt;
use std::io::{self, Read};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// The longest text in a document. The parser keeps one text at a time in memory.
const TEXT_LIMIT_BYTES: usize = 1024 * 1024;

/// How deep objects and arrays may nest. The parser keeps a byte for each level.
const DEPTH_LIMIT: usize = 100;

/// What happens with a value. By default, a value is skipped and noted as one of the wrong type.
pub(crate) trait Handler {
    /// Called for a value of the wrong type.
    fn wrong(&mut self);

    fn text(&mut self, _text: &str) {
        self.wrong();
    }

    /// Called at the beginning of an object.
    fn begin_object(&mut self) {
        self.wrong();
    }

    /// Reads the value of a member of an object.
    fn member<'de, A: MapAccess<'de>>(&mut self, _name: &str, map: &mut A) -> Result<(), A::Error> {
        skip(map)
    }

    /// Called at the end of an object.
    fn end(&mut self) {}

    /// Called at the beginning of an array.
    fn begin_array(&mut self) {
        self.wrong();
    }

    /// Reads an element of an array. Returns whether there was one.
    fn element<'de, A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        Ok(seq.next_element::<IgnoredAny>()?.is_some())
    }
}

/// Skips the value of a member.
pub(crate) fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

pub(crate) struct Handle<'a, H>(pub(crate) &'a mut H);

impl<'de, H: Handler> DeserializeSeed<'de> for Handle<'_, H> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, H: Handler> Visitor<'de> for Handle<'_, H> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.text(text);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.0.wrong();
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.0.wrong();
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.0.wrong();
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.0.wrong();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.begin_object();
        while let Some(name) = map.next_key::<String>()? {
            self.0.member(&name, &mut map)?;
        }
        self.0.end();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.begin_array();
        while self.0.element(&mut seq)? {}
        Ok(())
    }
}

/// A text, or nothing if the value is something else.
#[derive(Default)]
pub(crate) struct Text {
    pub(crate) text: Option<String>,
    pub(crate) is_wrong: bool,
}

impl Handler for Text {
    fn wrong(&mut self) {
        self.is_wrong = true;
    }

    fn text(&mut self, text: &str) {
        self.text = Some(text.to_owned());
    }
}

/// Handles the only value of a document.
///
/// # Errors
/// If it isn't JSON, or exceeds a limit.
pub(crate) fn handle_document(
    document: impl Read,
    handler: &mut impl Handler,
) -> Result<(), serde_json::Error> {
    let guarded = io::BufReader::new(Guarded::new(document));
    let mut parser = serde_json::Deserializer::from_reader(guarded);
    Handle(handler).deserialize(&mut parser)?;
    parser.end().map_err(serde_json::Error::custom)
}

/// Ends with an error where a text is too long or values nest too deeply, before the parser has it in memory.
struct Guarded<R> {
    document: R,
    depth: usize,
    text_bytes: usize,
    is_in_text: bool,
    is_escaped: bool,
}

impl<R> Guarded<R> {
    fn new(document: R) -> Self {
        Self { document, depth: 0, text_bytes: 0, is_in_text: false, is_escaped: false }
    }

    fn check(&mut self, byte: u8) -> io::Result<()> {
        if self.is_in_text {
            self.text_bytes += 1;
            if self.text_bytes > TEXT_LIMIT_BYTES {
                return Err(io::Error::other("one of its texts is too long"));
            }
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_in_text = false,
                _ => {}
            }
            return Ok(());
        }
        match byte {
            b'"' => (self.is_in_text, self.text_bytes) = (true, 0),
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth > DEPTH_LIMIT {
                    return Err(io::Error::other("its values nest too deeply"));
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.document.read(buffer)?;
        for byte in &buffer[..length] {
            self.check(*byte)?;
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_ends_at_a_limit_without_being_held() {
        let zeros = |start: &str| {
            let start: Box<dyn Read> = Box::new(io::Cursor::new(start.to_owned()));
            // 10 GiB, which are neither made nor read.
            start.chain(io::repeat(b'0').take(10 * 1024 * 1024 * 1024))
        };
        for (document, reason) in [
            (zeros("\""), "too long"),
            (zeros("{\"name\":\""), "too long"),
            (zeros("{\"\\\""), "too long"),
        ] {
            let error = handle_document(document, &mut Text::default()).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
        for opening in ["[", "{\"a\":"] {
            let deep = io::Cursor::new(opening.repeat(10_000_000));
            let error = handle_document(deep, &mut Text::default()).unwrap_err();
            assert!(error.to_string().contains("too deeply"), "{error}");
        }
        let mut text = Text::default();
        handle_document(&b"\"\\u001b[31m<b>\""[..], &mut text).unwrap();
        assert_eq!(text.text.as_deref(), Some("\u{1b}[31m<b>"));
        assert!(handle_document(&b"\"a\" 7"[..], &mut Text::default()).is_err());
    }
}
