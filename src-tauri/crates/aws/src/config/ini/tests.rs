//! Settings, continuation lines and duplicates, with their line numbers.

use super::*;

fn values(text: &str) -> Vec<(String, String, u32)> {
    let sections = parse(text).unwrap();
    let settings = sections.into_iter().flat_map(|section| section.settings);
    settings.map(|setting| (setting.name, setting.value, setting.line)).collect()
}

fn headers(text: &str) -> Vec<(String, u32)> {
    parse(text).unwrap().into_iter().map(|section| (section.header, section.line)).collect()
}

#[test]
fn settings_have_line_numbers_with_any_line_ending() {
    let text = "\u{feff}# top\r\n[default]\r\nRegion = eu-west-1 ; Dublin\r\n\r\noutput: json\n\
                sso_start_url=https://corp.example/start#/\n";
    assert_eq!(
        values(text),
        [
            ("region".to_owned(), "eu-west-1".to_owned(), 3),
            ("output".to_owned(), "json".to_owned(), 5),
            ("sso_start_url".to_owned(), "https://corp.example/start#/".to_owned(), 6),
        ]
    );
}

#[test]
fn lines_that_end_with_a_carriage_return_alone_are_lines() {
    let text = "[default]\rregion = eu-west-1\r\routput = json\r\n[b]\r";
    let expected = [("region", "eu-west-1", 2), ("output", "json", 4)];
    let expected = expected.map(|(name, value, line)| (name.to_owned(), value.to_owned(), line));
    assert_eq!(values(text), expected);
    assert_eq!(headers(text), [("default".to_owned(), 1), ("b".to_owned(), 5)]);
}

#[test]
fn deeper_lines_continue_a_setting_and_equally_deep_ones_do_not() {
    let text = "[default]\n  region = a\n  output = b\n[services x]\necr =\n\n  # here\n  \
                endpoint_url = http://h ; c\n  other = d\nafter = e\n";
    let values: Vec<_> = values(text).into_iter().map(|(name, value, _)| (name, value)).collect();
    let expected = [
        ("region", "a"),
        ("output", "b"),
        ("ecr", "\n\nendpoint_url = http://h ; c\nother = d"),
        ("after", "e"),
    ];
    assert_eq!(values, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn a_header_may_be_indented_and_be_followed_by_a_comment() {
    let text = "  [default] ; the first\n[profile a]b] # not [c]\n[profile #1]\n";
    let expected = [("default", 1), ("profile a]b", 2), ("profile #1", 3)];
    assert_eq!(headers(text), expected.map(|(header, line)| (header.to_owned(), line)));
}

#[test]
fn settings_of_default_apply_to_every_section() {
    let text = "[a]\nregion = own\n[DEFAULT]\nregion = all\noutput = text\n[b]\n";
    let sections = parse(text).unwrap();
    assert_eq!(sections.len(), 2);
    let last = |section: &RawSection, name: &str| {
        let found = section.settings.iter().rev().find(|setting| setting.name == name);
        found.map(|setting| (setting.value.clone(), setting.line))
    };
    assert_eq!(last(&sections[0], "region"), Some(("own".to_owned(), 2)));
    assert_eq!(last(&sections[1], "region"), Some(("all".to_owned(), 4)));
}

#[test]
fn duplicates_are_reported_with_both_lines() {
    for (text, reported) in [
        ("[a]\nx = 1\n[b]\nx = 1\n", None),
        ("[a]\n[b]\n[a]\n", Some((3, "[a] is already defined in line 1"))),
        ("[a]\nx = 1\ny = 1\nX : 2\n", Some((4, "the setting x is already defined in line 2"))),
        ("[DEFAULT]\nx = 1\n[DEFAULT]\ny = 1\n[a]\nx = 1\n", None),
        (
            "[DEFAULT]\nx = 1\n[DEFAULT]\nx = 1\n",
            Some((4, "the setting x is already defined in line 2")),
        ),
        ("[a]\ns3 =\n  x = 1\n  x = 2\n", None),
        (
            "\u{feff}[a]\n",
            Some((1, "the file begins with a byte order mark; save it as UTF-8 without BOM")),
        ),
    ] {
        let found = cli_rejection(text)
            .map(|cli_rejection| (cli_rejection.line, cli_rejection.to_string()));
        assert_eq!(found, reported.map(|(line, reported)| (line, reported.to_owned())), "{text}");
    }
}

#[test]
fn an_invalid_line_is_reported_by_its_number_only() {
    for (text, problem) in [
        ("region = a\n", SyntaxError::BeforeFirstSection(1)),
        ("[a]\n\nhunter2\n", SyntaxError::NotASetting(3)),
        ("[a]\n= hunter2\n", SyntaxError::MissingName(2)),
        ("[a]\ns3 =\n  hunter2\n", SyntaxError::InvalidNestedSetting(3)),
        ("[]\n", SyntaxError::BeforeFirstSection(1)),
    ] {
        let found = parse(text).unwrap_err();
        assert_eq!(found, problem);
        assert!(!found.to_string().contains("hunter2"));
    }
}
