//! The JSON of values that the crates below define and that cross the border unchanged. Windows, scripts, plan files
//! and journals of other versions read it.

use serde_json::{Value, json};

use crate::{
    CaCertificate, CopyTool, EngineOrigin, ExpectedTime, PlanProgress, PullQuota, SsoAccount,
};

#[test]
fn values_of_the_crates_below_keep_their_json() {
    let account = SsoAccount {
        account_id: "111122223333".to_owned(),
        name: Some("prod".to_owned()),
        email: None,
    };
    let certificate = CaCertificate { name: "Corp".to_owned(), not_after_ms: 5000 };
    let pulls = PullQuota { remaining: 3, limit: 100, window_seconds: 60 };
    let time = ExpectedTime { elapsed_ms: 10, bytes_per_second: 20, migrations: 3 };
    let context = EngineOrigin::Context { name: "lab".to_owned() };
    let socket = EngineOrigin::Socket { product: "Docker Desktop" };
    for (value, expected) in [
        (
            serde_json::to_string(&account),
            r#"{"account_id":"111122223333","name":"prod","email":null}"#,
        ),
        (serde_json::to_string(&certificate), r#"{"name":"Corp","not_after_ms":5000}"#),
        (serde_json::to_string(&pulls), r#"{"left":3,"limit":100,"window_seconds":60}"#),
        (serde_json::to_string(&time), r#"{"elapsed_ms":10,"bytes_per_second":20,"migrations":3}"#),
        (
            serde_json::to_string(&PlanProgress { looked_at: 1, images: 2 }),
            r#"{"looked_at":1,"images":2}"#,
        ),
        (serde_json::to_string(&EngineOrigin::Settings), r#"{"kind":"settings"}"#),
        (serde_json::to_string(&EngineOrigin::Environment), r#"{"kind":"environment"}"#),
        (serde_json::to_string(&context), r#"{"kind":"context","name":"lab"}"#),
        (serde_json::to_string(&socket), r#"{"kind":"socket","product":"Docker Desktop"}"#),
        (serde_json::to_string(&CopyTool::Skopeo), r#""skopeo""#),
        (serde_json::to_string(&CopyTool::Crane), r#""crane""#),
    ] {
        assert_eq!(value.unwrap(), expected);
    }
    // Values of plan files and events are read as well.
    let read: (ExpectedTime, PullQuota) = serde_json::from_value(Value::from(vec![
        json!({"elapsed_ms": 10, "bytes_per_second": 20, "migrations": 3}),
        json!({"left": 3, "limit": 100, "window_seconds": 60}),
    ]))
    .unwrap();
    assert_eq!(read, (time, pulls));
}
