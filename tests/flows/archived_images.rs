//! Images that are archived and restored, with the practice ECR.

use anyhow::{Context, Result, bail};
use transload_contract::{
    DeletionTarget, ImageChangeKind, ImageLocation, ImageSource, ImageStatus, InspectOptions,
};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule};
use transload_tests::headless_app::api_error;
use transload_tests::images::{Index, Recipe};

use crate::explorer::{NAME, Shop, aws, named, texts};

#[tokio::test]
async fn archived_images_are_listed_and_not_read() -> Result<()> {
    let shop = Shop::open().await?;
    let image = Recipe::small(3).build()?;
    shop.repository.push(&image, "v1").await?;
    let id = format!("imageDigest={}", image.manifest.digest);
    let archive = [
        "update-image-storage-class",
        "--repository-name",
        NAME,
        "--image-id",
        &id,
        "--target-storage-class",
        "ARCHIVE",
    ];
    assert_eq!(aws(&shop.ecr, &archive).await?["imageStatus"], "ARCHIVED");
    let details = shop.details().await?;
    assert_eq!(details.images[0].status, ImageStatus::Archived);
    assert!(details.images[0].archived_at_ms.is_some());
    shop.calls()?;
    let unread = shop
        .app
        .api
        .repository_manifests_read(
            shop.ecr.connection(),
            NAME.to_owned(),
            vec![image.manifest.digest.clone()],
        )
        .await
        .map_err(api_error)?;
    assert_eq!((unread.len(), shop.calls()?.len()), (1, 0));
    // The list counts it as archived. ECR refuses to delete the repository while it has the image, which AWS clients
    // don't list unless asked to. So the deletion names the image, and deletes it first.
    let connection = || shop.ecr.connection();
    let summary = shop.app.api.repository_summaries(connection(), vec![NAME.to_owned()]).await;
    assert_eq!((summary.map_err(api_error)?[0].archived, details.rows.rows.len()), (1, 1));
    let target = DeletionTarget::Repositories { names: vec![NAME.to_owned()] };
    let planned = shop.app.api.deletion_plan(connection(), target).await.map_err(api_error)?;
    let [going] = planned.repositories[0].images.as_slice() else { bail!("{planned:?}") };
    assert!(going.is_archived && planned.repositories[0].deletes_repository, "{planned:?}");
    // The page of the image says why, and asks for nothing that can't be pulled.
    let inspect = async || {
        let location = ImageLocation {
            source: ImageSource::Ecr { connection: shop.ecr.connection() },
            repository: NAME.to_owned(),
            reference: image.manifest.digest.clone(),
        };
        shop.app.api.image_inspect(location, InspectOptions::default()).await
    };
    let refused = inspect().await.err().context("it is archived")?;
    assert_eq!(refused.code, ErrorCode::ImageArchived);
    let asked = shop.practice()?.requests();
    assert!(asked.iter().all(|request| !request.path.contains("/manifests/")), "{asked:?}");
    // A push restores it at once.
    shop.repository.push(&image, "v1").await?;
    assert_eq!(shop.details().await?.images[0].status, ImageStatus::Active);
    inspect().await.map_err(api_error)?;
    // What was read before is shown from this computer.
    aws(&shop.ecr, &archive).await?;
    assert_eq!(shop.details().await?.images[0].status, ImageStatus::Archived);
    inspect().await.map_err(api_error)?;
    let target = DeletionTarget::Repositories { names: vec![NAME.to_owned()] };
    let planned = shop.app.api.deletion_plan(connection(), target).await.map_err(api_error)?;
    let report = shop.app.api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)?;
    assert_eq!((report.deleted.images, report.deleted.repositories), (1, 1), "{report:?}");
    Ok(())
}

#[tokio::test]
async fn an_index_is_archived_and_restored_with_its_parts() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    let details = shop.details().await?;
    shop.read(texts(&details.rows.unread_indexes)).await?;
    shop.calls()?;
    let digest = index.manifest.digest.clone();
    let moved = async |is_archived| {
        let (connection, name) = (shop.ecr.connection(), NAME.to_owned());
        let digests = vec![digest.clone()];
        let api = &shop.app.api;
        let change = api.repository_images_archive(connection, name, digests, is_archived).await;
        change.map_err(api_error)
    };
    let archived = moved(true).await?;
    assert_eq!((archived.changed, archived.unchanged.len()), (4, 0));
    assert_eq!(shop.calls()?, named(&[("UpdateImageStorageClass", 4)]));
    let details = shop.details().await?;
    assert!(details.images.iter().all(|image| image.status == ImageStatus::Archived));
    // Archived already.
    assert_eq!(moved(true).await?.changed, 0);
    let denied = FaultRule::operation(FaultAction::AccessDenied, "UpdateImageStorageClass");
    shop.ecr.faults()?.add(denied.times(1));
    let restored = moved(false).await?;
    assert_eq!((restored.changed, restored.unchanged.len()), (3, 1));
    assert_eq!(restored.unchanged[0].error.code, ErrorCode::AccessDenied);
    let history = shop.app.api.image_changes().await.map_err(api_error)?;
    let changes: Vec<_> = history.into_iter().map(|one| one.change).collect();
    let expected = [
        ImageChangeKind::Restored { images: 3, refused: 1 },
        ImageChangeKind::Archived { images: 4, refused: 0 },
    ];
    assert_eq!(changes, expected);
    Ok(())
}
