//! Files with further certificate authorities, which a company's proxy or registry may need.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use time::OffsetDateTime;

use crate::certificate;

/// A larger file is no list of authorities: the one of a whole system has some 300 KiB.
const FILE_LIMIT_BYTES: u64 = 4 << 20;

/// Who names a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaOrigin {
    /// The person, in the settings.
    Settings,
    /// The variable `AWS_CA_BUNDLE`.
    AwsCaBundle,
    /// `ca_bundle` of an AWS profile.
    Profile {
        /// The profile.
        name: String,
    },
}

/// An authority in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaCertificate {
    /// Its name.
    pub name: String,
    /// Until when it is good.
    pub not_after: OffsetDateTime,
}

/// A file with certificate authorities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds, in its order; never empty.
    pub certificates: Vec<CaCertificate>,
    pub(super) roots: Vec<CertificateDer<'static>>,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaFileError {
    /// It is not there, or may not be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is larger than any list of authorities.
    #[error("{} is too large for a file of certificates", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It holds no certificate.
    #[error("{} holds no certificate; it must hold them in PEM, or one in DER", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// One of its certificates cannot be read.
    #[error("certificate {number} in {} cannot be read", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which one, counted from 1.
        number: usize,
    },
}

impl CaFile {
    /// Reads and checks a file: PEM with any number of certificates, or one certificate in DER, as
    /// Windows exports it.
    ///
    /// # Errors
    /// [`CaFileError`].
    pub fn read(path: &Path) -> Result<Self, CaFileError> {
        let owned = || path.to_path_buf();
        let unreadable = |source| CaFileError::Unreadable { path: owned(), source };
        let mut content = Vec::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(FILE_LIMIT_BYTES + 1).read_to_end(&mut content).map_err(unreadable)?;
        if content.len() as u64 > FILE_LIMIT_BYTES {
            return Err(CaFileError::TooLarge { path: owned() });
        }
        let (mut certificates, mut roots) = (Vec::new(), Vec::new());
        let mut trusted = RootCertStore::empty();
        for (at, der) in ders(&content).into_iter().enumerate() {
            let damaged = || CaFileError::Damaged { path: owned(), number: at + 1 };
            let root = der.ok_or_else(damaged)?;
            let facts = certificate::read(&root).ok_or_else(damaged)?;
            trusted.add(root.clone()).map_err(|_| damaged())?;
            certificates.push(CaCertificate { name: facts.subject, not_after: facts.not_after });
            roots.push(root);
        }
        if roots.is_empty() {
            return Err(CaFileError::Empty { path: owned() });
        }
        Ok(Self { path: owned(), certificates, roots })
    }
}

/// Every certificate of a file; nothing for one that is damaged.
fn ders(content: &[u8]) -> Vec<Option<CertificateDer<'static>>> {
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
    fn several_in_pem_and_one_in_der_are_read() {
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
    fn a_file_that_cannot_be_used_is_said_with_its_path() {
        let missing = CaFile::read(Path::new("/nonexistent/ca.pem")).unwrap_err();
        assert!(matches!(missing, CaFileError::Unreadable { .. }));
        assert!(missing.to_string().contains("/nonexistent/ca.pem"), "{missing}");
        let (_folder, path) = file(b"not a certificate");
        assert!(matches!(CaFile::read(&path), Err(CaFileError::Empty { .. })));
        let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let text = format!("{}{damaged}", Authority::new("Good").pem());
        let (_folder, path) = file(text.as_bytes());
        assert!(matches!(CaFile::read(&path), Err(CaFileError::Damaged { number: 2, .. })));
        // What a person may choose by mistake.
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let (_folder, path) = file(key.as_bytes());
        assert!(matches!(CaFile::read(&path), Err(CaFileError::Empty { .. })));
    }
}
