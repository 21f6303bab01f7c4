//! The payload of a DSSE envelope as a stream: a text of a JSON document that is too large to hold. `large_document`
//! decodes it. The text around the payload is kept.
//!
//! Source: DSSE 1.0, "Envelope"; RFC 8259, section 7 (strings).

use std::io::{self, BufRead, BufReader, Read};

/// How much of the envelope around the payload is kept. Certificates and entries of transparency logs have a few kB.
const AROUND_LIMIT_BYTES: usize = 1024 * 1024;

/// The member with the payload.
const PAYLOAD: &[u8] = b"payload";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    In,
    After,
}

/// Reads the characters of the payload.
pub(crate) struct EnvelopePayload<R> {
    envelope: BufReader<R>,
    place: Place,
    around: Vec<u8>,
}

impl<R: Read> EnvelopePayload<R> {
    pub(crate) fn new(envelope: R) -> Self {
        Self { envelope: BufReader::new(envelope), place: Place::Before, around: Vec::new() }
    }

    /// Reads the envelope to its end, and returns it with an empty payload.
    ///
    /// # Errors
    /// If the envelope can't be read, or has more than 1 MiB around its payload.
    pub(crate) fn finish(mut self) -> io::Result<Vec<u8>> {
        io::copy(&mut self, &mut io::sink())?;
        while let Some(byte) = self.next()? {
            self.keep(byte)?;
        }
        Ok(self.around)
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.envelope.fill_buf()?.first().copied();
        self.envelope.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    fn keep(&mut self, byte: u8) -> io::Result<()> {
        if self.around.len() == AROUND_LIMIT_BYTES {
            return Err(io::Error::other("its envelope is too large"));
        }
        self.around.push(byte);
        Ok(())
    }

    /// Reads to the first character of the payload.
    fn find(&mut self) -> io::Result<()> {
        let (mut text, mut is_in_text, mut is_escaped) = (Vec::new(), false, false);
        // Whether the last text was the name of the member, and whether a colon followed it.
        let (mut is_name, mut has_colon) = (false, false);
        while let Some(byte) = self.next()? {
            self.keep(byte)?;
            if is_in_text {
                if !is_escaped && byte == b'"' {
                    is_in_text = false;
                    (is_name, has_colon) = (text == PAYLOAD, false);
                } else {
                    is_escaped = !is_escaped && byte == b'\\';
                    // Longer texts are no names.
                    if text.len() <= PAYLOAD.len() {
                        text.push(byte);
                    }
                }
                continue;
            }
            match byte {
                b'"' if is_name && has_colon => {
                    self.place = Place::In;
                    return Ok(());
                }
                b'"' => {
                    is_in_text = true;
                    text.clear();
                }
                b':' => has_colon = true,
                b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => is_name = false,
            }
        }
        self.place = Place::After;
        Ok(())
    }
}

impl<R: Read> Read for EnvelopePayload<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.place == Place::Before {
            self.find()?;
        }
        let mut length = 0;
        while self.place == Place::In && length < buffer.len() {
            match self.next()? {
                Some(b'"') => {
                    self.place = Place::After;
                    self.keep(b'"')?;
                }
                // `\/` is the only escape in Base64.
                Some(b'\\') => {}
                Some(byte) => {
                    buffer[length] = byte;
                    length += 1;
                }
                None => return Err(io::Error::other("its payload has no end")),
            }
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_is_distinguished_from_its_envelope() {
        for (envelope, payload, around) in [
            (r#"{"payload":"QUJD","x":1}"#, "QUJD", r#"{"payload":"","x":1}"#),
            (
                r#"{"a":"payload","b":["payload"],"payload" : "QU\/D"}"#,
                "QU/D",
                r#"{"a":"payload","b":["payload"],"payload" : ""}"#,
            ),
            (r#"{"pay\"load":"x","payload":""}"#, "", r#"{"pay\"load":"x","payload":""}"#),
            (r#"{"payloadType":"t","payload":7}"#, "", r#"{"payloadType":"t","payload":7}"#),
            ("", "", ""),
        ] {
            let mut reader = EnvelopePayload::new(envelope.as_bytes());
            let mut found = String::new();
            reader.read_to_string(&mut found).unwrap();
            assert_eq!(found, payload, "{envelope}");
            assert_eq!(reader.finish().unwrap(), around.as_bytes(), "{envelope}");
        }
    }

    #[test]
    fn an_envelope_without_an_end_takes_no_memory() {
        let start = |text: &'static str| text.as_bytes().chain(io::repeat(b'0').take(1 << 40));
        assert!(EnvelopePayload::new(start("{\"x\":\"")).finish().is_err());
        let mut payload = EnvelopePayload::new(start("{\"payload\":\""));
        let mut some = vec![0; 10_000];
        payload.read_exact(&mut some).unwrap();
        assert!(some.iter().all(|byte| *byte == b'0'));
        let cut = EnvelopePayload::new(&b"{\"payload\":\"QUJD"[..]);
        assert!(cut.finish().is_err());
    }
}
