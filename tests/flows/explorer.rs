//! The repository pages on the practice ECR: one row for one thing, how many calls each page makes, and what counts as
//! a pull. The AWS CLI reads the destination.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use transload_contract::{ImageCount, ImageKind, ImageRow, RepositoryDetails, RepositoryRows};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule, Practice};
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error};
use transload_tests::images::{Index, Recipe, TestRepository};

pub(crate) const NAME: &str = "shop/api";

/// A practice ECR with one repository, and the app.
pub(crate) struct Shop {
    pub ecr: Ecr,
    pub app: HeadlessApp,
    pub repository: TestRepository,
}

impl Shop {
    pub async fn open() -> Result<Self> {
        let ecr = Ecr::practice().await?;
        let app = HeadlessApp::new(ecr.home()?, None)?;
        aws(&ecr, &["create-repository", "--repository-name", NAME]).await?;
        let (user, password) = ecr.login().await?;
        let registry = format!("http://{}", ecr.registry_host());
        let repository =
            TestRepository::new(&registry, NAME)?.login(Some((user.as_str(), password.as_str())));
        Ok(Self { ecr, app, repository })
    }

    pub fn practice(&self) -> Result<&Practice> {
        match &self.ecr {
            Ecr::Practice { practice, .. } => Ok(practice),
            Ecr::Ministack(_) => bail!("it is the practice ECR"),
        }
    }

    pub async fn details(&self) -> Result<RepositoryDetails> {
        let connection = self.ecr.connection();
        let details = self.app.api.repository_details(connection, NAME.to_owned()).await;
        details.map_err(api_error)
    }

    /// Reads manifests as the page does, and groups the rows again.
    pub async fn read(&self, digests: Vec<String>) -> Result<RepositoryRows> {
        let (connection, name) = (|| self.ecr.connection(), || NAME.to_owned());
        let unread = self.app.api.repository_manifests_read(connection(), name(), digests).await;
        assert!(unread.map_err(api_error)?.is_empty());
        self.app.api.repository_rows(connection(), name()).await.map_err(api_error)
    }

    /// The ECR operations since the last call, each with its number.
    pub fn calls(&self) -> Result<Vec<(String, usize)>> {
        Ok(calls_since(self.practice()?))
    }
}

/// The ECR operations since the last call, each with its number, without those of a connection.
pub(crate) fn calls_since(practice: &Practice) -> Vec<(String, usize)> {
    let mut calls: Vec<(String, usize)> = Vec::new();
    for operation in practice.requests().into_iter().filter_map(|request| request.operation) {
        match calls.iter_mut().find(|(known, _)| *known == operation) {
            Some((_, count)) => *count += 1,
            None => calls.push((operation, 1)),
        }
    }
    practice.clear_requests();
    calls.retain(|(operation, _)| {
        !["GetAuthorizationToken", "GetCallerIdentity"].contains(&operation.as_str())
    });
    calls.sort();
    calls
}

pub(crate) async fn aws(ecr: &Ecr, arguments: &[&str]) -> Result<Value> {
    let arguments = ["ecr"].into_iter().chain(arguments.iter().copied());
    let answer = ecr.aws()?.run(arguments).succeed().await?;
    Ok(serde_json::from_slice(&answer.stdout).unwrap_or_default())
}

pub(crate) fn named(calls: &[(&str, usize)]) -> Vec<(String, usize)> {
    calls.iter().map(|(operation, count)| ((*operation).to_owned(), *count)).collect()
}

fn only(rows: &RepositoryRows) -> Result<&ImageRow> {
    let [row] = rows.rows.as_slice() else { bail!("{} rows", rows.rows.len()) };
    Ok(row)
}

pub(crate) fn texts(digests: &[transload_model::Digest]) -> Vec<String> {
    digests.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn an_index_is_one_row_after_one_call_and_is_never_read_again() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    let connection = || shop.ecr.connection();
    shop.app.api.repositories_list(connection()).await.map_err(api_error)?;
    shop.calls()?;

    shop.app.api.repositories_list(connection()).await.map_err(api_error)?;
    assert_eq!(shop.calls()?, named(&[("DescribeRepositories", 1)]));
    let summary = shop.app.api.repository_summaries(connection(), vec![NAME.to_owned()]).await;
    let summary = summary.map_err(api_error)?;
    assert_eq!(shop.calls()?, named(&[("DescribeImages", 1)]));
    assert!(!summary[0].size.is_exact && summary[0].archived == 0);
    // The platforms and their attestation may be images of their own until the index is read.
    assert_eq!(summary[0].images, ImageCount { count: 4, is_exact: false });
    assert_eq!(summary[0].kinds.known, [ImageKind::Image, ImageKind::Index]);
    assert!(summary[0].kinds.possible.contains(&ImageKind::Attestation));

    let details = shop.details().await?;
    let opened =
        named(&[("DescribeImages", 1), ("DescribeRepositories", 1), ("GetLifecyclePolicy", 1)]);
    assert_eq!(shop.calls()?, opened);
    assert_eq!(texts(&details.rows.unread_indexes), std::slice::from_ref(&index.manifest.digest));
    let rows = shop.read(texts(&details.rows.unread_indexes)).await?;
    assert_eq!(shop.calls()?, named(&[("BatchGetImage", 1)]));
    let row = only(&rows)?;
    assert_eq!(row.platforms, ["linux/amd64", "linux/arm64"]);
    assert_eq!(row.attestations + row.provenances + row.sboms, 1);

    // True sizes: everything else in one more call.
    let rows = shop.read(texts(&rows.unread_manifests)).await?;
    assert_eq!(shop.calls()?, named(&[("BatchGetImage", 1)]));
    assert!(rows.size.is_exact && only(&rows)?.only_here_bytes == Some(rows.size.bytes));

    let summary = shop.app.api.repository_summaries(connection(), vec![NAME.to_owned()]).await;
    let summary = summary.map_err(api_error)?;
    assert_eq!(summary[0].images, ImageCount { count: 1, is_exact: true });
    assert_eq!(summary[0].kinds.known.len(), 3, "the attestation too");
    assert!(summary[0].kinds.possible.is_empty());
    shop.calls()?;

    // Another start of the program with the same data reads nothing.
    let details = shop.details().await?;
    assert_eq!(only(&details.rows)?.platforms.len(), 2);
    let all = texts(&details.rows.unread_manifests);
    assert_eq!(all, Vec::<String>::new());
    shop.read(vec![index.manifest.digest.clone()]).await?;
    assert_eq!(shop.calls()?, opened);
    Ok(())
}

#[tokio::test]
async fn a_read_by_transload_is_not_shown_as_a_pull() -> Result<()> {
    let shop = Shop::open().await?;
    let image = Recipe::small(3).build()?;
    shop.repository.push(&image, "v1").await?;
    let digest = image.manifest.digest.clone();
    let before = shop.details().await?;
    assert_eq!((before.images[0].pulled_at_ms, before.images[0].own_read_at_ms), (None, None));
    shop.read(vec![digest.clone()]).await?;

    let described = aws(&shop.ecr, &["describe-images", "--repository-name", NAME]).await?;
    assert!(!described["imageDetails"][0]["lastRecordedPullTime"].is_null(), "{described}");
    let after = shop.details().await?;
    assert_eq!(after.images[0].pulled_at_ms, None);
    assert!(after.images[0].own_read_at_ms.is_some());

    // An older pull by someone else stays what is shown.
    let other = Recipe::small(4).build()?;
    shop.repository.push(&other, "v2").await?;
    let digest = &other.manifest.digest;
    shop.practice()?.set_image_age(NAME, digest, 90, Some(40)).await?;
    let pulled = |details: &RepositoryDetails| {
        let image = details.images.iter().find(|image| image.digest == *digest);
        image.map(|image| (image.pulled_at_ms, image.own_read_at_ms.is_some()))
    };
    let before = pulled(&shop.details().await?).context("the image")?;
    shop.read(vec![digest.clone()]).await?;
    let after = pulled(&shop.details().await?).context("the image")?;
    assert_eq!((after.0, before.1, after.1), (before.0, false, true));
    Ok(())
}

#[tokio::test]
async fn reads_of_an_excluded_principal_change_no_pull_time() -> Result<()> {
    let shop = Shop::open().await?;
    let image = Recipe::small(3).build()?;
    shop.repository.push(&image, "v1").await?;
    let arn = "arn:aws:iam::111122223333:user/practice";
    aws(&shop.ecr, &["register-pull-time-update-exclusion", "--principal-arn", arn]).await?;
    let listed = aws(&shop.ecr, &["list-pull-time-update-exclusions"]).await?;
    assert_eq!(listed["pullTimeUpdateExclusions"], json!([arn]));
    shop.details().await?;
    shop.read(vec![image.manifest.digest.clone()]).await?;
    let details = shop.details().await?;
    assert_eq!((details.images[0].pulled_at_ms, details.images[0].own_read_at_ms), (None, None));
    let described = aws(&shop.ecr, &["describe-images", "--repository-name", NAME]).await?;
    assert!(described["imageDetails"][0]["lastRecordedPullTime"].is_null(), "{described}");
    Ok(())
}

#[tokio::test]
async fn a_missing_permission_takes_one_part_of_the_page() -> Result<()> {
    let shop = Shop::open().await?;
    shop.repository.push(&Recipe::small(3).build()?, "v1").await?;
    let denied = FaultRule::operation(FaultAction::AccessDenied, "GetLifecyclePolicy");
    shop.ecr.faults()?.add(denied);
    let details = shop.details().await?;
    let error = details.lifecycle.error.context("an error")?;
    assert_eq!(error.code, ErrorCode::AccessDenied);
    assert_eq!(error.subject.as_deref(), Some("ecr:GetLifecyclePolicy"));
    assert_eq!(details.images.len(), 1);
    Ok(())
}
