//! JSON documents in which an object has two members of the same name. Parsers disagree on which of them counts, so what a
//! parser returns isn't all that the text says.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Whether a JSON document has no object with two members of the same name.
pub fn has_unique_names(document: &str) -> bool {
    let mut parser = serde_json::Deserializer::from_str(document);
    UniqueNames.deserialize(&mut parser).is_ok()
}

struct UniqueNames;

impl<'de> DeserializeSeed<'de> for UniqueNames {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UniqueNames {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("two members have the same name"));
            }
            members.next_value_seed(Self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_are_found_at_every_level() {
        for (document, is_unique) in [
            (r#"{"a":1,"b":{"a":[null,true,-1,2.5,"a"]}}"#, true),
            (r#"[{"a":1},{"a":2}]"#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"[{"b":[{"a":1,"\u0061":2}]}]"#, false),
        ] {
            assert_eq!(has_unique_names(document), is_unique, "{document}");
        }
    }
}
