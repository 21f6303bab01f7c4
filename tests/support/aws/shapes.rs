//! Checks requests and responses against the service models of AWS.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::aws::scripted::Exchange;
use crate::process::Run;
use crate::tools::python_tool;

/// Holds calls and answers to AWS's own model of a service (`sts`, `iam`, `sso`, `sso-oidc`, …), as
/// botocore brings it: every parameter is one, each that is needed is there, patterns fit, and the
/// answer can be read.
///
/// # Errors
/// When one does not fit, or botocore cannot be run.
pub async fn check_shapes(service: &str, exchanges: &[Exchange]) -> Result<()> {
    ensure!(!exchanges.is_empty(), "there is no call of {service} to check");
    let exchanges: Vec<Value> = exchanges.iter().map(told).collect();
    let input = json!({"service": service, "exchanges": exchanges}).to_string();
    let finished = Run::new(python_tool("python3")?)
        .arguments(["-c", include_str!("check_shapes.py")])
        .input(input)
        .succeed()
        .await?;
    let problems: Vec<String> = serde_json::from_slice(&finished.stdout)?;
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

fn told(exchange: &Exchange) -> Value {
    let (call, answer) = (&exchange.call, &exchange.answer);
    let mut headers = vec![("content-type", answer.content_type)];
    headers.extend(answer.headers.iter().map(|(name, value)| (*name, value.as_str())));
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
        "answer": {"status": answer.status, "headers": headers, "body": answer.body},
    })
}
