//! Plans and reports of undos.

use transload_contract::{UndoLeft, UndoLeftReason, UndoPlan, UndoReport, UndoRepository};
use transload_migration as engine;

use transload_plan_file::shown_destination;

pub fn undo_plan(undo: String, migration: String, plan: &engine::UndoPlan) -> UndoPlan {
    let repositories: Vec<_> = plan.repositories.iter().map(repository).collect();
    let destination = shown_destination(&plan.destination);
    UndoPlan { undo, migration, destination, totals: plan.totals(), repositories }
}

fn repository(from: &engine::UndoRepository) -> UndoRepository {
    UndoRepository {
        name: from.name.to_string(),
        tags: from.tags.clone(),
        images_deleted: count(from.images.len()),
        repository: from.repository,
    }
}

pub fn undo_report(migration: String, report: &engine::UndoReport) -> UndoReport {
    let left = |left: &engine::UndoLeft| UndoLeft {
        name: left.name.clone(),
        why: match &left.why {
            engine::ItemLeftReason::Tag(reason) => UndoLeftReason::Tag { reason: reason.clone() },
            engine::ItemLeftReason::Holds { images } => UndoLeftReason::Holds { images: *images },
            engine::ItemLeftReason::Failed(error) => {
                UndoLeftReason::Failed { error: error.as_ref().into() }
            }
        },
    };
    UndoReport {
        migration,
        totals: report.totals(),
        left: report.left.iter().map(left).collect(),
        cancelled: report.cancelled,
        journal_error: None,
    }
}

fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
