//! Host headers that are accepted and rejected.

use axum::body::Body;

use super::*;

#[test]
fn only_requests_for_this_computer_are_handled() {
    let with = |hosts: &[&str]| {
        let mut request = Request::builder().uri("/v2/");
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        is_for_this_computer(&request.body(Body::empty()).unwrap())
    };
    for host in [
        "127.0.0.1",
        "127.0.0.1:5000",
        "127.8.8.8:5000",
        "localhost:5000",
        "LocalHost",
        "localhost.:5000",
        "[::1]:5000",
    ] {
        assert!(with(&[host]), "{host}");
    }
    for host in [
        "evil.example",
        "evil.example:5000",
        "127.0.0.1.evil.example:5000",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "0.0.0.0:5000",
        "192.168.1.2:5000",
        "[::2]:5000",
        "",
    ] {
        assert!(!with(&[host]), "{host}");
    }
    assert!(!with(&[]));
    assert!(!with(&["127.0.0.1", "evil.example"]));
    let absolute = Request::builder()
        .uri("http://evil.example/v2/")
        .header(header::HOST, "127.0.0.1")
        .body(Body::empty());
    assert!(!is_for_this_computer(&absolute.unwrap()));
}
