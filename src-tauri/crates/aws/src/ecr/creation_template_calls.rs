//! Implements [`EcrCreationTemplates`] with the AWS SDK.

use async_trait::async_trait;
use aws_sdk_ecr::types::{EncryptionConfigurationForRepositoryCreationTemplate, RctAppliedFor};
use aws_smithy_types::error::operation::BuildError;

use crate::ecr::client::{Ecr, PAGE_SIZE};
use crate::ecr::creation_templates::{
    CreationTemplate, EcrCreationTemplates, RegistryTemplate, TemplateUse,
};
use crate::ecr::values::{
    aws_encryption, aws_exclusion_filters, aws_mutability, aws_tags, encryption, mutability,
};
use crate::ecr::words::{reported, word};
use crate::error::AwsError;
use transload_model::{Encryption, Reported};

#[async_trait]
impl EcrCreationTemplates for Ecr {
    async fn registry_templates(&self) -> Result<Vec<RegistryTemplate>, AwsError> {
        let call = self.call("ecr:DescribeRepositoryCreationTemplates");
        let request = self.client.describe_repository_creation_templates();
        let mut pages = request.into_paginator().page_size(PAGE_SIZE).items().send();
        let mut all = Vec::new();
        // ECR can report an empty text for one that isn't set.
        let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        while let Some(next) = pages.next().await {
            let template = next.map_err(|error| call.failed(error))?;
            let (tag_mutability, exclusion_filters) = mutability(
                template.image_tag_mutability(),
                template.image_tag_mutability_exclusion_filters(),
            );
            let tags = template.resource_tags().iter();
            all.push(RegistryTemplate {
                prefix: call.required(template.prefix(), "the prefix of a template")?.to_owned(),
                description: text(template.description()),
                applied_for: template
                    .applied_for()
                    .iter()
                    .map(|one| reported(one.as_str()))
                    .collect(),
                tag_mutability,
                exclusion_filters: exclusion_filters.iter().map(ToString::to_string).collect(),
                encryption: template
                    .encryption_configuration()
                    .map_or_else(Reported::<Encryption>::default, |one| {
                        encryption(one.encryption_type(), one.kms_key())
                    }),
                tags: tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect(),
                lifecycle_policy: text(template.lifecycle_policy()),
                repository_policy: text(template.repository_policy()),
                role: text(template.custom_role_arn()),
            });
        }
        Ok(all)
    }

    async fn update_creation_template(
        &self,
        before: &RegistryTemplate,
        template: &CreationTemplate,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:UpdateRepositoryCreationTemplate");
        let settings = template.settings();
        let incomplete = |error| call.unusable(error);
        // ECR keeps what isn't sent, so that an empty text removes one. Source: the minimum length of 0 of these texts.
        let replaced = |now: Option<String>, before: &Option<String>| {
            now.or_else(|| before.as_ref().map(|_| String::new()))
        };
        let policy = settings.policy.as_ref().map(ToString::to_string);
        let tags = aws_tags(&settings.tags).map_err(incomplete)?;
        let sent = self
            .client
            .update_repository_creation_template()
            .prefix(template.prefix())
            .set_applied_for(Some(aws_uses(&template.applied_for)))
            .set_description(replaced(template.description.clone(), &before.description))
            .image_tag_mutability(aws_mutability(&settings.tag_mutability))
            .set_image_tag_mutability_exclusion_filters(
                aws_exclusion_filters(settings).map_err(incomplete)?,
            )
            .encryption_configuration(template_encryption(template).map_err(incomplete)?)
            .set_resource_tags(tags.or_else(|| (!before.tags.is_empty()).then(Vec::new)))
            .set_lifecycle_policy(replaced(
                template.lifecycle_policy.clone(),
                &before.lifecycle_policy,
            ))
            .set_repository_policy(replaced(policy, &before.repository_policy))
            .set_custom_role_arn(replaced(template.role().map(str::to_owned), &before.role))
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn delete_creation_template(&self, prefix: &str) -> Result<(), AwsError> {
        let call = self.call("ecr:DeleteRepositoryCreationTemplate");
        let request = self.client.delete_repository_creation_template().prefix(prefix);
        request.send().await.map(|_| ()).map_err(|error| call.failed(error))
    }
}

pub(crate) fn aws_uses(uses: &[TemplateUse]) -> Vec<RctAppliedFor> {
    uses.iter().map(|one| word(&Reported::Known(*one)).into()).collect()
}

pub(crate) fn template_encryption(
    template: &CreationTemplate,
) -> Result<EncryptionConfigurationForRepositoryCreationTemplate, BuildError> {
    let encryption = aws_encryption(&template.settings().encryption)?;
    EncryptionConfigurationForRepositoryCreationTemplate::builder()
        .encryption_type(encryption.encryption_type().clone())
        .set_kms_key(encryption.kms_key().map(str::to_owned))
        .build()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use transload_model::RepositorySettings;

    use super::*;
    use crate::testing::{CannedResponse, LocalAws, session_at};

    const ROLE: &str = "arn:aws:iam::111122223333:role/templates";
    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/12ab34cd-0000-1111-2222-123456789012";

    /// Returns what an update sends after these settings.
    async fn sent(before: &RegistryTemplate, template: &CreationTemplate) -> Value {
        let aws = LocalAws::start(|_| CannedResponse::json(json!({}))).await;
        let ecr = session_at(&aws).await.ecr();
        ecr.update_creation_template(before, template).await.unwrap();
        aws.requests()[0].json.clone()
    }

    fn nothing() -> RegistryTemplate {
        RegistryTemplate {
            prefix: "team".to_owned(),
            description: None,
            applied_for: vec![TemplateUse::CreateOnPush.into()],
            tag_mutability: Default::default(),
            exclusion_filters: Vec::new(),
            encryption: Encryption::Aes256.into(),
            tags: Default::default(),
            lifecycle_policy: None,
            repository_policy: None,
            role: None,
        }
    }

    /// ECR keeps what isn't sent.
    #[tokio::test]
    async fn an_update_empties_what_the_template_had_and_sends_nothing_else() {
        let text = |text: &str| Some(text.to_owned());
        let everything = RegistryTemplate {
            description: text("ours"),
            tags: [("team".to_owned(), "ours".to_owned())].into(),
            lifecycle_policy: text("{}"),
            repository_policy: text("{}"),
            role: text(ROLE),
            ..nothing()
        };
        let uses = [TemplateUse::CreateOnPush];
        let plain =
            CreationTemplate::new("team", &uses, RepositorySettings::default(), None).unwrap();
        let unchanged = json!({
            "prefix": "team",
            "appliedFor": ["CREATE_ON_PUSH"],
            "imageTagMutability": "MUTABLE",
            "encryptionConfiguration": {"encryptionType": "AES256"},
        });
        assert_eq!(sent(&nothing(), &plain).await, unchanged);
        let mut emptied = unchanged;
        for member in ["description", "lifecyclePolicy", "repositoryPolicy", "customRoleArn"] {
            emptied[member] = json!("");
        }
        emptied["resourceTags"] = json!([]);
        assert_eq!(sent(&everything, &plain).await, emptied);
        let settings = RepositorySettings {
            encryption: Encryption::Kms { key: text(KEY) }.into(),
            ..RepositorySettings::default()
        };
        let keyed = CreationTemplate::new("team", &uses, settings, Some(ROLE)).unwrap();
        let keyed = sent(&nothing(), &keyed).await;
        let encryption = json!({"encryptionType": "KMS", "kmsKey": KEY});
        assert_eq!(
            (&keyed["encryptionConfiguration"], &keyed["customRoleArn"]),
            (&encryption, &json!(ROLE))
        );
    }

    #[tokio::test]
    async fn empty_texts_are_those_that_are_not_set() {
        let template = json!({
            "prefix": "team", "description": "", "customRoleArn": "", "lifecyclePolicy": "", "repositoryPolicy": "",
            "appliedFor": ["CREATE_ON_PUSH"],
        });
        let answer = json!({"repositoryCreationTemplates": [template]});
        let aws = LocalAws::start(move |_| CannedResponse::json(answer.clone())).await;
        let read = session_at(&aws).await.ecr().registry_templates().await.unwrap();
        assert_eq!(read, [nothing()]);
    }
}
