import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { ErrorAlert } from "../../errors";
import type { AwsConnection, AwsIdentity } from "../../ipc/generated";
import { JobContainer } from "./JobContainer";
import type { FollowedJob } from "./progress/useJob";
import { MigrationWizard } from "./wizard/MigrationWizard";
import type { KeptDraft } from "./wizard/useDraft";

interface MigratePageProps {
  draft: KeptDraft;
  /** Shown instead of the wizard. */
  job: string | null;
  followed: FollowedJob;
  removeTemporaryTags: boolean;
  onConnection: (
    connection: AwsConnection,
    identity: AwsIdentity | null,
    alias: string | null,
  ) => void;
  /** Opens a job, or the wizard if `null`. */
  onJob: (job: string | null) => void;
  /** Opens the repositories of a migrated destination. */
  onRepositories: (connection: AwsConnection) => void;
}

/** The Migrate page: the wizard, the progress, and the result. */
export function MigratePage(props: MigratePageProps) {
  const { draft, job, followed, onJob } = props;
  if (job === null) {
    return draft.draft === null ? (
      <Spinner />
    ) : (
      <MigrationWizard
        draft={draft.draft}
        dispatch={draft.dispatch}
        removeTemporaryTags={props.removeTemporaryTags}
        onConnection={props.onConnection}
        onStarted={onJob}
      />
    );
  }
  return (
    <ContentLayout header={<Header variant="h1">Migrate</Header>}>
      <SpaceBetween size="l">
        {followed.error !== null && (
          <ErrorAlert
            error={followed.error}
            actions={{ retry: followed.reload }}
            onDismiss={() => onJob(null)}
          />
        )}
        {followed.state !== null && (
          <JobContainer
            job={followed.state}
            onReload={followed.reload}
            onJob={onJob}
            onAnother={() => {
              draft.dispatch({ type: "started_over" });
              onJob(null);
            }}
            onRepositories={props.onRepositories}
          />
        )}
        {followed.state === null && followed.error === null && <Spinner />}
      </SpaceBetween>
    </ContentLayout>
  );
}
