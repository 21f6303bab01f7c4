//! CA files: PEM or DER files with additional certificate authorities, which a corporate proxy or a private
//! registry may require. [`crate::Network`] reads them once and adds them to its TLS verifier.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::certificate;

/// The largest CA file that is read, in bytes. The bundle of a whole system has about 300 KiB.
const FILE_LIMIT_BYTES: u64 = 4 << 20;

/// The setting that names a CA file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaOrigin {
    /// The settings of the application.
    Settings,
    /// The environment variable `AWS_CA_BUNDLE`.
    AwsCaBundle,
    /// `ca_bundle` of an AWS profile.
    Profile { name: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct CaCertificate {
    pub name: String,
    /// The last moment of its validity, in milliseconds since 1970.
    #[ts(type = "number")]
    pub not_after_ms: u64,
}

/// A CA file that was read successfully.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaFile {
    pub path: PathBuf,
    /// The certificates in file order. Never empty.
    pub certificates: Vec<CaCertificate>,
    pub(super) roots: Vec<CertificateDer<'static>>,
}

/// Why a CA file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CaFileError {
    /// The file doesn't exist, or the user has no permission to read it.
    #[error("couldn't read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file is larger than [`FILE_LIMIT_BYTES`].
    #[error("{} is too large for a CA file", path.display())]
    TooLarge { path: PathBuf },
    #[error("{} contains no certificate; a CA file contains PEM certificates or one DER certificate", path.display())]
    Empty { path: PathBuf },
    #[error("couldn't parse certificate {number} in {}", path.display())]
    Damaged {
        path: PathBuf,
        /// The position in the file, counted from 1.
        number: usize,
    },
}

impl CaFile {
    /// Reads and checks a CA file: any number of PEM certificates, or one DER certificate, which is the
    /// export format of Windows.
    ///
    /// # Errors
    /// [`CaFileError`].
    pub fn read(path: &Path) -> Result<Self, CaFileError> {
        let path_buf = || path.to_path_buf();
        let unreadable = |source| CaFileError::Unreadable { path: path_buf(), source };
        let mut content = Vec::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(FILE_LIMIT_BYTES + 1).read_to_end(&mut content).map_err(unreadable)?;
        if content.len() as u64 > FILE_LIMIT_BYTES {
            return Err(CaFileError::TooLarge { path: path_buf() });
        }
        let (mut certificates, mut roots) = (Vec::new(), Vec::new());
        let mut trusted = RootCertStore::empty();
        for (index, der) in decode_certificates(&content).into_iter().enumerate() {
            let damaged = || CaFileError::Damaged { path: path_buf(), number: index + 1 };
            let root = der.ok_or_else(damaged)?;
            let info = certificate::read(&root).ok_or_else(damaged)?;
            trusted.add(root.clone()).map_err(|_| damaged())?;
            let seconds = u64::try_from(info.not_after.unix_timestamp()).unwrap_or_default();
            let not_after_ms = seconds.saturating_mul(1000);
            certificates.push(CaCertificate { name: info.subject, not_after_ms });
            roots.push(root);
        }
        if roots.is_empty() {
            return Err(CaFileError::Empty { path: path_buf() });
        }
        Ok(Self { path: path_buf(), certificates, roots })
    }
}

/// Returns each certificate of a file in DER, or `None` for a certificate that can't be decoded.
fn decode_certificates(content: &[u8]) -> Vec<Option<CertificateDer<'static>>> {
    if certificate::read(content).is_some() {
        return vec![Some(CertificateDer::from(content.to_vec()))];
    }
    CertificateDer::pem_slice_iter(content).map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Authority;

    fn file(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn pem_bundles_and_single_der_certificates_are_read() {
        let (one, other) = (Authority::new("One"), Authority::new("Other"));
        let text = format!("# company\n{}\n{}", one.pem(), other.pem());
        let (_folder, path) = file(text.as_bytes());
        let read = CaFile::read(&path).unwrap();
        let names: Vec<_> = read.certificates.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["One (Transload tests)", "Other (Transload tests)"]);
        let (_folder, path) = file(one.der());
        assert_eq!(CaFile::read(&path).unwrap().roots.len(), 1);
    }

    #[test]
    fn an_unusable_file_is_reported_with_its_path() {
        let missing = CaFile::read(Path::new("/nonexistent/ca.pem")).unwrap_err();
        assert!(matches!(missing, CaFileError::Unreadable { .. }));
        assert!(missing.to_string().contains("/nonexistent/ca.pem"), "{missing}");
        let (_folder, path) = file(b"not a certificate");
        assert!(matches!(CaFile::read(&path), Err(CaFileError::Empty { .. })));
        let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let text = format!("{}{damaged}", Authority::new("Good").pem());
        let (_folder, path) = file(text.as_bytes());
        assert!(matches!(CaFile::read(&path), Err(CaFileError::Damaged { number: 2, .. })));
        // A file that users choose by mistake.
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let (_folder, path) = file(key.as_bytes());
        assert!(matches!(CaFile::read(&path), Err(CaFileError::Empty { .. })));
    }
}
