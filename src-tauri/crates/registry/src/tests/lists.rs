use axum::http::header;
use axum::response::IntoResponse;

use crate::api::RegistryApi;
use crate::error::RegistryError;
use crate::tests::support::{anonymous, serve_all};
use transload_model::Tag;

#[tokio::test]
async fn every_page_of_tags_is_read_with_absolute_and_relative_links() {
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
async fn links_in_a_circle_and_links_elsewhere_are_refused() {
    for (link, is_circle) in [
        ("</v2/x/tags/list?n=1000>; rel=next", true),
        ("<http://localhost:1/v2/x/tags/list>; rel=next", false),
    ] {
        let address =
            serve_all(move |_| async move { ([(header::LINK, link)], r#"{"tags":["a"]}"#) }).await;
        let error = anonymous(address).tags("x").await.unwrap_err();
        match error {
            RegistryError::NotARegistry { .. } => assert!(is_circle),
            RegistryError::AddressRefused { .. } => assert!(!is_circle),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn the_catalogue_is_read_and_what_is_no_list_is_refused() {
    let address = serve_all(|(_, uri, ..)| async move {
        if uri.path() == "/v2/_catalog" { r#"{"repositories":["a","b/c"]}"# } else { "[]" }
    })
    .await;
    let client = anonymous(address);
    assert_eq!(client.catalogue().await.unwrap(), ["a", "b/c"]);
    assert!(matches!(client.tags("x").await, Err(RegistryError::NotARegistry { .. })));
}
