use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, AwsConnection, RegistryOffer, RegistrySettings};

#[tauri::command(rename_all = "snake_case")]
pub async fn registry_settings(
    api: State<'_, Api>,
    connection: AwsConnection,
) -> Result<RegistrySettings, ApiError> {
    api.registry_settings(connection).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn registry_offer_commands(
    api: State<'_, Api>,
    connection: AwsConnection,
    offer: RegistryOffer,
) -> Result<Vec<String>, ApiError> {
    api.registry_offer_commands(connection, offer).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn registry_offer_accept(
    api: State<'_, Api>,
    connection: AwsConnection,
    offer: RegistryOffer,
) -> Result<(), ApiError> {
    api.registry_offer_accept(connection, offer).await
}
