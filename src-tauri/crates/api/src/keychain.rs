//! The operating system's keychain: where a person's login is kept who asks for that.
//!
//! Linux has the Secret Service, macOS the Keychain, Windows the Credential Manager.

use keyring::{Entry, Error};
use serde::{Deserialize, Serialize};
use transload_errors::{ApiError, ErrorCode};
use transload_model::RegistryHost;
use transload_registry::RegistryLogin;

/// Under what the keychain shows our entries; the user name of an entry is the registry's.
const SERVICE: &str = "Transload";

/// A keychain. Its calls may wait for a person who unlocks it.
pub(crate) trait Keychain: Send + Sync {
    /// The login that is kept for a registry.
    fn get(&self, registry: &RegistryHost) -> Result<Option<RegistryLogin>, KeychainError>;

    /// Keeps a login instead of the one that was kept.
    fn put(&self, registry: &RegistryHost, login: &RegistryLogin) -> Result<(), KeychainError>;

    /// Forgets the login of a registry; there need be none.
    fn remove(&self, registry: &RegistryHost) -> Result<(), KeychainError>;
}

/// Why a keychain does not do what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeychainError {
    /// This computer has none that answers.
    #[error("no system keychain is available: {reason}")]
    Missing {
        /// What the system says.
        reason: String,
    },
    /// It is locked, and was not unlocked.
    #[error("the system keychain is locked: {reason}")]
    Locked {
        /// What the system says.
        reason: String,
    },
    /// It failed, or holds something else under our name.
    #[error("the system keychain returned an error: {reason}")]
    Failed {
        /// What the system says; never what it holds.
        reason: String,
    },
}

impl From<KeychainError> for ApiError {
    fn from(error: KeychainError) -> Self {
        let hint = match &error {
            KeychainError::Missing { .. } => {
                "On Linux, install and start a keychain such as GNOME Keyring or KWallet."
            }
            KeychainError::Locked { .. } => "Unlock the keychain.",
            KeychainError::Failed { .. } => "Check the Transload entries in the keychain.",
        };
        Self::new(ErrorCode::KeychainFailed, transload_errors::sentence(&error.to_string()))
            .hint(hint)
    }
}

/// The keychain of this system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemKeychain;

/// What an entry holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    user: String,
    secret: String,
}

impl SystemKeychain {
    fn entry(registry: &RegistryHost) -> Result<Entry, KeychainError> {
        if let Err(error) = Entry::store_status() {
            return Err(KeychainError::Missing { reason: reason(error) });
        }
        Entry::new(SERVICE, registry.as_str()).map_err(|error| told(&error))
    }
}

impl Keychain for SystemKeychain {
    fn get(&self, registry: &RegistryHost) -> Result<Option<RegistryLogin>, KeychainError> {
        let text = match Self::entry(registry)?.get_password() {
            Ok(text) => text,
            Err(Error::NoEntry) => return Ok(None),
            Err(error) => return Err(told(&error)),
        };
        // No cause: it could quote what the entry holds.
        let kept: Kept = serde_json::from_str(&text).map_err(|_| KeychainError::Failed {
            reason: format!("its entry for {registry} is not one of Transload's"),
        })?;
        Ok(Some(RegistryLogin { user: kept.user, password: kept.secret.into() }))
    }

    fn put(&self, registry: &RegistryHost, login: &RegistryLogin) -> Result<(), KeychainError> {
        let text = serde_json::json!({ "user": login.user, "secret": login.password.expose() });
        let put = Self::entry(registry)?.set_password(&text.to_string());
        put.map_err(|error| told(&error))
    }

    fn remove(&self, registry: &RegistryHost) -> Result<(), KeychainError> {
        match Self::entry(registry)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(told(&error)),
        }
    }
}

fn told(error: &Error) -> KeychainError {
    let reason = reason(error);
    match error {
        Error::NoStorageAccess(_) => KeychainError::Locked { reason },
        Error::NoDefaultStore => KeychainError::Missing { reason },
        _ => KeychainError::Failed { reason },
    }
}

/// What the library says, without anything that an entry may hold.
fn reason(error: &Error) -> String {
    match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "an entry cannot be read".to_owned(),
        Error::Ambiguous(_) => "it has several entries of this name".to_owned(),
        error => error.to_string(),
    }
}
