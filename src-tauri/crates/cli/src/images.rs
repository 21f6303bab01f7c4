//! `inspect`, `layers`, `files` and `diff`: what an image contains, read without downloading it as a whole.

use transload_api::{Api, copy_mfa_submit};
use transload_contract::{
    AwsConnection, CopyEcr, CopyRequest, ImageComparison, ImageInspection, ImageLocation,
    ImageSource, InspectOptions, ListedLayer,
};
use transload_errors::ApiError;

use crate::arguments::images::{DiffArguments, FilesArguments, ImageAccess, InspectArguments};
use crate::exit_code::{DIFFERENT, INTERRUPTED, SUCCEEDED};
use crate::{mfa, output};

/// Prints an image with its configuration.
pub async fn inspect(
    api: &Api,
    arguments: InspectArguments,
    ca_file: Option<String>,
) -> Result<u8, ApiError> {
    let found = read(api, &arguments, ca_file).await?;
    match arguments.json {
        true => output::json(&found),
        false => output::images::inspection(&arguments.reference, &found),
    }
    Ok(SUCCEEDED)
}

/// Prints the layers of an image with the lines of the build that made them.
pub async fn layers(
    api: &Api,
    arguments: InspectArguments,
    ca_file: Option<String>,
) -> Result<u8, ApiError> {
    let found = read(api, &arguments, ca_file).await?;
    let image = found.image.as_ref();
    match arguments.json {
        true => output::json(&image.map(|image| &image.layers).unwrap_or(&Vec::new())),
        false => output::images::layers(image),
    }
    Ok(SUCCEEDED)
}

/// Prints the files in a layer. Ctrl-C stops the download.
pub async fn files(
    api: &Api,
    arguments: FilesArguments,
    ca_file: Option<String>,
) -> Result<u8, ApiError> {
    let listed = tokio::select! {
        listed = list_files(api, &arguments, ca_file) => listed?,
        _ = tokio::signal::ctrl_c() => return Ok(INTERRUPTED),
    };
    match arguments.json {
        true => output::json(&listed),
        false => output::layer_files::print(&listed),
    }
    Ok(SUCCEEDED)
}

async fn list_files(
    api: &Api,
    arguments: &FilesArguments,
    ca_file: Option<String>,
) -> Result<ListedLayer, ApiError> {
    let FilesArguments { reference, layer, platform, access, .. } = arguments;
    let options = InspectOptions { platform: platform.clone(), reveal: false };
    if access.practice {
        return api.layer_files_of_location(practice_image(reference), *layer, &options).await;
    }
    let request = request(access, ca_file);
    let progress = output::layer_files::Progress::default();
    let listed = mfa::with_code(
        async || {
            let report = |news| progress.report(news);
            api.layer_files_of_reference(reference, *layer, &options, &request, report).await
        },
        async |code| copy_mfa_submit(&request, code).await,
    )
    .await;
    progress.finish();
    listed
}

/// Prints the differences between two images.
pub async fn diff(
    api: &Api,
    arguments: DiffArguments,
    ca_file: Option<String>,
) -> Result<u8, ApiError> {
    let DiffArguments { left, right, platform, access, json } = arguments;
    let options = InspectOptions { platform, reveal: access.show_secrets };
    let found = compare_all(api, &left, &right, &options, &access, ca_file).await?;
    match json {
        true => output::json(&found),
        false => output::images::comparison(&left, &right, &found),
    }
    Ok(if found.differs() { DIFFERENT } else { SUCCEEDED })
}

async fn read(
    api: &Api,
    arguments: &InspectArguments,
    ca_file: Option<String>,
) -> Result<ImageInspection, ApiError> {
    let InspectArguments { reference, platform, access, .. } = arguments;
    let options = InspectOptions { platform: platform.clone(), reveal: access.show_secrets };
    if access.practice {
        return api.image_inspect(practice_image(reference), options).await;
    }
    let request = request(access, ca_file);
    mfa::with_code(
        async || api.inspect_reference(reference, &options, &request).await,
        async |code| copy_mfa_submit(&request, code).await,
    )
    .await
}

async fn compare_all(
    api: &Api,
    left: &str,
    right: &str,
    options: &InspectOptions,
    access: &ImageAccess,
    ca_file: Option<String>,
) -> Result<ImageComparison, ApiError> {
    if access.practice {
        let (left, right) = (practice_image(left), practice_image(right));
        return api.image_compare(left, right, options.clone()).await;
    }
    let request = request(access, ca_file);
    mfa::with_code(
        async || api.compare_references(left, right, options, &request).await,
        async |code| copy_mfa_submit(&request, code).await,
    )
    .await
}

fn request(access: &ImageAccess, ca_file: Option<String>) -> CopyRequest {
    CopyRequest {
        source_plain_http: access.plain_http,
        ecr: CopyEcr { profile: access.ecr.aws_profile.clone(), region: access.ecr.region.clone() },
        ca_file,
        ..CopyRequest::default()
    }
}

/// Returns an image of the practice ECR, named `REPOSITORY:TAG` or `REPOSITORY@DIGEST`.
fn practice_image(text: &str) -> ImageLocation {
    let (repository, reference) = match text.split_once('@') {
        Some(parts) => parts,
        None => text.rsplit_once(':').unwrap_or((text, "latest")),
    };
    ImageLocation {
        source: ImageSource::Ecr { connection: AwsConnection::Practice },
        repository: repository.to_owned(),
        reference: reference.to_owned(),
    }
}
