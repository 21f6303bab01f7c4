//! AWS services, and CI systems that get an AWS role without stored keys.
//!
//! Sources: Amazon ECS developer guide, "Task execution role"; AWS Lambda developer guide, "Container images", "Amazon ECR
//! permissions"; GitHub documentation, "Configuring OpenID Connect in AWS"; GitLab documentation, "Configure OpenID Connect
//! in AWS".

use serde_json::json;

use crate::pull::guide::{PullClient, PullGuide, PullTarget, pretty, step};
use crate::pull::kubernetes::oidc_trust;

pub(super) fn ecs(target: &PullTarget) -> PullGuide {
    let account = target.account();
    let definition = json!({
        "family": "app",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": format!("arn:aws:iam::{account}:role/ecsTaskExecutionRole"),
        "containerDefinitions": [{ "name": "app", "image": target.image(), "essential": true }]
    });
    PullGuide {
        client: PullClient::Ecs,
        title: "Amazon ECS and AWS Fargate".to_owned(),
        steps: vec![
            step("Task definition:", pretty(&definition)),
            step(
                "Register it:",
                target.aws(
                    "ecs register-task-definition",
                    &format!("--region {} --cli-input-json file://task.json", target.region),
                ),
            ),
        ],
        policy: Some(target.policy()),
        policy_for: Some("The task execution role".to_owned()),
        notes: vec![
            "Only the name of ECR works. repositoryCredentials holds a static secret, which expires with the token.".to_owned(),
            "Private subnets need a NAT gateway, or endpoints for ecr.api, ecr.dkr, logs, and Amazon S3.".to_owned(),
        ],
    }
}

pub(super) fn lambda(target: &PullTarget) -> PullGuide {
    let (account, region) = (target.account(), &target.region);
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "LambdaECRImageRetrievalPolicy",
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Condition": { "StringLike": { "aws:sourceArn": format!("arn:aws:lambda:{region}:{account}:function:*") } }
        }]
    });
    PullGuide {
        client: PullClient::Lambda,
        title: "AWS Lambda".to_owned(),
        steps: vec![
            step(
                "Create the function:",
                target.aws(
                    "lambda create-function",
                    &format!(
                        "--region {region} --function-name app --package-type Image --code ImageUri={} --role arn:aws:iam::{account}:role/LAMBDA_ROLE",
                        target.image()
                    ),
                ),
            ),
            step(
                "Update it after a push:",
                target.aws(
                    "lambda update-function-code",
                    &format!("--region {region} --function-name app --image-uri {}", target.image()),
                ),
            ),
        ],
        policy: Some(pretty(&policy)),
        policy_for: Some("The repository, as its repository policy".to_owned()),
        notes: vec![
            "The repository must be in the Region of the function. Only the name of ECR works."
                .to_owned(),
            "Lambda resolves a tag once. Update the function to use a tag that moved.".to_owned(),
            "Lambda doesn't run images for several platforms. Use the digest of one platform."
                .to_owned(),
        ],
    }
}

pub(super) fn github_actions(target: &PullTarget) -> PullGuide {
    let (account, region) = (target.account(), &target.region);
    let login = match &target.name {
        Some(name) => format!(
            "      - run: {} | docker login --username AWS --password-stdin {name}\n",
            target.aws.password_elsewhere
        ),
        None => "      - uses: aws-actions/amazon-ecr-login@v2\n".to_owned(),
    };
    let workflow = format!(
        "permissions:\n  id-token: write\n  contents: read\njobs:\n  pull:\n    runs-on: ubuntu-latest\n    steps:\n      \
         - uses: aws-actions/configure-aws-credentials@v4\n        with:\n          role-to-assume: arn:aws:iam::{account}:role/github-ecr-pull\n          \
         aws-region: {region}\n{login}      - run: docker pull {}\n",
        target.named_image()
    );
    let trust = oidc_trust(
        account,
        "token.actions.githubusercontent.com",
        json!({
            "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
            "StringLike": { "token.actions.githubusercontent.com:sub": "repo:ORGANIZATION/REPOSITORY:*" }
        }),
    );
    PullGuide {
        client: PullClient::GithubActions,
        title: "GitHub Actions (OIDC, without stored keys)".to_owned(),
        steps: vec![
            step(
                "Add the OIDC provider once per account:",
                target.aws(
                    "iam create-open-id-connect-provider",
                    "--url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com",
                ),
            ),
            step("Trust policy of the role github-ecr-pull:", trust),
            step(".github/workflows/pull.yaml:", workflow),
        ],
        policy: Some(target.policy()),
        policy_for: Some("The role github-ecr-pull".to_owned()),
        notes: vec![
            "Replace ORGANIZATION/REPOSITORY, or every repository on GitHub could use the role."
                .to_owned(),
        ],
    }
}

pub(super) fn gitlab_ci(target: &PullTarget) -> PullGuide {
    let (account, region) = (target.account(), &target.region);
    let job = format!(
        "pull:\n  image: docker:cli\n  services: [docker:dind]\n  id_tokens:\n    AWS_ID_TOKEN:\n      aud: https://gitlab.com\n  variables:\n    \
         AWS_REGION: {region}\n    AWS_ROLE_ARN: arn:aws:iam::{account}:role/gitlab-ecr-pull\n    AWS_WEB_IDENTITY_TOKEN_FILE: /tmp/aws-id-token\n  before_script:\n    \
         - apk add --no-cache aws-cli\n    - umask 077 && printf '%s' \"$AWS_ID_TOKEN\" > \"$AWS_WEB_IDENTITY_TOKEN_FILE\"\n    \
         - {} | docker login --username AWS --password-stdin {}\n  script:\n    - docker pull {}\n",
        target.aws.password_elsewhere,
        target.host(),
        target.named_image()
    );
    let trust = oidc_trust(
        account,
        "gitlab.com",
        json!({
            "StringEquals": { "gitlab.com:aud": "https://gitlab.com" },
            "StringLike": { "gitlab.com:sub": "project_path:GROUP/PROJECT:ref_type:branch:ref:*" }
        }),
    );
    PullGuide {
        client: PullClient::GitlabCi,
        title: "GitLab CI (OIDC, without stored keys)".to_owned(),
        steps: vec![
            step(
                "Add the OIDC provider once per account:",
                target.aws(
                    "iam create-open-id-connect-provider",
                    "--url https://gitlab.com --client-id-list https://gitlab.com",
                ),
            ),
            step("Trust policy of the role gitlab-ecr-pull:", trust),
            step(".gitlab-ci.yml:", job),
        ],
        policy: Some(target.policy()),
        policy_for: Some("The role gitlab-ecr-pull".to_owned()),
        notes: vec![
            "Replace GROUP/PROJECT. For a GitLab server of your own, replace gitlab.com."
                .to_owned(),
        ],
    }
}
