//! Changes of what is set for a whole registry, as commands.

use transload_aws::{CacheRule, CreationTemplate};

use crate::commands::{AwsCommands, encryption, mutability, quoted, tags};

/// Turns on that layers are taken from other repositories.
pub fn blob_mounting(aws: &AwsCommands) -> String {
    format!("{} --name BLOB_MOUNTING --value ENABLED", aws.ecr("put-account-setting"))
}

/// Adds a template for repositories that are missing on push.
pub fn creation_template(template: &CreationTemplate, aws: &AwsCommands) -> String {
    let settings = template.settings();
    let option = |name: &str, value: Option<String>| {
        value.map(|value| format!(" --{name} {value}")).unwrap_or_default()
    };
    let options = [
        mutability(settings),
        encryption(settings),
        option("resource-tags", tags(settings)),
        option("lifecycle-policy", settings.lifecycle.policy_text().map(|text| quoted(&text))),
        option("repository-policy", settings.policy.as_ref().map(|text| quoted(text.as_str()))),
        option("custom-role-arn", template.role().map(str::to_owned)),
    ];
    format!(
        "{} --prefix {} --applied-for CREATE_ON_PUSH{}",
        aws.ecr("create-repository-creation-template"),
        template.prefix(),
        options.concat()
    )
}

/// Adds a pull-through cache rule for Docker Hub.
pub fn cache_rule(rule: &CacheRule, aws: &AwsCommands) -> String {
    format!(
        "{} --ecr-repository-prefix {} --upstream-registry docker-hub --upstream-registry-url registry-1.docker.io --credential-arn {}",
        aws.ecr("create-pull-through-cache-rule"),
        rule.prefix(),
        rule.secret().unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use transload_aws::TemplateUse;
    use transload_model::{LifecyclePreset, RepositoryPolicy, RepositorySettings};

    use super::*;

    #[test]
    fn each_change_is_one_command() {
        let aws = AwsCommands::new(None, "eu-west-1", None);
        let policy = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]}"#;
        let settings = RepositorySettings {
            tags: [("team".to_owned(), "ours".to_owned())].into(),
            lifecycle: LifecyclePreset::KeepNewest { count: 3 },
            policy: Some(RepositoryPolicy::parse(policy).unwrap()),
            ..RepositorySettings::default()
        };
        let role = Some("arn:aws:iam::111122223333:role/templates");
        let template =
            CreationTemplate::new("team", &[TemplateUse::CreateOnPush], settings, role).unwrap();
        let secret =
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub-a1B2c3";
        let rule = CacheRule::docker_hub("hub", secret).unwrap();
        let lifecycle = LifecyclePreset::KeepNewest { count: 3 }.policy_text().unwrap();
        assert_eq!(
            [blob_mounting(&aws), creation_template(&template, &aws), cache_rule(&rule, &aws)],
            [
                "aws ecr put-account-setting --region eu-west-1 --name BLOB_MOUNTING --value ENABLED".to_owned(),
                format!(
                    "aws ecr create-repository-creation-template --region eu-west-1 --prefix team --applied-for CREATE_ON_PUSH --resource-tags '[{{\"Key\":\"team\",\"Value\":\"ours\"}}]' --lifecycle-policy '{lifecycle}' --repository-policy '{policy}' --custom-role-arn arn:aws:iam::111122223333:role/templates"
                ),
                format!(
                    "aws ecr create-pull-through-cache-rule --region eu-west-1 --ecr-repository-prefix hub --upstream-registry docker-hub --upstream-registry-url registry-1.docker.io --credential-arn {secret}"
                ),
            ]
        );
    }
}
