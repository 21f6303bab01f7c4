//! Random values for sign-ins and file names.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sso::error::SignInError;

/// Returns a file name that no other process uses.
pub(super) fn random_name() -> Result<String, SignInError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<12>()?))
}

/// Returns random bytes that are fit for secrets.
pub(super) fn random<const BYTES: usize>() -> Result<[u8; BYTES], SignInError> {
    let mut bytes = [0; BYTES];
    let random = rustls::crypto::aws_lc_rs::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| SignInError::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_names_differ_and_suit_a_file() {
        let names = [random_name().unwrap(), random_name().unwrap()];
        assert_ne!(names[0], names[1]);
        assert!(names[0].chars().all(|one| one.is_ascii_alphanumeric() || "-_".contains(one)));
    }
}
