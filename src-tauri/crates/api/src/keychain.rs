//! The keychain of the operating system, for logins that the user saves.
//!
//! Linux has the Secret Service, macOS the Keychain, Windows the Credential Manager.

use keyring::{Entry, Error};
use serde::{Deserialize, Serialize};
use transload_errors::{ApiError, ErrorCode};
use transload_model::RegistryHost;
use transload_registry::RegistryLogin;

/// The name of Transload's entries in the keychain. The user name of an entry is the registry.
const SERVICE: &str = "Transload";

/// A keychain. Its calls may block until the user unlocks it.
pub(crate) trait Keychain: Send + Sync {
    /// Returns the saved login of a registry.
    fn get(&self, registry: &RegistryHost) -> Result<Option<RegistryLogin>, KeychainError>;

    /// Saves a login. Replaces the existing one.
    fn put(&self, registry: &RegistryHost, login: &RegistryLogin) -> Result<(), KeychainError>;

    /// Deletes the login of a registry, if there is one.
    fn remove(&self, registry: &RegistryHost) -> Result<(), KeychainError>;
}

/// Why the keychain couldn't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeychainError {
    /// No keychain responds on this computer.
    #[error("no system keychain is available: {reason}")]
    Missing {
        /// The message of the system.
        reason: String,
    },
    #[error("the system keychain is locked: {reason}")]
    Locked {
        /// The message of the system.
        reason: String,
    },
    /// The keychain failed, or an entry with this name has another form.
    #[error("the system keychain returned an error: {reason}")]
    Failed {
        /// The message of the system, without the content of the entry.
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

/// The keychain of the operating system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemKeychain;

/// The content of an entry.
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
        Entry::new(SERVICE, registry.as_str()).map_err(|error| failure(&error))
    }
}

impl Keychain for SystemKeychain {
    fn get(&self, registry: &RegistryHost) -> Result<Option<RegistryLogin>, KeychainError> {
        let text = match Self::entry(registry)?.get_password() {
            Ok(text) => text,
            Err(Error::NoEntry) => return Ok(None),
            Err(error) => return Err(failure(&error)),
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
        put.map_err(|error| failure(&error))
    }

    fn remove(&self, registry: &RegistryHost) -> Result<(), KeychainError> {
        match Self::entry(registry)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(failure(&error)),
        }
    }
}

fn failure(error: &Error) -> KeychainError {
    let reason = reason(error);
    match error {
        Error::NoStorageAccess(_) => KeychainError::Locked { reason },
        Error::NoDefaultStore => KeychainError::Missing { reason },
        _ => KeychainError::Failed { reason },
    }
}

/// Returns the message of the library, without the content of an entry.
fn reason(error: &Error) -> String {
    match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "an entry cannot be read".to_owned(),
        Error::Ambiguous(_) => "it has several entries of this name".to_owned(),
        error => error.to_string(),
    }
}
