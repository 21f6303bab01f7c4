//! Addresses, commands and references that people paste, in tables.

use proptest::prelude::*;

use super::*;
use crate::reference::InvalidReference;
use crate::registry_host::InvalidRegistryHost;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A short form of what was found, for tables.
fn shown(found: &PastedReference) -> String {
    let protocol = |plain_http: &Option<bool>| match plain_http {
        None => "",
        Some(true) => " http",
        Some(false) => " https",
    };
    match found {
        PastedReference::Registry { host, plain_http } => {
            format!("registry {host}{}", protocol(plain_http))
        }
        PastedReference::HubNamespace(name) => format!("namespace {name}"),
        PastedReference::EcrRegion(region) => format!("ecr {region}"),
        PastedReference::Image { reference, plain_http } => {
            format!("{reference}{}", protocol(plain_http))
        }
        PastedReference::EngineImage(reference) => format!("engine {}", reference.familiar()),
    }
}

fn read(text: &str) -> Option<String> {
    PastedReference::parse(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .as_ref()
        .map(shown)
}

#[test]
fn addresses_of_browsers_and_apis_name_their_image() {
    let image = "https://hub.docker.com/layers/dencold/pgcli/4.1.0/images/sha256-aa";
    let ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
    let details = format!(
        "https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/111122223333/hub/svc-299/_/image/{DIGEST}/details?region=eu-west-1"
    );
    let pinned = format!("{ecr}/hub/svc-299@{DIGEST}");
    for (text, expected) in [
        ("https://hub.docker.com/r/dencold/pgcli", "docker.io/dencold/pgcli"),
        ("https://hub.docker.com/r/dencold/pgcli/tags", "docker.io/dencold/pgcli"),
        ("https://hub.docker.com/r/dencold/pgcli/tags?name=4.1&page=1", "docker.io/dencold/pgcli"),
        ("https://hub.docker.com/_/nginx", "docker.io/library/nginx"),
        ("https://hub.docker.com/_/nginx/tags#top", "docker.io/library/nginx"),
        ("https://hub.docker.com/repository/docker/acme/ledger/general", "docker.io/acme/ledger"),
        (image, "docker.io/dencold/pgcli:4.1.0"),
        ("https://hub.docker.com/u/dencold", "namespace dencold"),
        ("https://hub.docker.com/orgs/acme/repositories", "namespace acme"),
        ("https://hub.docker.com/", "registry docker.io"),
        ("https://hub.docker.com/v2/repositories/acme/app/tags/1.0/", "docker.io/acme/app:1.0"),
        ("https://hub.docker.com/v2/namespaces/acme/repositories/app/tags", "docker.io/acme/app"),
        ("https://registry.hub.docker.com/v2/repositories/acme/app/tags", "docker.io/acme/app"),
        (
            "https://registry-1.docker.io/v2/library/alpine/manifests/3",
            "docker.io/library/alpine:3",
        ),
        ("https://registry-1.docker.io/v2/", "registry docker.io https"),
        ("https://ghcr.io/v2/", "registry ghcr.io https"),
        ("https://ghcr.io/v2", "registry ghcr.io https"),
        ("https://ghcr.io/v2/_catalog?n=100", "registry ghcr.io https"),
        ("HTTP://localhost:5000/", "registry localhost:5000 http"),
        ("https://ada:secret@registry.example.com/v2/", "registry registry.example.com https"),
        ("https://ghcr.io/team/app", "ghcr.io/team/app https"),
        ("https://ghcr.io/team/app:1.0", "ghcr.io/team/app:1.0 https"),
        ("https://ghcr.io/v2/team/app/tags/list", "ghcr.io/team/app https"),
        ("https://ghcr.io/v2/team/app/manifests/1.0", "ghcr.io/team/app:1.0 https"),
        (
            "http://127.0.0.1:5000/v2/manifests/app/manifests/1",
            "127.0.0.1:5000/manifests/app:1 http",
        ),
        (
            "https://github.com/orgs/acme/packages/container/package/tools%2Fapp",
            "ghcr.io/acme/tools/app",
        ),
        ("https://github.com/Acme/app/pkgs/container/App/123?tag=v1", "ghcr.io/acme/app:v1"),
        ("https://quay.io/repository/team/app?tab=tags", "quay.io/team/app"),
        ("https://quay.io/repository/team/app?tab=tags&tag=1.0", "quay.io/team/app:1.0"),
        ("https://quay.io/team/app:1.0", "quay.io/team/app:1.0 https"),
        ("https://gallery.ecr.aws/nginx/nginx", "public.ecr.aws/nginx/nginx"),
        (details.as_str(), pinned.as_str()),
        (
            "https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/111122223333/svc?region=us-east-1",
            "111122223333.dkr.ecr.us-east-1.amazonaws.com/svc",
        ),
        (
            "https://111122223333-abc.eu-west-1.console.aws.amazon.com/ecr/repositories/private/111122223333/svc",
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/svc",
        ),
        (
            "https://cn-north-1.console.amazonaws.cn/ecr/repositories/private/111122223333/svc/_/details",
            "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/svc",
        ),
        (
            "https://eu-west-1.console.aws.amazon.com/ecr/private-registry/repositories?region=eu-west-1",
            "ecr eu-west-1",
        ),
    ] {
        assert_eq!(read(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn commands_name_their_first_image() {
    let pinned = format!("docker pull alpine:3@{DIGEST}");
    let pinned_image = format!("docker.io/library/alpine:3@{DIGEST}");
    for (text, expected) in [
        ("docker pull alpine", "docker.io/library/alpine:latest"),
        ("$ docker pull dencold/pgcli:4.1.0", "docker.io/dencold/pgcli:4.1.0"),
        ("sudo docker pull ghcr.io/team/app", "ghcr.io/team/app:latest"),
        ("docker pull --platform linux/arm64 alpine:3", "docker.io/library/alpine:3"),
        ("docker pull --platform=linux/arm64 alpine:3", "docker.io/library/alpine:3"),
        ("docker pull -a dencold/pgcli", "docker.io/dencold/pgcli"),
        ("docker image pull -q alpine:3", "docker.io/library/alpine:3"),
        ("docker --context east pull alpine:3", "docker.io/library/alpine:3"),
        (
            "docker run -it --rm -p 80:80 -e A=b nginx:1.27 nginx -g x",
            "docker.io/library/nginx:1.27",
        ),
        ("docker run -d \\\n  --name web \\\n  nginx", "docker.io/library/nginx:latest"),
        ("docker buildx imagetools inspect quay.io/a/b:1", "quay.io/a/b:1"),
        ("docker manifest inspect alpine:3", "docker.io/library/alpine:3"),
        ("docker tag alpine:3 ghcr.io/me/alpine:3", "docker.io/library/alpine:3"),
        (pinned.as_str(), pinned_image.as_str()),
        ("podman pull quay.io/podman/hello", "quay.io/podman/hello:latest"),
        ("podman pull docker://alpine:3", "docker.io/library/alpine:3"),
        ("DOCKER_BUILDKIT=1 /usr/bin/docker pull alpine:3", "docker.io/library/alpine:3"),
        ("nerdctl pull alpine:3", "docker.io/library/alpine:3"),
        ("skopeo copy --all docker://quay.io/a/b:1 dir:/tmp/x", "quay.io/a/b:1"),
        ("skopeo copy --src-creds ada:secret docker://quay.io/a/b:1 oci:x", "quay.io/a/b:1"),
        ("skopeo inspect --raw docker://alpine", "docker.io/library/alpine:latest"),
        ("skopeo inspect --config docker://alpine", "docker.io/library/alpine:latest"),
        ("skopeo list-tags docker://alpine", "docker.io/library/alpine"),
        ("skopeo copy docker-daemon:app:1 docker://ghcr.io/a/b:1", "engine app:1"),
        ("crane cp ghcr.io/a/b:1 x.example.com/b:1", "ghcr.io/a/b:1"),
        ("crane ls ghcr.io/a/b", "ghcr.io/a/b"),
        ("oras pull ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("regctl image copy quay.io/a/b:1 x.example.com/b:1", "quay.io/a/b:1"),
        ("regctl tag ls quay.io/a/b", "quay.io/a/b"),
        ("helm pull oci://ghcr.io/a/chart --version 1.2.3+build", "ghcr.io/a/chart:1.2.3_build"),
        ("helm pull oci://ghcr.io/a/chart", "ghcr.io/a/chart"),
        ("ctr -n k8s.io images pull docker.io/library/alpine:3", "docker.io/library/alpine:3"),
        ("FROM --platform=$BUILDPLATFORM golang:1.24 AS build", "docker.io/library/golang:1.24"),
        ("  - image: ghcr.io/team/app:1", "ghcr.io/team/app:1"),
        ("image: \"nginx:1.27\"", "docker.io/library/nginx:1.27"),
        ("`docker pull alpine:3`", "docker.io/library/alpine:3"),
    ] {
        assert_eq!(read(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn references_with_a_host_or_a_digest_are_read_and_other_text_is_not() {
    let pinned = format!("team/app:1@{DIGEST}");
    let pinned_image = format!("docker.io/team/app:1@{DIGEST}");
    for (text, expected) in [
        ("ghcr.io/team/app", Some("ghcr.io/team/app")),
        ("ghcr.io/team/app:1.0", Some("ghcr.io/team/app:1.0")),
        ("localhost:5000/app:1", Some("localhost:5000/app:1")),
        ("registry:5000/app", Some("registry:5000/app")),
        ("[::1]:5000/app", Some("[::1]:5000/app")),
        ("ghcr.io/", Some("registry ghcr.io")),
        ("docker.io/alpine", Some("docker.io/library/alpine")),
        ("docker://alpine:3", Some("docker.io/library/alpine:3")),
        ("oci://ghcr.io/team/chart", Some("ghcr.io/team/chart")),
        (
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/svc:1",
            Some("111122223333.dkr.ecr.eu-west-1.amazonaws.com/svc:1"),
        ),
        (pinned.as_str(), Some(pinned_image.as_str())),
        ("docker-daemon:app:1", Some("engine app:1")),
        // A filter, a pattern, a namespace.
        ("alpine", None),
        ("alpine:3.20", None),
        ("pgcli:v1.*", None),
        ("team/app:1.0", None),
        ("my.app", None),
        ("docker", None),
        ("dencold, acme", None),
        ("", None),
        ("  \n ", None),
    ] {
        assert_eq!(read(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn fields_read_what_their_label_asks_for() {
    for (text, expected) in [
        ("ghcr.io", "registry ghcr.io"),
        (" registry.example.com:5000 ", "registry registry.example.com:5000"),
        ("registry:5000", "registry registry:5000"),
        ("ghcr.io/", "registry ghcr.io"),
        ("hub.docker.com", "registry docker.io"),
        ("https://ghcr.io/team/app", "ghcr.io/team/app https"),
    ] {
        let found = PastedReference::parse_registry(text).unwrap();
        assert_eq!(shown(&found), expected, "{text}");
    }
    assert!(PastedReference::parse_registry("team/app").is_err());
    assert!(PastedReference::parse_registry("a b").is_err());
    let host = RegistryHost::parse("ghcr.io").unwrap();
    for (text, expected) in [
        ("team/app", "ghcr.io/team/app"),
        ("team/app:1.0", "ghcr.io/team/app:1.0"),
        ("quay.io/team/app:1.0", "quay.io/team/app:1.0"),
        ("docker pull alpine", "docker.io/library/alpine:latest"),
    ] {
        let found = PastedReference::parse_in(&host, text).unwrap();
        assert_eq!(shown(&found), expected, "{text}");
    }
}

#[test]
fn what_names_no_image_says_why_without_repeating_credentials() {
    use NotUnderstood::{Host, NoImage, Reference, Several, Transport, WebPage};
    let page = |host: &str| WebPage(host.to_owned());
    for (text, expected) in [
        ("https://hub.docker.com/search?q=nginx", page("hub.docker.com")),
        ("https://github.com/acme/app", page("github.com")),
        ("https://gallery.ecr.aws/nginx", page("gallery.ecr.aws")),
        ("https://console.aws.amazon.com/ecr/repositories", page("console.aws.amazon.com")),
        (
            "https://us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1",
            page("us-east-1.console.aws.amazon.com"),
        ),
        (
            "https://us-east-1.console.aws.amazon.com/ecr/repositories/public/111122223333/x?region=us-east-1",
            page("us-east-1.console.aws.amazon.com"),
        ),
        ("docker ps", NoImage("docker")),
        ("docker pull", NoImage("docker")),
        ("docker login -u ada -p secret ghcr.io", NoImage("docker")),
        ("FROM", NoImage("FROM")),
        (
            "skopeo copy oci-archive:/tmp/x docker://ghcr.io/a/b",
            Transport("oci-archive".to_owned()),
        ),
        ("dir:/tmp/x", Transport("dir".to_owned())),
        ("ftp://example.com/x", Transport("ftp".to_owned())),
        ("docker pull a\ndocker pull b", Several(2)),
        (
            "https://ada:secret@example.com/Some/Page.html",
            Reference(InvalidReference::Path("Some/Page.html".to_owned())),
        ),
        ("https://not a host/", Host(InvalidRegistryHost("not a host".to_owned()))),
    ] {
        // Text with blanks is only a command.
        match PastedReference::parse(text) {
            Err(error) => {
                assert_eq!(error, expected, "{text}");
                assert!(!error.to_string().contains("secret"), "{error}");
            }
            Ok(None) => assert!(matches!(expected, Host(_)), "{text}"),
            Ok(Some(found)) => panic!("{text}: {}", shown(&found)),
        }
    }
}

proptest! {
    #[test]
    fn reading_never_panics(text in ".{0,80}") {
        let _ = PastedReference::parse(&text);
    }

    #[test]
    fn reading_addresses_never_panics(host in "[a-z.:@]{0,12}", path in "[a-zA-Z0-9%:/_?=@#-]{0,40}") {
        let _ = PastedReference::parse(&format!("https://{host}/{path}"));
        let _ = PastedReference::parse(&format!("docker pull {path} {host}"));
        let _ = PastedReference::parse_registry(&format!("{host}/{path}"));
    }

    #[test]
    fn the_full_form_of_an_image_is_read_as_itself(path in "[a-z]{1,5}/[a-z]{1,5}", tag in "[a-z0-9]{1,5}") {
        let text = format!("ghcr.io/{path}:{tag}");
        prop_assert_eq!(read(&text), Some(text.clone()));
    }
}
