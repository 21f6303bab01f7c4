//! The source of a plan, as given with `--from`. `arguments` parses it, and `plan` resolves it.
//!
//! The name of an AWS profile may contain a slash, so `ecr:team/eu-west-1` is ambiguous. The existing
//! profiles decide. If both readings match a profile, the source is refused.

use transload_api::{Api, EcrOptions, environment_connection};
use transload_contract::{AwsConnection, ImageSource};
use transload_errors::{ApiError, ErrorCode};

/// A parsed source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanSource {
    Resolved(ImageSource),
    /// The text after `ecr:`, which needs the list of profiles.
    Ecr(String),
}

/// Parses a source without looking anything up.
pub fn parse_source(text: &str) -> Result<PlanSource, String> {
    let source = match text.split_once(':') {
        Some(("ecr", account)) if !account.is_empty() => {
            return Ok(PlanSource::Ecr(account.to_owned()));
        }
        Some(("docker-hub", namespace)) if !namespace.is_empty() => {
            ImageSource::DockerHub { namespace: namespace.to_owned() }
        }
        Some(("registry", host)) if !host.is_empty() => {
            ImageSource::Registry { host: host.to_owned(), plain_http: false }
        }
        Some(("practice", namespace)) if !namespace.is_empty() => {
            ImageSource::PracticeAccount { namespace: Some(namespace.to_owned()) }
        }
        None if text == "docker-engine" => ImageSource::DockerEngine,
        None if text == "practice" => ImageSource::PracticeAccount { namespace: None },
        _ => {
            return Err("use docker-hub:NAMESPACE, registry:HOST, ecr:PROFILE/REGION, docker-engine or practice"
                .to_owned());
        }
    };
    Ok(PlanSource::Resolved(source))
}

/// Resolves a source with the profiles of the AWS configuration.
pub async fn resolve(api: &Api, source: &PlanSource) -> Result<ImageSource, ApiError> {
    let text = match source {
        PlanSource::Resolved(source) => return Ok(source.clone()),
        PlanSource::Ecr(text) => text,
    };
    let profiles = api.aws_profiles_list().await?.profiles;
    let profiles: Vec<String> = profiles.into_iter().map(|profile| profile.name).collect();
    let EcrAccount { profile, region } = parse_ecr(text, &profiles)?;
    let connection = match profile {
        // A named profile keeps its own region: the region of the environment is the destination's.
        Some(profile) => {
            AwsConnection::Profile { profile, region, ecr_endpoint: None, registry_endpoint: None }
        }
        None => environment_connection(EcrOptions { region, ..EcrOptions::default() }),
    };
    Ok(ImageSource::Ecr { connection })
}

/// The meaning of the text after `ecr:`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct EcrAccount {
    profile: Option<String>,
    region: Option<String>,
}

fn parse_ecr(text: &str, profiles: &[String]) -> Result<EcrAccount, ApiError> {
    if let Some(fields) = text.strip_prefix("profile=") {
        let (profile, region) = match fields.rsplit_once(",region=") {
            Some((profile, region)) => (profile, Some(region.to_owned())),
            None => (fields, None),
        };
        return Ok(EcrAccount { profile: non_empty(profile), region });
    }
    let whole = EcrAccount { profile: non_empty(text), region: None };
    let Some((profile, region)) = text.rsplit_once('/').filter(|(_, end)| is_region(end)) else {
        return Ok(whole);
    };
    let with_region = EcrAccount { profile: non_empty(profile), region: Some(region.to_owned()) };
    let exists = |name: &str| profiles.iter().any(|known| known == name);
    match (exists(text), exists(profile)) {
        (true, true) => Err(ambiguous(text, profile, region)),
        (true, false) => Ok(whole),
        // If neither profile exists, connecting reports it.
        (false, _) => Ok(with_region),
    }
}

fn non_empty(profile: &str) -> Option<String> {
    Some(profile.to_owned()).filter(|profile| !profile.is_empty())
}

/// Returns whether the text looks like a region: two or more words and a number, as in
/// `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let is_word =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    words.len() >= 2 && is_number && words.iter().all(is_word)
}

fn ambiguous(text: &str, profile: &str, region: &str) -> ApiError {
    let message = format!(
        "ecr:{text} is ambiguous: it matches the profile {text} and the profile {profile} in the region {region}."
    );
    ApiError::new(ErrorCode::InputInvalid, message)
        .about(text)
        .hint(format!("For the profile {text}, use --from ecr:profile={text}"))
        .hint(format!(
            "For {profile} in {region}, use --from ecr:profile={profile},region={region}"
        ))
}

#[cfg(test)]
mod tests;
