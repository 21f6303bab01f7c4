//! What a clean-up would delete, a line for each image.

use indicatif::DecimalBytes;
use transload_contract::{
    CleanupClass, CleanupProposal, DeletionPlan, ExclusionReason, FreedBytes, KeptImage, KeptReason,
};

use crate::output::{counted, line, note};

/// Prints a proposal, and what is kept for which reason.
pub fn print(repository: &str, found: &CleanupProposal) {
    let what = if found.class == CleanupClass::ManyTags { "TAGS  " } else { "DELETE" };
    for image in &found.images {
        line(&format!("{what}  {}  {}", image.digest, tags_text(&image.tags)));
    }
    for kept in &found.kept {
        let (tags, why) = (tags_text(&kept.tags), reason(&kept.why));
        line(&format!("KEEP    {}  {tags}: {why}", kept.digest));
    }
    let parts = found.deleted.len().saturating_sub(found.images.len()) as u64;
    let parts = match parts {
        0 => String::new(),
        _ => format!(" and {} of them", counted(parts, "part", "parts")),
    };
    line(&format!(
        "{repository}: {}{parts}, {} freed",
        counted(found.images.len() as u64, "image", "images"),
        freed_text(found.freed)
    ));
}

/// Prints the proposed images that the plan of their deletion keeps, such as those of an index that was read since.
/// Returns whether there are any.
pub fn print_kept_by_plan(plan: &DeletionPlan, found: &CleanupProposal) -> bool {
    let is_proposed = |kept: &&KeptImage| {
        kept.why != KeptReason::Missing
            && found.images.iter().any(|image| image.digest == kept.digest)
    };
    let kept = plan.repositories.iter().flat_map(|one| &one.kept).filter(is_proposed);
    let lines: Vec<String> = kept
        .map(|kept| {
            let (tags, why) = (tags_text(&kept.tags), kept_reason(&kept.why));
            format!("KEEP    {}  {tags}: {why}", kept.digest)
        })
        .collect();
    lines.iter().for_each(|line| note(line));
    !lines.is_empty()
}

fn kept_reason(why: &KeptReason) -> String {
    match why {
        KeptReason::UsedBy { images } => format!("part of {}", images.join(", ")),
        KeptReason::HasTag => "has a tag of its own".to_owned(),
        KeptReason::Missing => "no longer exists".to_owned(),
        KeptReason::TagMoved { tag } => format!("the tag {tag} points to another image"),
        KeptReason::UnknownStatus { status } => format!("has the unknown status {status}"),
    }
}

/// The bytes that a deletion frees, or a range.
pub fn freed_text(freed: FreedBytes) -> String {
    let FreedBytes { at_least, at_most, may_be_shared } = freed;
    let most = DecimalBytes(at_most);
    match at_least {
        _ if at_least == at_most => most.to_string(),
        0 if may_be_shared => {
            format!("at most {most} (with blob mounting, layers of other repositories stay)")
        }
        0 => format!("at most {most}"),
        _ => format!("between {} and {most}", DecimalBytes(at_least)),
    }
}

fn tags_text(tags: &[String]) -> String {
    if tags.is_empty() { "untagged".to_owned() } else { tags.join(", ") }
}

/// Why an image is kept, in words.
fn reason(why: &ExclusionReason) -> String {
    match why {
        ExclusionReason::InUse { count } => {
            format!("runs in {}", counted(*count, "place", "places"))
        }
        ExclusionReason::Cached { prefix } => {
            format!(
                "belongs to the pull-through cache rule {prefix}; to propose it, add --include-cached"
            )
        }
        ExclusionReason::Migrated { .. } => "migrated by Transload in the last 30 days".to_owned(),
        ExclusionReason::PartOf { indexes } => format!("part of {}", indexes.join(", ")),
        ExclusionReason::ProtectedTag { tag } => format!("the tag {tag} is protected"),
        ExclusionReason::UnknownStatus { status } => format!("has the unknown status {status}"),
        ExclusionReason::UnreadableTag => "has a tag that can't be read".to_owned(),
        ExclusionReason::UnreadIndex => {
            "an index that wasn't read; to read it, add --read-manifests".to_owned()
        }
        ExclusionReason::PushedLately { days } => {
            format!("pushed or restored in the last {}", counted(u64::from(*days), "day", "days"))
        }
        ExclusionReason::PulledLately { by_digest: true, .. } => {
            "pulled lately by digest".to_owned()
        }
        ExclusionReason::PulledLately { .. } => "pulled lately".to_owned(),
        ExclusionReason::ReferrerPushedLately { days } => format!(
            "a signature or another referrer was pushed in the last {}",
            counted(u64::from(*days), "day", "days")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freed_bytes_are_a_number_or_a_range() {
        for (at_least, at_most, may_be_shared, text) in [
            (6_000_000, 6_000_000, false, "6.00 MB"),
            (0, 6_000_000, false, "at most 6.00 MB"),
            (1_000_000, 6_000_000, false, "between 1.00 MB and 6.00 MB"),
            (
                0,
                6_000_000,
                true,
                "at most 6.00 MB (with blob mounting, layers of other repositories stay)",
            ),
            (0, 0, false, "0 B"),
        ] {
            assert_eq!(freed_text(FreedBytes { at_least, at_most, may_be_shared }), text);
        }
    }
}
