//! Converts between the SDK's types of ECR and ours.

use std::collections::BTreeMap;

use aws_sdk_ecr::types::{
    AuthorizationData, EncryptionConfiguration, EncryptionType, ImageDetail, ImageFailure,
    ImageIdentifier, ImageScanningConfiguration, ImageTagMutability,
    ImageTagMutabilityExclusionFilter, ImageTagMutabilityExclusionFilterType, Repository,
    Tag as AwsTag,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::error::operation::BuildError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::ecr::api::{
    DeleteFailure, EcrImage, EcrImageId, EcrImageStatus, EcrRepository, RegistryToken,
};
use crate::ecr::words::{reported, word};
use crate::error::AwsError;
use crate::sdk_error::Call;
use transload_model::{
    AccountId, Digest, Encryption, Reported, RepositoryName, RepositorySettings, Secret, Tag,
    TagExclusionFilter, TagMutability,
};

/// The only type of exclusion filters that ECR has. Source: the service model of ECR.
const WILDCARD: &str = "WILDCARD";

pub(crate) fn repository(call: &Call<'_>, from: &Repository) -> Result<EcrRepository, AwsError> {
    let name = call.required(from.repository_name(), "the name of a repository")?;
    let name = RepositoryName::parse(name).map_err(|error| call.unusable(error))?;
    Ok(EcrRepository {
        arn: call.required(from.repository_arn(), "the ARN of a repository")?.to_owned(),
        uri: call.required(from.repository_uri(), "the URI of a repository")?.to_owned(),
        registry_id: from
            .registry_id()
            .map(AccountId::parse)
            .transpose()
            .map_err(|error| call.unusable(error))?,
        created_at_ms: milliseconds(from.created_at()),
        settings: settings(from),
        name,
    })
}

fn settings(from: &Repository) -> RepositorySettings {
    let (tag_mutability, exclusion_filters) =
        mutability(from.image_tag_mutability(), from.image_tag_mutability_exclusion_filters());
    let at_rest = from.encryption_configuration();
    RepositorySettings {
        tag_mutability,
        exclusion_filters,
        scan_on_push: from
            .image_scanning_configuration()
            .is_some_and(ImageScanningConfiguration::scan_on_push),
        encryption: at_rest.map_or_else(Reported::default, |at_rest| {
            encryption(at_rest.encryption_type(), at_rest.kms_key())
        }),
        ..RepositorySettings::default()
    }
}

/// Returns the tag mutability and its exceptions. With an exception that this version doesn't know, the tag mutability is
/// unknown: it would be wrong which tags can be overwritten.
pub(crate) fn mutability(
    from: Option<&ImageTagMutability>,
    exclusions: &[ImageTagMutabilityExclusionFilter],
) -> (Reported<TagMutability>, Vec<TagExclusionFilter>) {
    let mut tag_mutability = from.map_or_else(Reported::default, |value| reported(value.as_str()));
    let mut exclusion_filters = Vec::new();
    for exclusion in exclusions {
        let (kind, text) = (exclusion.filter_type().as_str(), exclusion.filter());
        match TagExclusionFilter::parse(text) {
            Ok(filter) if kind == WILDCARD => exclusion_filters.push(filter),
            _ => {
                let known = word(&tag_mutability);
                tag_mutability = Reported::unknown(format!("{known}, {kind} {text}"));
            }
        }
    }
    (tag_mutability, exclusion_filters)
}

pub(crate) fn encryption(kind: &EncryptionType, key: Option<&str>) -> Reported<Encryption> {
    let key = key.filter(|key| !key.is_empty()).map(str::to_owned);
    match kind {
        EncryptionType::Aes256 => Encryption::Aes256.into(),
        EncryptionType::Kms => Encryption::Kms { key }.into(),
        EncryptionType::KmsDsse => Encryption::KmsDualLayer { key }.into(),
        other => Reported::unknown(other.as_str()),
    }
}

pub(crate) fn aws_mutability(from: &Reported<TagMutability>) -> ImageTagMutability {
    word(from).into()
}

/// Returns the exclusion filters, or `None`: ECR rejects an empty list, and any list if nothing is
/// excluded.
pub(crate) fn aws_exclusion_filters(
    settings: &RepositorySettings,
) -> Result<Option<Vec<ImageTagMutabilityExclusionFilter>>, BuildError> {
    match settings.tag_mutability.known() {
        None | Some(TagMutability::Mutable | TagMutability::Immutable) => Ok(None),
        Some(TagMutability::ImmutableWithExclusion | TagMutability::MutableWithExclusion) => {
            settings
                .exclusion_filters
                .iter()
                .map(|filter| {
                    ImageTagMutabilityExclusionFilter::builder()
                        .filter_type(ImageTagMutabilityExclusionFilterType::Wildcard)
                        .filter(filter.as_str())
                        .build()
                })
                .collect::<Result<_, _>>()
                .map(Some)
        }
    }
}

pub(crate) fn aws_encryption(
    from: &Reported<Encryption>,
) -> Result<EncryptionConfiguration, BuildError> {
    let (encryption_type, key) = match from {
        Reported::Known(Encryption::Aes256) => (EncryptionType::Aes256, None),
        Reported::Known(Encryption::Kms { key }) => (EncryptionType::Kms, key.clone()),
        Reported::Known(Encryption::KmsDualLayer { key }) => (EncryptionType::KmsDsse, key.clone()),
        Reported::Unknown { unknown } => (unknown.as_str().into(), None),
    };
    EncryptionConfiguration::builder().encryption_type(encryption_type).set_kms_key(key).build()
}

/// Returns the tags, or `None` if the map is empty.
pub(crate) fn aws_tags(from: &BTreeMap<String, String>) -> Result<Option<Vec<AwsTag>>, BuildError> {
    if from.is_empty() {
        return Ok(None);
    }
    from.iter()
        .map(|(key, value)| AwsTag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map(Some)
}

pub(crate) fn image(call: &Call<'_>, from: &ImageDetail) -> Result<EcrImage, AwsError> {
    let digest = call.required(from.image_digest(), "the digest of an image")?;
    let digest = Digest::parse(digest).map_err(|error| call.unusable(error))?;
    let tags = from.image_tags().iter().filter_map(|text| {
        // ECR's own API accepts tags of up to 300 characters, which no registry client can name.
        Tag::parse(text)
            .inspect_err(|error| tracing::warn!(%digest, %error, "skipped a tag that no registry client can name"))
            .ok()
    });
    let tags: Vec<Tag> = tags.collect();
    let unreadable = from.image_tags().len() - tags.len();
    // Only an invalid digest could fail here, and the image is usable without its subject.
    let subject = from.subject_manifest_digest().and_then(|text| Digest::parse(text).ok());
    let status: Reported<EcrImageStatus> =
        from.image_status().map_or_else(Reported::default, |status| reported(status.as_str()));
    Ok(EcrImage {
        tags,
        unreadable_tags: u32::try_from(unreadable).unwrap_or(u32::MAX),
        subject,
        size_bytes: from.image_size_in_bytes().and_then(|size| u64::try_from(size).ok()),
        pushed_at_ms: milliseconds(from.image_pushed_at()),
        pulled_at_ms: milliseconds(from.last_recorded_pull_time()),
        restored_at_ms: milliseconds(from.last_activated_at()),
        archived_at_ms: milliseconds(from.last_archived_at())
            .filter(|_| status == EcrImageStatus::Archived),
        status,
        media_type: from.image_manifest_media_type().map(str::to_owned),
        artifact_media_type: from.artifact_media_type().map(str::to_owned),
        digest,
    })
}

pub(crate) fn identifier(from: &EcrImageId) -> ImageIdentifier {
    let builder = ImageIdentifier::builder();
    match from {
        EcrImageId::Tag(tag) => builder.image_tag(tag.as_str()),
        EcrImageId::Digest(digest) => builder.image_digest(digest.as_str()),
        EcrImageId::Tagged { tag, digest } => {
            builder.image_tag(tag.as_str()).image_digest(digest.as_str())
        }
    }
    .build()
}

/// Returns the failure with the image of the request. Returns `None` if it names no image of `requested`.
pub(crate) fn not_deleted(from: &ImageFailure, requested: &[EcrImageId]) -> Option<DeleteFailure> {
    let id = from.image_id()?;
    let is_it = |name: &&EcrImageId| match (name, id.image_tag()) {
        (EcrImageId::Tag(tag) | EcrImageId::Tagged { tag, .. }, Some(returned)) => {
            tag.as_str() == returned
        }
        // ECR may add a tag of the image to the digest of the request.
        (EcrImageId::Digest(digest), _) => id.image_digest() == Some(digest.as_str()),
        _ => false,
    };
    Some(DeleteFailure {
        image: requested.iter().find(is_it)?.clone(),
        code: from.failure_code().map(|code| code.as_str().to_owned()).unwrap_or_default(),
        reason: from.failure_reason().unwrap_or_default().to_owned(),
    })
}

/// Parses the token, `user:password` in base64. Its content appears in no message.
pub(crate) fn registry_token(
    call: &Call<'_>,
    from: &AuthorizationData,
) -> Result<RegistryToken, AwsError> {
    let token = call.required(from.authorization_token(), "the authorization token")?;
    let bytes = STANDARD
        .decode(token)
        .map_err(|_| call.unusable("its authorization token is not base64"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| call.unusable("its authorization token is not text"))?;
    let (user, password) = text
        .split_once(':')
        .filter(|(user, password)| !user.is_empty() && !password.is_empty())
        .ok_or_else(|| call.unusable("its authorization token is not user:password"))?;
    let endpoint = call.required(from.proxy_endpoint(), "the address of the registry")?;
    Ok(RegistryToken {
        user: user.to_owned(),
        password: Secret::new(password.to_owned()),
        expires_at_ms: call.required(
            milliseconds(from.expires_at()),
            "the expiration of the authorization token",
        )?,
        proxy_endpoint: Url::parse(endpoint).map_err(|error| {
            call.unusable(format_args!("its registry address {endpoint:?} is not a URL: {error}"))
        })?,
    })
}

pub(crate) fn milliseconds(time: Option<&DateTime>) -> Option<u64> {
    u64::try_from(time?.to_millis().ok()?).ok()
}
