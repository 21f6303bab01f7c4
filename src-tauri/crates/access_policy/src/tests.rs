//! Policies and their words. Those of AWS are from the Amazon ECR user guide ("Private repository policy examples"),
//! and from the guides of AWS Lambda and AWS CodeBuild.

use serde_json::{Value, json};
use transload_model::AccountId;

use super::*;

mod no_words;
mod registry;

/// Describes a statement for the owner of the repository, account 123456789012.
fn described(statement: &Value) -> StatementWords {
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    describe(&policy, &AccountId::parse("123456789012").unwrap(), PolicySubject::Repository)
        .remove(0)
}

fn allow(principal: Value, action: Value) -> Value {
    json!({ "Effect": "Allow", "Principal": principal, "Action": action })
}

fn with(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

fn denied(mut statement: Value) -> Value {
    statement["Effect"] = json!("Deny");
    statement
}

fn pull() -> Value {
    json!(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"])
}

fn push() -> Value {
    json!([
        "ecr:BatchCheckLayerAvailability",
        "ecr:CompleteLayerUpload",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    ])
}

#[test]
fn statements_are_put_into_words() {
    use Exposure::{Everyone, Network, Organization, OtherAccount, Service, ThisAccount};
    let service = |name: &str| json!({ "Service": name });
    let aws = |names: Value| json!({ "AWS": names });
    let user = "arn:aws:iam::123456789012:user";
    let pull_all = json!([
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer"
    ]);
    let pull_push = json!([
        "ecr:BatchGetImage",
        "ecr:BatchCheckLayerAvailability",
        "ecr:CompleteLayerUpload",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    ]);
    let mut without_principal = denied(allow(json!("*"), json!("ecr:*")));
    without_principal["NotPrincipal"] = aws(json!("arn:aws:iam::123456789012:root"));
    without_principal.as_object_mut().unwrap().remove("Principal");
    let mut allow_except = without_principal.clone();
    allow_except["Effect"] = json!("Allow");
    let mut without_action = allow(aws(json!("444455556666")), json!(null));
    without_action["NotAction"] = json!(["ecr:Set*", "ecr:BatchDeleteImage"]);
    without_action.as_object_mut().unwrap().remove("Action");
    let resource = |value: Value| {
        let mut statement = allow(aws(json!("444455556666")), pull());
        statement["Resource"] = value;
        statement
    };
    let cases: Vec<(Value, &str, &[Exposure], usize)> = vec![
        // Of the Amazon ECR user guide.
        (
            allow(
                aws(json!([
                    format!("{user}/push-pull-user-1"),
                    format!("{user}/push-pull-user-2")
                ])),
                pull_push,
            ),
            "Allow user push-pull-user-1 of this account and user push-pull-user-2 of this account to pull images and push images.",
            &[ThisAccount, ThisAccount],
            0,
        ),
        (
            allow(aws(json!("arn:aws:iam::111122223333:root")), push()),
            "Allow account 111122223333 to push images.",
            &[OtherAccount],
            0,
        ),
        (
            allow(aws(json!(format!("{user}/admin-user"))), json!(["ecr:*"])),
            "Allow user admin-user of this account to do everything: pull, push, delete, and change this policy.",
            &[ThisAccount],
            0,
        ),
        (
            denied(allow(json!("*"), pull())),
            "Deny everyone permission to pull images.",
            &[Everyone],
            0,
        ),
        (
            with(
                denied(allow(json!("*"), json!("ecr:*"))),
                json!({
                    "NotIpAddress": { "aws:SourceIp": "198.51.100.0/24" }, "IpAddress": { "aws:SourceIp": "192.0.2.188/32" },
                }),
            ),
            "Deny everyone permission to do anything, if the IP address is in 192.0.2.188/32 and the IP address is not in 198.51.100.0/24.",
            &[Network],
            0,
        ),
        (
            with(
                allow(service("codebuild.amazonaws.com"), pull()),
                json!({
                    "ArnLike": { "aws:SourceArn": "arn:aws:codebuild:eu-west-1:123456789012:project/site" },
                    "StringEquals": { "aws:SourceAccount": "123456789012" },
                }),
            ),
            "Allow AWS CodeBuild to pull images, if the resource for which a service acts is arn:aws:codebuild:eu-west-1:123456789012:project/site and the account for which a service acts is 123456789012.",
            &[Service],
            0,
        ),
        // Of the guides of AWS Lambda and AWS CodeBuild.
        (
            with(
                allow(service("lambda.amazonaws.com"), pull()),
                json!({
                    "StringLike": { "aws:sourceARN": "arn:aws:lambda:eu-west-1:444455556666:function:*" },
                }),
            ),
            "Allow AWS Lambda to pull images, if the resource for which a service acts is like arn:aws:lambda:eu-west-1:444455556666:function:*.",
            &[Service],
            0,
        ),
        (
            allow(service("codebuild.amazonaws.com"), pull_all.clone()),
            "Allow AWS CodeBuild to pull images.",
            &[Service],
            1,
        ),
        // The network from which a service calls isn't the account for which it acts.
        (
            with(
                allow(service("codebuild.amazonaws.com"), pull()),
                json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } }),
            ),
            "Allow AWS CodeBuild to pull images, if the IP address is in 203.0.113.0/24.",
            &[Service],
            1,
        ),
        // Everyone.
        (allow(json!("*"), pull_all), "Allow every AWS account to pull images.", &[Everyone], 0),
        (
            allow(aws(json!(["*"])), json!("*")),
            "Allow every AWS account to do everything: pull, push, delete, and change this policy.",
            &[Everyone],
            1,
        ),
        (
            with(
                allow(json!("*"), pull()),
                json!({ "StringEquals": { "aws:PrincipalOrgID": ["o-a1b2c3d4e5", "o-f6"] } }),
            ),
            "Allow every account of the organization o-a1b2c3d4e5 or o-f6 to pull images.",
            &[Organization],
            0,
        ),
        (
            with(
                allow(json!("*"), pull()),
                json!({ "Bool": { "aws:SecureTransport": true }, "StringEquals": { "aws:PrincipalTag/team": "web" } }),
            ),
            "Allow every AWS account to pull images, if the connection is encrypted and the AWS tag team of the caller is web.",
            &[Everyone],
            0,
        ),
        // Denials.
        (
            with(
                denied(allow(json!("*"), json!("ecr:*"))),
                json!({ "Bool": { "aws:SecureTransport": "false" } }),
            ),
            "Deny everyone permission to do anything, if the connection isn't encrypted.",
            &[Everyone],
            1,
        ),
        (
            denied(allow(json!("*"), json!(["ecr:PutImage", "ecr:DeleteRepository"]))),
            "Deny everyone permission to push images and delete the repository.",
            &[Everyone],
            0,
        ),
        (
            without_principal,
            "Deny everyone except this account permission to do anything.",
            &[Everyone],
            1,
        ),
        (
            allow_except,
            "Allow everyone except this account to do everything: pull, push, delete, and change this policy.",
            &[Everyone],
            1,
        ),
        (
            without_action,
            "Allow account 444455556666 to do everything except ecr:Set* and ecr:BatchDeleteImage.",
            &[OtherAccount],
            0,
        ),
        // Principals.
        (
            allow(
                aws(json!([
                    "arn:aws-cn:iam::444455556666:role/ci/deploy",
                    "arn:aws:sts::444455556666:assumed-role/ci/build-7"
                ])),
                pull(),
            ),
            "Allow role ci/deploy of account 444455556666 and role ci of account 444455556666 in session build-7 to pull images.",
            &[OtherAccount, OtherAccount],
            0,
        ),
        (
            allow(aws(json!(["123456789012", "AROAEXAMPLEID"])), pull()),
            "Allow this account and a deleted role (AROAEXAMPLEID) to pull images.",
            &[ThisAccount, ThisAccount],
            0,
        ),
        (
            allow(json!({ "Federated": "arn:aws:iam::444455556666:saml-provider/Corp" }), pull()),
            "Allow identities that arn:aws:iam::444455556666:saml-provider/Corp federates to pull images.",
            &[OtherAccount],
            0,
        ),
        // Actions.
        (
            allow(aws(json!("444455556666")), json!("ecr:BatchGetImage")),
            "Allow account 444455556666 to read manifests.",
            &[OtherAccount],
            0,
        ),
        (
            allow(
                aws(json!("444455556666")),
                json!(["ecr:Describe*", "ecr:listimages", "s3:GetObject"]),
            ),
            "Allow account 444455556666 to list images, see the replication status, see the signing status, see scan findings, see the settings of the repository, and use s3:GetObject (everything that matches ecr:Describe*).",
            &[OtherAccount],
            0,
        ),
        (
            allow(
                aws(json!("444455556666")),
                json!(["ecr:SetRepositoryPolicy", "ecr:BatchDeleteImage"]),
            ),
            "Allow account 444455556666 to delete images and change this policy.",
            &[OtherAccount],
            1,
        ),
        // Resources.
        (resource(json!("*")), "Allow account 444455556666 to pull images.", &[OtherAccount], 0),
        (
            resource(json!(["arn:aws:ecr:*:*:repository/a"])),
            "Allow account 444455556666 to pull images, if the ARN of the repository is like arn:aws:ecr:*:*:repository/a.",
            &[OtherAccount],
            0,
        ),
    ];
    for (statement, sentence, exposures, cautions) in cases {
        let words = described(&statement);
        assert_eq!(words.sentence, sentence, "{statement}");
        let reached: Vec<Exposure> = words.who.iter().map(|one| one.exposure).collect();
        assert_eq!(reached, exposures, "{statement}");
        assert_eq!(words.cautions.len(), cautions, "{statement}: {:?}", words.cautions);
        assert!(words.effect.is_some());
    }
}

/// Operator, key and values of a condition, its words, and how far "every AWS account" reaches with it.
const LIMITS: &str = "
    StringLike | aws:PrincipalOrgID | o-* | the organization of the caller is like o-* | Everyone
    StringEqualsIfExists | aws:PrincipalOrgID | o-a1 | the organization of the caller is o-a1, or is missing | Everyone
    StringNotEquals | aws:PrincipalOrgID | o-a1 | the organization of the caller is not o-a1 | Everyone
    StringEquals | aws:PrincipalOrgID | ${a:b} | the organization of the caller is ${a:b} | Everyone
    ForAnyValue:StringLike | aws:PrincipalOrgPaths | o-a1/*/ou-b2/* | a value of the place of the caller in its organization is like o-a1/*/ou-b2/* | Organization
    ForAllValues:StringLike | aws:PrincipalOrgPaths | o-a1/* | each value of the place of the caller in its organization is like o-a1/*, or is missing | Everyone
    StringEquals | aws:PrincipalAccount | 123456789012 444455556666 | the account of the caller is 123456789012 or 444455556666 | OtherAccount
    ArnLike | aws:PrincipalArn | arn:aws:iam::123456789012:role/ci-* | the ARN of the caller is like arn:aws:iam::123456789012:role/ci-* | ThisAccount
    ArnLike | aws:PrincipalArn | arn:*:iam::123456789012:role/ci | the ARN of the caller is like arn:*:iam::123456789012:role/ci | ThisAccount
    StringLike | aws:PrincipalArn | arn:*:iam::123456789012:role/ci | the ARN of the caller is like arn:*:iam::123456789012:role/ci | Everyone
    ArnLike | aws:PrincipalArn | arn:aws:iam::*:role/ci | the ARN of the caller is like arn:aws:iam::*:role/ci | Everyone
    StringEquals | aws:SourceVpce | vpce-1a2b3c4d | the VPC endpoint is vpce-1a2b3c4d | Network
    IpAddress | aws:SourceIp | 203.0.113.7 10.0.0.0/8 2001:db8::/32 | the IP address is in 203.0.113.7, 10.0.0.0/8, or 2001:db8::/32 | Network
    IpAddress | aws:SourceIp | 0.0.0.0/1 128.0.0.0/1 | the IP address is in 0.0.0.0/1 or 128.0.0.0/1 | Everyone
    IpAddress | aws:SourceIp | ::/0 | the IP address is in ::/0 | Everyone
    IpAddress | aws:SourceIp | 203.0.113.0/x | the IP address is in 203.0.113.0/x | Everyone
    IpAddress | aws:SourceIp | 203.0.113.0/24 0.0.0.0/0 | the IP address is in 203.0.113.0/24 or 0.0.0.0/0 | Everyone
";

#[test]
fn everyone_is_limited_only_by_what_is_sure_to_limit_it() {
    for case in LIMITS.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let parts: Vec<&str> = case.split(" | ").collect();
        let [operator, key, values, words, exposure] = parts[..] else { panic!("{case}") };
        let values: Vec<&str> = values.split(' ').collect();
        let found =
            described(&with(allow(json!("*"), pull()), json!({ operator: { key: values } })));
        let sentence = format!("Allow every AWS account to pull images, if {words}.");
        assert_eq!(found.sentence, sentence);
        assert_eq!(format!("{:?}", found.who[0].exposure), exposure, "{case}");
    }
}
