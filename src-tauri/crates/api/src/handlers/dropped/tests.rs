//! Lists that are dropped, and files that are refused.

use super::*;

fn listed(text: &str) -> Result<(ImageSource, Vec<String>, u32), ApiError> {
    match image_list(Path::new("/home/me/list.txt"), text)? {
        DroppedFile::Images { source, images, others } => {
            let images = images.iter().map(|image| format!("{}:{}", image.repository, image.tag));
            Ok((source, images.collect(), others))
        }
        DroppedFile::Plan { .. } => unreachable!("a list"),
    }
}

fn hub(namespace: &str) -> ImageSource {
    ImageSource::DockerHub { namespace: namespace.to_owned() }
}

fn registry(host: &str) -> ImageSource {
    ImageSource::Registry { host: host.to_owned(), plain_http: false }
}

#[test]
fn a_list_selects_the_images_of_the_source_with_most_of_them() {
    let ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
    let pairs = format!("quay.io/a/b:1 {ecr}/b:1\nquay.io/a/c:2\t{ecr}/c:2\n");
    let of_ecr = format!("{ecr}/svc:1");
    for (text, source, images, others) in [
        ("alpine\n", hub("library"), vec!["library/alpine:latest"], 0),
        (
            "# mine\n\ndencold/pgcli:4.1.0\nalpine:3\nacme/app@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
            hub("dencold, library, acme"),
            vec!["dencold/pgcli:4.1.0", "library/alpine:3", "acme/app:latest"],
            0,
        ),
        (
            "ghcr.io/a/b:1\r\nalpine\r\nghcr.io/a/b:2\r\nghcr.io/a/b:1\r\n",
            registry("ghcr.io"),
            vec!["a/b:1", "a/b:2"],
            1,
        ),
        ("alpine:3\nghcr.io/a/b:1\n", hub("library"), vec!["library/alpine:3"], 1),
        (pairs.as_str(), registry("quay.io"), vec!["a/b:1", "a/c:2"], 0),
        (
            "docker pull --platform linux/amd64 alpine:3\nFROM golang:1.24 AS build",
            hub("library"),
            vec!["library/alpine:3", "library/golang:1.24"],
            0,
        ),
        ("docker-daemon:app:1", ImageSource::DockerEngine, vec!["app:1"], 0),
        (
            of_ecr.as_str(),
            ImageSource::Ecr { connection: without_profile("eu-west-1") },
            vec!["svc:1"],
            0,
        ),
    ] {
        assert_eq!(
            listed(text).unwrap(),
            (source, images.into_iter().map(str::to_owned).collect(), others),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_list_says_what_can_be_dropped() {
    let many = "alpine\n".repeat(MAX_LINES + 1);
    for (text, says) in [
        ("", "neither a plan nor a list"),
        ("# nothing\n", "neither a plan nor a list"),
        ("<html>\n", "neither a plan nor a list"),
        ("Dear team,\nplease", "neither a plan nor a list"),
        ("https://github.com/acme\n", "neither a plan nor a list"),
        ("alpine\nNot An Image\n", "Line 2 of /home/me/list.txt names no image"),
        ("alpine\n\n# a\nghcr.io/\n", "Line 4 of"),
        (many.as_str(), "more than 20000 lines"),
    ] {
        let error = listed(text).unwrap_err();
        assert_eq!(error.code, ErrorCode::InputInvalid);
        assert!(error.message.contains(says), "{}", error.message);
        assert!(error.next_steps().next().is_some());
    }
}

#[tokio::test]
async fn folders_large_files_and_other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let large = folder.path().join("large");
    std::fs::File::create(&large).unwrap().set_len(MAX_BYTES + 1).unwrap();
    let api = Api::new(crate::ApiOptions::from_process(folder.path().join("data")));
    for (path, code, says) in [
        (folder.path().to_owned(), ErrorCode::InputInvalid, "neither a plan nor a list"),
        (large, ErrorCode::InputInvalid, "larger than 64 MiB"),
        (write("image.png", b"\x89PNG\r\n\x1a\n\0\0"), ErrorCode::InputInvalid, "neither"),
        (write("other.json", b"{\"name\": 1}"), ErrorCode::InputInvalid, "neither"),
        (
            write("plan.json", b"{\"transload_plan\": 99}"),
            ErrorCode::PlanFileInvalid,
            "has version 99",
        ),
        (folder.path().join("none"), ErrorCode::StorageFailed, "none"),
    ] {
        let error = api.dropped_file_read(&path).await.unwrap_err();
        assert_eq!(error.code, code, "{path:?}: {error:?}");
        assert!(error.message.contains(says), "{}", error.message);
    }
    let list = write("list.txt", b"\xef\xbb\xbfalpine:3\n");
    let read = api.dropped_file_read(&list).await.unwrap();
    assert!(matches!(read, DroppedFile::Images { images, .. } if images.len() == 1));
}
