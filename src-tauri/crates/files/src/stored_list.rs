//! A list in a JSON file of the data folder, of which a later version may have written some elements.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A list whose elements are read one by one. Elements that can't be read are kept as they are and written back, so
/// that the version that knows them finds them again.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredList<T> {
    pub elements: Vec<T>,
    unreadable: Vec<Value>,
}

impl<T> Default for StoredList<T> {
    fn default() -> Self {
        Self { elements: Vec::new(), unreadable: Vec::new() }
    }
}

impl<T: DeserializeOwned + Serialize> StoredList<T> {
    pub fn parse(content: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(content).map(Self::of_values)
    }

    pub fn of_values(values: Vec<Value>) -> Self {
        let mut list = Self::default();
        for value in values {
            match T::deserialize(&value) {
                Ok(element) => list.elements.push(element),
                Err(_) => list.unreadable.push(value),
            }
        }
        list
    }

    /// Returns the elements that can't be read.
    pub fn unreadable(&self) -> &[Value] {
        &self.unreadable
    }

    /// Returns the whole list for its file, with the elements that can't be read at the end.
    pub fn to_values(&self) -> Result<Vec<Value>, serde_json::Error> {
        let elements = self.elements.iter().map(serde_json::to_value);
        elements.chain(self.unreadable.iter().cloned().map(Ok)).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unreadable_element_loses_only_itself_and_is_written_back() {
        let values = vec![json!(1), json!({"later": true}), json!(2), json!(null)];
        let mut list = StoredList::<u32>::of_values(values);
        assert_eq!(list.elements, [1, 2]);
        assert_eq!(list.unreadable(), [json!({"later": true}), json!(null)]);
        list.elements.push(3);
        let written = list.to_values().unwrap();
        assert_eq!(json!(written), json!([1, 2, 3, {"later": true}, null]));
        for damaged in ["", "{}", "[1, 2", "null"] {
            StoredList::<u32>::parse(damaged.as_bytes()).unwrap_err();
        }
    }
}
