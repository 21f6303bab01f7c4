//! Pagination with opaque tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::error::EcrError;
use super::input::Input;

pub(super) struct Page {
    size: usize,
    after: Option<String>,
}

impl Page {
    /// Parses `maxResults` and `nextToken`. Neither is allowed together with `names`.
    pub(super) fn of(input: &Input, names: &str) -> Result<Self, EcrError> {
        let token = input.text("nextToken")?;
        let size = input.number("maxResults")?;
        if input.list(names)?.is_some() && (token.is_some() || size.is_some()) {
            let which = if token.is_some() { "nextToken" } else { "maxResults" };
            return Err(EcrError::parameter(which, format!("must not be specified with {names}")));
        }
        Self::read_page(token, size, 100, 1000)
    }

    /// Parses `maxResults` and `nextToken` of an operation with its own page sizes.
    pub(super) fn with_size(input: &Input, default: usize, max: i64) -> Result<Self, EcrError> {
        Self::read_page(input.text("nextToken")?, input.number("maxResults")?, default, max)
    }

    fn read_page(
        token: Option<&str>,
        size: Option<i64>,
        default: usize,
        max: i64,
    ) -> Result<Self, EcrError> {
        let size = match size {
            None => default,
            Some(size) if size < 1 => {
                let text = "Member must have value greater than or equal to 1";
                return Err(EcrError::parameter("maxResults", text));
            }
            Some(size) if size > max => {
                let text = format!("Member must have value less than or equal to {max}");
                return Err(EcrError::parameter("maxResults", text));
            }
            Some(size) => usize::try_from(size).unwrap_or(default),
        };
        let after = token.map(Self::read).transpose()?;
        Ok(Self { size, after })
    }

    fn read(token: &str) -> Result<String, EcrError> {
        let decoded = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        decoded
            .and_then(|text| text.strip_prefix("after:").map(str::to_owned))
            .ok_or_else(|| EcrError::parameter("nextToken", "must be a valid token"))
    }

    /// Returns the items of the page and the token of the next one. `items` are sorted by key.
    pub(super) fn cut<T>(
        &self,
        items: impl Iterator<Item = (String, T)>,
    ) -> (Vec<T>, Option<String>) {
        let mut last = String::new();
        let mut page = Vec::new();
        for (key, item) in items {
            if self.after.as_ref().is_some_and(|after| key <= *after) {
                continue;
            }
            if page.len() == self.size {
                return (page, Some(STANDARD.encode(format!("after:{last}"))));
            }
            page.push(item);
            last = key;
        }
        (page, None)
    }
}

/// Adds the token of the next page to a response.
pub(super) fn with_token(
    mut output: serde_json::Value,
    token: Option<String>,
) -> serde_json::Value {
    if let (Some(members), Some(token)) = (output.as_object_mut(), token) {
        members.insert("nextToken".to_owned(), token.into());
    }
    output
}
