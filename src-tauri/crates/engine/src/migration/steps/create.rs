use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{StreamExt, stream};

use crate::aws::{AwsError, EcrApi};
use crate::migration::record::Records;
use crate::migration::run::{Counts, Run, Traces};
use crate::migration::{MigrationError, MigrationEvent, PlannedRepository, Step};
use crate::model::RepositoryName;

/// Repositories that are created at the same time. ECR's quota is far higher; a person's account
/// may have other work.
const CREATED_TOGETHER: usize = 4;

/// Creates the repositories that are missing and that an image still needs.
pub(in crate::migration) async fn create(
    run: &Run<'_>,
    records: &Records<'_>,
    traces: &mut Traces,
) -> Counts {
    let needed: Vec<_> = records.moving().map(|record| &record.planned.repository).collect();
    let missing =
        run.plan.repositories.iter().filter(|repository| needed.contains(&&repository.name));
    let ecr = run.destination.ecr.as_ref();
    let work: Vec<_> = missing
        .map(|repository| async move {
            let created = run.control.until_cancelled(make(ecr, repository)).await;
            (repository, created)
        })
        .collect();
    let mut counts = Counts::default();
    let mut failures: HashMap<&RepositoryName, Arc<MigrationError>> = HashMap::new();
    let mut made = stream::iter(work).buffer_unordered(CREATED_TOGETHER);
    while let Some((repository, outcome)) = made.next().await {
        let name = repository.name.clone();
        match outcome {
            Some(Ok(created)) => {
                counts.add(true);
                if created {
                    traces.repositories_created.push(name.clone());
                    if let Some(journal) = run.journal {
                        journal.repository_created(&name);
                    }
                }
                run.emit(MigrationEvent::RepositoryReady { repository: name, created });
            }
            Some(Err(error)) => {
                counts.add(false);
                let error = Arc::new(MigrationError::from(error));
                failures.insert(&repository.name, Arc::clone(&error));
                run.emit(MigrationEvent::RepositoryFailed { repository: name, error });
            }
            None => {}
        }
    }
    for record in records.moving() {
        if let Some(source) = failures.get(&record.planned.repository) {
            let source = Arc::clone(source);
            let error = MigrationError::EarlierStepFailed { step: Step::Create, source };
            run.fail(record, Arc::new(error));
        }
    }
    counts
}

/// Tells whether the repository was created now. Somebody else may have been quicker: then it is
/// there, which is what was wanted, and it is left as it is.
async fn make(ecr: &dyn EcrApi, repository: &PlannedRepository) -> Result<bool, AwsError> {
    if repository.exists {
        return Ok(false);
    }
    match ecr.create_repository(&repository.name, &repository.settings).await {
        Ok(_) => {}
        Err(AwsError::RepositoryExists { .. }) => return Ok(false),
        Err(error) => return Err(error),
    }
    if let Some(text) = repository.settings.lifecycle.policy_text() {
        ecr.put_lifecycle_policy(&repository.name, &text).await?;
    }
    if let Some(policy) = &repository.settings.policy {
        ecr.set_repository_policy(&repository.name, policy).await?;
    }
    Ok(true)
}
