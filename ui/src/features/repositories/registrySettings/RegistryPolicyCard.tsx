import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useBackend } from "../../../ipc";
import { ActionModal } from "../../../shared/ActionModal";
import { connectionKey } from "../../../shared/connection";
import { AccessStatements } from "../access/AccessStatements";
import { PolicyEditor } from "../access/PolicyEditor";
import { PolicyView } from "../access/PolicyView";
import { AddRegistryAccess } from "./AddRegistryAccess";
import { type ChangeableCardProps, RegistryCard } from "./RegistryCard";

/** The policy of the registry: who can replicate into it or pull through it, in words, and its JSON. */
export function RegistryPolicyCard(props: ChangeableCardProps) {
  const { connection, configuration, onChanged } = props;
  const backend = useBackend();
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  // An empty text is a registry without a policy.
  const policy = configuration.policy || null;
  const words = configuration.policy_words ?? { problem: null, statements: [] };
  // A change that is refused, because somebody else changed the policy, is then confirmed against theirs.
  const set = (text: string | null) =>
    backend.registryChange(connection, { kind: "policy", before: policy, text }).finally(onChanged);
  const buttons = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        disabled={editing}
        ariaLabel={policy === null ? "Create policy of the registry" : "Edit the registry policy"}
        onClick={() => setEditing(true)}
        data-testid="registry-edit-policy"
      >
        {policy === null ? "Create policy" : "Edit"}
      </Button>
      {policy !== null && (
        <Button
          disabled={editing}
          onClick={() => setRemoving(true)}
          data-testid="registry-remove-policy"
        >
          Remove policy
        </Button>
      )}
    </SpaceBetween>
  );
  return (
    <RegistryCard
      configuration={configuration}
      part="policy"
      title="Registry policy"
      description="Who can replicate into this registry or pull through its caches, in addition to what IAM policies of this account allow."
      actions={buttons}
    >
      {editing ? (
        <PolicyEditor
          policy={policy}
          statements={words.statements}
          texts={{
            set: "Set the registry policy",
            opened: "This opens the registry to every AWS account",
          }}
          requestKey={`${connectionKey(connection)} registry policy`}
          readWords={(text) => backend.registryPolicyWords(connection, text)}
          form={(text, onChange) => (
            <AddRegistryAccess
              repositories={configuration.repositories_arn}
              text={text}
              onChange={onChange}
            />
          )}
          onSet={set}
          onClose={() => setEditing(false)}
        />
      ) : (
        <PolicyView
          policy={policy}
          words={words}
          label="Registry policy"
          open="This registry is open to every AWS account"
          none="No policy: only principals of this account have access."
        />
      )}
      {removing && (
        <ActionModal
          header="Remove the registry policy"
          closeLabel="Close without removing"
          confirm="Remove policy"
          // Somebody else may have removed it meanwhile.
          disabled={policy === null}
          disabledReason="The registry has no policy."
          name="registry-policy-remove"
          action={() => set(null)}
          onClose={() => setRemoving(false)}
        >
          {words.statements.length > 0 && (
            <>
              <Box>These statements no longer apply. IAM policies of this account still do.</Box>
              <AccessStatements statements={words.statements} label="Removed statements" />
            </>
          )}
        </ActionModal>
      )}
    </RegistryCard>
  );
}
