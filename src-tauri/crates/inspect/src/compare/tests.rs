//! Differences between images in memory.

use serde_json::{Value, json};

use super::*;
use crate::read_image::inspect;
use crate::read_image::tests::Memory;

async fn image(env: &[&str], cmd: &[&str], layers: &[(&str, u64)]) -> ImageInspection {
    let mut memory = Memory::default();
    let config =
        json!({"os": "linux", "architecture": "amd64", "config": {"Env": env, "Cmd": cmd}});
    let image = memory.image(&config, layers);
    let index = memory.index(&[(image, "linux/amd64")]);
    memory.tag("v", &index);
    inspect(&memory, "v", None).await.unwrap()
}

#[tokio::test]
async fn changed_variables_and_an_added_layer_are_found() {
    let left =
        image(&["A=1", "B=2", "DB_PASSWORD=one"], &["run"], &[("base", 30), ("app1", 5)]).await;
    let right = image(
        &["B=2", "A=3", "DB_PASSWORD=two", "C=4"],
        &["run", "--fast"],
        &[("base", 30), ("app1", 5), ("app2", 6)],
    )
    .await;
    let found = compare(&left, &right, false);
    assert!(found.differs() && !found.identical);
    let fields: Vec<_> = found
        .configuration
        .iter()
        .map(|one| (one.name.as_str(), one.left.as_deref(), one.right.as_deref(), one.hidden))
        .collect();
    assert_eq!(
        fields,
        [
            ("Cmd", Some(r#"["run"]"#), Some(r#"["run","--fast"]"#), false),
            ("A", Some("1"), Some("3"), false),
            ("DB_PASSWORD", None, None, true),
            ("C", None, Some("4"), false),
        ]
    );
    assert_eq!((found.layers.common, found.layers.common_bytes), (2, 35));
    assert_eq!((found.layers.removed.len(), found.layers.added.len()), (0, 1));
    assert_eq!((found.layers.left_only_bytes, found.layers.right_only_bytes), (0, 6));
    assert_ne!(found.platforms[0].left, found.platforms[0].right);
    let revealed = compare(&left, &right, true);
    assert_eq!(revealed.configuration[2].left.as_deref(), Some("one"));
    let written: Value = serde_json::to_value(&found).unwrap();
    assert_eq!(written["configuration"][0]["section"], "general");
}

#[tokio::test]
async fn an_image_does_not_differ_from_itself() {
    let image = image(&["A=1"], &["run"], &[("base", 30)]).await;
    let found = compare(&image, &image, false);
    assert!(found.identical && !found.differs());
    assert_eq!(found.layers.common, 1);
}

#[tokio::test]
async fn layers_that_moved_are_not_downloaded_again() {
    let left = image(&[], &[], &[("a", 1), ("b", 20), ("c", 300)]).await;
    let right = image(&[], &[], &[("b", 20), ("a", 1), ("d", 4000), ("d", 4000)]).await;
    let layers = compare(&left, &right, false).layers;
    assert_eq!((layers.common, layers.removed.len(), layers.added.len()), (0, 3, 4));
    assert_eq!((layers.left_only_bytes, layers.right_only_bytes), (300, 4000));
}

/// The sizes in a manifest are those that its author wrote.
#[tokio::test]
async fn sizes_that_no_layer_has_are_no_overflow() {
    let left = image(&[], &[], &[("base", u64::MAX), ("a", u64::MAX), ("b", 1)]).await;
    let right = image(&[], &[], &[("base", u64::MAX), ("a", u64::MAX)]).await;
    let other = image(&[], &[], &[("c", 1)]).await;
    assert_eq!(compare(&left, &right, false).layers.common_bytes, u64::MAX);
    assert_eq!(compare(&left, &other, false).layers.left_only_bytes, u64::MAX);
}

#[tokio::test]
async fn no_secret_is_shown_in_any_form_unless_asked_for() {
    let of = async |secret: &str| {
        let env = [&format!("DB_PASSWORD={secret}"), &format!("COPY_OF_IT=is {secret}")];
        let env = env.map(String::as_str);
        let option = format!("{secret}-option");
        let cmd = ["app", "--password", option.as_str(), secret, "-v"];
        image(&env, &cmd, &[("base", 30)]).await
    };
    let (left, right) = (of("hunter2hunter2").await, of("tr0ub4dor&3").await);
    let hidden = compare(&left, &right, false);
    let names: Vec<_> = hidden.configuration.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Cmd", "DB_PASSWORD", "COPY_OF_IT"]);
    assert!(hidden.configuration.iter().all(|one| one.hidden && one.left.is_none()));
    let revealed = compare(&left, &right, true);
    assert!(revealed.configuration.iter().all(|one| !one.hidden && one.left.is_some()));
}

/// Nothing but a date differs, and no platform is named.
#[tokio::test]
async fn images_with_other_digests_differ_although_nothing_that_is_shown_does() {
    let of = async |created: &str| {
        let mut memory = Memory::default();
        let image = memory.image(&json!({"created": created}), &[("base", 30)]);
        memory.tag("v", &image);
        inspect(&memory, "v", None).await.unwrap()
    };
    let found =
        compare(&of("2026-01-01T00:00:00Z").await, &of("2026-01-02T00:00:00Z").await, false);
    assert_eq!((found.configuration.len(), found.platforms.len()), (0, 0));
    assert!(found.differs());
}
