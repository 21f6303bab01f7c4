//! The source that a paste chooses, for each field.

use super::*;

fn hub(namespace: &str) -> ImageSource {
    ImageSource::DockerHub { namespace: namespace.to_owned() }
}

fn practice(namespace: Option<&str>) -> ImageSource {
    ImageSource::PracticeAccount { namespace: namespace.map(str::to_owned) }
}

fn registry(host: &str, plain_http: bool) -> ImageSource {
    ImageSource::Registry { host: host.to_owned(), plain_http }
}

fn ecr(profile: &str, region: &str, endpoint: Option<&str>) -> ImageSource {
    ImageSource::Ecr {
        connection: AwsConnection::Profile {
            profile: profile.to_owned(),
            region: Some(region.to_owned()),
            ecr_endpoint: endpoint.map(str::to_owned),
            registry_endpoint: None,
        },
    }
}

#[test]
fn a_paste_chooses_source_repository_and_tag_and_keeps_what_is_known() {
    use PasteField::{Filter, Namespace, Registry, Repository};
    let image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/svc:1";
    let endpoint = Some("https://vpce.example");
    for (field, text, current, expected) in [
        (Filter, "docker pull a/b:1", None, Some((hub("a"), Some("a/b"), Some("1")))),
        (
            Filter,
            "docker pull a/b",
            Some(hub("x, a")),
            Some((hub("x, a"), Some("a/b"), Some("latest"))),
        ),
        (
            Filter,
            "docker pull b",
            Some(hub("x")),
            Some((hub("x, library"), Some("library/b"), Some("latest"))),
        ),
        (
            Filter,
            "docker pull acme/b:1",
            Some(practice(Some("dencold"))),
            Some((practice(Some("dencold, acme")), Some("acme/b"), Some("1"))),
        ),
        (
            Filter,
            "https://hub.docker.com/u/acme",
            Some(hub("x")),
            Some((hub("x, acme"), None, None)),
        ),
        (Filter, "a/b:1", Some(hub("x")), None),
        (Filter, "b", Some(hub("x")), None),
        (Namespace, "a/b:1", Some(hub("x")), Some((hub("x, a"), Some("a/b"), Some("1")))),
        (Namespace, "a, b", Some(hub("x")), None),
        (
            Registry,
            "ghcr.io",
            Some(registry("", false)),
            Some((registry("ghcr.io", false), None, None)),
        ),
        (
            Registry,
            "https://ghcr.io/v2/",
            Some(registry("ghcr.io", true)),
            Some((registry("ghcr.io", false), None, None)),
        ),
        (
            Registry,
            "GHCR.io",
            Some(registry("ghcr.io", true)),
            Some((registry("ghcr.io", true), None, None)),
        ),
        (
            Registry,
            "http://localhost:5000",
            Some(registry("", false)),
            Some((registry("localhost:5000", true), None, None)),
        ),
        (Registry, "docker.io", Some(registry("", false)), Some((hub(""), None, None))),
        (
            Registry,
            "ghcr.io/team/app:1",
            Some(registry("", false)),
            Some((registry("ghcr.io", false), Some("team/app"), Some("1"))),
        ),
        (Repository, "team/app", Some(registry("ghcr.io", false)), None),
        (
            Repository,
            "team/app:1",
            Some(registry("ghcr.io", true)),
            Some((registry("ghcr.io", true), Some("team/app"), Some("1"))),
        ),
        (Filter, image, None, Some((ecr("", "us-east-1", None), Some("svc"), Some("1")))),
        (
            Filter,
            image,
            Some(ecr("prod", "eu-west-1", endpoint)),
            Some((ecr("prod", "us-east-1", None), Some("svc"), Some("1"))),
        ),
        (
            Filter,
            image,
            Some(ecr("prod", "us-east-1", endpoint)),
            Some((ecr("prod", "us-east-1", endpoint), Some("svc"), Some("1"))),
        ),
        (
            Filter,
            "skopeo copy docker-daemon:app:1 docker://ghcr.io/a/b",
            Some(hub("x")),
            Some((ImageSource::DockerEngine, Some("app"), Some("1"))),
        ),
    ] {
        let found = read(text, field, current.as_ref()).unwrap();
        let found = found.map(|found| pasted_source(found, current));
        let found = found
            .as_ref()
            .map(|it| (it.source.clone(), it.repository.as_deref(), it.tag.as_deref()));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn text_that_names_no_image_is_an_error_with_a_next_step() {
    for (field, text) in [
        (PasteField::Filter, "docker ps"),
        (PasteField::Filter, "https://github.com/acme/app"),
        (PasteField::Filter, "docker pull a\ndocker pull b"),
        (PasteField::Registry, "team/app"),
        (PasteField::Namespace, "Team/App"),
    ] {
        let error = read(text, field, None).unwrap_err();
        let error = not_understood(&error);
        assert_eq!(error.code, transload_errors::ErrorCode::InputInvalid, "{text}");
        assert!(error.next_steps().next().is_some() && error.message.ends_with('.'), "{error:?}");
    }
}
