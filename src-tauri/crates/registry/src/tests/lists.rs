//! Tests of lists in pages.

use axum::http::header;
use axum::response::IntoResponse;

use crate::api::ListApi;
use crate::error::RegistryError;
use crate::tests::support::{anonymous, serve_all};
use transload_model::Tag;

#[tokio::test]
async fn reads_all_pages_with_absolute_and_relative_links() {
    let address = serve_all(|(_, uri, headers, _)| async move {
        let host = headers[header::HOST].to_str().unwrap().to_owned();
        let (tags, next) = match uri.query().unwrap_or_default() {
            "n=1000" => (
                r#"["a","b"]"#,
                Some(format!("<http://{host}/v2/x/tags/list?last=b>; rel=\"next\"")),
            ),
            "last=b" => (r#"["b","c"]"#, Some("</v2/x/tags/list?last=c>; rel=next".to_owned())),
            _ => ("null", None),
        };
        let body = format!(r#"{{"name":"x","tags":{tags}}}"#);
        match next {
            Some(next) => ([(header::LINK, next)], body).into_response(),
            None => body.into_response(),
        }
    })
    .await;
    let tags = anonymous(address).tags("x").await.unwrap();
    assert_eq!(tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn rejects_link_loops_and_links_to_other_hosts() {
    for (link, is_loop) in [
        ("</v2/x/tags/list?n=1000>; rel=next", true),
        ("<http://localhost:1/v2/x/tags/list>; rel=next", false),
    ] {
        let address =
            serve_all(move |_| async move { ([(header::LINK, link)], r#"{"tags":["a"]}"#) }).await;
        let error = anonymous(address).tags("x").await.unwrap_err();
        match error {
            RegistryError::NotARegistry { .. } => assert!(is_loop),
            RegistryError::AddressRefused { .. } => assert!(!is_loop),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn reads_the_catalog_and_rejects_other_documents() {
    let address = serve_all(|(_, uri, ..)| async move {
        if uri.path() == "/v2/_catalog" { r#"{"repositories":["a","b/c"]}"# } else { "[]" }
    })
    .await;
    let client = anonymous(address);
    assert_eq!(client.catalog().await.unwrap(), ["a", "b/c"]);
    assert!(matches!(client.tags("x").await, Err(RegistryError::NotARegistry { .. })));
}
