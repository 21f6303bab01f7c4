//! Rules for the list of saved profiles, independent of files. `store` applies them.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tauri::Url;
use transload_api::{connection_endpoints, source_endpoints};
use transload_contract::SavedProfile;
use transload_errors::ApiError;

use crate::errors;

/// Maximum length of a name in characters.
const MAX_NAME_LENGTH: usize = 80;

/// Identifies exported files.
const EXPORT_FORMAT: &str = "transload-saved-profiles";

/// The version of the export format, and the newest one that is read.
const EXPORT_VERSION: u32 = 1;

/// The format of an exported file.
#[derive(Serialize, Deserialize)]
struct Exported {
    format: String,
    version: u32,
    profiles: Vec<SavedProfile>,
}

/// Adds a profile if its ID is empty, otherwise replaces the profile with the same ID. Returns the stored profile.
///
/// # Errors
/// `input_invalid` if the name is empty, too long or not unique, the ID is unknown, or an address contains a
/// password.
pub fn put(
    profiles: &mut Vec<SavedProfile>,
    profile: SavedProfile,
) -> Result<SavedProfile, ApiError> {
    let mut profile = checked(profile)?;
    let exists = profiles
        .iter()
        .any(|other| other.id != profile.id && same_name(&other.name, &profile.name));
    if exists {
        return Err(errors::input_invalid(
            format!("A saved profile named {} already exists.", profile.name),
            Some(&profile.name),
        ));
    }
    if profile.is_default {
        for other in profiles.iter_mut() {
            other.is_default = false;
        }
    }
    if profile.id.is_empty() {
        profile.id = new_id(profiles);
        profiles.push(profile.clone());
    } else {
        *known(profiles, &profile.id)? = profile.clone();
    }
    Ok(profile)
}

/// Removes a profile.
///
/// # Errors
/// `input_invalid` if the ID is unknown.
pub fn remove(profiles: &mut Vec<SavedProfile>, id: &str) -> Result<(), ApiError> {
    known(profiles, id)?;
    profiles.retain(|profile| profile.id != id);
    Ok(())
}

/// Returns the content of an export of some profiles. Profiles contain no secrets, and neither does the export.
///
/// # Errors
/// `input_invalid` if an ID is unknown.
pub fn export(profiles: &[SavedProfile], ids: &[String]) -> Result<Vec<u8>, ApiError> {
    let mut profiles = profiles.to_vec();
    let chosen: Result<_, ApiError> =
        ids.iter().map(|id| known(&mut profiles, id).map(|profile| profile.clone())).collect();
    let exported =
        Exported { format: EXPORT_FORMAT.to_owned(), version: EXPORT_VERSION, profiles: chosen? };
    serde_json::to_vec_pretty(&exported)
        .map_err(|error| errors::internal("Couldn't convert the saved profiles to JSON.", &error))
}

/// Adds the profiles of an export and returns them. A name that already exists gets a number, and none of the
/// profiles becomes the default. Endpoints would receive credentials, so they require `allow_endpoints`.
///
/// # Errors
/// `input_invalid` if the file is not an export, has a newer version, or contains an invalid profile, and
/// `endpoints_not_allowed` if a profile contains endpoints. The list is then unchanged.
pub fn import(
    profiles: &mut Vec<SavedProfile>,
    content: &[u8],
    allow_endpoints: bool,
) -> Result<Vec<SavedProfile>, ApiError> {
    let exported: Exported = serde_json::from_slice(content).map_err(|error| ApiError {
        causes: vec![error.to_string()],
        ..errors::input_invalid("The file isn't an export of saved profiles.", None)
    })?;
    if exported.format != EXPORT_FORMAT {
        return Err(errors::input_invalid("The file isn't an export of saved profiles.", None));
    }
    if exported.version > EXPORT_VERSION {
        return Err(errors::input_invalid(
            "The file was exported by a newer version. Update Transload to import it.",
            None,
        ));
    }
    let endpoints: Vec<_> = exported.profiles.iter().flat_map(endpoints_of).collect();
    if !allow_endpoints && !endpoints.is_empty() {
        return Err(errors::endpoints_not_allowed(&endpoints));
    }
    let mut list = profiles.clone();
    let mut added = Vec::new();
    for profile in exported.profiles {
        let name = unique_name(&list, profile.name.trim());
        let profile = SavedProfile { id: String::new(), name, is_default: false, ..profile };
        added.push(put(&mut list, profile)?);
    }
    *profiles = list;
    Ok(added)
}

/// Returns the endpoints of the destination and the source of a profile.
fn endpoints_of(profile: &SavedProfile) -> Vec<String> {
    let source = profile.source.as_ref().map(source_endpoints).unwrap_or_default();
    let all = [connection_endpoints(&profile.connection), source].concat();
    all.into_iter().map(|endpoint| format!("{}: {endpoint}", profile.name)).collect()
}

fn checked(profile: SavedProfile) -> Result<SavedProfile, ApiError> {
    let name = profile.name.trim().to_owned();
    if name.is_empty() {
        return Err(errors::input_invalid("Enter a name for the saved profile.", None));
    }
    if name.chars().count() > MAX_NAME_LENGTH {
        return Err(errors::input_invalid(
            format!("The name of a saved profile can have at most {MAX_NAME_LENGTH} characters."),
            Some(&name),
        ));
    }
    for address in profile.connection.endpoints().into_iter().flatten() {
        if contains_login(address) {
            return Err(errors::input_invalid(
                "Addresses in a saved profile can't contain a user name or password, because \
                 saved profiles store no secrets.",
                None,
            ));
        }
    }
    Ok(SavedProfile { name, ..profile })
}

/// Returns whether an address is of the form `https://user:password@host`, with or without the scheme.
fn contains_login(address: &str) -> bool {
    let address =
        if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    Url::parse(&address).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

fn known<'a>(profiles: &'a mut [SavedProfile], id: &str) -> Result<&'a mut SavedProfile, ApiError> {
    profiles
        .iter_mut()
        .find(|profile| profile.id == id)
        .ok_or_else(|| errors::input_invalid("This saved profile no longer exists.", Some(id)))
}

fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Returns `name`, or `name 2`, `name 3` and so on, shortened to the limit.
fn unique_name(profiles: &[SavedProfile], name: &str) -> String {
    let mut candidate = name.to_owned();
    let mut number = 1_u32;
    while profiles.iter().any(|profile| same_name(&profile.name, &candidate)) {
        number += 1;
        let suffix = format!(" {number}");
        let room = MAX_NAME_LENGTH.saturating_sub(suffix.len());
        let stem: String = name.chars().take(room).collect();
        candidate = format!("{}{suffix}", stem.trim_end());
    }
    candidate
}

/// Returns an ID that is unique on this computer: the time in milliseconds, or the next free number.
fn new_id(profiles: &[SavedProfile]) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut number = now;
    loop {
        let id = format!("profile-{number:x}");
        if profiles.iter().all(|profile| profile.id != id) {
            return id;
        }
        number += 1;
    }
}
