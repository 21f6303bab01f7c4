//! The same work as commands of `aws`, `docker`, `skopeo` and `crane`, which the user can read, save or run.
//!
//! - here: a plan, and pushing and pulling one image
//! - [`registry_settings`]: changes of the settings of a whole registry

pub mod registry_settings;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::engine_route::predict::{EngineOutcome, EnginePushMethod};
use crate::plan::{Action, Plan, PlannedImage, PlannedRepository, Route};
use transload_model::{
    Encryption, Platform, RegistryHost, Reported, RepositorySettings, TagMutability,
};

/// The tool that copies images from registry to registry in the commands of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "plan.ts")]
pub enum CopyTool {
    Skopeo,
    Crane,
}

/// The `aws` commands of a connection. Each has the profile, the region and the endpoint of the connection, so that it
/// never talks to another ECR than the window does.
#[derive(Clone, Debug)]
pub struct AwsCommands {
    /// Variables before the command, such as the keys of practice mode.
    environment: String,
    /// ` --profile prod`, or nothing.
    profile: String,
    /// ` --region eu-west-1 --endpoint-url https://ecr.example.com`.
    service: String,
}

impl AwsCommands {
    /// Returns the commands for a profile and an endpoint of the ECR API, if the connection names them.
    pub fn new(profile: Option<&str>, region: &str, endpoint: Option<&str>) -> Self {
        let endpoint = endpoint.map(str::trim).filter(|endpoint| !endpoint.is_empty());
        let option = |name: &str, value: Option<&str>| {
            value.map(|value| format!(" --{name} {}", word(value))).unwrap_or_default()
        };
        let service = option("region", Some(region)) + &option("endpoint-url", endpoint);
        Self { environment: String::new(), profile: option("profile", profile), service }
    }

    /// Adds access keys that no profile has. Only for keys that aren't secret, as those of practice mode.
    #[must_use]
    pub fn with_public_keys(self, key_id: &str, secret_key: &str) -> Self {
        let variable = |name: &str, value: &str| format!("{name}={} ", word(value));
        let environment =
            variable("AWS_ACCESS_KEY_ID", key_id) + &variable("AWS_SECRET_ACCESS_KEY", secret_key);
        Self { environment, ..self }
    }

    /// Returns a command of the ECR API, such as `aws ecr describe-images --region eu-west-1`.
    pub fn ecr(&self, operation: &str) -> String {
        format!("{}aws ecr {operation}{}{}", self.environment, self.profile, self.service)
    }

    /// Returns a command of the ECR API for another computer, which has credentials of its own.
    pub fn ecr_elsewhere(&self, operation: &str) -> String {
        format!("aws ecr {operation}{}", self.service)
    }

    /// Returns the option with which commands of other services use the same account, such as ` --profile prod`.
    pub fn profile_option(&self) -> &str {
        &self.profile
    }
}

/// Logs a client, `docker`, `skopeo` or `crane auth`, in to the registry.
fn log_in(client: &str, registry: &str, aws: &AwsCommands) -> String {
    let tls = if client == "skopeo" { tls_option("login", registry) } else { "" };
    format!(
        "{} | {client} login{tls} --username AWS --password-stdin {registry}",
        aws.ecr("get-login-password")
    )
}

/// The option with which `skopeo` uses a registry of this computer, such as practice mode's, that may have
/// plain HTTP. `docker` and `crane` need none. Empty for other registries.
fn tls_option(name: &str, address: &str) -> &'static str {
    let loopback = RegistryHost::parse(host_of(address)).is_ok_and(|host| host.is_loopback());
    match name {
        _ if !loopback => "",
        "src" => " --src-tls-verify=false",
        "dest" => " --dest-tls-verify=false",
        _ => " --tls-verify=false",
    }
}

/// Commands that push an image of this computer to a repository.
pub fn push_to(address: &str, aws: &AwsCommands) -> Vec<String> {
    let name = address.rsplit('/').next().unwrap_or(address);
    vec![
        log_in("docker", host_of(address), aws),
        format!("docker tag {name}:latest {address}:latest"),
        format!("docker push {address}:latest"),
    ]
}

pub fn pull(reference: &str, aws: &AwsCommands) -> Vec<String> {
    vec![log_in("docker", host_of(reference), aws), format!("docker pull {reference}")]
}

fn host_of(address: &str) -> &str {
    address.split('/').next().unwrap_or(address)
}

/// An ECR that images come from: its registry's name, and the commands of its connection.
pub type SourceEcr<'a> = (&'a str, &'a AwsCommands);

/// Commands that do what a plan does.
pub fn of_plan(
    plan: &Plan,
    aws: &AwsCommands,
    source: Option<SourceEcr<'_>>,
    tool: CopyTool,
) -> Vec<String> {
    let missing: Vec<_> =
        plan.repositories.iter().filter(|repository| !repository.exists).collect();
    let mut commands: Vec<_> =
        missing.iter().flat_map(|repository| create(repository, aws)).collect();
    let moving = in_push_order(plan);
    if moving.is_empty() {
        commands.extend(lifecycle_policies(&missing, aws));
        return commands;
    }
    let registry = plan.registry().to_string();
    let by_engine = moving.iter().any(|image| image.route == Route::DockerEngine);
    let client = match tool {
        _ if by_engine => "docker",
        CopyTool::Skopeo => "skopeo",
        CopyTool::Crane => "crane auth",
    };
    commands.push(log_in(client, &registry, aws));
    if let Some((host, aws)) = source.filter(|(host, _)| *host != registry) {
        commands.push(log_in(client, host, aws));
    }
    for image in moving {
        match image.route {
            Route::DockerEngine => commands.extend(by_docker(image)),
            Route::RegistryToRegistry => commands.push(match tool {
                CopyTool::Skopeo => skopeo(plan, image),
                CopyTool::Crane => crane(plan, image),
            }),
        }
        if matches!(image.action, Action::Overwrite) {
            let last = commands.len() - 1;
            commands[last].push_str("  # moves the tag");
        }
        commands.push(format!(
            "{} --repository-name {} --image-ids imageTag={}",
            aws.ecr("describe-images"),
            image.repository,
            image.tag
        ));
    }
    commands.extend(lifecycle_policies(&missing, aws));
    commands
}

/// The images to copy, repository by repository, each with its oldest image first: ECR keeps the images
/// that were pushed last.
fn in_push_order(plan: &Plan) -> Vec<&PlannedImage> {
    let mut moving: Vec<_> = plan.images.iter().filter(|image| image.action.moves()).collect();
    let mut places = HashMap::new();
    for image in &moving {
        let next = places.len();
        places.entry(&image.repository).or_insert(next);
    }
    moving.sort_by_key(|image| (places.get(&image.repository).copied(), image.push_order));
    moving
}

/// The lifecycle policies of new repositories, after their last image.
fn lifecycle_policies(missing: &[&PlannedRepository], aws: &AwsCommands) -> Vec<String> {
    let put = |repository: &&PlannedRepository| {
        let (name, policy) = (&repository.name, repository.settings.lifecycle.policy_text()?);
        Some(format!(
            "{} --repository-name {name} --lifecycle-policy-text {}",
            aws.ecr("put-lifecycle-policy"),
            quoted(&policy)
        ))
    };
    missing.iter().filter_map(put).collect()
}

/// What `docker` does of an image of the engine, and `skopeo` where the engine cannot push it.
fn by_docker(image: &PlannedImage) -> Vec<String> {
    let (source, destination) = (image.source.familiar(), &image.destination);
    let engine = image.engine.as_deref();
    let platform = engine.and_then(|engine| engine.platform.as_ref()).map(|sent| &sent.platform);
    // Docker 25 and 26 refuse to push what they hold only in part, which the plan can't know.
    let method = engine.map(|engine| match engine.outcome {
        EngineOutcome::SeenWhileSending => EnginePushMethod::OwnPush,
        _ => engine.method,
    });
    match (method, platform) {
        (Some(EnginePushMethod::OwnPush), platform) => {
            let before = platform.map(overrides).unwrap_or_default();
            let tls = tls_option("dest", &destination.to_string());
            vec![
                format!("docker save --output image.tar {source}"),
                format!(
                    "skopeo{before} copy --preserve-digests{tls} oci-archive:image.tar docker://{destination}"
                ),
            ]
        }
        (Some(EnginePushMethod::PushPlatform), Some(platform)) => vec![
            format!("docker tag {source} {destination}"),
            format!("docker push --platform {platform} {destination}"),
        ],
        _ => {
            vec![format!("docker tag {source} {destination}"), format!("docker push {destination}")]
        }
    }
}

/// Options with which `skopeo` takes one platform of an index.
fn overrides(platform: &Platform) -> String {
    let variant = platform.variant.as_ref();
    let variant = variant.map(|variant| format!(" --override-variant {variant}"));
    let (os, architecture) = (&platform.os, &platform.architecture);
    format!(" --override-os {os} --override-arch {architecture}{}", variant.unwrap_or_default())
}

fn skopeo(plan: &Plan, image: &PlannedImage) -> String {
    let (source, destination) = (&image.source, &image.destination);
    let (before, which) = match &plan.extent.platform {
        None => (String::new(), " --all"),
        Some(platform) => (overrides(platform), ""),
    };
    let from = tls_option("src", &source.to_string());
    let to = tls_option("dest", &destination.to_string());
    format!(
        "skopeo{before} copy{which} --preserve-digests{from}{to} docker://{source} docker://{destination}"
    )
}

/// `crane` copies every platform and keeps the digest without being asked to.
fn crane(plan: &Plan, image: &PlannedImage) -> String {
    let (source, destination) = (&image.source, &image.destination);
    let platform = plan.extent.platform.as_ref();
    let platform = platform.map(|platform| format!(" --platform {platform}")).unwrap_or_default();
    format!("crane copy{platform} {source} {destination}")
}

fn create(repository: &PlannedRepository, aws: &AwsCommands) -> Vec<String> {
    let name = &repository.name;
    let settings = options(&repository.settings);
    let mut commands =
        vec![format!("{} --repository-name {name}{settings}", aws.ecr("create-repository"))];
    if let Some(policy) = &repository.settings.policy {
        commands.push(format!(
            "{} --repository-name {name} --policy-text {}",
            aws.ecr("set-repository-policy"),
            quoted(policy.as_str())
        ));
    }
    commands
}

fn options(settings: &RepositorySettings) -> String {
    let mut options = mutability(settings);
    if settings.scan_on_push {
        options.push_str(" --image-scanning-configuration scanOnPush=true");
    }
    options.push_str(&encryption(settings));
    if let Some(tags) = tags(settings) {
        options.push_str(" --tags ");
        options.push_str(&tags);
    }
    options
}

fn mutability(settings: &RepositorySettings) -> String {
    let mut options = String::new();
    let mutability = match &settings.tag_mutability {
        Reported::Known(TagMutability::Mutable) => None,
        Reported::Known(TagMutability::Immutable) => Some("IMMUTABLE".to_owned()),
        Reported::Known(TagMutability::ImmutableWithExclusion) => {
            Some("IMMUTABLE_WITH_EXCLUSION".to_owned())
        }
        Reported::Known(TagMutability::MutableWithExclusion) => {
            Some("MUTABLE_WITH_EXCLUSION".to_owned())
        }
        Reported::Unknown { unknown } => Some(quoted(unknown)),
    };
    if let Some(mutability) = mutability {
        options.push_str(&format!(" --image-tag-mutability {mutability}"));
    }
    if !settings.exclusion_filters.is_empty() {
        options.push_str(" --image-tag-mutability-exclusion-filters");
        for filter in &settings.exclusion_filters {
            options.push(' ');
            options.push_str(&quoted(&format!("filterType=WILDCARD,filter={filter}")));
        }
    }
    options
}

fn encryption(settings: &RepositorySettings) -> String {
    let (kind, key) = match &settings.encryption {
        Reported::Known(Encryption::Aes256) => return String::new(),
        Reported::Known(Encryption::Kms { key }) => ("KMS", key),
        Reported::Known(Encryption::KmsDualLayer { key }) => ("KMS_DSSE", key),
        Reported::Unknown { unknown } => (unknown.as_str(), &None),
    };
    let key = key.as_ref().map(|key| format!(",kmsKey={key}")).unwrap_or_default();
    format!(" --encryption-configuration {}", quoted(&format!("encryptionType={kind}{key}")))
}

fn tags(settings: &RepositorySettings) -> Option<String> {
    let tags = settings.tags.iter();
    let tags: Vec<_> =
        tags.map(|(key, value)| serde_json::json!({"Key": key, "Value": value})).collect();
    (!tags.is_empty()).then(|| quoted(&serde_json::Value::from(tags).to_string()))
}

/// As it is where a POSIX shell takes it for one plain word, quoted elsewhere.
fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) { text.to_owned() } else { quoted(text) }
}

/// As one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_the_shell_stays_one_word() {
        assert_eq!(quoted("it's *"), r"'it'\''s *'");
    }

    #[test]
    fn skopeo_uses_a_registry_of_this_computer_without_tls() {
        let aws = AwsCommands::new(None, "eu-west-1", None);
        for (client, registry, option) in [
            ("skopeo", "127.0.0.1:5000", " --tls-verify=false"),
            ("skopeo", "localhost:5000", " --tls-verify=false"),
            ("skopeo", "[::1]:5000", " --tls-verify=false"),
            ("skopeo", "111122223333.dkr.ecr.eu-west-1.amazonaws.com", ""),
            ("docker", "127.0.0.1:5000", ""),
            ("crane auth", "127.0.0.1:5000", ""),
        ] {
            let command = log_in(client, registry, &aws);
            let start = format!("| {client} login{option} --username");
            assert!(command.contains(&start), "{command}");
        }
        for (name, address, option) in [
            ("src", "127.0.0.1:5000/app:1", " --src-tls-verify=false"),
            ("dest", "localhost:5000/team/app:1", " --dest-tls-verify=false"),
            ("src", "docker.io/library/alpine:3", ""),
            ("dest", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1", ""),
        ] {
            assert_eq!(tls_option(name, address), option, "{address}");
        }
    }

    #[test]
    fn commands_name_profile_region_endpoint_and_the_keys_of_practice_mode() {
        let endpoint = Some("http://127.0.0.1:4566");
        let keys = "AWS_ACCESS_KEY_ID=AKIA AWS_SECRET_ACCESS_KEY='s 1' ";
        for (aws, before, options) in [
            (AwsCommands::new(None, "eu-west-1", None), "", " --region eu-west-1"),
            (AwsCommands::new(None, "eu-west-1", Some(" ")), "", " --region eu-west-1"),
            (
                AwsCommands::new(Some("my work"), "eu-west-1", endpoint),
                "",
                " --profile 'my work' --region eu-west-1 --endpoint-url http://127.0.0.1:4566",
            ),
            (
                AwsCommands::new(None, "eu-west-1", endpoint).with_public_keys("AKIA", "s 1"),
                keys,
                " --region eu-west-1 --endpoint-url http://127.0.0.1:4566",
            ),
        ] {
            let log_in = format!("{before}aws ecr get-login-password{options} | docker login");
            for command in [&push_to("r/app", &aws)[0], &pull("r/app:1", &aws)[0]] {
                assert!(command.starts_with(&log_in), "{command}");
            }
            assert_eq!(aws.ecr("x"), format!("{before}aws ecr x{options}"));
            let elsewhere = options.trim_start_matches(" --profile 'my work'");
            assert_eq!(aws.ecr_elsewhere("x"), format!("aws ecr x{elsewhere}"));
        }
    }

    #[test]
    fn settings_become_options_of_the_aws_command() {
        let settings = RepositorySettings {
            tag_mutability: TagMutability::ImmutableWithExclusion.into(),
            exclusion_filters: vec![transload_model::TagExclusionFilter::parse("dev-*").unwrap()],
            scan_on_push: true,
            encryption: Encryption::Kms { key: Some("alias/mine".to_owned()) }.into(),
            tags: [("team".to_owned(), "it's us".to_owned())].into(),
            ..RepositorySettings::default()
        };
        insta::assert_snapshot!(options(&settings), @r#" --image-tag-mutability IMMUTABLE_WITH_EXCLUSION --image-tag-mutability-exclusion-filters 'filterType=WILDCARD,filter=dev-*' --image-scanning-configuration scanOnPush=true --encryption-configuration 'encryptionType=KMS,kmsKey=alias/mine' --tags '[{"Key":"team","Value":"it'\''s us"}]'"#);
    }

    #[test]
    fn values_that_are_not_known_stay_one_word() {
        let hostile = "x'; rm -rf ~ #";
        let settings = RepositorySettings {
            tag_mutability: Reported::unknown(hostile),
            encryption: Reported::unknown(hostile),
            ..RepositorySettings::default()
        };
        insta::assert_snapshot!(options(&settings), @r" --image-tag-mutability 'x'\''; rm -rf ~ #' --encryption-configuration 'encryptionType=x'\''; rm -rf ~ #'");
    }
}
