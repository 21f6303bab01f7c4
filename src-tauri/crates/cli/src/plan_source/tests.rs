//! Every form of `--from ecr:…`, with and without a matching profile.

use super::*;

fn read(text: &str, known: &[&str]) -> Result<(Option<String>, Option<String>), ApiError> {
    let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
    parse_ecr(text, &known).map(|EcrAccount { profile, region }| (profile, region))
}

#[test]
fn a_profile_is_parsed_with_and_without_a_region() {
    for (text, known, profile, region) in [
        ("old", &[][..], "old", None),
        ("old/eu-west-1", &[], "old", Some("eu-west-1")),
        ("team/old", &[], "team/old", None),
        ("team/old/us-gov-west-1", &[], "team/old", Some("us-gov-west-1")),
        ("team/prod-2", &["team", "team/prod-2"], "team/prod-2", None),
        ("team/prod-2", &["team"], "team/prod-2", None),
        ("team/eu-west-1", &["team/eu-west-1"], "team/eu-west-1", None),
        ("team/eu-west-1", &["team"], "team", Some("eu-west-1")),
        ("team/eusc-de-east-1", &[], "team", Some("eusc-de-east-1")),
        ("profile=team/eu-west-1", &["team", "team/eu-west-1"], "team/eu-west-1", None),
        ("profile=team,region=eu-west-1", &["team", "team/eu-west-1"], "team", Some("eu-west-1")),
        ("profile=a,b", &[], "a,b", None),
    ] {
        let expected = (Some(profile.to_owned()), region.map(str::to_owned));
        assert_eq!(read(text, known).unwrap(), expected, "{text} {known:?}");
    }
    assert_eq!(read("/eu-west-1", &[]).unwrap(), (None, Some("eu-west-1".to_owned())));
}

#[test]
fn an_ambiguous_source_is_refused_with_both_readings() {
    let refused = read("team/eu-west-1", &["team", "team/eu-west-1"]).unwrap_err();
    assert_eq!(refused.code, ErrorCode::InputInvalid);
    for part in ["the profile team/eu-west-1", "the profile team in the region eu-west-1"] {
        assert!(refused.message.contains(part), "{}", refused.message);
    }
    let hints = refused.hints.join(" ");
    assert!(hints.contains("ecr:profile=team/eu-west-1"), "{hints}");
    assert!(hints.contains("ecr:profile=team,region=eu-west-1"), "{hints}");
}
