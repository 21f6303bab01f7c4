//! Reads the names, validity and key usage of an X.509 certificate for error messages and for
//! `given_certificates`. It verifies no signature.
//!
//! Source: RFC 5280, section 4.1, and X.690 for the encoding.

use std::net::{Ipv4Addr, Ipv6Addr};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const BMP_STRING: u8 = 0x1e;
const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// `dNSName` and `iPAddress` of a `GeneralName`.
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;

/// `id-at-commonName`, 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// `id-at-organizationName`, 2.5.4.10.
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// `id-ce-extKeyUsage`, 2.5.29.37.
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
/// `id-ce-subjectAltName`, 2.5.29.17.
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
/// `anyExtendedKeyUsage`, 2.5.29.37.0.
const ANY_USAGE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
/// `id-kp-serverAuth`, 1.3.6.1.5.5.7.3.1.
const SERVER_USAGE: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];

/// The maximum length of a displayed name, in characters.
const NAME_LIMIT: usize = 120;

/// The fields of a certificate that are read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CertificateInfo {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) not_before: OffsetDateTime,
    pub(super) not_after: OffsetDateTime,
    /// The DNS names and IP addresses of the subject alternative name extension, in order.
    pub(super) alternative_names: Vec<String>,
    /// Whether a server may use the certificate: its extended key usage includes server authentication,
    /// or it has no such extension.
    pub(super) is_for_servers: bool,
}

/// Parses a DER certificate. Returns `None` if the bytes are not a certificate.
pub(super) fn read(der: &[u8]) -> Option<CertificateInfo> {
    let (certificate, _) = element(der, SEQUENCE)?;
    let (mut fields, _) = element(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = any_element(fields)?.2;
    }
    // Serial number and signature algorithm.
    for _ in 0..2 {
        fields = any_element(fields)?.2;
    }
    let (issuer, rest) = element(fields, SEQUENCE)?;
    let (validity, rest) = element(rest, SEQUENCE)?;
    let (subject, rest) = element(rest, SEQUENCE)?;
    let (from, after_from) = parse_time(validity)?;
    let (until, _) = parse_time(after_from)?;
    Some(CertificateInfo {
        subject: name(subject),
        issuer: name(issuer),
        not_before: from,
        not_after: until,
        alternative_names: alternative_names(extension(rest, ALTERNATIVE_NAME).unwrap_or_default()),
        is_for_servers: is_for_servers(rest),
    })
}

/// Returns whether the extended key usage allows server authentication. `fields` are the fields after the
/// subject. Without the extension, every use is allowed. Source: RFC 5280, section 4.2.1.12.
fn is_for_servers(fields: &[u8]) -> bool {
    let Some(value) = extension(fields, EXTENDED_KEY_USAGE) else { return true };
    let mut usages = element(value, SEQUENCE).map_or(&[][..], |(usages, _)| usages);
    while let Some((usage, rest)) = element(usages, OBJECT_IDENTIFIER) {
        if usage == SERVER_USAGE || usage == ANY_USAGE {
            return true;
        }
        usages = rest;
    }
    false
}

/// Returns the names that the certificate is valid for. Source: RFC 5280, section 4.2.1.6.
fn alternative_names(value: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut general_names = element(value, SEQUENCE).map_or(&[][..], |(names, _)| names);
    while let Some((tag, content, rest)) = any_element(general_names) {
        general_names = rest;
        match (tag, content.len()) {
            (DNS_NAME, _) => names.push(text_of(tag, content)),
            (IP_ADDRESS, 4) => {
                let octets: [u8; 4] = content.try_into().unwrap_or_default();
                names.push(Ipv4Addr::from(octets).to_string());
            }
            (IP_ADDRESS, 16) => {
                let octets: [u8; 16] = content.try_into().unwrap_or_default();
                names.push(Ipv6Addr::from(octets).to_string());
            }
            _ => {}
        }
    }
    names
}

/// Returns the value of an extension. `fields` are the fields after the subject.
fn extension<'a>(mut fields: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    let mut extensions: &[u8] = &[];
    while let Some((tag, content, rest)) = any_element(fields) {
        if tag == EXTENSIONS {
            extensions = element(content, SEQUENCE).map_or(&[], |(list, _)| list);
        }
        fields = rest;
    }
    while let Some((extension, rest)) = element(extensions, SEQUENCE) {
        extensions = rest;
        let Some((kind, value)) = element(extension, OBJECT_IDENTIFIER) else { continue };
        if kind == wanted {
            // The optional `critical` flag precedes the value.
            let value = element(value, BOOLEAN).map_or(value, |(_, rest)| rest);
            return Some(element(value, OCTET_STRING).map_or(&[][..], |(inside, _)| inside));
        }
    }
    None
}

/// Splits DER into the tag and content of the first element, and the remaining bytes.
fn any_element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let bytes = rest.get(..count)?;
            let length = bytes.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            (length, &rest[count..])
        }
        _ => return None,
    };
    Some((tag, rest.get(..length)?, rest.get(length..)?))
}

/// Splits DER into the content of the first element, which must have the expected tag, and the remaining
/// bytes.
fn element(der: &[u8], expected: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = any_element(der)?;
    (tag == expected).then_some((content, rest))
}

/// Returns the common name followed by the organization in parentheses, or whichever of them exists. The
/// organization is omitted if the common name contains it.
fn name(mut relative_names: &[u8]) -> String {
    let (mut common, mut organization) = (None, None);
    while let Some((set, rest)) = element(relative_names, SET) {
        relative_names = rest;
        let attribute = element(set, SEQUENCE).and_then(|(attribute, _)| {
            let (kind, value) = element(attribute, OBJECT_IDENTIFIER)?;
            let (tag, text, _) = any_element(value)?;
            Some((kind, text_of(tag, text)))
        });
        match attribute {
            Some((COMMON_NAME, text)) => common = Some(text),
            Some((ORGANIZATION, text)) => organization = Some(text),
            _ => {}
        }
    }
    match (common, organization) {
        (Some(common), Some(organization)) if !common.contains(&organization) => {
            format!("{common} ({organization})")
        }
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => "(no name)".to_owned(),
    }
}

fn text_of(tag: u8, bytes: &[u8]) -> String {
    let text = if tag == BMP_STRING {
        let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        char::decode_utf16(units).map(|character| character.unwrap_or('\u{fffd}')).collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    text.chars().filter(|character| !character.is_control()).take(NAME_LIMIT).collect()
}

/// Parses a time, which RFC 5280 requires to be in UTC with seconds. Returns it with the remaining bytes.
fn parse_time(der: &[u8]) -> Option<(OffsetDateTime, &[u8])> {
    const TIME_FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year][month][day][hour][minute][second]Z");
    let (tag, bytes, rest) = any_element(der)?;
    let text = std::str::from_utf8(bytes).ok()?;
    let text = match tag {
        GENERALIZED_TIME => text.to_owned(),
        // Two-digit years mean 1950 to 2049.
        UTC_TIME => {
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
            format!("{century}{text}")
        }
        _ => return None,
    };
    let read = time::PrimitiveDateTime::parse(&text, TIME_FORMAT).ok()?;
    Some((read.assume_utc(), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use crate::certificate::read;
    use crate::testing::{Authority, Validity};

    #[test]
    fn reads_names_and_dates_of_a_certificate() {
        let authority = Authority::new("Example Corp Root CA");
        let info = read(authority.der()).unwrap();
        assert_eq!(info.subject, "Example Corp Root CA (Transload tests)");
        assert_eq!(info.issuer, info.subject);
        let leaf = authority.leaf("registry.example", Validity::Expired);
        let info = read(&leaf.chain[0]).unwrap();
        assert_eq!(info.subject, "registry.example");
        assert_eq!(info.issuer, "Example Corp Root CA (Transload tests)");
        assert_eq!(info.not_after, datetime!(2021-01-01 0:00 UTC));
        assert_eq!(info.alternative_names, ["registry.example"]);
        let of_address = read(&authority.leaf("127.0.0.1", Validity::Now).chain[0]).unwrap();
        assert_eq!(of_address.alternative_names, ["127.0.0.1"]);
    }

    #[test]
    fn returns_none_for_other_bytes() {
        for bytes in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80\x00\x00", b"hello"]
        {
            assert_eq!(read(bytes), None);
        }
    }

    proptest! {
        #[test]
        fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
            let mut truncated = vec![0x30, 0x81, 0xc0, 0x30, 0x81, 0xb0];
            truncated.extend(bytes);
            let _ = read(&truncated);
        }
    }
}
