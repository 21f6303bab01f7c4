//! Commands for plans in files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use transload_contract::{
    AwsConnection, CopyTool, DestinationIdentity, MigrationRequest, PLAN_FILE_VERSION, PlanFile,
    PlanFileOptions,
};
use transload_errors::ApiError;
use transload_migration::{forecast_now, layer_groups};
use transload_model::Region;
use transload_plan_file::{
    checked_plan, expect_as_planned, file_destination, keep_part, part_of, plan_of_file, read_file,
    shown_destination, shown_plan,
};

use crate::api::Api;
use crate::exported_file::write_exported;
use crate::stores::plans::{PlanEndpoints, ReadyPlan, expect_confirmed, not_ready};

impl Api {
    /// Writes a plan to a file, so that another computer can run it.
    pub async fn migration_plan_export(&self, plan: String, path: PathBuf) -> Result<(), ApiError> {
        let ready = self.inner.plans.get(&plan)?;
        let identity = ready.endpoints.connected.identity.clone();
        let commands = ready.commands(CopyTool::Skopeo);
        let file = PlanFile {
            transload_plan: PLAN_FILE_VERSION,
            plan: shown_plan(plan, &ready.plan, identity, commands),
            layer_groups: layer_groups(&ready.plan),
            request: Arc::unwrap_or_clone(ready.shown),
        };
        let text = serde_json::to_string_pretty(&file)
            .map_err(|error| ApiError::internal(error.to_string()))?;
        write_exported(path, text).await
    }

    pub async fn plan_file_destination(
        &self,
        path: &Path,
    ) -> Result<(DestinationIdentity, AwsConnection), ApiError> {
        let file = read_file(path).await?;
        let planned = file_destination(&file).await?;
        Ok((shown_destination(&planned), file.request.connection))
    }

    /// Starts the plan of a file, or a part of it; answers the job.
    ///
    /// # Errors
    /// `plan_file_invalid` where the file contradicts itself,
    /// `endpoints_not_allowed` where only the file names an endpoint.
    pub async fn migration_start_file(
        &self,
        path: &Path,
        options: PlanFileOptions,
    ) -> Result<String, ApiError> {
        let mut file = read_file(path).await?;
        let planned = file_destination(&file).await?;
        let report_part = part_of(&file, options.shard)?;
        let mut part = file.clone();
        if let Some(shard) = options.shard {
            keep_part(&mut part, shard);
        }
        let (named, allowed) = (&file.request.connection, options.allow_endpoints);
        let connection = match options.connection {
            Some(connection) => in_place_of(named, connection, &planned.region, allowed),
            None => self.allowed_connection(named, allowed).await?,
        };
        file.request.source = self.allowed_source(&file.request.source, allowed).await?;
        let connected = self.connect_planned(&connection, &planned).await?;
        let source = self.open_source(&file.request.source).await?;
        let request = source.read_request(&file.request)?;
        // The whole file is checked, also where only a part of it runs.
        let mut plan = checked_plan(&file, planned, &request)?;
        // Of the whole plan, also where only a part of it runs: the other parts run too.
        let forecasts = Box::pin(forecast_now(&plan, &connected.destination)).await;
        expect_as_planned(&file.plan.repositories, &forecasts)?;
        if options.shard.is_some() {
            plan = plan_of_file(&part, plan.destination, &request)?;
        }
        let plan = Arc::new(plan);
        let endpoints = PlanEndpoints::new(source, connected);
        // A part that has nothing to do succeeds: the other parts do the rest.
        let is_idle_part = options.shard.is_some() && plan.totals.conflicts == 0;
        if !plan.is_ready() && !is_idle_part {
            return Err(not_ready());
        }
        let mut shown = MigrationRequest { connection, ..file.request };
        let repositories = part.plan.repositories.iter();
        let open = repositories.filter(|repository| repository.lifecycle.needs_confirmation());
        let open = open.map(|repository| repository.name.clone());
        if options.allow_expiry {
            shown.expiry_confirmed.extend(open);
        } else {
            expect_confirmed(open, &shown)?;
        }
        let (request, shown, part) = (Arc::new(request), Arc::new(shown), Some(report_part));
        self.start(ReadyPlan { plan, request, shown, endpoints, part }).await
    }
}

/// Completes the connection that the user chose instead of that of a file: with the planned region,
/// and with the endpoints of the file if they are allowed.
fn in_place_of(
    named: &AwsConnection,
    mut chosen: AwsConnection,
    planned: &Region,
    allowed: bool,
) -> AwsConnection {
    if let AwsConnection::Machine { region, .. } | AwsConnection::Profile { region, .. } =
        &mut chosen
        && region.is_none()
    {
        *region = Some(planned.to_string());
    }
    if allowed {
        return chosen.with_endpoints(named.endpoints());
    }
    chosen
}
