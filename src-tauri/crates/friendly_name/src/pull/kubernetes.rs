//! Kubernetes: nodes with an AWS identity, and nodes without one.
//!
//! Sources: Kubernetes documentation, "Configure a kubelet image credential provider" and "Pull an Image from a Private
//! Registry"; Amazon EKS user guide, "IAM roles for service accounts" and "EKS Pod Identities".

use serde_json::json;

use crate::pull::guide::{PullClient, PullGuide, PullTarget, pretty, remark, step};

/// The managed policy for nodes. Source: Amazon ECR user guide, "AWS managed policies".
const PULL_ONLY: &str = "AmazonEC2ContainerRegistryPullOnly";

fn pod(image: &str, more: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n  containers:\n    - name: app\n      image: {image}\n{more}"
    )
}

pub(super) fn eks(target: &PullTarget) -> PullGuide {
    PullGuide {
        client: PullClient::Eks,
        title: "Amazon EKS".to_owned(),
        steps: vec![
            step(
                "Allow the role of the nodes to pull:",
                target.aws(
                    "iam attach-role-policy",
                    &format!(
                        "--role-name NODE_ROLE --policy-arn arn:aws:iam::aws:policy/{PULL_ONLY}"
                    ),
                ),
            ),
            step("Use the image:", pod(&target.image(), "")),
        ],
        policy: Some(target.policy()),
        policy_for: Some(format!("The role of the nodes, instead of {PULL_ONLY}")),
        notes: vec![
            "The kubelet pulls with the role of the node, not with the role of the pod.".to_owned(),
            "No image pull secret is required. Only the name of ECR works.".to_owned(),
        ],
    }
}

pub(super) fn kubelet_provider(target: &PullTarget) -> PullGuide {
    let configuration = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n  - name: ecr-credential-provider\n    matchImages:\n      - \"*.dkr.ecr.*.amazonaws.com\"\n      - \"*.dkr.ecr.*.amazonaws.com.cn\"\n      - \"*.dkr.ecr-fips.*.amazonaws.com\"\n    defaultCacheDuration: \"12h\"\n    apiVersion: credentialprovider.kubelet.k8s.io/v1\n";
    PullGuide {
        client: PullClient::KubeletProvider,
        title: "Kubernetes on your own EC2 nodes: kubelet credential provider".to_owned(),
        steps: vec![
            remark(
                "Install the program ecr-credential-provider of cloud-provider-aws on every node.",
            ),
            step("/etc/kubernetes/credential-provider.yaml:", configuration),
            step(
                "Options of the kubelet:",
                "--image-credential-provider-config=/etc/kubernetes/credential-provider.yaml --image-credential-provider-bin-dir=/usr/local/bin",
            ),
            step("Use the image:", pod(&target.image(), "")),
        ],
        policy: Some(target.policy()),
        policy_for: Some("The role of the nodes".to_owned()),
        notes: vec!["matchImages doesn't match a name of your own.".to_owned()],
    }
}

pub(super) fn image_pull_secret(target: &PullTarget) -> PullGuide {
    let (host, aws) = (target.host(), &target.aws);
    let (here, elsewhere) = (&aws.password, &aws.password_elsewhere);
    let once = format!(
        "{here} | kubectl create secret docker-registry ecr-login --docker-server={host} --docker-username=AWS --docker-password=\"$(cat)\""
    );
    let renewal = format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ecr-login\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: ecr-login\nrules:\n  - apiGroups: [\"\"]\n    resources: [secrets]\n    resourceNames: [ecr-login]\n    verbs: [get, patch]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: ecr-login\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: ecr-login\nsubjects:\n  - kind: ServiceAccount\n    name: ecr-login\n---\n\
         apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: ecr-login\nspec:\n  schedule: \"0 */6 * * *\"\n  concurrencyPolicy: Forbid\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          serviceAccountName: ecr-login\n          restartPolicy: OnFailure\n          volumes:\n            - name: token\n              emptyDir:\n                medium: Memory\n          initContainers:\n            - name: token\n              image: public.ecr.aws/aws-cli/aws-cli:latest\n              volumeMounts:\n                - name: token\n                  mountPath: /token\n              command: [/bin/sh, -c]\n              args: [\"umask 077 && {elsewhere} > /token/password\"]\n          containers:\n            - name: secret\n              image: registry.k8s.io/kubectl:v1.34.0\n              volumeMounts:\n                - name: token\n                  mountPath: /token\n              command: [/bin/sh, -c]\n              args:\n                - >-\n                  kubectl create secret docker-registry ecr-login --docker-server={host}\n                  --docker-username=AWS --docker-password=\"$(cat /token/password)\" --dry-run=client -o yaml\n                  | kubectl apply -f -\n"
    );
    let more = "  imagePullSecrets:\n    - name: ecr-login\n";
    PullGuide {
        client: PullClient::ImagePullSecret,
        title: "Kubernetes elsewhere: image pull secret with renewal".to_owned(),
        steps: vec![
            step("Create the secret once:", once),
            step("Renew it every 6 hours, because a token expires after 12:", renewal),
            step("Use the image:", pod(&target.named_image(), more)),
        ],
        policy: Some(target.policy()),
        policy_for: Some("The identity of the job ecr-login".to_owned()),
        notes: vec![
            "The job needs an AWS identity: see pod identities on EKS, or IAM Roles Anywhere elsewhere.".to_owned(),
            "A secret belongs to one namespace. Repeat it in every namespace that pulls.".to_owned(),
        ],
    }
}

pub(super) fn pod_identity(target: &PullTarget) -> PullGuide {
    let account = target.account();
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "pods.eks.amazonaws.com" },
            "Action": ["sts:AssumeRole", "sts:TagSession"]
        }]
    });
    PullGuide {
        client: PullClient::PodIdentity,
        title: "Pods that pull by themselves: EKS Pod Identity or IRSA".to_owned(),
        steps: vec![
            step("Create a role that pods can use:", target.aws("iam create-role", &format!("--role-name ecr-pull --assume-role-policy-document '{trust}'"))),
            step(
                "EKS Pod Identity: associate it with a service account:",
                target.aws("eks create-pod-identity-association", &format!("--region {} --cluster-name CLUSTER --namespace default --service-account ecr-login --role-arn arn:aws:iam::{account}:role/ecr-pull", target.region)),
            ),
            step(
                "Or IRSA: annotate the service account, and trust the OIDC provider of the cluster:",
                format!("kubectl annotate serviceaccount ecr-login eks.amazonaws.com/role-arn=arn:aws:iam::{account}:role/ecr-pull"),
            ),
        ],
        policy: Some(target.policy()),
        policy_for: Some("The role ecr-pull".to_owned()),
        notes: vec!["This is for programs in a pod, such as the renewal of a secret or a build. The image of the pod itself is pulled by the kubelet.".to_owned()],
    }
}

/// Returns a trust policy for an OIDC provider.
pub(super) fn oidc_trust(account: &str, provider: &str, conditions: serde_json::Value) -> String {
    pretty(&json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": format!("arn:aws:iam::{account}:oidc-provider/{provider}") },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": conditions
        }]
    }))
}
