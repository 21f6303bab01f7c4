import { useEffect, useState } from "react";
import { type ErrorActions, ErrorActionsProvider } from "../../../errors";
import type { AwsConnection, AwsIdentity } from "../../../ipc/generated";
import { useFollowingContent } from "../../../shared/useFollowingContent";
import type { Draft, StepId } from "./draft";
import type { DraftAction } from "./reducer";
import { useWizardData } from "./useWizardData";
import { WizardFrame } from "./WizardFrame";
import { wizardSteps } from "./wizardSteps";
import "./wizard.css";

interface MigrationWizardProps {
  draft: Draft;
  dispatch: (action: DraftAction) => void;
  removeTemporaryTags: boolean;
  /** Called with the selected connection, and its identity once known. */
  onConnection: (
    connection: AwsConnection,
    identity: AwsIdentity | null,
    alias: string | null,
  ) => void;
  /** Called with the job of a started migration. */
  onStarted: (job: string) => void;
}

/** The wizard: the data and the content of the current step, in a frame with the steps and the buttons. */
export function MigrationWizard({
  draft,
  dispatch,
  removeTemporaryTags,
  onConnection,
  onStarted,
}: MigrationWizardProps) {
  const data = useWizardData(draft, removeTemporaryTags);
  const [footer, setFooter] = useState<HTMLElement | null>(null);

  const { connection } = draft;
  const identity = data.identity.answer;
  const alias = data.alias;
  useEffect(() => {
    if (connection !== null) {
      onConnection(connection, identity, alias);
    }
  }, [connection, identity, alias, onConnection]);

  const show = (step: StepId) => () => dispatch({ type: "step_shown", step });
  const context = { footer, draft, dispatch, data };
  const errorActions: ErrorActions = {
    choose_profile: show("connection"),
    choose_region: show("connection"),
    sign_in_source: show("images"),
    choose_images: show("images"),
    edit_name: show("repositories"),
    edit_repository: show("repositories"),
    review_plan: data.plan.reload,
  };
  // The step bar and the footer answer the click at once; the rows of the step follow, in the background.
  const Content = wizardSteps.find(({ id }) => id === draft.step)?.Content;
  const { content, isFollowing } = useFollowingContent(
    draft.step,
    Content !== undefined && <Content {...context} />,
  );
  return (
    <ErrorActionsProvider actions={errorActions}>
      <WizardFrame
        context={context}
        content={content}
        isFollowing={isFollowing}
        onSlot={setFooter}
        onStarted={onStarted}
      />
    </ErrorActionsProvider>
  );
}
