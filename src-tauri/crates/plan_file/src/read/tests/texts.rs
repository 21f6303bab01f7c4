//! Texts that are a plan, and texts that aren't.

use transload_contract::PLAN_FILE_VERSION;
use transload_errors::ErrorCode;

use crate::read::read_file;
use crate::read::tests::file;

#[tokio::test]
async fn a_plan_is_read_as_editors_save_it_and_no_other_text_is_one() {
    let plan = serde_json::to_string_pretty(&file()).unwrap();
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let repeated =
        |value: &str| format!("{{\"transload_plan\":{value},{}", &plan[1..]).into_bytes();
    let with_version = |value: &str| {
        let text = serde_json::to_value(file()).unwrap().to_string();
        let known = format!("\"transload_plan\":{PLAN_FILE_VERSION}");
        assert!(text.contains(&known));
        text.replace(&known, &format!("\"transload_plan\":{value}")).into_bytes()
    };
    let latin_1 = plan.replace("user/ada", "user/?").into_bytes();
    let latin_1 = latin_1.into_iter().map(|byte| if byte == b'?' { 0xe9 } else { byte }).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    for (case, bytes, is_plan) in [
        ("itself", plan.clone().into_bytes(), true),
        ("CRLF", plan.replace('\n', "\r\n").into_bytes(), true),
        ("tabs", plan.replace("  ", "\t").into_bytes(), true),
        ("a mark of UTF-8", format!("\u{feff}{plan}").into_bytes(), true),
        ("UTF-16", [vec![0xff, 0xfe], utf_16(&plan)].concat(), true),
        ("UTF-16 without a mark", utf_16(&plan), false),
        ("Latin-1", latin_1, false),
        ("nothing", Vec::new(), false),
        ("half of it", plan.as_bytes()[..plan.len() / 2].to_vec(), false),
        ("two plans", format!("{plan}{plan}").into_bytes(), false),
        ("nested without end", "[".repeat(1_000_000).into_bytes(), false),
        (
            "an unknown field, nested without end",
            repeated(&format!("2,\"x\":{}", "[".repeat(1_000_000))),
            false,
        ),
        ("YAML", b"transload_plan: 2\nplan: &a [*a]\n".to_vec(), false),
        ("a version twice", repeated("2"), false),
        ("a negative version", with_version("-1"), false),
        ("a fraction as version", with_version("2.5"), false),
        ("a version of 400 digits", with_version(&"9".repeat(400)), false),
        ("a version in quotes", with_version("\"2\""), false),
    ] {
        std::fs::write(&path, bytes).unwrap();
        match read_file(&path).await {
            Ok(_) => assert!(is_plan, "{case}"),
            Err(error) => {
                assert!(!is_plan, "{case}: {error:?}");
                assert_eq!(error.code, ErrorCode::PlanFileInvalid, "{case}");
                assert!(error.message.contains("plan.json"), "{case}: {}", error.message);
            }
        }
    }
    let error = read_file(folder.path()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::StorageFailed);
}
