//! Reading `Link`: where the next page of a list is.

use reqwest::header::{HeaderMap, LINK};

use super::challenge::{split_outside_quotes, unquoted};

/// The address of the next page, absolute or relative, where an answer names one.
pub(super) fn next_page(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(LINK).iter();
    values.filter_map(|value| value.to_str().ok()).find_map(next_in)
}

/// Source of the grammar: RFC 8288, section 3: `<address>; name=value; …`, several after commas.
fn next_in(mut text: &str) -> Option<String> {
    loop {
        // Commas and semicolons may be part of an address, so it is taken out by its brackets.
        let (_, rest) = text.split_once('<')?;
        let (address, rest) = rest.split_once('>')?;
        let parameters = split_outside_quotes(rest, ',').first().copied().unwrap_or_default();
        let is_next = split_outside_quotes(parameters, ';').into_iter().any(|parameter| {
            let Some((name, value)) = parameter.split_once('=') else { return false };
            let relations = unquoted(value.trim());
            name.trim().eq_ignore_ascii_case("rel")
                && relations.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(address.trim().to_owned());
        }
        text = &rest[parameters.len()..];
    }
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
            ("<a>; rel=prev", None),
            ("<a>", None),
            ("a; rel=next", None),
            ("<a; rel=next", None),
            ("", None),
        ] {
            assert_eq!(next_in(text).as_deref(), next, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(text in r#"[ -~<>;,="\\\\]{0,80}"#) {
            let _ = next_in(&text);
        }

        #[test]
        fn an_address_comes_back_as_it_was(address in "[!-;=?-~]{1,60}", before in "[a-z]{0,5}") {
            let header = format!("<{before}>; rel=\"first\", <{address}>; a=1; rel=\"next\"");
            prop_assert_eq!(next_in(&header), Some(address));
        }
    }
}
