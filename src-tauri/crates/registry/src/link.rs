//! Parses the `Link` header of a list, which contains the address of the next page. `lists` uses it.

use reqwest::header::{HeaderMap, LINK};

use crate::challenge::{split_outside_quotes, unquoted};

/// Returns the absolute or relative address of the next page, or `None` if this is the last page.
///
/// # Errors
/// If there is a `Link` header that can't be parsed. Ignoring it would truncate the list silently.
pub(super) fn next_page(headers: &HeaderMap) -> Result<Option<String>, &'static str> {
    for value in headers.get_all(LINK) {
        let text = value.to_str().map_err(|_| UNREADABLE)?;
        if let Some(next) = parse_next(text)? {
            return Ok(Some(next));
        }
    }
    Ok(None)
}

const UNREADABLE: &str = "the Link header of a list can't be parsed, so the next page is unknown";

/// Parses one header value. Source of the grammar: RFC 8288, section 3: `<address>; name=value; …`, separated
/// by commas. Also accepts variants that registries send: values in single quotes, an address without a
/// relation, which can only be the next page, and an address without angle brackets.
fn parse_next(text: &str) -> Result<Option<String>, &'static str> {
    let mut text = text.trim();
    while !text.is_empty() {
        // An address in brackets may contain commas and semicolons.
        let (address, rest) = match text.strip_prefix('<') {
            Some(rest) => rest.split_once('>').ok_or(UNREADABLE)?,
            None => {
                let end = text.find([';', ',']).unwrap_or(text.len());
                let (address, rest) = text.split_at(end);
                if !looks_like_address(address.trim()) {
                    return Err(UNREADABLE);
                }
                (address, rest)
            }
        };
        let parameters = split_outside_quotes(rest, ',').first().copied().unwrap_or_default();
        let relations = split_outside_quotes(parameters, ';').into_iter().filter_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let name = name.trim().trim_end_matches('*');
            name.eq_ignore_ascii_case("rel").then(|| without_quotes(value.trim()))
        });
        let mut relations = relations.peekable();
        let has_relation = relations.peek().is_some();
        let is_next = relations.any(|relations| {
            relations.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
        });
        if is_next || !has_relation {
            let address = address.trim();
            // An empty address refers to the current page.
            return if address.is_empty() { Err(UNREADABLE) } else { Ok(Some(address.to_owned())) };
        }
        text = rest[parameters.len()..].trim_start_matches([',', ' ', '\t']);
    }
    Ok(None)
}

fn without_quotes(value: &str) -> String {
    match value.strip_prefix('\'') {
        Some(inner) => inner.split('\'').next().unwrap_or_default().to_owned(),
        None => unquoted(value),
    }
}

/// Returns whether a text without brackets can be an address.
fn looks_like_address(text: &str) -> bool {
    ["/", "?", "http://", "https://"].iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_the_next_page_among_other_links() {
        for (text, next) in [
            (r#"</v2/a/tags/list?last=b&n=2>; rel="next""#, Some("/v2/a/tags/list?last=b&n=2")),
            ("<https://r/x?last=a,b;c>; rel=next", Some("https://r/x?last=a,b;c")),
            (r#"<a>; rel=prev; title="x, <y>; rel=next", <b>; Rel="last NEXT""#, Some("b")),
            ("</x?last=b>;rel='next'", Some("/x?last=b")),
            ("</x?last=b>; rel = \"next\" ; title='a, b'", Some("/x?last=b")),
            ("</x?last=b>", Some("/x?last=b")),
            ("</x?last=b>; title=more", Some("/x?last=b")),
            ("<?last=b>; rel=next", Some("?last=b")),
            ("/v2/a/tags/list?last=b; rel=next", Some("/v2/a/tags/list?last=b")),
            ("https://r/x?last=b", Some("https://r/x?last=b")),
            ("<a>; rel=prev", None),
            ("<a>; rel=first, <b>; rel='last prev'", None),
            ("", None),
            (" ", None),
        ] {
            assert_eq!(parse_next(text), Ok(next.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn an_invalid_link_is_an_error_and_not_the_last_page() {
        for text in ["<a; rel=next", "a; rel=next", "next", "<>; rel=next", "<a>; rel=prev, b"] {
            assert_eq!(parse_next(text), Err(UNREADABLE), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_input_panics(text in r#"[ -~<>;,="'\\\\]{0,80}"#) {
            let _ = parse_next(&text);
        }

        #[test]
        fn an_address_is_returned_unchanged(address in "[!-;=?-~]{1,60}", before in "[a-z]{0,5}") {
            let header = format!("<{before}>; rel=\"first\", <{address}>; a=1; rel=\"next\"");
            prop_assert_eq!(parse_next(&header), Ok(Some(address)));
        }
    }
}
