//! Reading `Link`: where the next page of a list is.

use reqwest::header::{HeaderMap, LINK};

use crate::challenge::{split_outside_quotes, unquoted};

/// The address of the next page, absolute or relative, where an answer names one.
///
/// # Errors
/// Where there is a `Link` that cannot be read: the list would end there without a word.
pub(super) fn next_page(headers: &HeaderMap) -> Result<Option<String>, &'static str> {
    for value in headers.get_all(LINK) {
        let text = value.to_str().map_err(|_| UNREADABLE)?;
        if let Some(next) = next_in(text)? {
            return Ok(Some(next));
        }
    }
    Ok(None)
}

const UNREADABLE: &str =
    "the Link header of its list cannot be read, so the next page is not known";

/// Source of the grammar: RFC 8288, section 3: `<address>; name=value; …`, several after commas. Also
/// read as registries write it: values in single quotes, an address without a relation, which can
/// only be the next page of a list, and an address without brackets.
fn next_in(text: &str) -> Result<Option<String>, &'static str> {
    let mut text = text.trim();
    while !text.is_empty() {
        // Commas and semicolons may be part of an address, so it is taken out by its brackets.
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
            // An empty address is the page itself, which is no next one.
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

/// Whether a text without brackets can be the address of a page.
fn looks_like_address(text: &str) -> bool {
    ["/", "?", "http://", "https://"].iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_next_page_is_found_among_other_links() {
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
            assert_eq!(next_in(text), Ok(next.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn a_link_that_cannot_be_read_is_an_error_and_not_the_last_page() {
        for text in ["<a; rel=next", "a; rel=next", "next", "<>; rel=next", "<a>; rel=prev, b"] {
            assert_eq!(next_in(text), Err(UNREADABLE), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(text in r#"[ -~<>;,="'\\\\]{0,80}"#) {
            let _ = next_in(&text);
        }

        #[test]
        fn an_address_comes_back_as_it_was(address in "[!-;=?-~]{1,60}", before in "[a-z]{0,5}") {
            let header = format!("<{before}>; rel=\"first\", <{address}>; a=1; rel=\"next\"");
            prop_assert_eq!(next_in(&header), Ok(Some(address)));
        }
    }
}
