//! The command that reads a file that a user dropped on the window. It tells plans and lists of images
//! apart, and starts nothing.
//!
//! A list has one image on each line, alone, in a command, or as the first word of a pair of
//! `copy --list`. Lines that start with `#` are comments.

use std::path::Path;

use tokio::io::AsyncReadExt as _;
use transload_contract::{AwsConnection, DroppedFile, ImageSource, SelectedImage};
use transload_errors::{ApiError, ErrorCode};
use transload_files::decode_text;
use transload_model::{ImageReference, PastedReference, RegistryHost, Tag};
use transload_plan_file::{file_destination, read_file};

use super::planning::count;
use crate::api::Api;

/// Larger files are refused: a plan of 10,000 images has about 30 MB.
const MAX_BYTES: u64 = 64 << 20;
/// The maximum number of lines of a list.
const MAX_LINES: usize = 20_000;

impl Api {
    /// Reads a plan or a list of images. Endpoints that only the file names are refused, because the
    /// next step would send credentials to them.
    pub async fn dropped_file_read(&self, path: &Path) -> Result<DroppedFile, ApiError> {
        let text = read(path).await?;
        if text.trim_start().starts_with('{') {
            if !text.contains("\"transload_plan\"") {
                return Err(unknown(path));
            }
            let file = read_file(path).await?;
            let planned = file_destination(&file).await?;
            let account_id = planned.account.to_string();
            let mut request = file.request;
            request.connection = self.allowed_connection(&request.connection, false).await?;
            request.source = self.allowed_source(&request.source, false).await?;
            return Ok(DroppedFile::Plan { request: Box::new(request), account_id });
        }
        image_list(path, &text)
    }
}

async fn read(path: &Path) -> Result<String, ApiError> {
    let failed = |error: std::io::Error| ApiError::storage(path, &error);
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    if file.metadata().await.map_err(failed)?.is_dir() {
        return Err(unknown(path));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).await.map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("{} is larger than {} MiB.", path.display(), MAX_BYTES >> 20);
        return Err(ApiError::new(ErrorCode::InputInvalid, message)
            .about(path.display().to_string())
            .hint(ACCEPTED));
    }
    // A file that isn't text is neither a plan nor a list.
    decode_text(bytes).map_err(|_| unknown(path))
}

/// What can be dropped.
const ACCEPTED: &str =
    "Drop a plan that Transload saved, or a text file with one image on each line.";

fn unknown(path: &Path) -> ApiError {
    let message = format!("{} is neither a plan nor a list of images.", path.display());
    ApiError::new(ErrorCode::InputInvalid, message).about(path.display().to_string()).hint(ACCEPTED)
}

fn image_list(path: &Path, text: &str) -> Result<DroppedFile, ApiError> {
    let mut found: Vec<(ImageSource, SelectedImage)> = Vec::new();
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    for (read, (number, line)) in lines.enumerate() {
        let image = image_of(line).filter(|_| read < MAX_LINES);
        match image {
            Some(image) => found.push(image),
            // The first line says what the file is.
            None if read == 0 => return Err(unknown(path)),
            None => return Err(invalid_line(path, number)),
        }
    }
    let Some(source) = most_frequent(&found) else { return Err(unknown(path)) };
    let total = found.len();
    let mut images = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut of_source = 0;
    for (place, image) in found {
        if is_same(&place, &source) {
            of_source += 1;
            if seen.insert(image.clone()) {
                images.push(image);
            }
        }
    }
    let source = match source {
        ImageSource::DockerHub { .. } => hub_of(&images),
        other => other,
    };
    Ok(DroppedFile::Images { source, images, others: count(total - of_source) })
}

fn invalid_line(path: &Path, number: usize) -> ApiError {
    let message = if number > MAX_LINES {
        format!("{} has more than {MAX_LINES} lines.", path.display())
    } else {
        format!("Line {number} of {} names no image.", path.display())
    };
    ApiError::new(ErrorCode::InputInvalid, message)
        .about(path.display().to_string())
        .hint("Write one image on each line, such as ghcr.io/team/app:1.0. Start comments with #.")
}

/// Reads the image of a line. Without a tag, it is `latest`.
fn image_of(line: &str) -> Option<(ImageSource, SelectedImage)> {
    let pasted = match PastedReference::parse(line).ok()? {
        Some(pasted) => pasted,
        None => {
            let first = line.split_whitespace().next()?;
            match PastedReference::parse(first).ok()? {
                Some(pasted) => pasted,
                None => PastedReference::parse_in(&RegistryHost::docker_hub(), first).ok()?,
            }
        }
    };
    let of = |reference: &ImageReference, repository: String| {
        let tag = reference.tag().cloned().unwrap_or_else(Tag::latest).to_string();
        SelectedImage { repository, tag }
    };
    match pasted {
        PastedReference::Image { reference, plain_http } => {
            let host = reference.registry();
            let source = if host.is_docker_hub() {
                ImageSource::DockerHub { namespace: String::new() }
            } else if let Some(region) = host.ecr_region() {
                ImageSource::Ecr { connection: without_profile(region) }
            } else {
                let (host, plain_http) = (host.to_string(), plain_http.unwrap_or(false));
                ImageSource::Registry { host, plain_http }
            };
            let path = reference.path().to_owned();
            Some((source, of(&reference, path)))
        }
        PastedReference::EngineImage(reference) => {
            let repository = reference.familiar_repository();
            Some((ImageSource::DockerEngine, of(&reference, repository)))
        }
        PastedReference::Registry { .. }
        | PastedReference::HubNamespace(_)
        | PastedReference::EcrRegion(_) => None,
    }
}

/// A list names no AWS profile. The Images step asks for it.
fn without_profile(region: &str) -> AwsConnection {
    AwsConnection::Profile {
        profile: String::new(),
        region: Some(region.to_owned()),
        ecr_endpoint: None,
        registry_endpoint: None,
    }
}

fn is_same(one: &ImageSource, other: &ImageSource) -> bool {
    match (one, other) {
        (ImageSource::Registry { host, .. }, ImageSource::Registry { host: other, .. }) => {
            host == other
        }
        _ => one == other,
    }
}

/// Returns the source of most of the images, the first one if several have as many.
fn most_frequent(found: &[(ImageSource, SelectedImage)]) -> Option<ImageSource> {
    let mut sources: Vec<(&ImageSource, usize)> = Vec::new();
    for (source, _) in found {
        match sources.iter_mut().find(|(known, _)| is_same(known, source)) {
            Some((_, images)) => *images += 1,
            None => sources.push((source, 1)),
        }
    }
    let most = sources.iter().map(|(_, images)| *images).max()?;
    sources.iter().find(|(_, images)| *images == most).map(|(source, _)| (*source).clone())
}

/// Docker Hub with the namespaces of the images.
fn hub_of(images: &[SelectedImage]) -> ImageSource {
    let mut namespaces: Vec<&str> = Vec::new();
    for image in images {
        let namespace = image.repository.split('/').next().unwrap_or_default();
        if !namespaces.contains(&namespace) {
            namespaces.push(namespace);
        }
    }
    ImageSource::DockerHub { namespace: namespaces.join(", ") }
}

#[cfg(test)]
mod tests;
