//! The outcome of looking for a Docker Engine.

use transload_contract::{EngineAttempt, EngineStatus};
use transload_docker as engine;

/// Converts the outcome of looking for an engine.
pub fn engine_status(found: engine::FindOutcome) -> EngineStatus {
    let first = found.attempts.first().map(|attempt| attempt.candidate.clone());
    let shown = found.engine.as_ref().map(|engine| engine.candidate.clone()).or(first);
    EngineStatus {
        running: found.engine.is_some(),
        address: shown.as_ref().map(|candidate| candidate.address.to_string()),
        origin: shown.map(|candidate| candidate.origin),
        version: found
            .engine
            .as_ref()
            .map(|found| format!("{} {}", found.info.product, found.info.version)),
        keeps_digests: found.engine.as_ref().map(|found| found.info.keeps_digests()),
        store: found.engine.as_ref().map(|found| found.info.store),
        api: found.engine.as_ref().map(|found| found.info.api.to_string()),
        platform: found
            .engine
            .as_ref()
            .map(|found| format!("{}/{}", found.info.os, found.info.architecture)),
        tried: found.attempts.into_iter().map(attempt).collect(),
        error: found.error.map(Into::into),
    }
}

fn attempt(attempt: engine::Attempt) -> EngineAttempt {
    let outcome = match attempt.result {
        engine::AttemptResult::Answered => "available",
        engine::AttemptResult::SocketMissing => "not found",
        engine::AttemptResult::PermissionDenied => "access denied",
        engine::AttemptResult::NoResponse => "no response",
        engine::AttemptResult::TlsFailed => "TLS connection failed",
        engine::AttemptResult::Unusable => "not a Docker Engine",
    };
    EngineAttempt {
        address: attempt.candidate.address.to_string(),
        origin: attempt.candidate.origin,
        outcome: outcome.to_owned(),
    }
}
