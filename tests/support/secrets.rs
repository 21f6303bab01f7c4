//! Searches everything that a story leaves behind for the secrets that it used. Happens at the end of every
//! story.
//!
//! - [`SecretSearch`]: finds secrets in texts and files, in all forms in which they can be written.
//! - [`known_secrets`]: all secrets of a story. The support modules remember them where they occur: in
//!   environment variables, configuration files, HTTP headers, and responses of AWS.
//! - [`leak_search`]: searches what a program, an app or a window left behind when it ends, also if the story
//!   failed.

pub(crate) mod arguments_watch;
pub mod known_secrets;
pub mod leak_search;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result, bail};
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The minimum length of a secret in characters. Shorter ones would be found by chance.
const MIN_SECRET_LENGTH: usize = 8;

/// Searches everything that a story leaves behind for the secrets that it used. Happens at the end of every
/// story.
#[derive(Debug, Default)]
pub struct SecretSearch {
    forms: Vec<Form>,
    /// All forms in one automaton, because the folders of a story contain tens of megabytes. Built at the
    /// first search.
    automaton: OnceLock<Option<AhoCorasick>>,
}

#[derive(Debug)]
struct Form {
    name: String,
    bytes: Vec<u8>,
    /// Whether it only counts if no letter, digit or decimal point is next to it.
    alone: bool,
}

impl SecretSearch {
    /// A search without secrets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret. `name` identifies it in failure messages.
    pub fn secret(mut self, name: &str, value: &str) -> Result<Self> {
        if value.len() < MIN_SECRET_LENGTH {
            bail!("the secret {name:?} is too short to be searched for");
        }
        let mut forms = vec![value.as_bytes().to_vec(), percent_encoded(value).into_bytes()];
        forms.push(serde_json::to_string(value)?.trim_matches('"').as_bytes().to_vec());
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            forms.extend((0..3).map(|before| base64_core(&engine, value.as_bytes(), before)));
        }
        for bytes in forms {
            self.add(name, bytes, false);
        }
        Ok(self)
    }

    /// Adds a short secret such as an MFA code. It only counts if it stands alone, not as a part of a digest
    /// or a time.
    pub fn code(mut self, name: &str, value: &str) -> Self {
        self.add(name, value.as_bytes().to_vec(), true);
        self
    }

    fn add(&mut self, name: &str, bytes: Vec<u8>, alone: bool) {
        self.forms.push(Form { name: name.to_owned(), bytes, alone });
        self.automaton = OnceLock::new();
    }

    /// Searches a captured text, such as events.
    ///
    /// # Errors
    /// If it contains a secret; the error names the text and the secret, but never contains the secret.
    pub fn check_text(&self, what: &str, text: impl AsRef<[u8]>) -> Result<()> {
        let text = text.as_ref();
        let automaton = self.automaton.get_or_init(|| {
            AhoCorasick::new(self.forms.iter().map(|form| form.bytes.as_slice())).ok()
        });
        let automaton = automaton.as_ref().context("these secrets cannot be searched for")?;
        let continues = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
        };
        for found in automaton.find_overlapping_iter(text) {
            let form = &self.forms[found.pattern().as_usize()];
            let before = found.start().checked_sub(1).and_then(|before| text.get(before));
            if form.alone && (continues(before) || continues(text.get(found.end()))) {
                continue;
            }
            bail!("the secret {:?} is in {what}", form.name);
        }
        Ok(())
    }

    /// Searches all files below a folder, and their names. Returns the files, so that a test can show that
    /// something was searched.
    pub fn check_folder(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        self.check_folder_except(folder, |_| false)
    }

    /// The same, without files and folders that are `skipped`. Files that a running program removes during
    /// the search are ignored.
    pub fn check_folder_except(
        &self,
        folder: &Path,
        skipped: impl Fn(&Path) -> bool,
    ) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                entries => entries.with_context(|| format!("cannot list {}", folder.display()))?,
            };
            for entry in entries {
                let entry = entry?;
                let path = entry.path();
                let kind = match entry.file_type() {
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    kind => kind?,
                };
                if skipped(&path) {
                    continue;
                }
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    self.check_text("a file's name", path.display().to_string())?;
                    let bytes = match fs::read(&path) {
                        Err(error) if error.kind() == ErrorKind::NotFound => continue,
                        bytes => {
                            bytes.with_context(|| format!("cannot read {}", path.display()))?
                        }
                    };
                    self.check_text(&path.display().to_string(), bytes)?;
                    files.push(path);
                }
            }
        }
        files.sort();
        Ok(files)
    }
}

fn percent_encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// The part of the Base64 form that does not depend on adjacent bytes, for a secret that starts `before`
/// bytes after a multiple of three.
fn base64_core(engine: &impl base64::Engine, value: &[u8], before: usize) -> Vec<u8> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(value);
    let text = engine.encode(&bytes).into_bytes();
    // Drops the characters that contain bits of adjacent bytes.
    let start = (before * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    text[start..end].to_vec()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    const SECRET: &str = "hunter2/häßlich+\"so\"";

    fn search() -> SecretSearch {
        SecretSearch::new().secret("the password", SECRET).unwrap()
    }

    #[test]
    fn a_secret_is_found_in_every_form_and_not_printed() {
        let engine = base64::engine::general_purpose::STANDARD;
        let forms = [
            format!("password={SECRET}"),
            format!("?p={}", percent_encoded(SECRET)),
            serde_json::json!({ "p": SECRET }).to_string(),
            engine.encode(SECRET),
            engine.encode(format!("AWS:{SECRET}")),
            engine.encode(format!("xy{SECRET}.")),
            engine.encode(format!("x{SECRET}..")),
            base64::engine::general_purpose::URL_SAFE.encode(format!("user:{SECRET}")),
        ];
        for form in forms {
            let error = search().check_text("the log", &form).expect_err(&form).to_string();
            assert!(error.contains("the password") && error.contains("the log"));
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn texts_without_secrets_pass() {
        search().check_text("the log", "hunter3 and *** and aHVudGVyMw==").unwrap();
    }

    #[test]
    fn the_error_names_a_file_deep_in_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("clean.log"), "nothing").unwrap();
        assert_eq!(search().check_folder(folder.path()).unwrap(), [deep.join("clean.log")]);
        fs::write(deep.join("dirty.log"), SECRET).unwrap();
        let error = search().check_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("dirty.log"), "{error}");
    }

    #[test]
    fn a_code_is_found_only_if_it_stands_alone() {
        let search = SecretSearch::new().code("the code", "493017");
        for text in ["493017", "TokenCode=493017&x", "{\"code\":\"493017\"}", "serial/493017\n"] {
            assert!(search.check_text("the log", text).is_err(), "{text}");
        }
        for text in ["sha256:a493017b", "12:00:01.493017Z", "1493017", "493018"] {
            search.check_text("the log", text).unwrap();
        }
    }

    #[test]
    fn short_secrets_are_rejected() {
        assert!(SecretSearch::new().secret("pin", "1234").is_err());
    }
}
