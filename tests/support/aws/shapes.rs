//! Checks requests and responses against the service models of AWS.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::aws::scripted::Exchange;
use crate::program::Program;
use crate::tools::python_tool;

/// Checks calls and responses against AWS's own model of a service (`sts`, `iam`, `sso`, `sso-oidc`, …), as
/// shipped with botocore: every parameter is known, all required parameters are present, patterns match, and
/// the response can be parsed.
pub async fn check_shapes(service: &str, exchanges: &[Exchange]) -> Result<()> {
    ensure!(!exchanges.is_empty(), "there is no call of {service} to check");
    let exchanges: Vec<Value> = exchanges.iter().map(to_json).collect();
    let input = json!({"service": service, "exchanges": exchanges}).to_string();
    let finished = Program::new(python_tool("python3")?)
        .arguments(["-c", include_str!("check_shapes.py")])
        .input(input)
        .succeed()
        .await?;
    let problems: Vec<String> = serde_json::from_slice(&finished.stdout)?;
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

fn to_json(exchange: &Exchange) -> Value {
    let (call, response) = (&exchange.call, &exchange.response);
    let mut headers = vec![("content-type", response.content_type)];
    headers.extend(response.headers.iter().map(|(name, value)| (*name, value.as_str())));
    json!({
        "call": {
            "method": call.method,
            "path": call.path,
            "query": call.query,
            "headers": call.headers,
            "operation": call.operation,
            "form": call.form,
            "json": call.json,
        },
        "response": {"status": response.status, "headers": headers, "body": response.body},
    })
}
