//! Secrets beside the member that names them, as in `{"name": "DB_PASSWORD", "value": "x"}` of Kubernetes and ECS. Used by
//! `secret_values` and `hide`.

use crate::secret_names::{is_placeholder, is_secret_name};
use crate::value_ends::{QUOTES, Quoted};

/// The place of a text in a longer one.
type Range = (usize, usize);

/// The members that hold a name.
const NAMES: [&str; 2] = ["name", "key"];

/// The most bytes between a name and its value. A limit, so that the search takes linear time.
const MAX_DISTANCE_BYTES: usize = 300;

/// Whether a member is named for what another member, `value`, is the value of.
pub(crate) fn is_name_member(member: &str) -> bool {
    NAMES.iter().any(|name| name.eq_ignore_ascii_case(member))
}

/// Returns the values of members `value` after a member `name` with the name of a secret.
pub(crate) fn named_values(text: &str) -> Vec<Range> {
    let mut found = Vec::new();
    // The last name, and the end of the last member. Nothing in a member is searched.
    let (mut named, mut end) = ("", 0);
    for (place, _) in text.match_indices(':') {
        if place < end {
            continue;
        }
        let before = text[..place].trim_end_matches(QUOTES);
        let member = before.trim_end_matches(|character: char| character.is_ascii_alphabetic());
        let member = &before[member.len()..];
        let is_value = member.eq_ignore_ascii_case("value");
        if !is_value && !is_name_member(member) {
            continue;
        }
        let Some((from, to)) = member_value(text, place + 1) else { break };
        let is_same = place - end <= MAX_DISTANCE_BYTES && !text[end..place].contains(['{', '}']);
        if is_value && is_same && is_secret_name(named) && !is_placeholder(&text[from..to]) {
            found.push((from, to));
        }
        named = if is_value { "" } else { text[from..to].trim_matches(QUOTES) };
        end = to;
    }
    found
}

/// Returns the text of a member after its colon: in quotation marks, or to the end of the line or the mapping. `None` if the
/// marks have no end.
fn member_value(text: &str, after: usize) -> Option<Range> {
    let from = text.len() - text[after..].trim_start_matches(' ').len();
    if let Some(quoted) = Quoted::at(text, from) {
        return quoted.end(text).map(|end| (from, end));
    }
    let rest = &text[from..];
    let length = rest.find(['\n', ',', '}', '"', '\'']).unwrap_or(rest.len());
    Some((from, from + rest[..length].trim_end().len()))
}
