//! What the list keeps, in which order, and what never gets into it.

use super::*;

fn hub(namespace: &str) -> ImageSource {
    ImageSource::DockerHub { namespace: namespace.to_owned() }
}

fn registry(host: &str, plain_http: bool) -> ImageSource {
    ImageSource::Registry { host: host.to_owned(), plain_http }
}

fn ecr(profile: &str, endpoint: Option<&str>) -> ImageSource {
    ImageSource::Ecr {
        connection: AwsConnection::Profile {
            profile: profile.to_owned(),
            region: Some("eu-west-1".to_owned()),
            ecr_endpoint: endpoint.map(str::to_owned),
            registry_endpoint: None,
        },
    }
}

#[test]
fn the_last_eight_sources_are_kept_newest_first_and_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let recent = RecentSources::new(folder.path());
    assert_eq!(recent.list().unwrap(), []);
    for number in 0..9 {
        recent.add(hub(&format!("user{number}"))).unwrap();
    }
    recent.add(registry("ghcr.io", false)).unwrap();
    recent.add(hub("user5")).unwrap();
    let sources = recent.add(registry("ghcr.io", true)).unwrap();
    let expected = [
        registry("ghcr.io", true),
        hub("user5"),
        hub("user8"),
        hub("user7"),
        hub("user6"),
        hub("user4"),
        hub("user3"),
        hub("user2"),
    ];
    assert_eq!(sources, expected);
    assert_eq!(RecentSources::new(folder.path()).list().unwrap(), expected);
}

#[test]
fn a_source_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let recent = RecentSources::new(folder.path());
    recent.add(hub("acme")).unwrap();
    recent.add(registry("ghcr.io", false)).unwrap();
    assert_eq!(recent.remove(&registry("ghcr.io", true)).unwrap(), [hub("acme")]);
    assert_eq!(recent.remove(&hub("none")).unwrap(), [hub("acme")]);
    assert_eq!(recent.remove(&hub("acme")).unwrap(), []);
    assert_eq!(recent.list().unwrap(), []);
}

#[test]
fn only_complete_sources_without_secrets_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let recent = RecentSources::new(folder.path());
    for (source, kept) in [
        (hub("acme"), true),
        (hub("acme, dencold"), true),
        (hub(" "), false),
        (hub("ada:secret@acme"), false),
        (registry("ghcr.io", false), true),
        (registry("", false), false),
        (registry("https://ghcr.io", false), false),
        (registry("ada:secret@ghcr.io", false), false),
        (ecr("prod", None), true),
        (ecr("prod", Some("https://vpce.example")), true),
        (ecr("", None), false),
        (ecr("prod", Some("https://ada:secret@vpce.example")), false),
        (ImageSource::Ecr { connection: AwsConnection::Practice }, false),
        (ImageSource::DockerEngine, false),
        (ImageSource::PracticeAccount { namespace: Some("acme".to_owned()) }, false),
    ] {
        let sources = recent.add(source.clone()).unwrap();
        assert_eq!(sources.contains(&source), kept, "{source:?}");
        for source in sources {
            recent.remove(&source).unwrap();
        }
    }
}

#[test]
fn a_damaged_file_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("recent_sources.json"), "[{\"kind\":").unwrap();
    let recent = RecentSources::new(folder.path());
    assert_eq!(recent.list().unwrap(), []);
    assert!(folder.path().join("recent_sources.json.broken-1").exists());
    assert_eq!(recent.add(hub("acme")).unwrap(), [hub("acme")]);
}
