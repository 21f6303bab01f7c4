//! Receives the browser's redirect at the end of a sign-in: one page on a loopback port of this
//! computer, for as long as a sign-in waits.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Source: `AuthCodeFetcher` of the AWS CLI 2.
const PATH: &str = "/oauth/callback";

/// Longer than any request of a browser for one short page.
const HEAD_LIMIT: usize = 32 * 1024;

/// A browser opens connections ahead of time and may send nothing on them.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// The parameters of the redirect.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Redirect {
    /// The authorization code, with a matching state.
    Code(String),
    /// An OAuth error and its description.
    Error { code: String, message: String },
}

#[derive(Debug)]
pub(super) struct LoopbackListener {
    listener: TcpListener,
    port: u16,
}

impl LoopbackListener {
    /// Listens on a free port that only this computer can reach.
    pub(super) async fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// Returns the address to register. AWS accepts any port of it, as RFC 8252 section 7.3 requires.
    pub(super) fn registered_address() -> String {
        format!("http://127.0.0.1{PATH}")
    }

    /// Returns the address that the browser is redirected to.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Waits for the redirect. Requests without `state` get an error page and are ignored, because any
    /// page in the browser can make them.
    pub(super) async fn redirect(&self, state: &str) -> std::io::Result<Redirect> {
        let (sender, mut redirects) = mpsc::channel(1);
        // The tasks end with this future, so a cancelled sign-in leaves nothing behind.
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                Some(redirect) = redirects.recv() => return Ok(redirect),
                connection = self.listener.accept() => {
                    let (connection, _) = connection?;
                    let (sender, state) = (sender.clone(), state.to_owned());
                    connections.spawn(async move {
                        let answered = answer(connection, &state);
                        let answered = tokio::time::timeout(REQUEST_LIMIT, answered).await;
                        // An interrupted connection delivers nothing; the browser retries.
                        if let Ok(Ok(Some(redirect))) = answered {
                            let _ = sender.send(redirect).await;
                        }
                    });
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn answer(mut connection: TcpStream, state: &str) -> std::io::Result<Option<Redirect>> {
    let Some(target) = request_target(&mut connection).await? else { return Ok(None) };
    let (status, page, redirect) = match parse_target(&target, state) {
        Request::Redirect(redirect @ Redirect::Code(_)) => {
            ("200 OK", SIGNED_IN_PAGE, Some(redirect))
        }
        Request::Redirect(redirect) => ("200 OK", DENIED_PAGE, Some(redirect)),
        Request::WrongState => ("400 Bad Request", WRONG_STATE_PAGE, None),
        Request::OtherPath => ("404 Not Found", "", None),
    };
    let page =
        if page.is_empty() { String::new() } else { format!("{PAGE_START}{page}{PAGE_END}") };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n",
        page.len()
    );
    let answered = async {
        connection.write_all(head.as_bytes()).await?;
        connection.write_all(page.as_bytes()).await?;
        connection.shutdown().await
    };
    // The code counts even if the browser disconnects before the page is sent.
    let _ = answered.await;
    Ok(redirect)
}

/// Returns the target of a GET request, or `None` for any other request.
async fn request_target(connection: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        if head.len() > HEAD_LIMIT || connection.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    Ok(match (words.next(), words.next()) {
        (Some("GET"), Some(target)) => Some(target.to_owned()),
        _ => None,
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Request {
    Redirect(Redirect),
    /// The callback page without the state of this sign-in.
    WrongState,
    /// Such as the icon that browsers request from every server.
    OtherPath,
}

/// Parses a request target. Source: RFC 6749 sections 4.1.2 and 4.1.2.1.
fn parse_target(target: &str, state: &str) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != PATH {
        return Request::OtherPath;
    }
    let part = |name: &str| {
        let mut parts = url::form_urlencoded::parse(query.as_bytes());
        parts.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    if part("state").as_deref() != Some(state) {
        return Request::WrongState;
    }
    match (part("error"), part("code")) {
        (Some(code), _) => {
            let message = part("error_description").unwrap_or_default();
            Request::Redirect(Redirect::Error { code, message })
        }
        (None, Some(code)) => Request::Redirect(Redirect::Code(code)),
        (None, None) => Request::WrongState,
    }
}

const PAGE_START: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <meta name=\"color-scheme\" content=\"light dark\"><title>Transload</title>";
const PAGE_END: &str = "</html>";
const SIGNED_IN_PAGE: &str =
    "<h1>You are signed in</h1><p>Close this page and return to Transload.</p>";
const DENIED_PAGE: &str =
    "<h1>You are not signed in</h1><p>Close this page. Transload shows the reason.</p>";
const WRONG_STATE_PAGE: &str = "<h1>No sign-in waits for this page</h1>\
    <p>It belongs to an earlier sign-in. Close it and sign in again from Transload.</p>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_redirect_with_our_state_counts() {
        let read = |query: &str| parse_target(&format!("{PATH}?{query}"), "our state");
        let code = Request::Redirect(Redirect::Code("a/b+c".to_owned()));
        assert_eq!(read("state=our%20state&code=a%2Fb%2Bc"), code);
        assert_eq!(read("code=x&state=our+state&error=access_denied&error_description=No+way"), {
            let message = "No way".to_owned();
            Request::Redirect(Redirect::Error { code: "access_denied".to_owned(), message })
        });
        for foreign in
            ["", "code=x", "code=x&state=other", "state=our+state", "error=access_denied"]
        {
            assert_eq!(read(foreign), Request::WrongState, "{foreign}");
        }
        assert_eq!(parse_target("/favicon.ico", "s"), Request::OtherPath);
        assert_eq!(parse_target("/oauth/callback/?state=s&code=c", "s"), Request::OtherPath);
    }

    async fn get(address: &str, head: &str) -> String {
        let address = address.strip_prefix("http://").unwrap().split('/').next().unwrap();
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(head.as_bytes()).await.unwrap();
        let mut text = String::new();
        connection.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn the_browser_gets_a_page_and_other_requests_are_ignored() {
        let loopback = LoopbackListener::open().await.unwrap();
        let address = loopback.address();
        let waiting = tokio::spawn(async move { loopback.redirect("s").await });
        let silent = address.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
        let _silent = TcpStream::connect(silent).await.unwrap();
        let icon = get(&address, "GET /favicon.ico HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(icon.starts_with("HTTP/1.1 404"), "{icon}");
        let foreign = get(&address, "GET /oauth/callback?code=c&state=t HTTP/1.1\r\n\r\n").await;
        assert!(foreign.starts_with("HTTP/1.1 400") && foreign.contains("No sign-in"), "{foreign}");
        let ours = get(&address, "GET /oauth/callback?code=c&state=s HTTP/1.1\r\n\r\n").await;
        assert!(ours.contains("You are signed in") && !ours.contains("code=c"), "{ours}");
        assert_eq!(waiting.await.unwrap().unwrap(), Redirect::Code("c".to_owned()));
        let closed = address.strip_prefix("http://").unwrap().split('/').next().unwrap();
        assert!(TcpStream::connect(closed).await.is_err(), "the port is still open");
    }
}
