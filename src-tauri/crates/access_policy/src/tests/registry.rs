//! Policies of a registry. Those of AWS are from the Amazon ECR user guide ("Private registry policy examples").

use transload_model::Region;

use super::*;

/// Describes a statement for the owner of the registry of account 123456789012 in us-west-2.
fn of_registry(statement: &Value) -> StatementWords {
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    let (own, region) =
        (AccountId::parse("123456789012").unwrap(), Region::parse("us-west-2").unwrap());
    describe(&policy, &own, PolicySubject::Registry(&region)).remove(0)
}

fn on(mut statement: Value, resource: &[&str]) -> Value {
    statement["Resource"] = json!(resource);
    statement
}

#[test]
fn statements_of_a_registry_are_put_into_words() {
    use Exposure::{Everyone, OtherAccount, ThisAccount};
    let root = |account: &str| json!({ "AWS": format!("arn:aws:iam::{account}:root") });
    let own = || json!({ "AWS": "arn:aws:iam::123456789012:user/ci" });
    let all = "arn:aws:ecr:us-west-2:123456789012:repository/*";
    let replicate = json!(["ecr:CreateRepository", "ecr:ReplicateImage"]);
    let import = json!(["ecr:CreateRepository", "ecr:BatchImportUpstreamImage", "ecr:TagResource"]);
    let here = |name: &str| format!("arn:aws:ecr:us-west-2:123456789012:repository/{name}");
    let cases: [(Value, &str, Exposure, usize); 12] = [
        // The examples of AWS.
        (
            on(allow(root("444455556666"), replicate.clone()), &[all]),
            "Allow account 444455556666 to replicate images into this registry and create repositories.",
            OtherAccount,
            0,
        ),
        (
            on(allow(root("444455556666"), json!("ecr:ReplicateImage")), &[all]),
            "Allow account 444455556666 to replicate images into this registry.",
            OtherAccount,
            0,
        ),
        (
            on(allow(root("444455556666"), replicate), &[&here("prod-*"), &here("web/*")]),
            "Allow account 444455556666 to replicate images into this registry and create repositories, if the name of the repository is like prod-* or web/*.",
            OtherAccount,
            0,
        ),
        (
            on(allow(own(), import), &[&here("ecr-public/*")]),
            "Allow user ci of this account to import images from an upstream registry, change AWS tags, and create repositories, if the name of the repository is like ecr-public/*.",
            ThisAccount,
            0,
        ),
        // Repositories of this registry in other ways, and those of another one.
        (
            on(allow(own(), json!("ecr:CreateRepository")), &["arn:aws:ecr:*:*:repository/a"]),
            "Allow user ci of this account to create repositories, if the name of the repository is like a.",
            ThisAccount,
            0,
        ),
        (
            on(
                allow(own(), json!("ecr:CreateRepository")),
                &["arn:aws:ecr:eu-west-1:123456789012:repository/*"],
            ),
            "Allow user ci of this account to create repositories, if the ARN of the repository is like arn:aws:ecr:eu-west-1:123456789012:repository/*.",
            ThisAccount,
            0,
        ),
        (
            on(
                allow(own(), json!("ecr:CreateRepository")),
                &[all, "arn:aws:ecr:us-west-2:444455556666:repository/*"],
            ),
            "Allow user ci of this account to create repositories, if the ARN of the repository is like arn:aws:ecr:us-west-2:123456789012:repository/* or arn:aws:ecr:us-west-2:444455556666:repository/*.",
            ThisAccount,
            0,
        ),
        // Actions.
        (
            allow(root("444455556666"), json!("ecr:*")),
            "Allow account 444455556666 to do everything: replicate, pull, push, delete, and change policies.",
            OtherAccount,
            1,
        ),
        (
            allow(json!("*"), json!("ecr:PutRegistryPolicy")),
            "Allow every AWS account to change this policy.",
            Everyone,
            1,
        ),
        (
            allow(root("444455556666"), json!(["ecr:DescribePull*", "ecr:PutAccountSetting"])),
            "Allow account 444455556666 to see pull through cache rules and use ecr:PutAccountSetting (everything that matches ecr:DescribePull*).",
            OtherAccount,
            0,
        ),
        (
            denied(allow(json!("*"), json!("ecr:*RegistryPolicy"))),
            "Deny everyone permission to see this policy and change this policy (everything that matches ecr:*RegistryPolicy).",
            Everyone,
            1,
        ),
        (
            denied(allow(json!("*"), json!("ecr:CreateRepository"))),
            "Deny everyone permission to create repositories.",
            Everyone,
            0,
        ),
    ];
    for (statement, sentence, exposure, cautions) in cases {
        let words = of_registry(&statement);
        assert_eq!(words.sentence, sentence, "{statement}");
        assert_eq!(words.who[0].exposure, exposure, "{statement}");
        assert_eq!(words.cautions.len(), cautions, "{statement}: {:?}", words.cautions);
    }
}

/// A policy that keeps only one of the two actions that change policies still lets others give permissions.
#[test]
fn every_action_but_some_can_change_a_policy() {
    let except = |actions: Value| {
        let mut statement = allow(json!({ "AWS": "444455556666" }), Value::Null);
        statement.as_object_mut().unwrap().remove("Action");
        statement["NotAction"] = actions;
        statement
    };
    for (actions, of_repository, registry) in [
        (json!("ecr:PutImage"), 1, 1),
        (json!("ecr:SetRepositoryPolicy"), 0, 1),
        (json!(["ecr:SetRepositoryPolicy", "ecr:PutRegistryPolicy"]), 0, 0),
        (json!("ecr:*"), 0, 0),
    ] {
        let statement = except(actions);
        assert_eq!(described(&statement).cautions.len(), of_repository, "{statement}");
        assert_eq!(of_registry(&statement).cautions.len(), registry, "{statement}");
    }
}
