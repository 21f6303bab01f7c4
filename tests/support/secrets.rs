//! A search for secrets where none may be, and what it is used for at the end of every story.
//!
//! - [`SecretSearch`]: finds secrets in texts and files, in every form in which they are written.
//! - [`known`]: every secret that a story uses. The supports remember them where they come up: a
//!   variable of a program, a file of a person, a header on the wire, an answer of AWS.
//! - [`traces`]: what a program, a computer or a window leaves behind, searched for all of them when
//!   the program, the computer or the window ends, also when the story failed.

pub mod known;
pub mod traces;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result, bail};
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shorter secrets would be found by chance.
const SHORTEST: usize = 8;

/// A search for secrets where none may be: as they are, percent-encoded, escaped for JSON, and in
/// Base64 at whatever place of a longer text they stand.
#[derive(Debug, Default)]
pub struct SecretSearch {
    forms: Vec<Form>,
    /// All forms at once: the folders of a story hold tens of megabytes. Built at the first search.
    automaton: OnceLock<Option<AhoCorasick>>,
}

/// One way in which a secret may be written.
#[derive(Debug)]
struct Form {
    name: String,
    bytes: Vec<u8>,
    /// Found only where no letter, digit or decimal point is next to it.
    alone: bool,
}

impl SecretSearch {
    /// A search for nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret; `name` is what a failure calls it by.
    ///
    /// # Errors
    /// When it is so short that it would be found by chance.
    pub fn secret(mut self, name: &str, value: &str) -> Result<Self> {
        if value.len() < SHORTEST {
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

    /// Adds a secret of a few digits, such as the code of an MFA device. It is found where it stands
    /// alone, not within a digest or a time.
    #[must_use]
    pub fn code(mut self, name: &str, value: &str) -> Self {
        self.add(name, value.as_bytes().to_vec(), true);
        self
    }

    fn add(&mut self, name: &str, bytes: Vec<u8>, alone: bool) {
        self.forms.push(Form { name: name.to_owned(), bytes, alone });
        self.automaton = OnceLock::new();
    }

    /// Searches a text that was captured, such as events.
    ///
    /// # Errors
    /// When a secret is in it: names the text and the secret's name, never the secret.
    pub fn check_text(&self, what: &str, text: impl AsRef<[u8]>) -> Result<()> {
        let text = text.as_ref();
        let automaton = self.automaton.get_or_init(|| {
            AhoCorasick::new(self.forms.iter().map(|form| form.bytes.as_slice())).ok()
        });
        let automaton = automaton.as_ref().context("these secrets cannot be searched for")?;
        let belongs_to_more = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
        };
        for found in automaton.find_overlapping_iter(text) {
            let form = &self.forms[found.pattern().as_usize()];
            let before = found.start().checked_sub(1).and_then(|before| text.get(before));
            if form.alone && (belongs_to_more(before) || belongs_to_more(text.get(found.end()))) {
                continue;
            }
            bail!("the secret {:?} is in {what}", form.name);
        }
        Ok(())
    }

    /// Searches every file under a folder, and the names of the files; answers the files, so that a
    /// test can show that it searched something.
    ///
    /// # Errors
    /// When a secret is in one, naming the file, or a file cannot be read.
    pub fn check_folder(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        self.check_folder_but(folder, |_| false)
    }

    /// The same, but for files and folders that are `skipped`. What a program that still runs removes
    /// meanwhile is no error.
    ///
    /// # Errors
    /// As [`SecretSearch::check_folder`].
    pub fn check_folder_but(
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

/// The part of the Base64 form that does not depend on the neighbours, for a secret that stands
/// `before` bytes behind a border of three.
fn base64_core(engine: &impl base64::Engine, value: &[u8], before: usize) -> Vec<u8> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(value);
    let text = engine.encode(&bytes).into_bytes();
    // Characters that hold a bit of the bytes before; and the last, which may hold a bit of the next.
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
    fn what_holds_no_secret_passes() {
        search().check_text("the log", "hunter3 and *** and aHVudGVyMw==").unwrap();
    }

    #[test]
    fn a_file_deep_in_a_folder_is_named() {
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
    fn a_code_is_found_where_it_stands_alone() {
        let search = SecretSearch::new().code("the code", "493017");
        for text in ["493017", "TokenCode=493017&x", "{\"code\":\"493017\"}", "serial/493017\n"] {
            assert!(search.check_text("the log", text).is_err(), "{text}");
        }
        for text in ["sha256:a493017b", "12:00:01.493017Z", "1493017", "493018"] {
            search.check_text("the log", text).unwrap();
        }
    }

    #[test]
    fn a_secret_that_would_be_found_by_chance_is_refused() {
        assert!(SecretSearch::new().secret("pin", "1234").is_err());
    }
}
