use tauri::{AppHandle, Runtime, State};
use tauri_plugin_opener::OpenerExt as _;
use transload_api::Api;
use transload_api::contract::{
    ApiError, ErrorCode, NewAwsProfile, NewAwsProfileText, SignInOutcome, SignInPrompt,
    SignInTarget, SignInWay, SsoAccount, SsoSession,
};

#[tauri::command(rename_all = "snake_case")]
pub async fn sign_in_start(
    api: State<'_, Api>,
    target: SignInTarget,
    way: Option<SignInWay>,
) -> Result<SignInPrompt, ApiError> {
    api.sign_in_start(target, way).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn sign_in_wait(api: State<'_, Api>, sign_in: String) -> Result<SignInOutcome, ApiError> {
    api.sign_in_wait(sign_in).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn sign_in_cancel(api: State<'_, Api>, sign_in: String) -> Result<(), ApiError> {
    api.sign_in_cancel(sign_in).await
}

/// Opens the page of a sign-in that waits, and no other: the window names the sign-in, not the page.
#[tauri::command(rename_all = "snake_case")]
pub async fn sign_in_page_open<R: Runtime>(
    app: AppHandle<R>,
    api: State<'_, Api>,
    sign_in: String,
) -> Result<(), ApiError> {
    let page = api.sign_in_page(sign_in).await?;
    app.opener().open_url(page, None::<&str>).map_err(|error| ApiError {
        code: ErrorCode::SignInFailed,
        message: "No browser could be started to open the page.".to_owned(),
        hints: vec!["Copy the address, and open it in a browser yourself.".to_owned()],
        causes: vec![error.to_string()],
        retryable: true,
        subject: None,
        policy: None,
    })
}

#[tauri::command(rename_all = "snake_case")]
pub async fn sso_sessions_list(api: State<'_, Api>) -> Result<Vec<SsoSession>, ApiError> {
    api.sso_sessions_list().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn sso_sign_out(api: State<'_, Api>, target: SignInTarget) -> Result<(), ApiError> {
    api.sso_sign_out(target).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn sso_accounts_list(
    api: State<'_, Api>,
    target: SignInTarget,
) -> Result<Vec<SsoAccount>, ApiError> {
    api.sso_accounts_list(target).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn sso_roles_list(
    api: State<'_, Api>,
    target: SignInTarget,
    account_id: String,
) -> Result<Vec<String>, ApiError> {
    api.sso_roles_list(target, account_id).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn aws_profile_preview(
    api: State<'_, Api>,
    profile: NewAwsProfile,
) -> Result<NewAwsProfileText, ApiError> {
    api.aws_profile_preview(profile).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn aws_profile_add(api: State<'_, Api>, profile: NewAwsProfile) -> Result<(), ApiError> {
    api.aws_profile_add(profile).await
}
