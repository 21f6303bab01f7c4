//! How the quirks of a registry change its responses.

use base64::Engine as _;

use crate::scripted_registry::quirk::{Op, Quirk};
use crate::scripted_registry::registry::{LOGIN, State, TOKEN, locked};
use crate::scripted_registry::request::ScriptedRequest;
use crate::scripted_registry::response::ScriptedResponse;

impl State {
    /// Returns the response of a quirk that replaces the normal response.
    pub(super) fn replacement(&self, request: &ScriptedRequest<'_>) -> Option<ScriptedResponse> {
        if !request.is_outside_v2
            && let Some(rejection) = self.require_login(request)
        {
            return Some(rejection);
        }
        for quirk in self.quirks {
            match quirk {
                Quirk::Responds(op, status, body) if *op == request.op => {
                    let mut answer = ScriptedResponse::new(*status, *body);
                    if body.starts_with('<') {
                        answer = answer.header("content-type", "text/html");
                    } else if !body.is_empty() {
                        answer = answer.header("content-type", "application/json");
                    }
                    for quirk in self.quirks {
                        if let Quirk::RetryAfter(value) = quirk {
                            answer = answer.header("retry-after", *value);
                        }
                    }
                    return Some(answer);
                }
                Quirk::RedirectsToOtherHost(op, status, path) if *op == request.op => {
                    let port = request.host().rsplit(':').next().unwrap_or_default().to_owned();
                    let to = format!("http://localhost:{port}{path}");
                    return Some(ScriptedResponse::new(*status, "").header("location", to));
                }
                Quirk::ServesOutsideV2 if request.op == Op::GetBlob && !request.is_outside_v2 => {
                    let to =
                        format!("/artifacts-downloads/{}/{}", request.repository, request.name);
                    return Some(ScriptedResponse::new(302, "").header("location", to));
                }
                Quirk::Redirects(op, status) if *op == request.op => {
                    let address = format!("{} {}", request.method, request.uri);
                    if !request.query.contains_key("moved")
                        && locked(&self.content).moved.insert(address)
                    {
                        let sign = if request.uri.query().is_some() { '&' } else { '?' };
                        let to = format!("{}{sign}moved=1", request.uri);
                        return Some(ScriptedResponse::new(*status, "").header("location", to));
                    }
                }
                Quirk::RejectsPageSize(limit, status)
                    if matches!(request.op, Op::Tags | Op::Catalog) =>
                {
                    let size = request.query.get("n").and_then(|n| n.parse::<usize>().ok());
                    if size.is_some_and(|size| size > *limit) {
                        let message = "invalid number of results requested";
                        return Some(ScriptedResponse::error(
                            *status,
                            "PAGINATION_NUMBER_INVALID",
                            message,
                        ));
                    }
                }
                Quirk::KnowsOnlySha256(status) if request.name.starts_with("sha512:") => {
                    let is_write = request.op == Op::PutManifest;
                    let status = if is_write { *status } else { 404 };
                    return Some(ScriptedResponse::error(
                        status,
                        "DIGEST_INVALID",
                        "unsupported digest",
                    ));
                }
                Quirk::KnowsOnlySha256(status)
                    if request.op == Op::PutBlob
                        && request
                            .query
                            .get("digest")
                            .is_some_and(|d| d.starts_with("sha512:")) =>
                {
                    return Some(ScriptedResponse::error(
                        *status,
                        "DIGEST_INVALID",
                        "unsupported digest",
                    ));
                }
                _ => {}
            }
        }
        None
    }

    fn require_login(&self, request: &ScriptedRequest<'_>) -> Option<ScriptedResponse> {
        let sent = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        let (user, password) = LOGIN;
        let basic = format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))
        );
        for quirk in self.quirks {
            match quirk {
                Quirk::RequiresToken(fields, redirect) => {
                    if request.op == Op::Token {
                        let is_moved = request.query.contains_key("moved");
                        if let Some(status) = redirect.filter(|_| !is_moved) {
                            let to = format!("{}&moved=1", request.uri);
                            return Some(ScriptedResponse::new(status, "").header("location", to));
                        }
                        if sent.is_some_and(|sent| sent != basic) {
                            return Some(ScriptedResponse::new(
                                401,
                                r#"{"details":"incorrect password"}"#,
                            ));
                        }
                        let more = if fields.is_empty() { "" } else { "," };
                        let name = match self.quirks.contains(&Quirk::TokenInAccessToken) {
                            true => "access_token",
                            false => "token",
                        };
                        let body = format!(r#"{{"{name}":"{TOKEN}"{more}{fields}}}"#);
                        let mut answer = ScriptedResponse::new(200, body)
                            .header("content-type", "application/json");
                        self.modify(request, &mut answer);
                        return Some(answer);
                    }
                    if sent != Some(&format!("Bearer {TOKEN}")) {
                        let host = request.host();
                        let challenge =
                            format!("Bearer realm=\"http://{host}/token\",service=\"scripted\"");
                        return Some(
                            ScriptedResponse::error(401, "UNAUTHORIZED", "authentication required")
                                .header("www-authenticate", challenge),
                        );
                    }
                }
                Quirk::HidesPrivate if sent != Some(&basic) => {
                    return Some(match request.op {
                        Op::Base => {
                            ScriptedResponse::error(401, "UNAUTHORIZED", "authentication required")
                                .header("www-authenticate", "Basic realm=\"scripted\"")
                        }
                        _ => ScriptedResponse::error(
                            404,
                            "NAME_UNKNOWN",
                            "repository name not known",
                        ),
                    });
                }
                _ => {}
            }
        }
        None
    }

    /// Applies quirks that change a successful response.
    pub(super) fn modify(&self, request: &ScriptedRequest<'_>, answer: &mut ScriptedResponse) {
        for quirk in self.quirks {
            match quirk {
                Quirk::ContentType(op, label) if *op == request.op => {
                    answer.headers.retain(|(name, _)| *name != "content-type");
                    answer.headers.push(("content-type", (*label).to_owned()));
                }
                Quirk::SuccessStatus(op, status) if *op == request.op => answer.status = *status,
                Quirk::OmitsDigest => {
                    answer.headers.retain(|(name, _)| *name != "docker-content-digest");
                }
                _ => {}
            }
        }
    }
}
