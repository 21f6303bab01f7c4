//! Reads the members of a request.

use serde_json::{Map, Value};

use super::error::EcrError;

/// The members of a request. A member of the wrong type is a `SerializationException`, as in all AWS JSON
/// services.
pub(super) struct Input(Map<String, Value>);

impl Input {
    pub(super) fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    pub(super) fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn typed<'a, T>(
        &'a self,
        name: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, EcrError> {
        self.get(name).map(|value| read(value).ok_or_else(|| wrong_type(name))).transpose()
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, EcrError> {
        self.typed(name, Value::as_str)
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, EcrError> {
        self.text(name)?.ok_or_else(|| EcrError::parameter(name, "Member must not be null"))
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, EcrError> {
        self.typed(name, Value::as_i64)
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, EcrError> {
        Ok(self.typed(name, Value::as_bool)?.unwrap_or(false))
    }

    pub(super) fn list(&self, name: &str) -> Result<Option<&Vec<Value>>, EcrError> {
        self.typed(name, Value::as_array)
    }

    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, EcrError> {
        let Some(list) = self.list(name)? else { return Ok(None) };
        let texts = list.iter().map(|value| value.as_str().map(str::to_owned));
        texts.collect::<Option<Vec<_>>>().map(Some).ok_or_else(|| wrong_type(name))
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Input>, EcrError> {
        self.typed(name, |value| value.as_object().cloned().map(Input))
    }

    /// Returns a list with `min` to `max` members.
    pub(super) fn sized_list(
        &self,
        name: &str,
        min: usize,
        max: usize,
    ) -> Result<Option<&Vec<Value>>, EcrError> {
        let Some(list) = self.list(name)? else { return Ok(None) };
        if list.len() < min {
            let text = format!("Member must have length greater than or equal to {min}");
            return Err(EcrError::parameter(name, text));
        }
        if list.len() > max {
            let text = format!("Member must have length less than or equal to {max}");
            return Err(EcrError::parameter(name, text));
        }
        Ok(Some(list))
    }
}

fn wrong_type(name: &str) -> EcrError {
    EcrError::new("SerializationException", format!("The member '{name}' has the wrong type."))
}
