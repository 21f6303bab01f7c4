import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AccessWords } from "../../../ipc/generated";
import { PolicyText } from "../../../shared/PolicyText";
import { AccessStatements } from "./AccessStatements";
import { indented, isOpen } from "./accessPolicy";

interface PolicyViewProps {
  /** `null` without a policy. */
  policy: string | null;
  words: AccessWords;
  /** The name of the policy. */
  label: string;
  /** The header of the warning about a policy without limits. */
  open: string;
  /** The text without a policy. */
  none: string;
}

/** A policy: its statements in words, and its JSON. */
export function PolicyView({ policy, words, label, open, none }: PolicyViewProps) {
  if (policy === null) {
    return <Box>{none}</Box>;
  }
  const { problem, statements } = words;
  return (
    <SpaceBetween size="s">
      {isOpen(statements) && (
        <Alert type="error" header={open}>
          A statement allows access without a condition that limits it to known accounts, an
          organization, or a network.
        </Alert>
      )}
      {problem !== null && (
        <Alert type="warning" header="Transload can’t read this policy completely">
          {problem}
        </Alert>
      )}
      {statements.length > 0 && <AccessStatements statements={statements} label="Statements" />}
      <PolicyText policy={indented(policy)} label={label} />
    </SpaceBetween>
  );
}
