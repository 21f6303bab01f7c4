use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::migration::read_request;
use crate::api::Api;
use crate::contract::{
    ApiError, AwsConnection, CopyTool, ErrorCode, PLAN_FILE_VERSION, PlanFile, Shard,
};
use crate::plans::{Ends, ReadyPlan, not_ready};
use crate::{convert, shards};

impl Api {
    /// Writes a plan to a file, so that another computer runs it.
    pub async fn migration_plan_export(&self, plan: String, path: PathBuf) -> Result<(), ApiError> {
        let ready = self.inner.plans.get(&plan)?;
        let identity = ready.ends.connected.identity.clone();
        let commands = ready.commands(CopyTool::Skopeo);
        let file = PlanFile {
            transload_plan: PLAN_FILE_VERSION,
            plan: convert::plan(plan, &ready.plan, identity, commands),
            layer_groups: convert::layer_groups(&ready.plan),
            request: ready.shown,
        };
        let text = serde_json::to_string_pretty(&file)
            .map_err(|error| ApiError::internal(error.to_string()))?;
        let written = tokio::fs::write(&path, text).await;
        written.map_err(|error| ApiError::storage(&path, &error))
    }

    /// Starts the plan of a file, or a part of it; answers the job. `connection` goes before the one
    /// that the plan was made with: profiles have other names on another computer.
    pub async fn migration_start_file(
        &self,
        path: &Path,
        shard: Option<Shard>,
        connection: Option<AwsConnection>,
    ) -> Result<String, ApiError> {
        let mut file = read(path).await?;
        if let Some(shard) = shard {
            shards::keep_part(&mut file, shard)?;
        }
        if let Some(mut connection) = connection {
            // The plan is for one region, wherever it runs.
            if let AwsConnection::Machine { region } | AwsConnection::Profile { region, .. } =
                &mut connection
                && region.is_none()
            {
                *region = Some(file.plan.identity.region.clone());
            }
            file.request.connection = connection;
        }
        let connected = self.connect(&file.request.connection).await?;
        connected.expect_account(&file.plan.identity.account_id)?;
        let source = self.open_source(&file.request.source).await?;
        let request = read_request(&file.request, &source)?;
        let plan = Arc::new(convert::plan_of_file(&file, &request)?);
        let ends = Ends::new(source, connected);
        if !plan.is_ready() {
            return Err(not_ready());
        }
        self.start(ReadyPlan { plan, request, shown: file.request, ends }).await
    }
}

async fn read(path: &Path) -> Result<PlanFile, ApiError> {
    let text = tokio::fs::read(path).await.map_err(|error| ApiError::storage(path, &error))?;
    serde_json::from_slice(&text).map_err(|error| {
        let message = format!("{} is not a plan of Transload.", path.display());
        ApiError::new(ErrorCode::InputInvalid, message)
            .about(path.display().to_string())
            .hint("Make it with `transload-cli plan`, or export it from the wizard's Review.")
            .caused_by(&error)
    })
}
