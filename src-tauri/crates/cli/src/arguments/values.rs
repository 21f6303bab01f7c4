//! Parsers of single option values: rename rules and parts of a plan.

use transload_contract::{RenameRule, RenameRuleKind, Shard};

/// Parses `PATTERN=>REPLACEMENT`, where the pattern is a glob or begins with `regex:`.
pub fn parse_rename(text: &str) -> Result<RenameRule, String> {
    let (pattern, replacement) =
        text.rsplit_once("=>").ok_or("use PATTERN=>REPLACEMENT, such as 'team/*=>$1'")?;
    let (kind, pattern) = match pattern.strip_prefix("regex:") {
        Some(regex) => (RenameRuleKind::Regex, regex),
        None => (RenameRuleKind::Glob, pattern),
    };
    Ok(RenameRule { kind, pattern: pattern.to_owned(), replacement: replacement.to_owned() })
}

/// Parses `I/N`, or `aws-batch` for the part of an AWS Batch array job.
pub fn parse_shard(text: &str) -> Result<Shard, String> {
    let shard = |part, parts| Shard::new(part, parts).map_err(|error| error.to_string());
    let number =
        |text: &str| text.trim().parse::<u32>().map_err(|_| format!("{text:?} is not a number"));
    if text == "aws-batch" {
        // Source: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
        let variable = |name: &str| {
            let value = std::env::var(name).map_err(|_| format!("{name} is not set"))?;
            number(&value)
        };
        let (index, parts) =
            (variable("AWS_BATCH_JOB_ARRAY_INDEX")?, variable("AWS_BATCH_JOB_ARRAY_SIZE")?);
        return shard(index.saturating_add(1), parts);
    }
    let (part, parts) = text.split_once('/').ok_or("use I/N, such as 2/8, or aws-batch")?;
    shard(number(part)?, number(parts)?)
}
