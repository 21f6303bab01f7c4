//! Requests bearer tokens from the token server of a registry. `token` calls it and caches the tokens.
//!
//! Sources: distribution, "Token Authentication" and "OAuth2 Token Authentication".

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::api::{IDENTITY_TOKEN_USER, RegistryLogin};
use crate::challenge::Challenge;
use crate::encoding::Body;
use crate::error::RegistryError;
use crate::response::{ErrorResponse, is_web_page};
use crate::token::{Authenticator, Authorization, Scope, Token, basic_header};
use crate::{addresses, http};

/// The lifetime of a token whose response has no `expires_in`. Source: distribution token specification.
const DEFAULT_TOKEN_LIFETIME: Duration = Duration::from_secs(60);
/// A token is not used for this long before it expires, or for the last quarter of a shorter lifetime.
const TOKEN_MARGIN: Duration = Duration::from_secs(30);
/// The largest response of a token server that is read, in bytes.
const TOKEN_BODY_LIMIT_BYTES: usize = 256 * 1024;
/// The number of redirects of a token server after which a request fails.
const REDIRECT_LIMIT: usize = 5;

#[derive(Deserialize)]
struct TokenResponse {
    token: Option<String>,
    access_token: Option<String>,
    #[serde(default)]
    expires_in: serde_json::Value,
}

impl Authenticator {
    /// Requests a token with the scopes of a request and of the challenge.
    ///
    /// # Errors
    /// If the token server rejects the login or doesn't return a token.
    pub(super) async fn request_token(
        &self,
        scope: &Scope,
        challenge: &Challenge,
        login: Option<&RegistryLogin>,
    ) -> Result<Token, RegistryError> {
        let registry = &self.endpoint.host;
        let scopes = scope.texts();
        let subject = scopes.first().cloned().unwrap_or_else(|| "its base endpoint".to_owned());
        let Challenge::Bearer { realm, service, scope: challenge_scope } = challenge else {
            return Err(self.token_error("it offers no token server"));
        };
        let realm = addresses::token_url(&self.endpoint, realm)?;
        if self.login.stays_with_registry() {
            addresses::expect_same_host(&self.endpoint, &realm)?;
        }
        let mut query: Vec<(&str, String)> = Vec::new();
        query.extend(service.iter().map(|service| ("service", service.clone())));
        // The scope of a challenge may contain several scopes, separated by spaces.
        let additional = challenge_scope
            .clone()
            .filter(|scope| !scopes.contains(scope) && *scope != scopes.join(" "));
        query.extend(scopes.into_iter().chain(additional).map(|scope| ("scope", scope)));

        let requested_at = Instant::now();
        let response = self.token_response(realm, &query, login, &subject).await?;
        if !response.status().is_success() {
            let error_response = ErrorResponse::read(response, registry, false).await;
            return Err(error_response.into_error(registry, &subject, login.is_some()));
        }
        let body = http::read_body(response, TOKEN_BODY_LIMIT_BYTES, registry, &subject).await?;
        let Body::Whole(body) = body else {
            return Err(self.token_error("the response of its token server is too large"));
        };
        let token_response: TokenResponse =
            serde_json::from_slice(&body).map_err(|_| match is_web_page(&body) {
                true => self.token_error("its token server responds with a web page"),
                false => {
                    self.token_error("the response of its token server is not JSON with a token")
                }
            })?;
        let token = [token_response.token, token_response.access_token]
            .into_iter()
            .flatten()
            .find(|t| !t.is_empty());
        let token = token.ok_or_else(|| {
            self.token_error("the response of its token server contains no token")
        })?;
        let header = self.bearer_header(&token)?;
        let lifetime = parse_seconds(&token_response.expires_in)
            .map_or(DEFAULT_TOKEN_LIFETIME, Duration::from_secs);
        let usable_until = requested_at + lifetime.saturating_sub(TOKEN_MARGIN.min(lifetime / 4));
        Ok(Token {
            authorization: Authorization { header, has_login: login.is_some() },
            usable_until,
        })
    }

    /// Sends a request to a token server and follows redirects. They must stay on its host, because the login
    /// is sent with them.
    async fn token_response(
        &self,
        realm: Url,
        query: &[(&str, String)],
        login: Option<&RegistryLogin>,
        subject: &str,
    ) -> Result<reqwest::Response, RegistryError> {
        let registry = &self.endpoint.host;
        let original = realm.clone();
        let mut realm = realm;
        for _ in 0..=REDIRECT_LIMIT {
            let request = self.token_request(realm.clone(), query, login)?;
            let response = self.connections.send(request, registry, subject).await;
            let response =
                response.map_err(|error| http::with_target(error, &self.endpoint, &realm))?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let Some(target) = http::redirect_location(&response) else {
                return Err(self.token_error("its token server redirects without a location"));
            };
            let to = addresses::redirect_target(&self.endpoint, response.url(), &target)?;
            if to.host() != original.host() {
                return Err(self.token_error(&format!(
                    "its token server {} redirects to {}, another host, to which no login is sent",
                    addresses::origin_text(&original),
                    addresses::origin_text(&to)
                )));
            }
            realm = addresses::token_url(&self.endpoint, to.as_str())?;
            // `token_request` adds these parameters again.
            let other_parameters = realm.query_pairs().filter(|(name, _)| {
                !["service", "scope", "account", "client_id"].contains(&name.as_ref())
            });
            let other_parameters: Vec<(String, String)> = other_parameters
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect();
            realm.set_query(None);
            if !other_parameters.is_empty() {
                realm.query_pairs_mut().extend_pairs(other_parameters);
            }
        }
        Err(self.token_error("its token server redirects in a loop"))
    }

    /// Builds a token request: a GET with service and scope, and with the login if there is one, or a POST if
    /// the login is a refresh token. Sources: distribution, "Token Authentication" and "OAuth2 Token
    /// Authentication".
    fn token_request(
        &self,
        mut realm: Url,
        query: &[(&str, String)],
        login: Option<&RegistryLogin>,
    ) -> Result<reqwest::RequestBuilder, RegistryError> {
        let client = self.connections.client_for(&self.endpoint, &realm)?;
        match login {
            Some(login) if login.user == IDENTITY_TOKEN_USER => {
                let scopes: Vec<&str> = query
                    .iter()
                    .filter(|(name, _)| *name == "scope")
                    .map(|(_, scope)| scope.as_str())
                    .collect();
                let form = Serializer::new(String::new())
                    .extend_pairs(query.iter().filter(|(name, _)| *name != "scope"))
                    .append_pair("scope", &scopes.join(" "))
                    .append_pair("client_id", "transload")
                    .append_pair("grant_type", "refresh_token")
                    .append_pair("refresh_token", login.password.expose())
                    .finish();
                let media_type = "application/x-www-form-urlencoded";
                Ok(client.post(realm).header(CONTENT_TYPE, media_type).body(form))
            }
            _ => {
                realm.query_pairs_mut().extend_pairs(query);
                let request = client.get(realm);
                Ok(match login {
                    Some(login) => request.header(AUTHORIZATION, basic_header(login)),
                    None => request,
                })
            }
        }
    }
}

/// Parses `expires_in` in the formats of token servers: `300`, `300.0`, `"300"`. Negative numbers become 0.
fn parse_seconds(value: &serde_json::Value) -> Option<u64> {
    let number = match value {
        serde_json::Value::Number(number) => number.as_f64()?,
        serde_json::Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // At most a year, so that adding it to a time can't overflow.
    number.is_finite().then(|| number.clamp(0.0, 31_536_000.0) as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parses_expires_in_in_the_formats_of_token_servers() {
        for (value, read) in [
            (json!(300), Some(300)),
            (json!(300.0), Some(300)),
            (json!(300.5), Some(300)),
            (json!("300"), Some(300)),
            (json!(" 300.5 "), Some(300)),
            (json!(0), Some(0)),
            (json!(-1), Some(0)),
            (json!(1e40), Some(31_536_000)),
            (json!("soon"), None),
            (json!([]), None),
            (json!(null), None),
        ] {
            assert_eq!(parse_seconds(&value), read, "{value}");
        }
    }
}
