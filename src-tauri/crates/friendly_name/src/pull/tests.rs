//! Every guide names the image, by tag and by digest, and AWS services keep the name of ECR.

use super::prerequisites::pull_prerequisites;
use super::*;
use serde_json::Value;
use transload_model::RegistryHost;

use crate::diagnosis::{CheckId, CheckResult, CheckState, NameDiagnosis};
use crate::name::FriendlyName;
use crate::pull::guide::{PullAws, PullClient};

const ECR: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";

fn target(reference: &str, name: Option<&str>) -> PullTarget {
    PullTarget {
        registry: RegistryHost::parse(ECR).unwrap(),
        region: "eu-west-1".to_owned(),
        repository: "team/app".to_owned(),
        reference: reference.to_owned(),
        name: name.map(|name| FriendlyName::parse(name).unwrap()),
        aws: PullAws {
            password: "KEYS aws ecr get-login-password --profile prod --endpoint-url http://p"
                .to_owned(),
            password_elsewhere: "aws ecr get-login-password --endpoint-url http://p".to_owned(),
            profile_option: " --profile prod".to_owned(),
        },
    }
}

/// The clients that can use a name of one's own.
const NAMED: [PullClient; 6] = [
    PullClient::Docker,
    PullClient::Podman,
    PullClient::Containerd,
    PullClient::ImagePullSecret,
    PullClient::GithubActions,
    PullClient::GitlabCi,
];

#[test]
fn every_client_has_a_guide_with_the_image_and_a_least_privilege_policy() {
    let digest = format!("@sha256:{}", "a".repeat(64));
    for reference in [":1.0", digest.as_str()] {
        for name in [None, Some("registry.example.com")] {
            let guides = pull_guides(&target(reference, name)).guides;
            assert_eq!(guides.len(), 11);
            for guide in guides {
                let client = guide.client;
                let code: Vec<_> =
                    guide.steps.iter().filter_map(|step| step.code.as_deref()).collect();
                let code = code.join("\n");
                let host = name.filter(|_| NAMED.contains(&client)).unwrap_or(ECR);
                let image = format!("{host}/team/app{reference}");
                if client != PullClient::PodIdentity {
                    assert!(code.contains(&image), "{client:?}: {image}\n{code}");
                }
                let policy = guide.policy.unwrap();
                let parsed: Value = serde_json::from_str(&policy).unwrap();
                assert!(!policy.contains("\"ecr:*\"") && !policy.contains("Put"), "{client:?}");
                assert!(parsed["Statement"].as_array().is_some_and(|list| !list.is_empty()));
                assert!(guide.policy_for.is_some() && !guide.title.ends_with('.'));
            }
        }
    }
}

/// A command without them would talk to another ECR, or another account, than the window does.
#[test]
fn every_aws_command_uses_the_endpoint_and_the_profile_of_the_connection() {
    for name in [None, Some("registry.example.com")] {
        let guides = pull_guides(&target(":1.0", name)).guides;
        for (client, step) in
            guides.iter().flat_map(|guide| guide.steps.iter().map(|step| (guide.client, step)))
        {
            let code = step.code.as_deref().unwrap_or_default();
            // A file isn't run on this computer: it has no profile of it.
            let is_file = code.lines().count() > 1;
            for (at, _) in code.match_indices("aws ") {
                let command = &code[at..];
                let service = command.split(' ').nth(1).unwrap_or_default();
                let option = match (service, is_file) {
                    ("ecr", true) => "aws ecr get-login-password --endpoint-url http://p ",
                    ("ecr", false) => {
                        "aws ecr get-login-password --profile prod --endpoint-url http://p "
                    }
                    (_, true) => continue,
                    (_, false) => " --profile prod ",
                };
                assert!(command.contains(option), "{client:?}: {command}");
                assert_eq!(is_file, !code.contains("--profile"), "{client:?}: {command}");
            }
        }
    }
}

#[test]
fn guides_for_other_computers_say_that_a_registry_of_this_computer_cannot_be_reached() {
    for (registry, expected) in [(ECR, 0), ("127.0.0.1:5000", 8), ("localhost:5000", 8)] {
        let mut target = target(":1.0", None);
        target.registry = RegistryHost::parse(registry).unwrap();
        let guides = pull_guides(&target).guides;
        let noted = guides.iter().filter(|guide| guide.notes.contains(&PRACTICE_NOTE.to_owned()));
        let noted: Vec<_> = noted.map(|guide| guide.client).collect();
        assert_eq!(noted.len(), expected, "{registry}");
        assert!(!noted.contains(&PullClient::Docker));
    }
}

fn diagnosis(states: &[(CheckId, CheckState, &str)]) -> NameDiagnosis {
    let checks = states.iter().map(|(check, state, finding)| CheckResult {
        check: *check,
        state: *state,
        finding: (*finding).to_owned(),
        message: format!("about {finding}."),
        next: None,
        details: Vec::new(),
    });
    NameDiagnosis {
        name: ECR.to_owned(),
        state: CheckState::Passed,
        headline: String::new(),
        next: String::new(),
        behind: None,
        token_sent: true,
        checks: checks.collect(),
        clients: Vec::new(),
    }
}

#[test]
fn each_prerequisite_fails_for_its_own_reason() {
    use CheckState::{Failed, NotChecked, Passed, Warning};
    let with = |login, manifest, layer: (CheckState, &'static str), registry| {
        vec![
            (CheckId::Registry, registry, "registry"),
            (CheckId::Login, login, "login"),
            (CheckId::Manifest, manifest, "manifest"),
            (CheckId::Layer, layer.0, layer.1),
        ]
    };
    let docker = |is_in| vec![("docker".to_owned(), is_in)];
    let good = with(Passed, Passed, (Passed, "layer_from_s3"), Passed);
    let no_image = with(Passed, NotChecked, (NotChecked, "not_checked"), Passed);
    let denied = with(Failed, NotChecked, (NotChecked, "not_checked"), Passed);
    let blocked = with(Passed, Passed, (Failed, "layer_host_unreachable"), Passed);
    let offline = with(NotChecked, NotChecked, (NotChecked, "not_checked"), Failed);
    for (case, checks, clients, expected) in [
        ("good", good.clone(), docker(true), [Passed, Passed, Passed, Passed]),
        ("no login", good.clone(), docker(false), [Passed, Passed, Failed, Passed]),
        ("no client", good, vec![], [Passed, Passed, Failed, Passed]),
        ("no image", no_image, docker(true), [Passed, Warning, Passed, Warning]),
        ("denied", denied, docker(true), [Passed, Failed, Passed, Warning]),
        ("S3 blocked", blocked, docker(true), [Passed, Passed, Passed, Failed]),
        ("offline", offline, docker(true), [Passed, NotChecked, Passed, Failed]),
    ] {
        let found = pull_prerequisites(
            &Ok("arn:aws:iam::1:user/ada".to_owned()),
            Some(&diagnosis(&checks)),
            &clients,
        );
        let states: Vec<_> = found.iter().map(|one| one.state).collect();
        assert_eq!(states, expected, "{case}: {found:#?}");
        for one in found {
            assert_eq!(
                one.next.is_some(),
                one.state != Passed
                    && one.state != NotChecked
                    && !one.message.starts_with("about registry")
                    && !one.message.starts_with("about layer_host"),
                "{case}: {one:?}"
            );
        }
    }
    let expired = Err(("The session expired.".to_owned(), Some("Sign in.".to_owned())));
    let found = pull_prerequisites(&expired, None, &[]);
    let states: Vec<_> = found.iter().map(|one| one.state).collect();
    assert_eq!(states, [Failed, NotChecked, NotChecked, NotChecked]);
}
