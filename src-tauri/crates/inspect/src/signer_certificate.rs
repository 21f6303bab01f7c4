//! Reads from a certificate of a signature who signed: the subject alternative name, and the issuer of the identity.
//! It verifies nothing.
//!
//! Sources: RFC 5280, section 4.2.1.6; Sigstore, "OID Information" (Fulcio's extensions); X.690 for the encoding.

use transload_model::visible;

/// `id-ce-subjectAltName`, 2.5.29.17.
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
/// Fulcio's issuer of the identity, 1.3.6.1.4.1.57264.1.8, a DER text.
const IDENTITY_ISSUER: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x08];
/// Its older form, 1.3.6.1.4.1.57264.1.1, plain text.
const OLD_IDENTITY_ISSUER: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x01];
/// `id-at-commonName`, 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const OCTET_STRING: u8 = 0x04;
const BOOLEAN: u8 = 0x01;
/// Parts of a certificate nest about ten deep.
const DEPTH_LIMIT: usize = 16;

/// Who a certificate says that signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SignerCertificate {
    /// The e-mail address or URI of the signer, or the common name of the certificate.
    pub(crate) signer: Option<String>,
    /// Who vouches for the identity: the OpenID Connect issuer.
    pub(crate) issuer: Option<String>,
}

/// Reads a DER certificate. Fields that can't be read are absent.
pub(crate) fn read_certificate(der: &[u8]) -> SignerCertificate {
    let mut found = Found::default();
    walk(der, 0, &mut found);
    SignerCertificate { signer: found.alternative_name.or(found.common_name), issuer: found.issuer }
}

#[derive(Default)]
struct Found {
    alternative_name: Option<String>,
    /// The last one, because the name of the issuer comes before the subject.
    common_name: Option<String>,
    issuer: Option<String>,
}

/// Looks for the known object identifiers in nested sequences and sets.
fn walk(bytes: &[u8], depth: usize, found: &mut Found) {
    if depth > DEPTH_LIMIT {
        return;
    }
    let mut rest = bytes;
    while let Some((tag, content, after)) = element(rest) {
        if tag == OBJECT_IDENTIFIER {
            extension(content, after, found);
        } else if tag & 0x20 != 0 {
            walk(content, depth + 1, found);
        }
        rest = after;
    }
}

/// Reads the value that follows an object identifier.
fn extension(identifier: &[u8], after: &[u8], found: &mut Found) {
    let Some((mut tag, mut content, rest)) = element(after) else { return };
    // Extensions may say first whether they are critical.
    if tag == BOOLEAN
        && let Some(next) = element(rest)
    {
        (tag, content) = (next.0, next.1);
    }
    if identifier == COMMON_NAME {
        found.common_name = text(content);
    } else if tag == OCTET_STRING && identifier == ALTERNATIVE_NAME {
        if let Some((SEQUENCE, names, _)) = element(content) {
            // `rfc822Name` [1], `dNSName` [2] and `uniformResourceIdentifier` [6].
            let mut rest = names;
            while let Some((tag, name, after)) = element(rest) {
                if found.alternative_name.is_none() && [0x81, 0x82, 0x86].contains(&tag) {
                    found.alternative_name = text(name);
                }
                rest = after;
            }
        }
    } else if tag == OCTET_STRING && identifier == IDENTITY_ISSUER {
        found.issuer = element(content).and_then(|(_, name, _)| text(name)).or(found.issuer.take());
    } else if tag == OCTET_STRING && identifier == OLD_IDENTITY_ISSUER && found.issuer.is_none() {
        found.issuer = text(content);
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty()).map(visible)
}

/// Returns tag, content and what follows of the first element. `None` if the bytes are not DER.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let (digits, rest) = rest.split_at_checked(count)?;
            (digits.iter().fold(0, |sum, digit| (sum << 8) | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((tag, content, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![tag];
        if content.len() < 0x80 {
            bytes.push(content.len() as u8);
        } else {
            bytes.extend([0x82, (content.len() >> 8) as u8, content.len() as u8]);
        }
        bytes.extend_from_slice(content);
        bytes
    }

    fn extension_of(identifier: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
        let mut content = der(OBJECT_IDENTIFIER, identifier);
        if critical {
            content.extend(der(BOOLEAN, &[0xff]));
        }
        content.extend(der(OCTET_STRING, value));
        der(SEQUENCE, &content)
    }

    /// The parts of a certificate of Fulcio that are read.
    fn certificate() -> Vec<u8> {
        let issuer =
            der(SEQUENCE, &[der(OBJECT_IDENTIFIER, COMMON_NAME), der(0x0c, b"sigstore")].concat());
        let name = der(
            SEQUENCE,
            &der(0x86, b"https://github.com/team/app/.github/workflows/x.yml@refs/heads/main"),
        );
        let extensions = [
            extension_of(ALTERNATIVE_NAME, true, &name),
            extension_of(OLD_IDENTITY_ISSUER, false, b"https://old.example"),
            extension_of(
                IDENTITY_ISSUER,
                false,
                &der(0x0c, b"https://token.actions.githubusercontent.com"),
            ),
        ];
        der(
            SEQUENCE,
            &der(
                SEQUENCE,
                &[der(SEQUENCE, &issuer), der(0xa3, &der(SEQUENCE, &extensions.concat()))].concat(),
            ),
        )
    }

    #[test]
    fn signer_and_issuer_are_read() {
        let read = read_certificate(&certificate());
        assert_eq!(
            read.signer.as_deref(),
            Some("https://github.com/team/app/.github/workflows/x.yml@refs/heads/main")
        );
        assert_eq!(read.issuer.as_deref(), Some("https://token.actions.githubusercontent.com"));
        let subject =
            der(SEQUENCE, &[der(OBJECT_IDENTIFIER, COMMON_NAME), der(0x0c, b"me\x1b")].concat());
        assert_eq!(read_certificate(&der(SEQUENCE, &subject)).signer.as_deref(), Some("me\\x1b"));
    }

    #[test]
    fn damaged_certificates_are_read_without_a_panic() {
        let whole = certificate();
        for length in 0..whole.len() {
            let _ = read_certificate(&whole[..length]);
        }
        let mut nested = vec![0x30, 0x00];
        for _ in 0..100 {
            nested = der(SEQUENCE, &nested);
        }
        assert_eq!(read_certificate(&nested), SignerCertificate::default());
        assert_eq!(
            read_certificate(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
            SignerCertificate::default()
        );
    }

    #[test]
    fn the_newer_form_of_the_issuer_counts_in_any_order() {
        let newer = extension_of(IDENTITY_ISSUER, false, &der(0x0c, b"https://new.example"));
        let older = extension_of(OLD_IDENTITY_ISSUER, false, b"https://old.example");
        for extensions in [[&newer[..], &older], [&older[..], &newer]] {
            let read = read_certificate(&der(SEQUENCE, &extensions.concat()));
            assert_eq!(read.issuer.as_deref(), Some("https://new.example"));
        }
        let read = read_certificate(&der(SEQUENCE, &older));
        assert_eq!(read.issuer.as_deref(), Some("https://old.example"));
    }
}
