import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type ReactNode, useState } from "react";
import { asApiError, type ErrorActions, ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc";
import type {
  AccessWords,
  AwsConnection,
  Repository,
  RepositoryAccess,
  StatementWords,
} from "../../../ipc/generated";
import { ConfirmModal } from "../../../shared/ConfirmModal";
import { connectionKey } from "../../../shared/connection";
import { formatCounted } from "../../../shared/format";
import { useAsyncAction } from "../../../shared/useAsyncAction";
import { useRequest } from "../../../shared/useRequest";
import { useSettled } from "../../../shared/useSettled";
import { AccessStatements } from "./AccessStatements";
import { AddAccess } from "./AddAccess";
import { indented, isOpen, statementChanges, withoutStatement } from "./accessPolicy";

interface AccessEditorProps {
  connection: AwsConnection;
  repository: Repository;
  access: RepositoryAccess;
  errorActions: ErrorActions;
  /** Reads the policy again. */
  onReload: () => void;
  onClose: () => void;
}

/** Edits a repository policy: a form for the usual statements, and JSON, with its words while it is typed. */
export function AccessEditor(props: AccessEditorProps) {
  const { connection, repository, access, errorActions, onReload, onClose } = props;
  const backend = useBackend();
  const [text, setText] = useState(access.policy === null ? "" : indented(access.policy));
  const [confirming, setConfirming] = useState(false);
  const settled = useSettled(text);
  const isEmpty = settled.trim() === "";
  const request = useRequest(isEmpty ? null : `${connectionKey(connection)} ${settled}`, () =>
    backend.repositoryAccessWords(connection, settled),
  );
  const isCurrent = settled === text;
  const words = request.answer;
  const isSame = access.policy !== null && indented(text) === indented(access.policy);
  const reason =
    text.trim() === ""
      ? access.policy === null
        ? "Add a statement."
        : "To allow nothing, remove the policy."
      : isSame
        ? "The policy is unchanged."
        : words === null || !isCurrent
          ? "Reading the policy."
          : (words.problem ?? undefined);

  return (
    <SpaceBetween size="m">
      <AddAccess arn={repository.arn} text={text} onChange={setText} />
      <FormField
        label="Policy in JSON"
        constraintText="Up to 10,240 characters. Account IDs, ARNs, and conditions are checked by ECR."
        stretch
      >
        <Textarea
          value={text}
          rows={14}
          spellcheck={false}
          onChange={({ detail }) => setText(detail.value)}
          data-testid="access-json"
        />
      </FormField>
      {request.error !== null && <ErrorAlert error={request.error} actions={errorActions} />}
      {words !== null && (
        <DraftWords
          words={words}
          onRemove={isCurrent ? (place) => setText(withoutStatement(text, place)) : undefined}
        />
      )}
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={onClose} data-testid="access-discard">
          Cancel
        </Button>
        <Button
          variant="primary"
          disabled={reason !== undefined}
          disabledReason={reason}
          onClick={() => setConfirming(true)}
          data-testid="access-review"
        >
          Review change
        </Button>
      </SpaceBetween>
      {confirming && words !== null && (
        <SetPolicyModal
          name={repository.name}
          before={access.words.statements}
          after={words.statements}
          errorActions={errorActions}
          set={() => backend.repositoryPolicySet(connection, repository.name, access.policy, text)}
          onReload={onReload}
          onSet={() => {
            onReload();
            onClose();
          }}
          onClose={() => setConfirming(false)}
        />
      )}
    </SpaceBetween>
  );
}

interface DraftWordsProps {
  words: AccessWords;
  onRemove?: (place: number) => void;
}

function DraftWords({ words, onRemove }: DraftWordsProps) {
  return (
    <SpaceBetween size="s">
      {words.problem !== null && (
        <Alert type="error" header="ECR would refuse this policy" data-testid="access-problem">
          {words.problem}
        </Alert>
      )}
      {words.statements.length > 0 && (
        <AccessStatements
          statements={words.statements}
          label="Statements of the edited policy"
          onRemove={onRemove}
        />
      )}
    </SpaceBetween>
  );
}

interface SetPolicyModalProps {
  name: string;
  before: readonly StatementWords[];
  after: readonly StatementWords[];
  errorActions: ErrorActions;
  set: () => Promise<void>;
  /** Reads the policy again, so that `before` is the present one. */
  onReload: () => void;
  onSet: () => void;
  onClose: () => void;
}

function SetPolicyModal(props: SetPolicyModalProps) {
  const { name, before, after, errorActions, set, onReload, onSet, onClose } = props;
  const { busy, error, run } = useAsyncAction();
  const { removed, added, unchanged } = statementChanges(before, after);
  const confirm = async () => {
    const isSet = await run(async () => {
      try {
        await set();
      } catch (failure) {
        // The change is then shown against the policy as it is now.
        if (asApiError(failure).code === "repository_policy_changed") {
          onReload();
        }
        throw failure;
      }
    });
    if (isSet) {
      onSet();
    }
  };
  return (
    <ConfirmModal
      header={`Set the policy of ${name}`}
      closeLabel="Close without setting"
      confirm="Set the policy"
      busy={busy}
      size="large"
      name="access-set"
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorAlert error={error} actions={errorActions} />}
        {isOpen(added) && (
          <Alert type="error" header="This opens the repository to every AWS account">
            A new statement has no condition that limits it to known accounts, an organization, or a
            network.
          </Alert>
        )}
        <Changes title="Before: no longer applies" statements={removed} />
        <Changes title="After: applies from now on" statements={added} />
        {removed.length + added.length === 0 ? (
          <Box>The statements are the same before and after.</Box>
        ) : (
          unchanged.length > 0 && (
            <Box data-testid="access-unchanged">
              {`${formatCounted(unchanged.length, "statement stays", "statements stay")} unchanged.`}
            </Box>
          )
        )}
      </SpaceBetween>
    </ConfirmModal>
  );
}

function Changes({
  title,
  statements,
}: {
  title: string;
  statements: readonly StatementWords[];
}): ReactNode {
  return (
    statements.length > 0 && (
      <SpaceBetween size="xs">
        <Box variant="h3">{title}</Box>
        <AccessStatements statements={statements} label={title} />
      </SpaceBetween>
    )
  );
}
