//! Where the images of a plan are, as it is typed with `--from`.
//!
//! A profile of the AWS configuration may have a slash in its name, so `ecr:team/eu-west-1` can mean
//! two things. Which profiles there are decides; where both could be meant, nothing is.

use transload_api::contract::{ApiError, AwsConnection, ErrorCode, ImageSource};
use transload_api::{Api, EcrOptions, environment_connection};

/// A source as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// One that says all of it.
    Known(ImageSource),
    /// An Amazon ECR, by what stands behind `ecr:`.
    Ecr(String),
}

/// Reads what was typed. Nothing is looked up yet.
pub fn parse_source(text: &str) -> Result<Source, String> {
    let known = match text.split_once(':') {
        Some(("ecr", account)) if !account.is_empty() => {
            return Ok(Source::Ecr(account.to_owned()));
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
    Ok(Source::Known(known))
}

/// The source that was meant.
pub async fn resolved(api: &Api, source: &Source) -> Result<ImageSource, ApiError> {
    let text = match source {
        Source::Known(known) => return Ok(known.clone()),
        Source::Ecr(text) => text,
    };
    let known = api.aws_profiles_list().await?.profiles;
    let known: Vec<String> = known.into_iter().map(|profile| profile.name).collect();
    let Reading { profile, region } = reading(text, &known)?;
    let connection = match profile {
        // A profile that was named keeps its own region; that of the environment is for the
        // destination.
        Some(profile) => {
            AwsConnection::Profile { profile, region, ecr_endpoint: None, registry_endpoint: None }
        }
        None => environment_connection(EcrOptions { region, ..EcrOptions::default() }),
    };
    Ok(ImageSource::Ecr { connection })
}

/// What a text behind `ecr:` means.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reading {
    profile: Option<String>,
    region: Option<String>,
}

/// Reads a text with the profiles that there are.
fn reading(text: &str, known: &[String]) -> Result<Reading, ApiError> {
    if let Some(fields) = text.strip_prefix("profile=") {
        let (profile, region) = match fields.rsplit_once(",region=") {
            Some((profile, region)) => (profile, Some(region.to_owned())),
            None => (fields, None),
        };
        return Ok(Reading { profile: given(profile), region });
    }
    let whole = Reading { profile: given(text), region: None };
    let Some((profile, region)) = text.rsplit_once('/').filter(|(_, end)| is_region(end)) else {
        return Ok(whole);
    };
    let divided = Reading { profile: given(profile), region: Some(region.to_owned()) };
    let is_known = |name: &str| known.iter().any(|known| known == name);
    match (is_known(text), is_known(profile)) {
        (true, true) => Err(ambiguous(text, profile, region)),
        (true, false) => Ok(whole),
        // Without such a profile the connection says that there is none.
        (false, _) => Ok(divided),
    }
}

fn given(profile: &str) -> Option<String> {
    Some(profile.to_owned()).filter(|profile| !profile.is_empty())
}

/// Whether a text has the form of a region: two or more words and a number, as in `us-gov-west-1`.
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
        "ecr:{text} can mean two things, the profile {text}, or the profile {profile} in the region {region}: there is a profile of each name."
    );
    ApiError::new(ErrorCode::InputInvalid, message)
        .about(text)
        .hint(format!("For the profile {text}: --from ecr:profile={text}"))
        .hint(format!("For {profile} in {region}: --from ecr:profile={profile},region={region}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, known: &[&str]) -> Result<(Option<String>, Option<String>), ApiError> {
        let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
        reading(text, &known).map(|Reading { profile, region }| (profile, region))
    }

    #[test]
    fn an_ecr_is_a_profile_with_or_without_a_region_whatever_its_name() {
        for (text, known, profile, region) in [
            ("old", &[][..], "old", None),
            ("old/eu-west-1", &[], "old", Some("eu-west-1")),
            ("team/old", &[], "team/old", None),
            ("team/old/us-gov-west-1", &[], "team/old", Some("us-gov-west-1")),
            ("team/prod-2", &["team", "team/prod-2"], "team/prod-2", None),
            ("team/prod-2", &["team"], "team/prod-2", None),
            ("team/eu-west-1", &["team/eu-west-1"], "team/eu-west-1", None),
            ("team/eu-west-1", &["team"], "team", Some("eu-west-1")),
            ("team/eusc-de-east-1", &[], "team", Some("eusc-de-east-1")),
            ("profile=team/eu-west-1", &["team", "team/eu-west-1"], "team/eu-west-1", None),
            (
                "profile=team,region=eu-west-1",
                &["team", "team/eu-west-1"],
                "team",
                Some("eu-west-1"),
            ),
            ("profile=a,b", &[], "a,b", None),
        ] {
            let expected = (Some(profile.to_owned()), region.map(str::to_owned));
            assert_eq!(read(text, known).unwrap(), expected, "{text} {known:?}");
        }
        assert_eq!(read("/eu-west-1", &[]).unwrap(), (None, Some("eu-west-1".to_owned())));
    }

    #[test]
    fn what_can_mean_two_accounts_means_none_and_both_are_said() {
        let refused = read("team/eu-west-1", &["team", "team/eu-west-1"]).unwrap_err();
        assert_eq!(refused.code, ErrorCode::InputInvalid);
        for part in ["the profile team/eu-west-1", "the profile team in the region eu-west-1"] {
            assert!(refused.message.contains(part), "{}", refused.message);
        }
        let hints = refused.hints.join(" ");
        assert!(hints.contains("ecr:profile=team/eu-west-1"), "{hints}");
        assert!(hints.contains("ecr:profile=team,region=eu-west-1"), "{hints}");
    }
}
