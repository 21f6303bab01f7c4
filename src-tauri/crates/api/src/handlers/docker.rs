//! The command for the state of the Docker Engine.

use transload_contract::EngineStatus;
use transload_docker::DockerEngine;
use transload_errors::ApiError;

use crate::api::Api;
use crate::convert;

impl Api {
    /// Returns the state of the Docker Engine on this computer. If no engine responds, that is a
    /// state, not an error.
    pub async fn engine_status(&self) -> Result<EngineStatus, ApiError> {
        let setting = self.engine_address();
        let found = DockerEngine::find(&self.inner.options.docker, setting.as_deref()).await;
        Ok(convert::engine_status(found))
    }
}
