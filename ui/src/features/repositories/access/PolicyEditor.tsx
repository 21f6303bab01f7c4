import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type ReactNode, useState } from "react";
import { ErrorAlert } from "../../../errors";
import type { AccessWords, StatementWords } from "../../../ipc/generated";
import { ActionModal } from "../../../shared/ActionModal";
import { formatCounted } from "../../../shared/format";
import { useRequest } from "../../../shared/useRequest";
import { useSettled } from "../../../shared/useSettled";
import { AccessStatements } from "./AccessStatements";
import { indented, isOpen, statementChanges, withoutStatement } from "./accessPolicy";

/** What an editor says about its policy. */
interface PolicyEditorTexts {
  /** In the title of the confirmation: “Set the policy of shop/api”. */
  readonly set: string;
  /** The header of the warning about a policy without limits. */
  readonly opened: string;
}

interface PolicyEditorProps {
  /** The policy that is set, or `null`. */
  policy: string | null;
  /** The statements of that policy. */
  statements: readonly StatementWords[];
  texts: PolicyEditorTexts;
  /** What `readWords` depends on. */
  requestKey: string;
  readWords: (text: string) => Promise<AccessWords>;
  /** The form that adds the usual statements. */
  form: (text: string, onChange: (text: string) => void) => ReactNode;
  /** Sets this policy. */
  onSet: (text: string) => Promise<void>;
  onClose: () => void;
}

/** Edits a policy: a form for the usual statements, and JSON, with its words while it is typed. */
export function PolicyEditor(props: PolicyEditorProps) {
  const { policy, statements, texts, requestKey, readWords, form, onSet, onClose } = props;
  const [text, setText] = useState(policy === null ? "" : indented(policy));
  const [confirming, setConfirming] = useState(false);
  const settled = useSettled(text);
  const isEmpty = settled.trim() === "";
  const request = useRequest(isEmpty ? null : `${requestKey} ${settled}`, () => readWords(settled));
  const isCurrent = settled === text;
  const words = request.answer;
  const isSame = policy !== null && indented(text) === indented(policy);
  const reason =
    text.trim() === ""
      ? policy === null
        ? "Add a statement."
        : "To allow nothing, remove the policy."
      : isSame
        ? "The policy is unchanged."
        : words === null || !isCurrent
          ? "Reading the policy."
          : (words.problem ?? undefined);

  return (
    <SpaceBetween size="m">
      {form(text, setText)}
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
      {request.error !== null && <ErrorAlert error={request.error} />}
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
          texts={texts}
          before={statements}
          after={words.statements}
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
  texts: PolicyEditorTexts;
  before: readonly StatementWords[];
  after: readonly StatementWords[];
  set: () => Promise<void>;
  onClose: () => void;
}

function SetPolicyModal(props: SetPolicyModalProps) {
  const { texts, before, after, set, onClose } = props;
  const { removed, added, unchanged } = statementChanges(before, after);
  return (
    <ActionModal
      header={texts.set}
      closeLabel="Close without setting"
      confirm="Set policy"
      size="large"
      name="access-set"
      action={set}
      onClose={onClose}
    >
      {isOpen(added) && (
        <Alert type="error" header={texts.opened}>
          A new statement has no condition that limits it to known accounts, an organization, or a
          network.
        </Alert>
      )}
      <Changes title="Removed statements" statements={removed} />
      <Changes title="Added statements" statements={added} />
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
