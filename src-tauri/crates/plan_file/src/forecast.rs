//! Forecasts of lifecycle policies.

use transload_contract::{ExpiringImage, LifecycleForecast};
use transload_lifecycle::Due;
use transload_migration as engine;

pub(crate) fn shown_forecast(forecast: &engine::LifecycleForecast) -> LifecycleForecast {
    match forecast {
        engine::LifecycleForecast::NothingExpires => LifecycleForecast::NothingExpires,
        engine::LifecycleForecast::Expires { planned, existing } => LifecycleForecast::Expires {
            planned: planned.iter().map(expiring).collect(),
            existing: existing.iter().map(expiring).collect(),
        },
        engine::LifecycleForecast::Unreadable { reason } => {
            LifecycleForecast::Unreadable { reason: reason.clone() }
        }
        engine::LifecycleForecast::Unknown => LifecycleForecast::Unknown,
    }
}

fn expiring(image: &engine::ExpiringImage) -> ExpiringImage {
    ExpiringImage {
        image: image.planned,
        tags: image.tags.clone(),
        digest: image.digest.as_ref().map(ToString::to_string),
        rule: image.verdict.rule,
        action: image.verdict.action,
        after_days: match image.verdict.due {
            Due::Now => None,
            Due::After { days, .. } => Some(days),
        },
    }
}
