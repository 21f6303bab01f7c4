//! Lists of values in a policy, and lists in a sentence.

use serde_json::Value;
use transload_model::visible;

/// The longest text from a policy within a sentence, in characters. The JSON has all of it.
const TEXT_LIMIT: usize = 200;

/// Returns the values of a member that may be one text or a list of texts, or `None` if it is anything else.
pub(crate) fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) if !items.is_empty() => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Returns a text from a policy for display.
pub(crate) fn shown(text: &str) -> String {
    let shown = visible(text);
    match shown.char_indices().nth(TEXT_LIMIT) {
        Some((at, _)) => format!("{}…", &shown[..at]),
        None => shown,
    }
}

/// Joins the parts of a sentence: "a, b, and c".
pub(crate) fn joined(parts: &[String], conjunction: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} {conjunction} {other}"),
        [first @ .., last] => format!("{}, {conjunction} {last}", first.join(", ")),
    }
}
