//! Operations on the registry as a whole.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use crate::clock::epoch_seconds;
use crate::context::ServerContext;

/// Handles GetAuthorizationToken.
pub(super) fn authorization_token(context: &ServerContext) -> Value {
    let (token, expires) = context.issue_registry_token();
    json!({ "authorizationData": [{
        "authorizationToken": STANDARD.encode(format!("AWS:{token}")),
        "expiresAt": epoch_seconds(expires),
        "proxyEndpoint": format!("http://{}", context.registry_host()),
    }] })
}

/// Account settings with their values and the default.
const SETTINGS: [(&str, &[&str], &str); 3] = [
    ("BASIC_SCAN_TYPE_VERSION", &["AWS_NATIVE"], "AWS_NATIVE"),
    ("REGISTRY_POLICY_SCOPE", &["V2"], "V2"),
    ("BLOB_MOUNTING", &["ENABLED", "DISABLED"], "DISABLED"),
];

type Setting = (&'static str, &'static [&'static str], &'static str);

fn setting(input: &Input) -> Result<Setting, EcrError> {
    let name = input.required("name")?;
    SETTINGS.into_iter().find(|(known, ..)| *known == name).ok_or_else(|| {
        EcrError::parameter(
            "name",
            "Member must be BASIC_SCAN_TYPE_VERSION, REGISTRY_POLICY_SCOPE or BLOB_MOUNTING",
        )
    })
}

/// Handles GetAccountSetting.
pub(super) fn get_setting(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let (name, _, default) = setting(input)?;
    let value = context.store.read(|state| state.settings.get(name).cloned());
    Ok(json!({ "name": name, "value": value.unwrap_or_else(|| default.to_owned()) }))
}

/// Handles PutAccountSetting.
pub(super) async fn put_setting(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let (name, allowed, _) = setting(input)?;
    let value = input.required("value")?;
    if !allowed.contains(&value) {
        let text = format!("Member must satisfy enum value set: [{}]", allowed.join(", "));
        return Err(EcrError::parameter("value", text));
    }
    context
        .store
        .change(|state| {
            state.settings.insert(name.to_owned(), value.to_owned());
            Ok::<_, EcrError>(json!({ "name": name, "value": value }))
        })
        .await
}
