//! The page of a sign-in.

use tauri::Runtime;
use tauri_plugin_opener::OpenerExt as _;
use transload_api::Api;
use transload_errors::{ApiError, ErrorCode};

use super::shell::Shell;

impl<R: Runtime> Shell<R> {
    /// Opens the page of a pending sign-in, and no other: the window names the sign-in, not the page.
    pub async fn sign_in_page_open(&self, sign_in: String) -> Result<(), ApiError> {
        let page = self.state::<Api>().sign_in_page(sign_in).await?;
        self.window.opener().open_url(page, None::<&str>).map_err(|error| ApiError {
            code: ErrorCode::SignInFailed,
            message: "No browser could be started to open the page.".to_owned(),
            hints: vec!["Copy the address, and open it in a browser yourself.".to_owned()],
            causes: vec![error.to_string()],
            retryable: true,
            subject: None,
            policy: None,
        })
    }
}
