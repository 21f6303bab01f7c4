//! Recorded lines of pushes.

use super::*;
use crate::error::PushFailure;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const OTHER: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// Lines of Docker 20.10 with the graph-driver store.
const GRAPH_DRIVER: &str = "{\"status\":\"The push refers to repository [127.0.0.1:5000/pgcli]\"}\r\n\
{\"status\":\"Preparing\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}\r\n\
{\"status\":\"Preparing\",\"progressDetail\":{},\"id\":\"bbbbbbbbbbbb\"}\r\n\
{\"status\":\"Waiting\",\"progressDetail\":{},\"id\":\"bbbbbbbbbbbb\"}\r\n\
{\"status\":\"Pushing\",\"progressDetail\":{\"current\":512,\"total\":1000},\"progress\":\"[=>  ]\",\"id\":\"aaaaaaaaaaaa\"}\r\n\
{\"status\":\"Pushing\",\"progressDetail\":{\"current\":1536,\"total\":1000},\"progress\":\"[==>]\",\"id\":\"aaaaaaaaaaaa\"}\r\n\
{\"status\":\"Retrying in 5 seconds\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}\r\n\
{\"status\":\"Layer already exists\",\"progressDetail\":{},\"id\":\"bbbbbbbbbbbb\"}\r\n\
{\"status\":\"Mounted from base/x\",\"progressDetail\":{},\"id\":\"cccccccccccc\"}\r\n\
{\"status\":\"Pushed\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}\r\n\
{\"status\":\"latest: digest: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 size: 528\"}\r\n\
{\"progressDetail\":{},\"aux\":{\"Tag\":\"latest\",\"Digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"Size\":528}}\r\n";

/// Lines of the containerd store: no digest in `aux`, and other statuses.
const CONTAINERD: &str = "{\"status\":\"The push refers to repository [127.0.0.1:5000/pgcli]\"}\r\n\
{\"status\":\"Waiting\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}\r\n\
{\"status\":\"Pushing\",\"progressDetail\":{\"current\":5},\"id\":\"aaaaaaaaaaaa\"}\r\n\
{\"status\":\"Unavailable\",\"progressDetail\":{},\"id\":\"dddddddddddd\"}\r\n\
{\"status\":\"Already exists\",\"progressDetail\":{},\"id\":\"bbbbbbbbbbbb\"}\r\n\
{\"status\":\"Pushed\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}\r\n\
{\"progressDetail\":{},\"aux\":{\"manifestPushedInsteadOfIndex\":true,\"originalIndex\":{\"mediaType\":\"x\",\"digest\":\"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"size\":721},\"selectedManifest\":{\"digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}}}\r\n\
{\"status\":\"latest: digest: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 size: 1610\"}\r\n";

fn reference() -> ImageReference {
    ImageReference::parse("127.0.0.1:5000/pgcli:latest").unwrap()
}

/// Parses the text in two chunks, split at `at`.
fn read_split(text: &str, at: usize) -> (Vec<PushProgress>, Result<PushOutcome, DockerError>) {
    let mut stream = PushStream::new(reference());
    let mut reports = Vec::new();
    let mut progress = |report| reports.push(report);
    let (first, second) = text.as_bytes().split_at(at);
    let outcome = stream
        .read(first, &mut progress)
        .and_then(|()| stream.read(second, &mut progress))
        .and_then(|()| stream.finish(&mut progress));
    (reports, outcome)
}

fn read(text: &str) -> (Vec<PushProgress>, Result<PushOutcome, DockerError>) {
    read_split(text, 0)
}

fn states(text: &str, layer: &str) -> Vec<PushLayerState> {
    let (reports, outcome) = read(text);
    assert_eq!(outcome.unwrap().digest.as_str(), DIGEST);
    let of_layer = reports.into_iter().filter(|report| report.layer == layer);
    of_layer.map(|report| report.state).collect()
}

fn sending(sent_bytes: u64, total_bytes: Option<u64>) -> PushLayerState {
    PushLayerState::Sending { sent_bytes, total_bytes }
}

#[test]
fn lines_of_the_graph_driver_store_are_parsed() {
    assert_eq!(
        states(GRAPH_DRIVER, "aaaaaaaaaaaa"),
        [
            PushLayerState::Waiting,
            sending(512, Some(1000)),
            sending(1536, Some(1536)),
            PushLayerState::Waiting,
            PushLayerState::Done,
        ]
    );
    assert_eq!(
        states(GRAPH_DRIVER, "bbbbbbbbbbbb"),
        [PushLayerState::Waiting, PushLayerState::Waiting, PushLayerState::AlreadyExists]
    );
    assert_eq!(states(GRAPH_DRIVER, "cccccccccccc"), [PushLayerState::Mounted]);
}

#[test]
fn lines_of_the_containerd_store_are_parsed() {
    assert_eq!(
        states(CONTAINERD, "aaaaaaaaaaaa"),
        [PushLayerState::Waiting, sending(5, None), PushLayerState::Done]
    );
    assert_eq!(states(CONTAINERD, "bbbbbbbbbbbb"), [PushLayerState::AlreadyExists]);
    assert_eq!(states(CONTAINERD, "dddddddddddd"), []);
}

#[test]
fn the_index_of_a_single_pushed_image_is_reported() {
    let outcome = read(CONTAINERD).1.unwrap();
    assert_eq!(outcome.instead_of_index.as_ref().map(Digest::as_str), Some(OTHER));
    assert_eq!(read(GRAPH_DRIVER).1.unwrap().instead_of_index, None);
}

#[test]
fn missing_content_is_an_error_with_its_digest() {
    let line = format!(
        "{{\"progressDetail\":{{}},\"aux\":{{\"contentMissing\":true,\"desc\":{{\"digest\":\"{OTHER}\"}}}}}}\n"
    );
    match read(&line).1 {
        Err(DockerError::PushFailed { cause: PushFailure::ContentMissing, message, .. }) => {
            assert!(message.contains(OTHER), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn lines_can_be_split_into_chunks_anywhere() {
    for text in [GRAPH_DRIVER, CONTAINERD] {
        let (whole, outcome) = read(text);
        let outcome = outcome.unwrap();
        for at in 0..=text.len() {
            let (reports, split) = read_split(text, at);
            assert_eq!(reports, whole, "split at {at}");
            assert_eq!(split.unwrap(), outcome, "split at {at}");
        }
    }
}

#[test]
fn the_digest_is_found_in_either_line_and_without_a_last_newline() {
    let status = format!("{{\"status\":\"latest: digest: {DIGEST} size: 5\"}}");
    let aux = format!("{{\"aux\":{{\"Tag\":\"latest\",\"Digest\":\"{OTHER}\",\"Size\":5}}}}");
    assert_eq!(read(&status).1.unwrap().digest.as_str(), DIGEST);
    assert_eq!(read(&aux).1.unwrap().digest.as_str(), OTHER);
}

#[test]
fn an_end_without_a_digest_is_unconfirmed() {
    for text in ["", "\r\n", "{\"status\":\"Pushed\",\"id\":\"aaaaaaaaaaaa\"}\r\n"] {
        match read(text).1 {
            Err(DockerError::PushUnconfirmed { reference: actual }) => {
                assert_eq!(actual, reference())
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_error_in_the_stream_ends_the_push() {
    let after = format!("{{\"status\":\"latest: digest: {DIGEST} size: 5\"}}\r\n");
    for line in [
        "{\"errorDetail\":{\"message\":\"no basic auth credentials\"},\"error\":\"old message\"}\r\n",
        "{\"error\":\"no basic auth credentials\"}\n",
        "{\"errorDetail\":{},\"error\":\"no basic auth credentials\"}\n",
    ] {
        match read(&format!("{line}{after}")).1 {
            Err(DockerError::PushFailed { cause, message, .. }) => {
                assert_eq!(cause, PushFailure::Unauthorized);
                assert_eq!(message, "no basic auth credentials");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_missing_image_is_not_a_failed_push() {
    let text =
        "{\"errorDetail\":{\"message\":\"An image does not exist locally with the tag: x\"}}";
    match read(text).1 {
        Err(DockerError::ImageMissing { reference }) => {
            assert_eq!(reference, "127.0.0.1:5000/pgcli:latest");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn malformed_lines_are_an_error() {
    let broken = "{\"status\":\"latest: digest: sha256:abc size: 5\"}\n";
    for text in ["<html>\n", "{\"status\":\n", broken] {
        let error = read(text).1.unwrap_err();
        assert!(matches!(error, DockerError::InvalidResponse { .. }), "{text}: {error:?}");
    }
}

#[test]
fn a_line_over_the_limit_is_rejected_without_storing_it() {
    let mut stream = PushStream::new(reference());
    let chunk = vec![b' '; LINE_LIMIT_BYTES / 2];
    let mut progress = |_| ();
    stream.read(&chunk, &mut progress).unwrap();
    stream.read(&chunk, &mut progress).unwrap();
    let error = stream.read(b" ", &mut progress).unwrap_err();
    assert!(matches!(error, DockerError::InvalidResponse { .. }), "{error:?}");
    assert_eq!(stream.incomplete_line.len(), LINE_LIMIT_BYTES);
}
