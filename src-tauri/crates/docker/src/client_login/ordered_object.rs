//! A JSON object that preserves the order of its keys and the exact text of its values. Used by
//! `config_file` to change single entries.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON object. Values are JSON text.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderedObject {
    entries: Vec<(String, Box<RawValue>)>,
}

impl OrderedObject {
    pub(super) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Returns the JSON text of a value.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value.get())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.as_str())
    }

    /// Replaces a value, or appends it if the key is new.
    pub(super) fn set(&mut self, key: &str, value: Box<RawValue>) {
        match self.entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key.to_owned(), value)),
        }
    }

    /// Removes a value, if the key exists.
    pub(super) fn remove(&mut self, key: &str) {
        self.entries.retain(|(name, _)| name != key);
    }

    /// Returns whether the object has no members.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the text with one key per line, indented for an object that is nested `depth` levels
    /// deep.
    pub(super) fn text(&self, indent: &str, depth: usize) -> String {
        if self.entries.is_empty() {
            return "{}".to_owned();
        }
        let mut text = "{".to_owned();
        for (index, (key, value)) in self.entries.iter().enumerate() {
            text.push_str(if index == 0 { "\n" } else { ",\n" });
            text.push_str(&indent.repeat(depth + 1));
            text.push_str(&serde_json::Value::from(key.as_str()).to_string());
            text.push_str(": ");
            text.push_str(value.get());
        }
        text.push('\n');
        text.push_str(&indent.repeat(depth));
        text.push('}');
        text
    }
}

impl<'de> Deserialize<'de> for OrderedObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = OrderedObject;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<OrderedObject, M::Error> {
                let mut object = OrderedObject::default();
                while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    object.set(&key, value);
                }
                Ok(object)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}
