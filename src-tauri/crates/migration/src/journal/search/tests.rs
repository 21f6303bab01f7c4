//! A search over recorded images.

use super::*;

fn journal() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE image (migration TEXT, number INTEGER, source_repository TEXT,
                requested_tag TEXT, source TEXT, destination TEXT, source_digest TEXT,
                destination_digest TEXT, pushed_digest TEXT, registry_digest TEXT, ecr_digest TEXT);",
        )
        .unwrap();
    let rows = [
        ("m-1", 0, "acme/web_app", "1.2", "sha256:aaaa11", None),
        ("m-1", 1, "acme/web_app", "1.3", "sha256:bbbb22", Some("sha256:cccc33")),
        ("m-2", 0, "acme/webxapp", "1.2", "sha256:dddd44", None),
        ("m-3", 0, "library/redis", "7%", "sha256:eeee55", None),
    ];
    for (migration, number, repository, tag, digest, pushed) in rows {
        connection
            .execute(
                "INSERT INTO image VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, ?8, NULL, NULL)",
                (
                    migration,
                    number,
                    repository,
                    tag,
                    format!("docker.io/{repository}:{tag}"),
                    format!("123.dkr.ecr.eu-west-1.amazonaws.com/team/{repository}:{tag}"),
                    digest,
                    pushed,
                ),
            )
            .unwrap();
    }
    connection
}

#[test]
fn images_are_found_by_source_destination_tag_and_digest() {
    let connection = journal();
    let cases: [(&str, &[(&str, u32)]); 15] = [
        ("acme/web", &[("m-1", 2), ("m-2", 1)]),
        ("ACME/Web", &[("m-1", 2), ("m-2", 1)]),
        // `_` is a letter, not a wildcard.
        ("web_app", &[("m-1", 2)]),
        ("7%", &[("m-3", 1)]),
        ("team/library", &[("m-3", 1)]),
        ("web_app:1.3", &[("m-1", 1)]),
        ("sha256:bbbb", &[("m-1", 1)]),
        ("bbbb22", &[("m-1", 1)]),
        (" CCCC33 ", &[("m-1", 1)]),
        // Too short for a digest without its algorithm, and no name has it.
        ("cccc", &[]),
        ("docker.io/acme/webxapp@sha256:dddd44", &[("m-2", 1)]),
        // A digest is found by its start.
        ("sha256:11", &[]),
        ("sha256:", &[]),
        ("nothing", &[]),
        ("  ", &[]),
    ];
    for (text, expected) in cases {
        let found = search(&connection, text).unwrap();
        let found: Vec<(&str, u32)> =
            found.iter().map(|one| (one.id.as_str(), one.images)).collect();
        assert_eq!(found, expected, "{text:?}");
    }
    let first = search(&connection, "web_app").unwrap().remove(0);
    assert_eq!(first.source, "docker.io/acme/web_app:1.2");
    assert!(first.destination.ends_with("/team/acme/web_app:1.2"));
}
