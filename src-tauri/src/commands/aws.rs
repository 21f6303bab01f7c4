use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, AwsConnection, AwsIdentity, AwsProfiles, RegistryLogin};

#[tauri::command(rename_all = "snake_case")]
pub async fn aws_profiles_list(api: State<'_, Api>) -> Result<AwsProfiles, ApiError> {
    api.aws_profiles_list().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn aws_identity(
    api: State<'_, Api>,
    connection: AwsConnection,
) -> Result<AwsIdentity, ApiError> {
    api.aws_identity(connection).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn aws_mfa_submit(
    api: State<'_, Api>,
    connection: AwsConnection,
    code: String,
) -> Result<AwsIdentity, ApiError> {
    api.aws_mfa_submit(connection, code).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn aws_account_alias(
    api: State<'_, Api>,
    connection: AwsConnection,
) -> Result<Option<String>, ApiError> {
    api.aws_account_alias(connection).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn registry_login(
    api: State<'_, Api>,
    connection: AwsConnection,
    with_engine: bool,
) -> Result<RegistryLogin, ApiError> {
    api.registry_login(connection, with_engine).await
}
