//! Statements that can't be put into words, and texts of strangers.

use super::*;

#[test]
fn what_has_no_words_is_shown_as_json_with_the_reason() {
    let mut both = allow(json!("*"), pull());
    both["NotAction"] = json!("ecr:PutImage");
    let mut unknown = allow(json!("*"), pull());
    unknown["Principals"] = json!("*");
    let mut elsewhere = allow(json!("*"), pull());
    elsewhere["NotResource"] = json!("*");
    let cases = [
        (json!("Allow"), "it isn't a JSON object"),
        (json!({ "Effect": "allow" }), "its effect is neither Allow nor Deny"),
        (json!({ "Effect": "Allow", "Action": "*" }), "it has no Principal"),
        (json!({ "Effect": "Allow", "Principal": "*" }), "it has no Action"),
        (both, "it has both Action and NotAction"),
        (unknown, "the element Principals isn't known"),
        (elsewhere, "it has a NotResource"),
        (allow(json!("123456789012"), pull()), "its principal isn't known"),
        (allow(json!({}), pull()), "it has no principal"),
        (allow(json!({ "AWS": [] }), pull()), "the principal AWS isn't known"),
        (allow(json!({ "Aws": "*" }), pull()), "the principal Aws isn't known"),
        (
            allow(json!({ "AWS": "arn:aws:iam::444455556666:user/*" }), pull()),
            "the principal arn:aws:iam::444455556666:user/* isn't known",
        ),
        (allow(json!("*"), json!([1])), "its actions can't be read"),
        (with(allow(json!("*"), pull()), json!([])), "its conditions can't be read"),
        (
            with(allow(json!("*"), pull()), json!({ "StringAlmost": { "a": "b" } })),
            "the operator StringAlmost isn't known",
        ),
        (
            with(allow(json!("*"), pull()), json!({ "StringLike": { "a": {} } })),
            "the values of a can't be read",
        ),
        (
            with(allow(json!("*"), pull()), json!({ "Null": { "a": "perhaps" } })),
            "the values of Null can't be read",
        ),
    ];
    for (statement, reason) in cases {
        let words = described(&statement);
        assert_eq!(words.effect, None, "{statement}");
        assert_eq!(
            words.sentence,
            format!("Transload can't put this statement into words, because {reason}."),
            "{statement}"
        );
        let shown: Value = serde_json::from_str(&words.json).unwrap();
        assert_eq!(shown, statement);
    }
    let own = AccountId::parse("123456789012").unwrap();
    for text in ["", "[]", "{", r#"{"Statement":{"Effect":"Deny","Effect":"Allow"}}"#] {
        assert_eq!(describe(text, &own, PolicySubject::Repository), [], "{text}");
    }
    // One statement needs no list.
    let one = json!({ "Statement": allow(json!("*"), pull()) }).to_string();
    assert_eq!(
        describe(&one, &own, PolicySubject::Repository)[0].sentence,
        "Allow every AWS account to pull images."
    );
}

#[test]
fn texts_of_strangers_are_escaped_and_capped() {
    let mut statement = allow(json!({ "Service": "a\u{1b}[31m\u{202e}" }), json!("ecr:\u{1b}"));
    statement["Sid"] = json!("x".repeat(10_000));
    let words = described(&statement);
    assert_eq!(words.name.unwrap(), "x".repeat(200) + "…");
    assert_eq!(words.sentence, "Allow the AWS service a\\x1b[31m\\u{202e} to use ecr:\\x1b.");
    assert!(!words.json.contains(['\u{1b}', '\u{202e}']));
    // Wildcards are matched in a time that grows with their number only.
    let stars = "ecr:".to_owned() + &"*a".repeat(5_000);
    assert!(described(&allow(json!("*"), json!(stars))).effect.is_some());
}
