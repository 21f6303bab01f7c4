//! What holds for saved profiles as a list, without any file.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tauri::Url;
use transload_api::contract::{ApiError, SavedProfile};
use transload_api::{connection_endpoints, source_endpoints};

use crate::errors;

/// The longest name, in characters.
const NAME_LIMIT: usize = 80;

/// What an exported file says that it is.
const EXPORT_FORMAT: &str = "transload-saved-profiles";

/// The version of the exported form, and the newest that is read.
const EXPORT_VERSION: u32 = 1;

/// An exported file.
#[derive(Serialize, Deserialize)]
struct Exported {
    format: String,
    version: u32,
    profiles: Vec<SavedProfile>,
}

/// Puts a profile into the list: a new one when its id is empty, else in place of the one with its
/// id. Answers it as it is kept.
///
/// # Errors
/// `input_invalid`: a name that is empty, too long or taken, an id that is not in the list, an
/// address that carries a password.
pub fn put(
    profiles: &mut Vec<SavedProfile>,
    profile: SavedProfile,
) -> Result<SavedProfile, ApiError> {
    let mut profile = checked(profile)?;
    let taken = profiles
        .iter()
        .any(|other| other.id != profile.id && same_name(&other.name, &profile.name));
    if taken {
        return Err(errors::input_invalid(
            format!("A saved profile named {} is there already.", profile.name),
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
/// `input_invalid` for an id that is not in the list.
pub fn remove(profiles: &mut Vec<SavedProfile>, id: &str) -> Result<(), ApiError> {
    known(profiles, id)?;
    profiles.retain(|profile| profile.id != id);
    Ok(())
}

/// The chosen profiles as a file's content. A profile holds no secret, so the file holds none.
///
/// # Errors
/// `input_invalid` for an id that is not in the list.
pub fn export(profiles: &[SavedProfile], ids: &[String]) -> Result<Vec<u8>, ApiError> {
    let mut profiles = profiles.to_vec();
    let chosen: Result<_, ApiError> =
        ids.iter().map(|id| known(&mut profiles, id).map(|profile| profile.clone())).collect();
    let exported =
        Exported { format: EXPORT_FORMAT.to_owned(), version: EXPORT_VERSION, profiles: chosen? };
    serde_json::to_vec_pretty(&exported)
        .map_err(|error| errors::internal("The saved profiles have no JSON form.", &error))
}

/// Adds the profiles of a file's content. A name that is taken gets a number, and none becomes the
/// default. Answers those that were added. Endpoints in the file would get the credentials of whoever
/// uses the profile, so they are added only where `allow_endpoints` is set.
///
/// # Errors
/// `input_invalid`: a file that is no such export, or of a newer version, or with a profile that
/// cannot be kept. `endpoints_not_allowed`: a profile names endpoints. Nothing was added then.
pub fn import(
    profiles: &mut Vec<SavedProfile>,
    content: &[u8],
    allow_endpoints: bool,
) -> Result<Vec<SavedProfile>, ApiError> {
    let exported: Exported = serde_json::from_slice(content).map_err(|error| ApiError {
        causes: vec![error.to_string()],
        ..errors::input_invalid("The file is no export of saved profiles.", None)
    })?;
    if exported.format != EXPORT_FORMAT {
        return Err(errors::input_invalid("The file is no export of saved profiles.", None));
    }
    if exported.version > EXPORT_VERSION {
        return Err(errors::input_invalid(
            "The file was exported by a newer Transload. Update this one to read it.",
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
        let name = free_name(&list, profile.name.trim());
        let profile = SavedProfile { id: String::new(), name, is_default: false, ..profile };
        added.push(put(&mut list, profile)?);
    }
    *profiles = list;
    Ok(added)
}

/// The endpoints that a profile names, for its destination and its source.
fn endpoints_of(profile: &SavedProfile) -> Vec<String> {
    let source = profile.source.as_ref().map(source_endpoints).unwrap_or_default();
    let all = [connection_endpoints(&profile.connection), source].concat();
    all.into_iter().map(|endpoint| format!("{}: {endpoint}", profile.name)).collect()
}

fn checked(profile: SavedProfile) -> Result<SavedProfile, ApiError> {
    let name = profile.name.trim().to_owned();
    if name.is_empty() {
        return Err(errors::input_invalid("A saved profile needs a name.", None));
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(errors::input_invalid(
            format!("The name of a saved profile has at most {NAME_LIMIT} characters."),
            Some(&name),
        ));
    }
    for address in profile.connection.endpoints().into_iter().flatten() {
        if carries_login(address) {
            return Err(errors::input_invalid(
                "An address in a saved profile must not hold a user name or password: \
                 saved profiles keep no secrets.",
                None,
            ));
        }
    }
    Ok(SavedProfile { name, ..profile })
}

/// `https://user:password@host`, with the scheme or without.
fn carries_login(address: &str) -> bool {
    let address =
        if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    Url::parse(&address).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

fn known<'a>(profiles: &'a mut [SavedProfile], id: &str) -> Result<&'a mut SavedProfile, ApiError> {
    profiles
        .iter_mut()
        .find(|profile| profile.id == id)
        .ok_or_else(|| errors::input_invalid("This saved profile is not there any more.", Some(id)))
}

fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// `name`, or `name 2`, `name 3` … cut so that it stays within the limit.
fn free_name(profiles: &[SavedProfile], name: &str) -> String {
    let mut candidate = name.to_owned();
    let mut number = 1_u32;
    while profiles.iter().any(|profile| same_name(&profile.name, &candidate)) {
        number += 1;
        let suffix = format!(" {number}");
        let room = NAME_LIMIT.saturating_sub(suffix.len());
        let stem: String = name.chars().take(room).collect();
        candidate = format!("{}{suffix}", stem.trim_end());
    }
    candidate
}

/// The time in milliseconds, or the next number that is free: unique here, and of no use elsewhere.
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
