//! The head of a request or response: its first line and its headers.

use std::io::{Error, ErrorKind, Result};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Larger than any head in the tests.
const LONGEST_HEAD_BYTES: usize = 256 * 1024;

/// The first byte of a TLS connection (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// The first line and the headers of a request or response.
#[derive(Debug)]
pub(super) struct Head {
    start: String,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Reads a head; the start of the body stays in `buffer`. Returns `None` if the connection ends before.
    pub(super) async fn read(
        from: &mut (impl AsyncRead + Unpin),
        buffer: &mut BytesMut,
    ) -> Result<Option<(Self, Bytes)>> {
        loop {
            if let Some(end) = find(buffer, b"\r\n\r\n") {
                let raw = buffer.split_to(end + 4).freeze();
                return Ok(Some((Self::parse(&raw)?, raw)));
            }
            if buffer.len() > LONGEST_HEAD_BYTES {
                return Err(Error::new(ErrorKind::InvalidData, "the head does not end"));
            }
            if from.read_buf(buffer).await? == 0 {
                return Ok(None);
            }
            // The Docker Engine tries TLS first, and would wait for a response to its greeting.
            if buffer.first() == Some(&TLS_HANDSHAKE) {
                return Err(Error::new(ErrorKind::Unsupported, "TLS, not HTTP"));
            }
        }
    }

    fn parse(raw: &[u8]) -> Result<Self> {
        let text = String::from_utf8_lossy(raw);
        let mut lines = text.trim_end().split("\r\n");
        let start = lines.next().unwrap_or_default().to_owned();
        if !start.contains("HTTP/1.") {
            return Err(Error::new(ErrorKind::InvalidData, "not HTTP/1"));
        }
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Ok(Self { start, headers })
    }

    pub(super) fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    pub(super) fn path(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    pub(super) fn status(&self) -> u16 {
        self.path().parse().unwrap_or_default()
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The length of the body in bytes, if the head contains it. Otherwise the body ends with the connection.
    pub(super) fn content_length(&self) -> Option<u64> {
        self.value("content-length").and_then(|value| value.parse().ok())
    }

    /// Replaces the upstream in a `Location` header with the proxy.
    pub(super) fn rewrite_location(&mut self, upstream: &str, proxy: &str) {
        for (name, value) in &mut self.headers {
            if name.eq_ignore_ascii_case("location") {
                let (upstream, proxy) = (format!("//{upstream}/"), format!("//{proxy}/"));
                *value = value.replacen(&upstream, &proxy, 1);
            }
        }
    }

    /// The head with `Connection: close`.
    pub(super) fn with_connection_close(&self) -> Vec<u8> {
        self.with_connection("close")
    }

    /// The head with `Connection: keep-alive`.
    pub(super) fn with_keep_alive(&self) -> Vec<u8> {
        self.with_connection("keep-alive")
    }

    fn with_connection(&self, connection: &str) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            if !name.eq_ignore_ascii_case("connection") {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        text.push_str(&format!("Connection: {connection}\r\n\r\n"));
        text.into_bytes()
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
