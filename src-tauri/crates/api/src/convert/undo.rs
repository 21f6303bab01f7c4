use transload_engine::migration as engine;

use super::destination;
use crate::contract::{UndoLeft, UndoLeftReason, UndoPlan, UndoReport, UndoRepository, UndoTotals};

/// A plan of an undo.
pub fn undo_plan(undo: String, migration: String, plan: &engine::UndoPlan) -> UndoPlan {
    let repositories: Vec<_> = plan.repositories.iter().map(repository).collect();
    let destination = destination(&plan.destination);
    UndoPlan { undo, migration, destination, totals: planned_totals(plan), repositories }
}

fn repository(from: &engine::UndoRepository) -> UndoRepository {
    UndoRepository {
        name: from.name.to_string(),
        tags: from.tags.clone(),
        images_deleted: count(from.images.len()),
        repository: from.repository,
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
            engine::Why::Tag(reason) => UndoLeftReason::Tag { reason: reason.clone() },
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

fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
