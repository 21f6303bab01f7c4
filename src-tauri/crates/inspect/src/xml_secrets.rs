//! Secrets in XML, such as `settings.xml` of Maven, `NuGet.Config` and `web.config`: the content of `<password>`, and the
//! value beside the name of a secret, as in `<add key="Password" value="x" />`. An attribute `password="x"` is found as
//! every other assignment. Used by `secret_values`.
//!
//! Every search is linear, because a text of megabytes can consist of names of secrets.

use crate::secret_names::{is_placeholder, is_secret_name};
use crate::value_ends::Quoted;

/// The place of a text in a longer one.
type Range = (usize, usize);

/// Attributes that name what another attribute or the content is the value of.
const NAMES: [&str; 3] = ["key", "name", "id"];

/// Returns the values of secrets in the elements of a text.
pub(crate) fn xml_values(text: &str) -> Vec<Range> {
    let (mut found, mut from, mut close) = (Vec::new(), 0, 0);
    while let Some(open) = text[from..].find('<') {
        let Some(element) = Element::at(text, from + open) else {
            from += open + 1;
            continue;
        };
        from = element.end;
        if !element.is_secret {
            continue;
        }
        found.extend(element.value);
        if element.is_empty {
            continue;
        }
        if close < from {
            close = text[from..].find("</").map_or(text.len(), |found| from + found);
        }
        // Without its end, it is the text of a usage, such as `login <password>`.
        if text[close..].strip_prefix("</").is_some_and(|rest| rest.starts_with(element.name)) {
            found.push((from, close));
            from = close;
        }
    }
    found.retain(|(from, to)| !is_placeholder(text[*from..*to].trim()));
    found
}

/// The first tag of an element.
struct Element<'a> {
    name: &'a str,
    /// Whether its name, or an attribute, is the name of a secret.
    is_secret: bool,
    /// The attribute `value`, with its quotation marks.
    value: Option<Range>,
    /// Whether it has no content.
    is_empty: bool,
    /// The place after the tag, or after what was searched for one.
    end: usize,
}

impl<'a> Element<'a> {
    /// Returns the element that begins at `<`, or `None` for something else.
    fn at(text: &'a str, open: usize) -> Option<Self> {
        let name = name_at(text, open + 1);
        let mut at = open + 1 + name.len();
        let mut element =
            Self { name, is_secret: is_secret_name(name), value: None, is_empty: false, end: at };
        if !name.starts_with(|character: char| character.is_alphabetic() || character == '_') {
            return None;
        }
        loop {
            at = after_spaces(text, at);
            let rest = &text[at..];
            if rest.starts_with("/>") || rest.starts_with('>') {
                element.is_empty = rest.starts_with('/');
                element.end = at + if element.is_empty { 2 } else { 1 };
                return Some(element);
            }
            let attribute = name_at(text, at);
            let equals = after_spaces(text, at + attribute.len());
            if attribute.is_empty() || !text[equals..].starts_with('=') {
                return None;
            }
            let from = after_spaces(text, equals + 1);
            let to = Quoted::at(text, from)?.end(text)?;
            let value = text[from..to].trim_matches(['"', '\'', '\\']);
            let is_name = NAMES.iter().any(|name| name.eq_ignore_ascii_case(attribute));
            element.is_secret |= is_name && is_secret_name(value);
            if attribute.eq_ignore_ascii_case("value") {
                element.value = Some((from, to));
            }
            at = to;
        }
    }
}

/// Returns the name that begins at a place.
fn name_at(text: &str, from: usize) -> &str {
    let is_part = |character: char| character.is_alphanumeric() || "_-.:".contains(character);
    let rest = &text[from..];
    &rest[..rest.find(|character| !is_part(character)).unwrap_or(rest.len())]
}

fn after_spaces(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start().len()
}
