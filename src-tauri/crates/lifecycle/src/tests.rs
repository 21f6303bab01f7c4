//! Policies evaluated on lists of images, and rejected policies.

use serde_json::{Value, json};

use super::*;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const NOW_MS: u64 = 1000 * DAY_MS;

/// Returns an image with these tags, pushed `days_ago`.
fn image(tags: &[&str], days_ago: f64) -> PolicyImage {
    PolicyImage {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        pushed_at_ms: days_before_now(days_ago),
        ..PolicyImage::default()
    }
}

fn days_before_now(days: f64) -> u64 {
    NOW_MS - (days * 86_400_000.0) as u64
}

fn part(days_ago: f64) -> PolicyImage {
    PolicyImage { is_part: true, ..image(&[], days_ago) }
}

/// Returns a rule. `tags` is `any`, `untagged`, or a list of patterns.
fn rule(priority: u32, tags: &[&str], count_type: &str, number: u32, action: &str) -> Value {
    let mut selection = match tags {
        ["any" | "untagged"] => json!({"tagStatus": tags[0]}),
        patterns => json!({"tagStatus": "tagged", "tagPatternList": patterns}),
    };
    selection["countType"] = count_type.into();
    selection["countNumber"] = number.into();
    if count_type != "imageCountMoreThan" {
        selection["countUnit"] = "days".into();
    }
    let action = match action {
        "expire" => json!({"type": "expire"}),
        _ => json!({"type": "transition", "targetStorageClass": "archive"}),
    };
    json!({"rulePriority": priority, "selection": selection, "action": action})
}

fn policy(rules: &[Value]) -> LifecyclePolicy {
    LifecyclePolicy::parse(&json!({ "rules": rules }).to_string()).unwrap()
}

/// Returns the indexes of the images that are affected at `NOW_MS`, each with the rule's priority.
fn affected(rules: &[Value], images: &[PolicyImage]) -> Vec<(usize, u32)> {
    let effects = evaluate(&policy(rules), images).into_iter().enumerate();
    let now = effects.filter_map(|(index, effect)| {
        let effect = effect.filter(|effect| effect.due.is_reached(NOW_MS))?;
        Some((index, effect.rule))
    });
    now.collect()
}

const COUNT: &str = "imageCountMoreThan";
const PUSHED: &str = "sinceImagePushed";

/// Source: Amazon ECR user guide, "Examples of lifecycle policies in Amazon ECR".
#[test]
fn the_examples_of_the_user_guide() {
    let (a, b, c) = (
        image(&["beta-1", "prod-1"], 10.0),
        image(&["beta-2", "prod-2"], 9.0),
        image(&["beta-3"], 8.0),
    );
    let images = [a, b, c];
    let [prod, beta] = [["prod*"], ["beta*"]];
    let keep_one = |priority, tags: &[&str]| rule(priority, tags, COUNT, 1, "expire");
    assert_eq!(affected(&[keep_one(1, &prod), keep_one(2, &beta)], &images), [(0, 1)]);
    let swapped = [keep_one(1, &beta), keep_one(2, &prod)];
    assert_eq!(affected(&swapped, &images), [(0, 1), (1, 1)]);

    let images = [
        image(&["alpha-1"], 12.0),
        image(&["beta-1"], 11.0),
        image(&["alpha-2", "beta-2"], 10.0),
        image(&["alpha-3"], 4.0),
        image(&["beta-3"], 3.0),
        image(&["alpha-4", "beta-4"], 2.0),
    ];
    let both = rule(1, &["alpha*", "beta*"], PUSHED, 5, "expire");
    assert_eq!(affected(&[both], &images), [(2, 1)], "each pattern has to match");

    let images = [
        image(&["alpha-1", "beta-1", "gamma-1"], 10.0),
        image(&["alpha-2", "beta-2"], 9.0),
        image(&["alpha-3", "beta-3", "gamma-2"], 8.0),
    ];
    assert_eq!(affected(&[keep_one(1, &["alpha*", "beta*"])], &images), [(0, 1), (1, 1)]);

    let images =
        [image(&["alpha-1"], 4.0), image(&["beta-1"], 3.0), image(&[], 2.0), image(&["x"], 1.0)];
    assert_eq!(affected(&[keep_one(1, &["any"])], &images), [(0, 1), (1, 1), (2, 1)]);

    let images = [
        image(&["alpha-1", "beta-1"], 4.0),
        image(&[], 3.0),
        image(&["alpha-2"], 2.0),
        image(&["git-hash"], 1.001),
        image(&[], 1.0),
    ];
    let rules = [
        keep_one(1, &["alpha*"]),
        rule(2, &["untagged"], PUSHED, 1, "expire"),
        keep_one(3, &["any"]),
    ];
    assert_eq!(affected(&rules, &images), [(0, 1), (1, 2), (3, 3)]);
}

#[test]
fn count_types_and_selections() {
    let pulled = |days_ago, pulled: Option<f64>, restored: Option<f64>| PolicyImage {
        pulled_at_ms: pulled.map(days_before_now),
        restored_at_ms: restored.map(days_before_now),
        ..image(&["tag"], days_ago)
    };
    let archived = |days_ago| PolicyImage {
        archived_at_ms: Some(days_before_now(days_ago)),
        ..image(&["tag"], 400.0)
    };
    let mut transitioned = rule(1, &["any"], "sinceImageTransitioned", 90, "expire");
    transitioned["selection"]["storageClass"] = "archive".into();
    let mut prefixes = rule(1, &["x"], PUSHED, 30, "expire");
    prefixes["selection"]["tagPrefixList"] = json!(["dev-"]);
    prefixes["selection"].as_object_mut().unwrap().remove("tagPatternList");
    let indexes = || {
        vec![
            image(&["v1"], 30.0),
            part(30.0),
            part(30.0),
            image(&["v2"], 20.0),
            part(20.0),
            part(20.0),
            image(&[], 25.0),
            part(19.0),
        ]
    };
    for (case, rules, images, expected) in [
        (
            "children of an index and referrers expire only with their parent",
            vec![rule(1, &["untagged"], PUSHED, 14, "expire")],
            indexes(),
            vec![(6, 1)],
        ),
        (
            "children and referrers are not counted",
            vec![rule(1, &["any"], COUNT, 1, "expire")],
            indexes(),
            vec![(0, 1), (6, 1)],
        ),
        (
            "the last pull counts, then the restore, then the push",
            vec![rule(1, &["any"], "sinceImagePulled", 30, "transition")],
            vec![
                pulled(60.0, Some(5.0), None),
                pulled(60.0, None, None),
                pulled(120.0, Some(90.0), Some(60.0)),
                pulled(120.0, Some(10.0), Some(60.0)),
                pulled(10.0, None, None),
            ],
            vec![(1, 1), (2, 1)],
        ),
        (
            "archived images age from their transition",
            vec![transitioned],
            vec![archived(120.0), archived(80.0), image(&["c"], 400.0)],
            vec![(0, 1)],
        ),
        (
            "archived images are not counted with standard ones",
            vec![rule(1, &["any"], COUNT, 1, "expire")],
            vec![archived(120.0), image(&["c"], 400.0), image(&["d"], 10.0)],
            vec![(1, 1)],
        ),
        (
            "a restored image counts as pushed at its restore",
            vec![rule(1, &["any"], COUNT, 1, "expire")],
            vec![pulled(400.0, None, Some(1.0)), image(&["d"], 10.0)],
            vec![(1, 1)],
        ),
        (
            "an image that a rule keeps is not affected by later rules",
            vec![
                rule(1, &["prod*"], COUNT, 999, "expire"),
                rule(2, &["any"], PUSHED, 30, "expire"),
            ],
            vec![image(&["prod-7"], 400.0), image(&["sha-1"], 40.0), image(&["sha-2"], 5.0)],
            vec![(1, 2)],
        ),
        (
            "rules apply by priority, whatever their order in the text",
            vec![
                rule(20, &["any"], COUNT, 1, "expire"),
                rule(3, &["prod*"], PUSHED, 30, "expire"),
                rule(7, &["untagged"], PUSHED, 1, "expire"),
            ],
            vec![
                image(&["prod-1"], 40.0),
                image(&[], 35.0),
                image(&["a"], 3.0),
                image(&["b"], 2.0),
            ],
            vec![(0, 3), (1, 7), (2, 20)],
        ),
        (
            "archiving counts only images that are not archived",
            vec![rule(1, &["any"], COUNT, 1, "transition")],
            vec![archived(200.0), image(&["a"], 3.0), image(&["b"], 2.0)],
            vec![(1, 1)],
        ),
        (
            "several patterns select only what matches each of them",
            vec![rule(1, &["dev*", "prod*"], PUSHED, 30, "expire")],
            vec![
                image(&["dev-1"], 90.0),
                image(&["prod-1"], 90.0),
                image(&["dev-2", "prod-2"], 90.0),
            ],
            vec![(2, 1)],
        ),
        (
            "prefixes match only at the start",
            vec![prefixes],
            vec![image(&["dev-1"], 31.0), image(&["no-dev-1"], 31.0), image(&["dev-2"], 29.0)],
            vec![(0, 1)],
        ),
        (
            "patterns can have * anywhere",
            vec![rule(1, &["*-rc*"], PUSHED, 1, "expire")],
            vec![image(&["1.0-rc1"], 2.0), image(&["1.0"], 2.0), image(&["rc"], 2.0)],
            vec![(0, 1)],
        ),
        (
            "of images with the same time, the first in the list counts as older",
            vec![rule(1, &["any"], COUNT, 2, "expire")],
            vec![image(&["1"], 1.0), image(&["2"], 1.0), image(&["3"], 1.0)],
            vec![(0, 1)],
        ),
    ] {
        assert_eq!(affected(&rules, &images), expected, "{case}");
    }
}

#[test]
fn an_age_rule_has_a_due_time() {
    let images = [image(&["1"], 3.0)];
    let effect = evaluate(&policy(&[rule(1, &["any"], PUSHED, 14, "expire")]), &images)[0].unwrap();
    let due = Due::After { days: 14, since_ms: images[0].pushed_at_ms };
    assert_eq!(effect, PolicyEffect { rule: 1, action: PolicyAction::Expire, due });
    assert!(!effect.due.is_reached(NOW_MS));
}

#[test]
fn policies_with_unknown_parts_are_rejected() {
    let valid = rule(1, &["any"], COUNT, 1, "expire");
    let changed = |pointer: &str, value: Value| {
        let mut rule = valid.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        rule.pointer_mut(parent).unwrap()[name] = value;
        json!({"rules": [rule]}).to_string()
    };
    for (case, text) in [
        ("not JSON", "rules".to_owned()),
        ("no rules", "{}".to_owned()),
        ("an unknown member of the policy", json!({"rules": [], "more": 1}).to_string()),
        ("an unknown member of a rule", changed("/enabled", json!(false))),
        ("an unknown member of a selection", changed("/selection/architecture", json!("arm64"))),
        ("an unknown tagStatus", changed("/selection/tagStatus", json!("signed"))),
        ("tagged without a list", changed("/selection/tagStatus", json!("tagged"))),
        ("any with a list", changed("/selection/tagPrefixList", json!(["v"]))),
        ("an unknown countType", changed("/selection/countType", json!("sinceImageScanned"))),
        ("a count with a unit", changed("/selection/countUnit", json!("days"))),
        ("an age without a unit", changed("/selection/countType", json!("sinceImagePushed"))),
        ("the number 0", changed("/selection/countNumber", json!(0))),
        ("an unknown storageClass", changed("/selection/storageClass", json!("cold"))),
        ("an unknown action", changed("/action/type", json!("notify"))),
        ("a transition without a target", changed("/action/type", json!("transition"))),
        ("a duplicate priority", json!({"rules": [valid, valid]}).to_string()),
        ("a negative number", changed("/selection/countNumber", json!(-1))),
        ("a number that is too large", changed("/selection/countNumber", json!(5_000_000_000_u64))),
        ("a fraction", changed("/selection/countNumber", json!(1.5))),
        ("a repeated member", r#"{"rules":[],"rules":[]}"#.to_owned()),
        ("deep nesting", "[".repeat(100_000)),
    ] {
        assert!(LifecyclePolicy::parse(&text).is_err(), "{case}: {text}");
    }
    let described = changed("/description", json!("Keep one"));
    assert!(LifecyclePolicy::parse(&described).is_ok());
}

/// ECR returns another text of the policy that it was given.
#[test]
fn texts_of_the_same_policy() {
    let (kept, old) =
        (rule(1, &["any"], COUNT, 3, "expire"), rule(2, &["v*"], PUSHED, 30, "expire"));
    let text = |rules: &[&Value]| json!({ "rules": rules }).to_string();
    let described = |text: &str| {
        let mut rule = kept.clone();
        rule["description"] = text.into();
        json!({ "rules": [rule, old] }).to_string()
    };
    let policy = text(&[&kept, &old]);
    for (case, other, is_same) in [
        ("the same text", policy.clone(), true),
        ("with spaces", format!("{:#}", json!({ "rules": [kept, old] })), true),
        ("in another order", text(&[&old, &kept]), true),
        ("with a description", described("three images"), true),
        ("another number", text(&[&rule(1, &["any"], COUNT, 4, "expire"), &old]), false),
        ("another action", text(&[&rule(1, &["any"], COUNT, 3, "archive"), &old]), false),
        ("fewer rules", text(&[&kept]), false),
        ("not a policy", "{}".to_owned(), false),
    ] {
        assert_eq!(LifecyclePolicy::is_same(&policy, &other), is_same, "{case}");
    }
    assert!(LifecyclePolicy::is_same("{", "{") && !LifecyclePolicy::is_same("{", "["));
}

#[test]
fn presets_parse_as_their_rule() {
    use transload_model::LifecyclePreset;
    let parse = |preset: LifecyclePreset| {
        let policy = LifecyclePolicy::parse(&preset.policy_text().unwrap()).unwrap();
        (policy.rules[0].tags.clone(), policy.rules[0].count)
    };
    assert_eq!(
        parse(LifecyclePreset::KeepNewest { count: 7 }),
        (TagCondition::Any, CountCondition::ImageCountMoreThan(7))
    );
    assert_eq!(
        parse(LifecyclePreset::ExpireUntagged { days: 9 }),
        (TagCondition::Untagged, CountCondition::SinceImagePushed(9))
    );
}

/// The policies that ECR refuses although their grammar is valid. Each is reported by its own rule.
#[test]
fn a_new_policy_is_checked_before_a_call() {
    let long = |mut rule: Value| {
        rule["description"] = "a description that makes the text long enough for ECR".into();
        json!({ "rules": [rule] }).to_string()
    };
    let archived = |days: u32| {
        let mut rule = rule(1, &["any"], "sinceImageTransitioned", days, "expire");
        rule["selection"]["storageClass"] = "archive".into();
        rule
    };
    let both_lists = {
        let mut rule = rule(1, &["a*"], COUNT, 1, "expire");
        rule["selection"]["tagPrefixList"] = json!(["b"]);
        rule
    };
    let count_with_days = {
        let mut rule = rule(1, &["any"], COUNT, 1, "expire");
        rule["selection"]["countUnit"] = "days".into();
        rule
    };
    let rules = |rules: &[Value]| json!({ "rules": rules }).to_string();
    let many: Vec<Value> = (1..=51)
        .map(|number| rule(number, &[&format!("v{number}*")], COUNT, 1, "expire"))
        .collect();
    let untagged = |priority| rule(priority, &["untagged"], PUSHED, 1, "expire");
    let cases = [
        (long(rule(1, &["any"], "sinceImagePulled", 5, "expire")), "sinceImagePulled"),
        (long(count_with_days), "countUnit"),
        (rules(&[untagged(1), untagged(2)]), "only one rule can select untagged"),
        (rules(&[rule(1, &["any"], COUNT, 1, "expire"), untagged(2)]), "highest rulePriority"),
        (long(rule(1, &["*a*b*c*d*"], COUNT, 1, "expire")), "more than 4 asterisks"),
        (rules(&many), "this one has 51"),
        (rules(&[rule(1, &["any"], COUNT, 1, "expire")]) + &" ".repeat(31_000), "characters"),
        (long(both_lists), "wrong tag lists"),
        (long(archived(60)), "at least 90 days"),
        (rules(&[]), "1 to 50 rules"),
        (long(rule(0, &["any"], COUNT, 1, "expire")), "starts at 1"),
        (long(rule(1, &["any"], "sinceImageTransitioned", 90, "expire")), "storageClass archive"),
    ];
    // Without spaces and a description, this is as short as a policy gets: none has 99 characters.
    let shortest = rules(&[rule(1, &["any"], COUNT, 1, "expire")]);
    assert!(shortest.len() > 100 && LifecyclePolicy::parse_new(&shortest).is_ok());
    assert!(LifecyclePolicy::parse_new(&shortest[..99]).is_err());
    let longest = format!("{shortest}{}", " ".repeat(30_720 - shortest.len()));
    assert!(LifecyclePolicy::parse_new(&longest).is_ok());
    assert!(LifecyclePolicy::parse_new(&format!("{longest} ")).is_err());
    for (text, expected) in cases {
        let problem = LifecyclePolicy::parse_new(&text).unwrap_err().to_string();
        assert!(problem.contains(expected), "{problem} should contain {expected}: {text}");
    }
    for allowed in [archived(90), rule(1, &["a*", "b*"], COUNT, 3, "archive")] {
        assert!(LifecyclePolicy::parse_new(&long(allowed.clone())).is_ok(), "{allowed}");
    }
}

#[test]
fn rules_in_plain_words() {
    let mut archived = rule(6, &["any"], "sinceImageTransitioned", 90, "expire");
    archived["selection"]["storageClass"] = "archive".into();
    let cases = [
        (
            rule(1, &["untagged"], PUSHED, 14, "expire"),
            "Delete untagged images 14 days after they were pushed.",
        ),
        (
            rule(2, &["prod*"], COUNT, 999, "expire"),
            "Keep the newest 999 of images with a tag like prod*, and delete the others.",
        ),
        (
            rule(3, &["any"], COUNT, 1, "archive"),
            "Keep the newest of all images, and archive the others.",
        ),
        (
            rule(4, &["dev*", "prod*"], PUSHED, 1, "expire"),
            "Delete images with a tag like dev* and a tag like prod* 1 day after they were pushed.",
        ),
        (
            rule(5, &["any"], "sinceImagePulled", 30, "archive"),
            "Archive all images that were not pulled for 30 days.",
        ),
        (archived, "Delete all archived images 90 days after they were archived."),
    ];
    for (rule, words) in cases {
        let policy = policy(&[rule]);
        assert_eq!(policy.rules[0].in_words(), words);
        assert_eq!(policy.rules[0].caution().is_some(), words.contains("dev*"), "{words}");
    }
}

#[test]
fn a_policy_has_up_to_fifty_rules() {
    let parsed = |rules: u32| {
        let rule = |number: u32| {
            serde_json::json!({
                "rulePriority": number, "action": {"type": "expire"},
                "selection": {"tagStatus": "tagged", "tagPrefixList": [format!("p{number}-")],
                    "countType": "imageCountMoreThan", "countNumber": 1},
            })
        };
        let rules: Vec<_> = (1..=rules).map(rule).collect();
        LifecyclePolicy::parse_new(&serde_json::json!({"rules": rules}).to_string())
    };
    assert_eq!(parsed(50).map(|policy| policy.rules.len()), Ok(50));
    assert!(parsed(51).is_err());
}
