use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use regex::bytes::Regex;

/// Shorter secrets would be found by chance.
const SHORTEST: usize = 8;

/// A search for secrets where none may be: as they are, percent-encoded, escaped for JSON, and in
/// Base64 at whatever place of a longer text they stand.
#[derive(Debug, Default)]
pub struct SecretSearch {
    secrets: Vec<(String, Regex)>,
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
        self.secrets.push((name.to_owned(), any_of(&forms)?));
        Ok(self)
    }

    /// Searches a text that was captured, such as events.
    ///
    /// # Errors
    /// When a secret is in it: names the text and the secret's name, never the secret.
    pub fn check_text(&self, what: &str, text: impl AsRef<[u8]>) -> Result<()> {
        for (name, forms) in &self.secrets {
            if forms.is_match(text.as_ref()) {
                bail!("the secret {name:?} is in {what}");
            }
        }
        Ok(())
    }

    /// Searches every file under a folder, and the names of the files; answers the files, so that a
    /// test can show that it searched something.
    ///
    /// # Errors
    /// When a secret is in one, naming the file, or a file cannot be read.
    pub fn check_folder(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder)
                .with_context(|| format!("cannot list {}", folder.display()))?;
            for entry in entries {
                let entry = entry?;
                let path = entry.path();
                if entry.file_type()?.is_dir() {
                    folders.push(path);
                } else if entry.file_type()?.is_file() {
                    self.check_text("a file's name", path.display().to_string())?;
                    let bytes = fs::read(&path)
                        .with_context(|| format!("cannot read {}", path.display()))?;
                    self.check_text(&path.display().to_string(), bytes)?;
                    files.push(path);
                }
            }
        }
        files.sort();
        Ok(files)
    }
}

/// One pass for all forms: the folders of a story hold tens of megabytes.
fn any_of(forms: &[Vec<u8>]) -> Result<Regex> {
    let byte = |byte: &u8| format!("\\x{byte:02x}");
    let forms: Vec<String> =
        forms.iter().map(|form| form.iter().map(byte).collect::<String>()).collect();
    Ok(Regex::new(&format!("(?-u){}", forms.join("|")))?)
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
    fn a_secret_that_would_be_found_by_chance_is_refused() {
        assert!(SecretSearch::new().secret("pin", "1234").is_err());
    }
}
