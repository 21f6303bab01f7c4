import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type ReactNode, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc";
import type {
  AccessWords,
  AwsConnection,
  Repository,
  RepositoryAccess,
  StatementWords,
} from "../../../ipc/generated";
import { ActionModal } from "../../../shared/ActionModal";
import { connectionKey } from "../../../shared/connection";
import { formatCounted } from "../../../shared/format";
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
  /** Sets this policy. */
  onSet: (text: string) => Promise<void>;
  onClose: () => void;
}

/** Edits a repository policy: a form for the usual statements, and JSON, with its words while it is typed. */
export function AccessEditor(props: AccessEditorProps) {
  const { connection, repository, access, errorActions, onSet, onClose } = props;
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
          set={async () => {
            await onSet(text);
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
  onClose: () => void;
}

function SetPolicyModal(props: SetPolicyModalProps) {
  const { name, before, after, errorActions, set, onClose } = props;
  const { removed, added, unchanged } = statementChanges(before, after);
  return (
    <ActionModal
      header={`Set the policy of ${name}`}
      closeLabel="Close without setting"
      confirm="Set the policy"
      size="large"
      name="access-set"
      errorActions={errorActions}
      action={set}
      onClose={onClose}
    >
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
    </ActionModal>
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
