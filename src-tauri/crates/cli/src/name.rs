//! `name`: a name of one's own in front of ECR. Diagnosis, answers, files, and the files of clients on this computer.

use std::path::Path;

use transload_api::Api;
use transload_contract::{
    AwsConnection, CheckState, ClientFile, ClientFileState, GeneratedFile, GeneratedFileId,
    NameAnswersRequest, NameDiagnosisRequest, NameProofRequest,
};
use transload_errors::{ApiError, ErrorCode};
use transload_files::write_whole;

use crate::arguments::name::{
    NameCheckArguments, NameCommand, NameTargetArguments, RenamingClient,
};
use crate::confirmation::is_confirmed;
use crate::exit_code::{PARTLY_FAILED, REFUSED, SUCCEEDED, USAGE};
use crate::{aws_connection, mfa, output};

pub async fn run(api: &Api, command: &NameCommand) -> Result<u8, ApiError> {
    match command {
        NameCommand::Check(arguments) => check(api, arguments).await,
        NameCommand::Test { name, repository, json, account } => {
            let connection = aws_connection::from_account(account);
            let request = NameProofRequest { name: name.clone(), repository: repository.clone() };
            let ask = async || {
                Box::pin(api.name_prove(request.clone(), connection.clone(), |_| ())).await
            };
            let proof = mfa::with_code_of(api, &connection, ask).await?;
            match json {
                true => output::json(&proof),
                false => output::name::print_proof(&proof),
            }
            Ok(if proof.state == CheckState::Failed { PARTLY_FAILED } else { SUCCEEDED })
        }
        NameCommand::Answers { target, json } => {
            let answers = with_target(api, target, async |request, connection| {
                api.name_answers(request, connection).await
            })
            .await?;
            match json {
                true => output::json(&answers),
                false => output::name::print_answers(&answers),
            }
            Ok(SUCCEEDED)
        }
        NameCommand::Files { target, print, out } => {
            files(api, target, print.as_deref(), out.as_deref()).await
        }
        NameCommand::Install { target, client, yes } => install(api, target, *client, *yes).await,
        NameCommand::Undo { target, client } => undo(api, target, *client).await,
    }
}

async fn check(api: &Api, arguments: &NameCheckArguments) -> Result<u8, ApiError> {
    let connection = aws_connection::from_account(&arguments.account);
    let request = NameDiagnosisRequest {
        name: arguments.name.clone(),
        image: arguments.image.clone(),
        with_login: arguments.allow_token,
        with_upload: arguments.allow_upload,
    };
    let ask = async || {
        let connection = Some(connection.clone());
        let is_json = arguments.json;
        // Each check as it ends: a diagnosis can take a minute.
        let report = move |check| {
            if !is_json {
                output::name::print_check(&check);
            }
        };
        api.name_diagnosis(request.clone(), connection, report).await
    };
    let diagnosis = match arguments.allow_token {
        true => mfa::with_code_of(api, &connection, ask).await?,
        false => ask().await?,
    };
    match arguments.json {
        true => output::json(&diagnosis),
        false => output::name::print_diagnosis(&diagnosis),
    }
    Ok(if diagnosis.state == CheckState::Failed { PARTLY_FAILED } else { SUCCEEDED })
}

/// Calls with the target of the options. The AWS profile is used only if no registry is named.
async fn with_target<T>(
    api: &Api,
    target: &NameTargetArguments,
    call: impl AsyncFn(NameAnswersRequest, Option<AwsConnection>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let request = NameAnswersRequest {
        name: target.name.clone(),
        registry: target.registry.clone(),
        resolver: target.resolver.clone(),
        hub_prefix: target.hub_prefix.clone(),
    };
    if target.registry.is_some() {
        return call(request, None).await;
    }
    let connection = aws_connection::from_account(&target.account);
    let ask = async || call(request.clone(), Some(connection.clone())).await;
    mfa::with_code_of(api, &connection, ask).await
}

/// The name of a file on the command line, such as `hosts-toml`.
fn argument_of(id: GeneratedFileId) -> String {
    let value = serde_json::to_value(id).ok();
    value.as_ref().and_then(|value| value.as_str()).unwrap_or_default().replace('_', "-")
}

async fn files(
    api: &Api,
    target: &NameTargetArguments,
    print: Option<&str>,
    out: Option<&Path>,
) -> Result<u8, ApiError> {
    let answers = with_target(api, target, async |request, connection| {
        api.name_answers(request, connection).await
    })
    .await?;
    let files: Vec<GeneratedFile> =
        answers.answers.into_iter().flat_map(|answer| answer.files).collect();
    if let Some(wanted) = print {
        let Some(file) = files.iter().find(|file| argument_of(file.id) == wanted) else {
            let known: Vec<String> = files.iter().map(|file| argument_of(file.id)).collect();
            output::usage_error(&format!(
                "{wanted} is not a file. The files are: {}",
                known.join(", ")
            ));
            return Ok(USAGE);
        };
        if let Some(warning) = &file.warning {
            output::warning(warning);
        }
        output::line(file.text.trim_end());
        return Ok(SUCCEEDED);
    }
    let Some(out) = out else { return Ok(USAGE) };
    for file in &files {
        // Each in a folder of its own, because several are called the same.
        let path = out.join(argument_of(file.id)).join(&file.file_name);
        if path.exists() {
            output::note(&format!("{} exists and was skipped.", path.display()));
            continue;
        }
        let folder = path.parent().unwrap_or(out);
        std::fs::create_dir_all(folder).map_err(|error| ApiError::storage(folder, &error))?;
        write_whole(&path, file.text.as_bytes())
            .map_err(|error| ApiError::storage(&path, &error))?;
        output::line(&format!("{}  {}", path.display(), file.title));
    }
    Ok(SUCCEEDED)
}

const fn file_of(client: RenamingClient) -> GeneratedFileId {
    match client {
        RenamingClient::Podman => GeneratedFileId::RegistriesConf,
        RenamingClient::Containerd => GeneratedFileId::HostsToml,
    }
}

async fn install(
    api: &Api,
    target: &NameTargetArguments,
    client: RenamingClient,
    yes: bool,
) -> Result<u8, ApiError> {
    let id = file_of(client);
    let files = with_target(api, target, async |request, connection| {
        api.name_client_files(request, connection).await
    })
    .await?;
    let file = found(&files, id)?;
    if file.state == ClientFileState::Installed {
        output::note(&format!("{} is installed already.", file.path));
        return Ok(SUCCEEDED);
    }
    output::name::print_client_file(file);
    let question = format!("Write {}?", file.path);
    if !yes && !is_confirmed("The command writes a file of a client", &question, "yes")? {
        output::note("Nothing was written.");
        return Ok(REFUSED);
    }
    let files = with_target(api, target, async |request, connection| {
        api.name_client_file_apply(request, connection, id).await
    })
    .await?;
    output::note(&format!(
        "Installed {}. Undo it with: transload-cli name undo",
        found(&files, id)?.path
    ));
    Ok(SUCCEEDED)
}

async fn undo(
    api: &Api,
    target: &NameTargetArguments,
    client: RenamingClient,
) -> Result<u8, ApiError> {
    let id = file_of(client);
    let files = with_target(api, target, async |request, connection| {
        api.name_client_file_undo(request, connection, id).await
    })
    .await?;
    output::note(&format!("Restored {}.", found(&files, id)?.path));
    Ok(SUCCEEDED)
}

fn found(files: &[ClientFile], id: GeneratedFileId) -> Result<&ClientFile, ApiError> {
    files.iter().find(|file| file.id == id).ok_or_else(|| {
        let message = "This computer has no folder for the file of this client.";
        ApiError::new(ErrorCode::ClientFolderMissing, message)
    })
}
