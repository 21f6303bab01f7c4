use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, AwsConnection, ClientLogins, LoginClient, LoginWay};

#[tauri::command(rename_all = "snake_case")]
pub async fn client_logins(
    api: State<'_, Api>,
    connection: AwsConnection,
) -> Result<ClientLogins, ApiError> {
    api.client_logins(connection).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn client_login_apply(
    api: State<'_, Api>,
    connection: AwsConnection,
    client: LoginClient,
    way: LoginWay,
) -> Result<ClientLogins, ApiError> {
    api.client_login_apply(connection, client, way).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn client_login_undo(
    api: State<'_, Api>,
    connection: AwsConnection,
    client: LoginClient,
) -> Result<ClientLogins, ApiError> {
    api.client_login_undo(connection, client).await
}
