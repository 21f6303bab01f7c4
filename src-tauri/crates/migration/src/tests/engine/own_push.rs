//! Images that the engine can't push as planned: its archive is sent instead, the registry mounts the layers, or the
//! image is refused before a repository is created.

use crate::engine_route::predict::{EngineOutcome, EnginePushMethod};
use crate::error::MigrationError;
use crate::plan::Action;
use crate::report::ImageResult;
use crate::request::MigrationRequest;
use crate::testing::{TestMigration, request, results};
use crate::tests::engine::{NAME, Partial, error_of, refusal};
use transload_docker::{DockerError, PushFailure};
use transload_model::{Digest, ImageReference};

#[tokio::test]
async fn temporary_failures_are_retried_and_failed_engine_pushes_are_replaced_by_an_own_push() {
    use PushFailure as Cause;
    let cases: [(&[Cause], usize, u32); 5] = [
        (&[Cause::RegistryFailed], 2, 0),
        (&[Cause::Forbidden], 2, 0),
        (&[Cause::Throttled, Cause::Throttled, Cause::Throttled], 3, 2),
        (&[Cause::PlatformAmbiguous], 1, 2),
        (&[Cause::Forbidden, Cause::TokenExpired], 2, 2),
    ];
    for (failures, pushes, archives) in cases {
        let partial = Partial::new(51);
        partial.engine.failures.lock().unwrap().extend(failures.iter().copied());
        let plan = partial.plan().await;
        let report = partial.run(&plan).await;
        assert_eq!(results(&report), ["Moved EqualToPart"], "{failures:?}");
        assert_eq!(partial.engine.pushes.lock().unwrap().len(), pushes, "{failures:?}");
        assert_eq!(*partial.engine.archives.lock().unwrap(), archives, "{failures:?}");
        assert_eq!(partial.engine.names(), [NAME], "{failures:?}");
    }
}

#[tokio::test]
async fn a_broken_archive_is_read_again_and_nothing_is_sent_twice() {
    let partial = Partial::new(45);
    let plan = partial.plan().await;
    // The run reads the manifests first; the second archive breaks while layers are read.
    partial.engine.broken_archives.lock().unwrap().extend([None, Some(2_700)]);
    assert_eq!(results(&partial.run(&plan).await), ["Moved EqualToPart"]);
    assert_eq!(*partial.engine.archives.lock().unwrap(), 4);
    let uploads = partial.migration.registry.uploads.lock().unwrap().clone();
    let mut unique = uploads.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), uploads.len(), "{uploads:?}");
}

#[tokio::test]
async fn an_image_that_can_be_neither_pushed_nor_exported_is_refused_in_the_plan() {
    let partial = Partial::new(45);
    *partial.engine.exports_nothing.lock().unwrap() = true;
    let plan = partial.plan().await;
    assert!(matches!(refusal(&plan), MigrationError::Docker(DockerError::NotExportable { .. })));
    // The same can happen after planning.
    *partial.engine.exports_nothing.lock().unwrap() = false;
    let plan = partial.plan().await;
    *partial.engine.exports_nothing.lock().unwrap() = true;
    let report = partial.run(&plan).await;
    assert!(matches!(error_of(&report), MigrationError::Docker(DockerError::NotExportable { .. })));
    assert!(partial.migration.ecr.names().is_empty(), "no repository was created");
}

#[tokio::test]
async fn a_name_that_is_only_listed_is_found_by_image_id() {
    let whole = Partial::whole(51);
    let name = ImageReference::parse(NAME).unwrap();
    whole.engine.listed_only.lock().unwrap().push(name);
    let plan = whole.plan().await;
    assert_eq!(results(&whole.run(&plan).await), ["Moved Equal"]);
}

/// Docker 26 refuses a partial index before it sends anything, and pushes everything else faster than
/// its archive could be read.
#[tokio::test]
async fn docker_26_pushes_itself_and_the_archive_is_read_only_if_it_refuses() {
    for (is_whole, repository_exists, pushes, archives, expected) in [
        // A repository that has to be created: the archive shows first that there is something to
        // send, and whether the engine can push it.
        (true, false, 1, 1, "Moved Equal"),
        (false, false, 0, 2, "Moved EqualToPart"),
        (true, true, 1, 0, "Moved Equal"),
        (false, true, 1, 2, "Moved EqualToPart"),
    ] {
        let case = format!("whole: {is_whole}, repository exists: {repository_exists}");
        let partial = if is_whole { Partial::whole(45) } else { Partial::new(45) };
        if repository_exists {
            partial.migration.ecr.add("app", Default::default());
        }
        let plan = partial.plan().await;
        assert_eq!(
            plan.images[0].engine.as_ref().unwrap().method,
            EnginePushMethod::Push,
            "{case}"
        );
        *partial.engine.archives.lock().unwrap() = 0;
        assert_eq!(results(&partial.run(&plan).await), [expected], "{case}");
        assert_eq!(partial.engine.pushes.lock().unwrap().len(), pushes, "{case}");
        assert_eq!(*partial.engine.archives.lock().unwrap(), archives, "{case}");
        let pushed = if is_whole { &partial.index } else { &partial.children[0] };
        assert_eq!(partial.at_destination().as_ref(), Some(pushed), "{case}");
        assert_eq!(partial.engine.names(), [NAME], "{case}: no name is left");
    }
}

/// A single image whose layers the engine doesn't hold, and the name under which it was pulled.
struct Shadowed {
    partial: Partial,
    image: Digest,
    name: &'static str,
}

impl Shadowed {
    fn new(minor: u32, name: &'static str) -> Self {
        Self::of(Partial::new(minor), name)
    }

    fn of(partial: Partial, name: &'static str) -> Self {
        let engine = &partial.engine;
        let image = engine.content.image(engine.path(), None, &["shadowed"]);
        engine.shadowed.lock().unwrap().push(image.clone());
        engine.add_from_content(name, &image);
        Self { partial, image, name }
    }

    /// Puts the image into a repository of the destination registry.
    fn at_destination(self, path: &str) -> Self {
        let (engine, registry) = (&self.partial.engine, &self.partial.migration.registry);
        engine.content.copy_to(engine.path(), &self.image, registry, path, Some("1"));
        self
    }

    fn request(&self) -> MigrationRequest {
        let mut request = request("app", "app", &["1"]);
        request.images[0].source = ImageReference::parse(self.name).unwrap();
        request
    }
}

#[tokio::test]
async fn layers_that_only_the_destination_registry_has_are_mounted_by_it() {
    for (minor, outcome) in [(51, EngineOutcome::Mounted), (45, EngineOutcome::SeenWhileSending)] {
        let shadowed = Shadowed::new(minor, "registry.example/origin:1").at_destination("origin");
        let plan = shadowed.partial.plan_for(&shadowed.request()).await;
        let engine = plan.images[0].engine.as_ref().unwrap();
        assert_eq!((engine.outcome, engine.method), (outcome, EnginePushMethod::Push), "1.{minor}");
        assert_eq!(results(&shadowed.partial.run(&plan).await), ["Moved Equal"], "1.{minor}");
        assert_eq!(shadowed.partial.at_destination().as_ref(), Some(&shadowed.image));
        let plan = shadowed.partial.plan_for(&shadowed.request()).await;
        assert!(matches!(plan.images[0].action, Action::AlreadyThere), "1.{minor}");
    }
}

/// Whatever the engine can't send leaves no repository behind, whether the plan or the run finds it.
#[tokio::test]
async fn an_image_that_cannot_be_sent_gets_no_repository() {
    type Case = fn(u32) -> (Partial, MigrationRequest);
    let shadowed_elsewhere: Case = |minor| {
        let shadowed = Shadowed::new(minor, "source.example/shadowed:1");
        let request = shadowed.request();
        (shadowed.partial, request)
    };
    let gone_at_destination: Case = |minor| {
        let shadowed = Shadowed::new(minor, "registry.example/origin:1");
        let request = shadowed.request();
        (shadowed.partial, request)
    };
    let not_mounted: Case = |minor| {
        let partial = Partial::with_migration(TestMigration::without_mounts(), minor);
        let shadowed = Shadowed::of(partial, "registry.example/origin:1").at_destination("origin");
        let request = shadowed.request();
        (shadowed.partial, request)
    };
    let no_child: Case = |minor| {
        let partial = Partial::new(minor);
        partial.engine.absent.lock().unwrap().extend(partial.children.clone());
        partial.engine.add_from_content(NAME, &partial.index);
        (partial, request("app", "app", &["1"]))
    };
    let other_platform: Case = |minor| {
        let mut wanted = request("app", "app", &["1"]);
        wanted.extent.platform = Some("linux/s390x".parse().unwrap());
        (Partial::new(minor), wanted)
    };
    let no_archive: Case = |minor| {
        let partial = Partial::new(minor);
        *partial.engine.exports_nothing.lock().unwrap() = true;
        (partial, request("app", "app", &["1"]))
    };
    let missing: Case = |minor| {
        let partial = Partial::new(minor);
        partial.engine.remove(NAME);
        (partial, request("app", "app", &["1"]))
    };
    for (what, case, minors) in [
        ("layers elsewhere", shadowed_elsewhere, &[45, 46, 51][..]),
        ("layers no longer at the destination", gone_at_destination, &[45, 46, 51]),
        ("layers that are not mounted", not_mounted, &[45, 46, 51]),
        ("no image of the index", no_child, &[45, 46, 51]),
        ("a platform that is not held", other_platform, &[45, 46, 51]),
        ("neither push nor archive", no_archive, &[45, 46]),
        ("no such image", missing, &[45, 46, 51]),
    ] {
        for minor in minors {
            let (partial, wanted) = case(*minor);
            let names = partial.engine.names();
            let plan = partial.plan_for(&wanted).await;
            let is_refused = matches!(plan.images[0].action, Action::Refused { .. });
            assert!(is_refused || *minor < 47, "{what} on 1.{minor} is known to the plan");
            let report = partial.run(&plan).await;
            let result = &report.images[0].result;
            assert!(
                matches!(result, ImageResult::Failed { .. }),
                "{what} on 1.{minor}: {result:?}"
            );
            assert!(
                partial.migration.ecr.names().is_empty(),
                "{what} on 1.{minor} has a repository"
            );
            assert_eq!(partial.at_destination(), None, "{what} on 1.{minor}");
            assert_eq!(partial.engine.names(), names, "{what} on 1.{minor}: a name is left");
        }
    }
}
