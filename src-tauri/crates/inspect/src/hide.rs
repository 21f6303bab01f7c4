//! Hides the values of an inspection that look like secrets. Everything that shows or prints an inspection calls it,
//! unless the user asked for the values.

use serde_json::Value;

use crate::inspection::{ConfigValue, ImageInspection, InspectedImage};
use crate::secret_values::{HIDDEN, hide_in_text, looks_secret};

impl ImageInspection {
    /// Hides the values that look like secrets, in every form in which they occur, and counts them.
    pub fn hide_secrets(&mut self) {
        let mut hidden = hide_values(&mut self.annotations);
        let in_manifest = hidden;
        for platform in &mut self.platforms {
            hidden += hide_values(&mut platform.annotations);
        }
        if in_manifest > 0 {
            self.manifest = without_secrets(&self.manifest);
        }
        if let Some(image) = &mut self.image {
            hidden += image.hide_secrets();
        }
        self.hidden_values = hidden;
    }
}

impl InspectedImage {
    /// Hides the values that look like secrets, and returns their number.
    pub(crate) fn hide_secrets(&mut self) -> u32 {
        let known = self.known_secrets();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut hidden = hide_values(&mut self.annotations);
        for layer in &mut self.layers {
            hidden += hide_values(&mut layer.annotations);
            if let Some(line) = &mut layer.line {
                // Counted with the history, which has the same line.
                hide_line(line, &known);
            }
        }
        if hidden > 0 {
            self.manifest = without_secrets(&self.manifest);
        }
        for line in &mut self.history {
            hidden += hide_values(&mut line.arguments) + hide_line(&mut line.line, &known);
            if let Some(comment) = &mut line.comment {
                hidden += hide_line(comment, &known);
            }
        }
        if let Some(config) = &mut self.config {
            hidden += hide_values(&mut config.env)
                + hide_values(&mut config.labels)
                + hide_values(&mut config.other);
            let lines =
                config.entrypoint.iter_mut().chain(&mut config.cmd).chain(&mut config.on_build);
            for line in lines.chain(&mut config.command_line).chain(&mut config.healthcheck) {
                hidden += hide_line(line, &known);
            }
        }
        if hidden > 0 {
            self.config_json = self.config_json.as_deref().map(without_secrets);
        }
        hidden
    }

    /// Returns the secret values of environment variables, which lines of the history repeat.
    fn known_secrets(&self) -> Vec<String> {
        let Some(config) = &self.config else { return Vec::new() };
        let values = config.env.iter().chain(&config.labels).filter(|value| value.secret);
        values.filter_map(|value| value.value.clone()).collect()
    }
}

fn hide_values(values: &mut [ConfigValue]) -> u32 {
    let mut hidden = 0;
    for value in values.iter_mut().filter(|value| value.secret) {
        hidden += u32::from(value.value.take().is_some());
    }
    hidden
}

fn hide_line(line: &mut String, known: &[&str]) -> u32 {
    let without = hide_in_text(line, known);
    let changed = *line != without;
    *line = without;
    u32::from(changed)
}

/// Returns a JSON document without values that look like secrets. It is formatted again, because the exact text would
/// contain them. Text that isn't JSON is hidden as a whole.
fn without_secrets(document: &str) -> String {
    let Ok(mut json) = serde_json::from_str::<Value>(document) else { return HIDDEN.to_owned() };
    let mut known = Vec::new();
    collect_secrets(&json, &mut known);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    hide_in_json(&mut json, &known);
    serde_json::to_string_pretty(&json).unwrap_or_default()
}

/// Collects the values of variables such as `TOKEN=x` and members such as `"token": "x"`.
fn collect_secrets(json: &Value, known: &mut Vec<String>) {
    match json {
        Value::Array(list) => {
            for item in list {
                if let Some((name, value)) = item.as_str().and_then(|text| text.split_once('='))
                    && looks_secret(name, value)
                {
                    known.push(value.to_owned());
                }
                collect_secrets(item, known);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(value) = member.as_str().filter(|value| looks_secret(name, value)) {
                    known.push(value.to_owned());
                }
                collect_secrets(member, known);
            }
        }
        _ => {}
    }
}

fn hide_in_json(json: &mut Value, known: &[&str]) {
    match json {
        Value::String(text) => *text = hide_text(text, known),
        Value::Array(list) => list.iter_mut().for_each(|item| hide_in_json(item, known)),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member.as_str() {
                    Some(value) if looks_secret(name, value) => *member = HIDDEN.into(),
                    _ => hide_in_json(member, known),
                }
            }
        }
        _ => {}
    }
}

/// Hides a text of a document. A variable with spaces in its value is not a line of a shell.
fn hide_text(text: &str, known: &[&str]) -> String {
    match text.split_once('=') {
        Some((name, value)) if !name.contains(' ') && looks_secret(name, value) => {
            format!("{name}={HIDDEN}")
        }
        _ => hide_in_text(text, known),
    }
}

#[cfg(test)]
mod tests;
