use transload_engine::migration as engine;

use super::destination;
use crate::contract::{
    ImageUndo, RepositoryUndo, TagLeft, TagUndo, UndoLeft, UndoLeftReason, UndoPlan, UndoReport,
    UndoRepository, UndoTag, UndoTotals,
};

/// A plan of an undo.
pub fn undo_plan(undo: String, migration: String, plan: &engine::UndoPlan) -> UndoPlan {
    let repositories: Vec<_> = plan.repositories.iter().map(repository).collect();
    let destination = destination(&plan.destination);
    UndoPlan { undo, migration, destination, totals: planned_totals(plan), repositories }
}

fn repository(from: &engine::UndoRepository) -> UndoRepository {
    let tag = |from: &engine::UndoTag| UndoTag {
        tag: from.tag.to_string(),
        digest: from.digest.to_string(),
        action: match &from.action {
            engine::TagUndo::Remove { image } => TagUndo::Remove {
                image: match image {
                    engine::ImageUndo::Goes => ImageUndo::Goes,
                    engine::ImageUndo::HasOtherTags => ImageUndo::HasOtherTags,
                    engine::ImageUndo::BelowIndex => ImageUndo::BelowIndex,
                },
            },
            engine::TagUndo::Restore { to } => TagUndo::Restore { to: to.to_string() },
            engine::TagUndo::Left { reason } => TagUndo::Left { reason: tag_left(reason) },
        },
    };
    UndoRepository {
        name: from.name.to_string(),
        tags: from.tags.iter().map(tag).collect(),
        images_deleted: count(from.images.len()),
        repository: match from.repository {
            engine::RepositoryUndo::Delete => RepositoryUndo::Delete,
            engine::RepositoryUndo::Left { images } => RepositoryUndo::Left { images },
            engine::RepositoryUndo::WasThere => RepositoryUndo::WasThere,
            engine::RepositoryUndo::Gone => RepositoryUndo::Gone,
        },
    }
}

fn planned_totals(plan: &engine::UndoPlan) -> UndoTotals {
    let mut totals = UndoTotals::default();
    for repository in &plan.repositories {
        let mut with_tag = std::collections::HashSet::new();
        for tag in &repository.tags {
            match &tag.action {
                engine::TagUndo::Remove { image } => {
                    totals.tags_removed += 1;
                    if *image == engine::ImageUndo::Goes {
                        with_tag.insert(&tag.digest);
                    }
                }
                engine::TagUndo::Restore { .. } => totals.tags_restored += 1,
                engine::TagUndo::Left { .. } => totals.left += 1,
            }
        }
        totals.images_deleted += count(with_tag.len() + repository.images.len());
        match repository.repository {
            engine::RepositoryUndo::Delete => totals.repositories_deleted += 1,
            engine::RepositoryUndo::Left { .. } => totals.left += 1,
            engine::RepositoryUndo::WasThere | engine::RepositoryUndo::Gone => {}
        }
    }
    totals
}

/// What an undo did.
pub fn undo_report(migration: String, report: &engine::UndoReport) -> UndoReport {
    let left = |left: &engine::UndoLeft| UndoLeft {
        name: left.name.clone(),
        why: match &left.why {
            engine::Why::Tag(reason) => UndoLeftReason::Tag { reason: tag_left(reason) },
            engine::Why::Holds { images } => UndoLeftReason::Holds { images: *images },
            engine::Why::Failed(error) => UndoLeftReason::Failed { error: error.as_ref().into() },
        },
    };
    UndoReport {
        migration,
        totals: UndoTotals {
            tags_removed: report.tags_removed,
            tags_restored: report.tags_restored,
            images_deleted: report.images_deleted,
            repositories_deleted: count(report.repositories_deleted.len()),
            left: count(report.left.len()),
        },
        left: report.left.iter().map(left).collect(),
        cancelled: report.cancelled,
        journal_error: None,
    }
}

fn tag_left(reason: &engine::LeftReason) -> TagLeft {
    use engine::LeftReason as From;
    match reason {
        From::Gone => TagLeft::Gone,
        From::PointsElsewhere { to } => TagLeft::PointsElsewhere { to: to.to_string() },
        From::ImageWouldGo => TagLeft::ImageWouldGo,
        From::EarlierImageGone { earlier } => {
            TagLeft::EarlierImageGone { earlier: earlier.to_string() }
        }
        From::PushInterrupted => TagLeft::PushInterrupted,
    }
}

fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
