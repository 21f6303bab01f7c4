//! The three answers to "we want a name of our own", which situation each is for, what it does not do, who could
//! then pull, and what to avoid.
//!
//! Source: measurements with Docker Engine 26.1 (both image stores), skopeo 1.9 and 1.18, containerd 1.7, nginx 1.22
//! and Caddy 2.6; aws/containers-roadmap#299 and the projects that its thread names.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::generate::file::{AnswerId, GeneratedFile, NameTarget};

/// Who pulls and pushes by the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum NameSituation {
    AwsServices,
    OwnNodes,
    DockerAndPeople,
    PublicReaders,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct SituationAdvice {
    pub situation: NameSituation,
    pub title: String,
    pub answer: AnswerId,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct NameAnswer {
    pub id: AnswerId,
    /// `A`, `B` or `C`.
    pub letter: String,
    pub title: String,
    pub summary: String,
    pub steps: Vec<String>,
    pub does_not: Vec<String>,
    pub who_can_pull: String,
    pub files: Vec<GeneratedFile>,
}

/// Something that looks like an answer but doesn't work, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct NameWarning {
    pub what: String,
    pub why: String,
}

/// Everything that is offered for a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct NameAnswers {
    pub name: String,
    pub registry: String,
    pub situations: Vec<SituationAdvice>,
    pub answers: Vec<NameAnswer>,
    pub warnings: Vec<NameWarning>,
}

/// Returns the advice for every situation.
pub fn situations() -> Vec<SituationAdvice> {
    [
        (
            NameSituation::AwsServices,
            "Only AWS services pull: Amazon ECS, Amazon EKS, AWS Lambda, AWS Batch, AWS App Runner",
            AnswerId::KeepEcrName,
            "AWS services log in only to names of ECR. Write the name in one place, so that nobody types it.",
        ),
        (
            NameSituation::OwnNodes,
            "Our own Kubernetes nodes or Podman hosts pull, nobody pushes by the name",
            AnswerId::RenameOnClients,
            "A file on each machine maps the name to ECR. No server, no certificate, no additional cost.",
        ),
        (
            NameSituation::DockerAndPeople,
            "Docker, CI outside of AWS, people who push, or customers who need a stable name",
            AnswerId::ReverseProxy,
            "A reverse proxy that passes requests through is the only way that works with every client.",
        ),
        (
            NameSituation::PublicReaders,
            "Anonymous readers of public images",
            AnswerId::KeepEcrName,
            "Amazon ECR Public gives you public.ecr.aws/ALIAS. A private registry can't be read without a login.",
        ),
    ]
    .map(|(situation, title, answer, reason)| SituationAdvice {
        situation,
        title: title.to_owned(),
        answer,
        reason: reason.to_owned(),
    })
    .to_vec()
}

/// Returns what to avoid, with the reason.
pub fn warnings() -> Vec<NameWarning> {
    [
        (
            "A CNAME to ECR",
            "ECR shows a certificate for its own name only, so every client refuses (x509).",
        ),
        (
            "A redirect by a load balancer, API Gateway, Lambda, or CloudFront (307 façade)",
            "Podman, skopeo and Docker with the containerd image store drop the login at the redirect.",
        ),
        (
            "registry-mirrors in daemon.json that points to ECR",
            "It is for Docker Hub only, and Docker sends the Docker Hub password to the mirror.",
        ),
        (
            "insecure-registries for the name",
            "Everybody in the network path can then serve other images and read the login.",
        ),
        (
            "A proxy on the internet that logs in by itself",
            "Everybody who reaches it has the rights of its role.",
        ),
        (
            "A static token in daemon.json, hosts.toml, or an ECS secret",
            "Tokens of ECR expire after 12 hours, and then every pull fails.",
        ),
    ]
    .map(|(what, why)| NameWarning { what: what.to_owned(), why: why.to_owned() })
    .to_vec()
}

/// Returns the three answers with their files.
pub fn answers(target: &NameTarget, files: &[GeneratedFile]) -> Vec<NameAnswer> {
    let NameTarget { name, registry, .. } = target;
    let region = target.region_option();
    let of = |id: AnswerId| files.iter().filter(|file| file.answer == id).cloned().collect();
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    vec![
        NameAnswer {
            id: AnswerId::ReverseProxy,
            letter: "A".to_owned(),
            title: "Reverse proxy for every client".to_owned(),
            summary: format!(
                "A server with a certificate for {name} passes every request to ECR and rewrites Location. It has no \
                 AWS permissions: everybody keeps their own ECR token."
            ),
            steps: vec![
                format!("Point {name} to the server, and install a certificate for it."),
                "Install the nginx or Caddy file, or create the CloudFormation stack.".to_owned(),
                format!(
                    "Log in with: aws ecr get-login-password{region} | docker login --username AWS --password-stdin {name}"
                ),
                "Diagnose the name, then test it.".to_owned(),
            ],
            does_not: texts(&[
                "ECS, EKS with the kubelet credential provider, Lambda, App Runner, and Batch don't log in to it. They keep the name of ECR.",
                "The Amazon ECR credential helper doesn't recognize the name. Tokens are renewed every 12 hours.",
                "Layers come from Amazon S3, which clients must reach.",
                "It costs a load balancer and two small tasks, or a machine of your own.",
            ]),
            who_can_pull: format!("Everybody who may pull from {registry} today, with the same token. Nobody else."),
            files: of(AnswerId::ReverseProxy),
        },
        NameAnswer {
            id: AnswerId::RenameOnClients,
            letter: "B".to_owned(),
            title: "Rename on the clients".to_owned(),
            summary: format!(
                "Podman, CRI-O, Buildah and skopeo read registries.conf, containerd reads hosts.toml. Both map {name} \
                 to ECR. DNS doesn't have to know the name."
            ),
            steps: vec![
                "Install the file on every machine that pulls.".to_owned(),
                format!("Podman and skopeo: log in to {registry}, not to {name}."),
                format!("Kubernetes: create an image pull secret for {name} with user AWS and a token, and renew it."),
            ],
            does_not: texts(&[
                "Docker Engine ignores it for a private ECR registry.",
                "Podman and skopeo don't rename for a push.",
                "Other people's machines don't know the name.",
            ]),
            who_can_pull: format!("The machines with the file, with a login for {registry}."),
            files: of(AnswerId::RenameOnClients),
        },
        NameAnswer {
            id: AnswerId::KeepEcrName,
            letter: "C".to_owned(),
            title: "Keep the name of ECR in one place".to_owned(),
            summary: "Compose, Helm, Kustomize, Terraform and CloudFormation take the registry from a variable. An \
                      admission policy can rewrite pods that can't be changed."
                .to_owned(),
            steps: texts(&[
                "Put the registry into one variable, and use it everywhere.",
                "Use Cut over to change the references in your files.",
                "For public images, create an Amazon ECR Public alias: public.ecr.aws/ALIAS.",
            ]),
            does_not: texts(&[
                "People who type a pull command still see the name of ECR.",
                "If you change the account or Region, deployments must be updated.",
                "Amazon ECR Public doesn't support a domain of your own either.",
            ]),
            who_can_pull: format!("Everybody who may pull from {registry} today. Nothing changes."),
            files: of(AnswerId::KeepEcrName),
        },
    ]
}

#[cfg(test)]
mod tests {
    use transload_model::RegistryHost;

    use super::*;
    use crate::generate::file::GeneratedFileId;
    use crate::generate::generate_file;
    use crate::name::FriendlyName;

    /// Without the region of the registry, the token is for the one of the profile, and another registry refuses it.
    #[test]
    fn tokens_are_for_the_region_of_the_registry() {
        for (region, option) in [(Some("eu-west-1"), " --region eu-west-1"), (None, "")] {
            let target = NameTarget {
                name: FriendlyName::parse("registry.example.com").unwrap(),
                registry: RegistryHost::parse("ecr.example.com").unwrap(),
                region: region.map(str::to_owned),
                resolver: String::new(),
                hub_prefix: None,
            };
            let answers = answers(&target, &[]).into_iter();
            let steps: Vec<String> = answers.flat_map(|answer| answer.steps).collect();
            let log_in = format!(
                "Log in with: aws ecr get-login-password{option} | docker login --username AWS --password-stdin registry.example.com"
            );
            assert!(steps.contains(&log_in), "{steps:#?}");
            let script = generate_file(&target, GeneratedFileId::TokenProxyScript).text;
            let token = format!("token=$(aws ecr get-authorization-token{option} \\\n");
            assert!(script.contains(&token), "{script}");
        }
    }
}
