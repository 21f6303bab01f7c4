//! Configurations as tools write them, and hostile ones.

use serde_json::json;

use super::*;

#[test]
fn a_configuration_is_parsed_with_the_command_that_runs() {
    let config = image_config(&json!({
        "created": "2026-01-02T03:04:05.678Z", "author": "me", "os": "linux", "architecture": "arm64",
        "variant": "v8", "moby.buildkit.buildinfo.v1": "abc",
        "config": {
            "User": "1000:1000", "WorkingDir": "/app", "StopSignal": "SIGQUIT",
            "Entrypoint": ["/bin/tini", "--"], "Cmd": ["sh", "-c", "echo it's $HOME"],
            "Env": ["PATH=/bin", "A=1=2", "DB_PASSWORD=x", "EMPTY"],
            "ExposedPorts": {"8080/tcp": {}, "53/udp": {}}, "Volumes": {"/data": {}},
            "Labels": {"b": "2", "a": "1"},
            "Healthcheck": {"Test": ["CMD-SHELL", "curl -f localhost"], "Interval": 30_000_000_000_u64, "Retries": 3},
            "OnBuild": ["RUN make"], "Novel": {"x": 1},
        },
    }));
    assert_eq!(config.created_at_ms, Some(1_767_323_045_678));
    assert_eq!(config.command_line.as_deref(), Some(r"/bin/tini -- sh -c 'echo it'\''s $HOME'"));
    let names: Vec<_> = config.env.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["A", "DB_PASSWORD", "EMPTY", "PATH"]);
    assert_eq!(config.env[0].value.as_deref(), Some("1=2"));
    assert!(config.env[1].secret && !config.env[0].secret);
    assert_eq!(config.exposed_ports, ["53/udp", "8080/tcp"]);
    assert_eq!(config.labels[0].name, "a");
    assert_eq!(config.healthcheck.as_deref(), Some("curl -f localhost, every 30 s, 3 retries"));
    assert_eq!(config.on_build, ["RUN make"]);
    let other: Vec<_> = config.other.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(other, ["moby.buildkit.buildinfo.v1", "Novel"]);
    assert_eq!(config.other[1].value.as_deref(), Some(r#"{"x":1}"#));
}

#[test]
fn a_hostile_configuration_shows_its_valid_parts() {
    for json in [
        json!(null),
        json!([1, 2]),
        json!("text"),
        json!({"config": 3, "created": 7, "os": []}),
        json!({"config": {"Env": {"A": "b"}, "Cmd": [1, null], "Labels": ["a"], "Healthcheck": "x", "User": 0}}),
    ] {
        assert_eq!(image_config(&json), ImageConfig::default(), "{json}");
    }
    let config = image_config(&json!({
        "created": "1970-01-01T00:00:00Z",
        "config": {"Cmd": "run me", "Labels": {"\u{1b}[2J": "<img src=x>"}, "Healthcheck": {"Test": ["NONE"]}},
    }));
    assert!(config.fixed_date && config.created_at_ms.is_none());
    assert_eq!(config.command_line.as_deref(), Some("'run me'"));
    assert_eq!(config.labels[0].name, "\\x1b[2J");
    assert_eq!(config.labels[0].value.as_deref(), Some("<img src=x>"));
    assert_eq!(config.healthcheck.as_deref(), Some("Disabled"));
}

#[test]
fn dates_until_1980_are_fixed_ones_of_reproducible_builds() {
    for (created, expected) in [
        ("0001-01-01T00:00:00Z", (None, true)),
        ("1980-01-01T00:00:01Z", (None, true)),
        ("1981-01-01T00:00:00Z", (Some(347_155_200_000), false)),
        ("soon", (None, false)),
    ] {
        assert_eq!(date(Some(&json!(created))), expected, "{created}");
    }
}
