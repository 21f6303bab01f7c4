//! What a user pastes to name an image: an address from a browser, a command of a container tool,
//! or a reference. The fields of the source read it, so that a paste chooses source, repository and
//! tag at once.
//!
//! - this file: plain references, and which form a text has
//! - `forms`: what a text can name
//! - `web_address`: pages and APIs of registries
//! - `command_line`: commands such as `docker pull`
//!
//! Errors never repeat the text, which can contain credentials: only the part that is wrong.

mod command_line;
mod forms;
mod web_address;

use crate::reference::ImageReference;
use crate::registry_host::RegistryHost;

pub use forms::{NotUnderstood, PastedReference};
use forms::{file_transport, is_host, read_host, read_reference, unquoted};

impl PastedReference {
    /// Reads text that may name an image. Returns `None` for text without an address, a command, a
    /// digest or a registry host in front of a path: `alpine` or `team/app` can be a filter as well.
    ///
    /// # Errors
    /// [`NotUnderstood`] if it is an address, a command or a reference, and names no image.
    pub fn parse(text: &str) -> Result<Option<Self>, NotUnderstood> {
        let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
        let lines: Vec<_> = joined.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let [line] = lines.as_slice() else {
            return if lines.is_empty() {
                Ok(None)
            } else {
                Err(NotUnderstood::Several(lines.len()))
            };
        };
        let line = unquoted(line);
        if let Some(found) = command_line::read(line)? {
            return Ok(Some(found));
        }
        if line.contains(char::is_whitespace) {
            return Ok(None);
        }
        if let Some((scheme, rest)) = line.split_once("://") {
            return web_address::read_address(scheme, rest).map(Some);
        }
        if let Some(transport) = file_transport(line) {
            return Err(NotUnderstood::Transport(transport.to_owned()));
        }
        if let Some(image) = line.strip_prefix("docker-daemon:") {
            return Ok(Some(Self::EngineImage(ImageReference::parse(image)?)));
        }
        let has_host = line.split_once('/').is_some_and(|(first, _)| is_host(first));
        let has_digest = line.contains("@sha");
        if has_host || has_digest { read_reference(line, None).map(Some) } else { Ok(None) }
    }

    /// Reads the text of a field for a registry: a host, or anything that [`Self::parse`] reads.
    ///
    /// # Errors
    /// [`NotUnderstood`] if it is neither.
    pub fn parse_registry(text: &str) -> Result<Self, NotUnderstood> {
        match Self::parse(text)? {
            Some(found) => Ok(found),
            None => read_host(text.trim(), None),
        }
    }

    /// Reads the text of a field for a repository of a registry: its path, with a tag or digest if
    /// any, or anything that [`Self::parse`] reads.
    ///
    /// # Errors
    /// [`NotUnderstood`] if it is neither.
    pub fn parse_in(host: &RegistryHost, text: &str) -> Result<Self, NotUnderstood> {
        match Self::parse(text)? {
            Some(found) => Ok(found),
            None => read_reference(&format!("{host}/{}", unquoted(text.trim())), None),
        }
    }
}

#[cfg(test)]
mod tests;
