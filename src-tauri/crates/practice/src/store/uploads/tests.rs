//! The maximum size of an upload.

use axum::body::Body;

use super::*;

#[tokio::test]
async fn an_upload_that_is_too_long_is_refused_and_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(folder.path()).unwrap();
    let upload = uploads.find(&uploads.begin("app").unwrap()).unwrap();
    let mut upload = upload.lock().await;
    assert_eq!(upload.limit, MAX_UPLOAD_BYTES);
    upload.limit = 10;
    let body = |bytes: &'static str| Body::from(bytes).into_data_stream();
    upload.append(body("123456")).await.unwrap();
    let refused = upload.append(body("78901")).await;
    assert!(matches!(refused, Err(UploadError::TooLarge { limit: 10 })), "{refused:?}");
    let refused = upload.append_bytes(b"78901").await;
    assert!(matches!(refused, Err(UploadError::TooLarge { limit: 10 })), "{refused:?}");
    assert_eq!((upload.size, fs::read(&upload.path).unwrap().len()), (6, 6));
    upload.append(body("789")).await.unwrap();
    upload.append_bytes(b"0").await.unwrap();
    assert_eq!(fs::read(&upload.path).unwrap(), b"1234567890");
}
