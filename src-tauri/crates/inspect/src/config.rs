//! Parses the configuration of an image. Fields with an unexpected type are ignored, because registries store what
//! they are given. Called by `read_image`.
//!
//! Sources: OCI image specification, "OCI Image Configuration"; Docker's image specification v1.2 (`Healthcheck`,
//! `OnBuild`, `Shell`).

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::inspection::{ConfigValue, ImageConfig};
use crate::secret_values::looks_secret;
use transload_model::visible;

/// The last year of a fixed date. Sources: SOURCE_DATE_EPOCH defaults of ko, Bazel, Nix and Buildpacks, which write
/// 0001, 1970 or 1980.
const LAST_FIXED_YEAR: i32 = 1980;

/// Fields of the document that are shown elsewhere, or that only Docker uses while it builds.
const KNOWN_FIELDS: [&str; 16] = [
    "created",
    "author",
    "architecture",
    "variant",
    "os",
    "os.version",
    "config",
    "rootfs",
    "history",
    "id",
    "parent",
    "container",
    "container_config",
    "docker_version",
    "comment",
    "throwaway",
];
const KNOWN_CONFIG_FIELDS: [&str; 25] = [
    "User",
    "ExposedPorts",
    "Env",
    "Entrypoint",
    "Cmd",
    "Volumes",
    "WorkingDir",
    "Labels",
    "StopSignal",
    "Healthcheck",
    "Shell",
    "OnBuild",
    "Hostname",
    "Domainname",
    "AttachStdin",
    "AttachStdout",
    "AttachStderr",
    "Tty",
    "OpenStdin",
    "StdinOnce",
    "Image",
    "ArgsEscaped",
    "NetworkDisabled",
    "MacAddress",
    "Memory",
];

/// Returns the configuration of an image.
pub(crate) fn image_config(json: &Value) -> ImageConfig {
    let config = json.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
    let (created_at_ms, fixed_date) = date(json.get("created"));
    let (entrypoint, cmd) = (texts(config.get("Entrypoint")), texts(config.get("Cmd")));
    let command: Vec<&str> = entrypoint.iter().chain(&cmd).map(String::as_str).collect();
    ImageConfig {
        created_at_ms,
        fixed_date,
        author: text(json.get("author")),
        os: text(json.get("os")),
        os_version: text(json.get("os.version")),
        architecture: text(json.get("architecture")),
        variant: text(json.get("variant")),
        user: text(config.get("User")),
        working_dir: text(config.get("WorkingDir")),
        command_line: (!command.is_empty()).then(|| visible(&shell_line(&command))),
        env: env(config.get("Env")),
        exposed_ports: keys(config.get("ExposedPorts")),
        volumes: keys(config.get("Volumes")),
        labels: values(config.get("Labels")),
        stop_signal: text(config.get("StopSignal")),
        healthcheck: config.get("Healthcheck").and_then(healthcheck),
        shell: texts(config.get("Shell")),
        on_build: texts(config.get("OnBuild")),
        other: other(json, &config),
        entrypoint: entrypoint.iter().map(|text| visible(text)).collect(),
        cmd: cmd.iter().map(|text| visible(text)).collect(),
    }
}

/// Creates a value that is shown, and says whether it looks like a secret.
pub(crate) fn value(name: &str, value: &str) -> ConfigValue {
    ConfigValue {
        name: visible(name),
        value: Some(visible(value)),
        secret: looks_secret(name, value),
    }
}

/// Returns the members of an object of texts, sorted by name.
pub(crate) fn values(json: Option<&Value>) -> Vec<ConfigValue> {
    let members = json.and_then(Value::as_object).into_iter().flatten();
    let mut values: Vec<_> =
        members.filter_map(|(name, text)| Some(value(name, text.as_str()?))).collect();
    values.sort_by(|one, other| one.name.cmp(&other.name));
    values
}

/// Returns a date in milliseconds, and whether it is a fixed one of a reproducible build.
pub(crate) fn date(json: Option<&Value>) -> (Option<u64>, bool) {
    let parsed =
        json.and_then(Value::as_str).and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    match parsed {
        Some(time) if time.year() <= LAST_FIXED_YEAR => (None, true),
        Some(time) => (u64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok(), false),
        None => (None, false),
    }
}

pub(crate) fn text(json: Option<&Value>) -> Option<String> {
    json.and_then(Value::as_str).filter(|text| !text.is_empty()).map(visible)
}

/// Returns a list of texts. A single text counts as a list of one.
fn texts(json: Option<&Value>) -> Vec<String> {
    match json {
        Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
        Some(Value::Array(list)) => {
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the names of an object, as in `{"8080/tcp": {}}`.
fn keys(json: Option<&Value>) -> Vec<String> {
    let mut keys: Vec<_> = json
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .map(|key| visible(key))
        .collect();
    keys.sort();
    keys
}

fn env(json: Option<&Value>) -> Vec<ConfigValue> {
    let variables = texts(json);
    let mut env: Vec<_> = variables
        .iter()
        .map(|text| match text.split_once('=') {
            Some((name, assigned)) => value(name, assigned),
            None => value(text, ""),
        })
        .collect();
    // The sort is stable: the others keep their order.
    env.sort_by_key(|variable| variable.name == "PATH");
    env
}

/// Formats a health check: its command and its times.
fn healthcheck(json: &Value) -> Option<String> {
    let test = texts(json.get("Test"));
    let command = match test.split_first() {
        Some((kind, _)) if kind == "NONE" => return Some("Disabled".to_owned()),
        Some((kind, rest)) if kind == "CMD-SHELL" => rest.join(" "),
        Some((kind, rest)) if kind == "CMD" => {
            shell_line(&rest.iter().map(String::as_str).collect::<Vec<_>>())
        }
        Some(_) => shell_line(&test.iter().map(String::as_str).collect::<Vec<_>>()),
        None => return None,
    };
    let mut parts = vec![command];
    // Docker stores these times in nanoseconds.
    for (field, before) in [
        ("Interval", "every"),
        ("Timeout", "timeout"),
        ("StartPeriod", "start period"),
        ("StartInterval", "start interval"),
    ] {
        if let Some(nanoseconds) = json.get(field).and_then(Value::as_u64).filter(|time| *time > 0)
        {
            parts.push(format!("{before} {} s", nanoseconds as f64 / 1e9));
        }
    }
    if let Some(retries) = json.get("Retries").and_then(Value::as_u64).filter(|count| *count > 0) {
        parts.push(format!("{retries} retries"));
    }
    Some(visible(&parts.join(", ")))
}

fn other(json: &Value, config: &Map<String, Value>) -> Vec<ConfigValue> {
    let members = json.as_object().into_iter().flatten();
    let unknown = members.filter(|(name, _)| !KNOWN_FIELDS.contains(&name.as_str()));
    let of_config = config.iter().filter(|(name, _)| !KNOWN_CONFIG_FIELDS.contains(&name.as_str()));
    unknown
        .chain(of_config)
        .filter(|(_, json)| !json.is_null())
        .map(|(name, json)| match json {
            Value::String(text) => value(name, text),
            json => value(name, &json.to_string()),
        })
        .collect()
}

/// Formats arguments as a line that a POSIX shell splits into the same arguments.
fn shell_line(arguments: &[&str]) -> String {
    let is_plain = |argument: &str| {
        !argument.is_empty()
            && argument
                .chars()
                .all(|character| character.is_alphanumeric() || "_-./:=,@%+".contains(character))
    };
    let quoted: Vec<String> = arguments
        .iter()
        .map(|argument| match is_plain(argument) {
            true => (*argument).to_owned(),
            false => format!("'{}'", argument.replace('\'', r"'\''")),
        })
        .collect();
    quoted.join(" ")
}

#[cfg(test)]
mod tests;
