//! Amazon Inspector: which images of a repository Amazon ECS and EKS run. ECR's own answers name that only with the
//! findings of one image; Inspector's coverage names it for a whole repository in one call.
//!
//! Source: the API reference of Amazon Inspector, "ListCoverage". It knows an image only where enhanced scanning is on.

use aws_sdk_inspector2::Client;
use aws_sdk_inspector2::types::{
    CoverageFilterCriteria, CoverageNumberFilter, CoverageResourceType, CoverageStringComparison,
    CoverageStringFilter, CoveredResource,
};
use std::sync::Arc;

use crate::ecr::values::milliseconds;
use crate::error::AwsError;
use crate::sdk_error::{Call, Caller};
use transload_model::{Digest, RepositoryName};

/// Entries per page. Source: the maximum of `maxResults` in the API reference.
const PAGE_SIZE: i32 = 200;

/// Amazon Inspector in one account and region.
pub struct Inspector {
    pub(crate) caller: Arc<Caller>,
    pub(crate) client: Client,
}

/// An image that runs somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageInUse {
    pub digest: Digest,
    /// In how many ECS tasks and EKS pods it runs. At least 1.
    pub count: u64,
    /// When it last ran, in milliseconds since 1970.
    pub last_in_use_at_ms: Option<u64>,
}

impl Inspector {
    /// Returns the images of a repository that run somewhere, all pages. One call for each 200 of them.
    pub async fn images_in_use(&self, name: &RepositoryName) -> Result<Vec<ImageInUse>, AwsError> {
        let call = Call::new(&self.caller, "inspector2:ListCoverage");
        let request = self
            .client
            .list_coverage()
            .filter_criteria(in_use_in(name).map_err(|error| call.unusable(error))?)
            .max_results(PAGE_SIZE);
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = call
                .while_throttled(|| request.clone().set_next_token(token.clone()).send())
                .await?;
            found.extend(page.covered_resources().iter().filter_map(image_in_use));
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                return Ok(found);
            }
        }
    }
}

/// The filter for the images of a repository that run somewhere.
fn in_use_in(
    name: &RepositoryName,
) -> Result<CoverageFilterCriteria, aws_smithy_types::error::operation::BuildError> {
    let equals = |value: &str| {
        CoverageStringFilter::builder()
            .comparison(CoverageStringComparison::Equals)
            .value(value)
            .build()
    };
    Ok(CoverageFilterCriteria::builder()
        .resource_type(equals(CoverageResourceType::AwsEcrContainerImage.as_str())?)
        .ecr_repository_name(equals(name.as_str())?)
        .ecr_image_in_use_count(CoverageNumberFilter::builder().lower_inclusive(1).build())
        .build())
}

/// Reads an entry. Returns `None` for anything but an image that runs.
fn image_in_use(from: &CoveredResource) -> Option<ImageInUse> {
    // arn:aws:ecr:REGION:ACCOUNT:repository/NAME/sha256:HEX
    let digest = Digest::parse(from.resource_id().rsplit('/').next()?).ok()?;
    let image = from.resource_metadata()?.ecr_image()?;
    let count = image.in_use_count().and_then(|count| u64::try_from(count).ok())?;
    (count > 0).then(|| ImageInUse {
        digest,
        count,
        last_in_use_at_ms: milliseconds(image.last_in_use_at()),
    })
}

#[cfg(test)]
mod tests;
