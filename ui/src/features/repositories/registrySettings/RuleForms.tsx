/** The forms that change rules of the registry: replication and signing. */
import Alert from "@cloudscape-design/components/alert";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Box from "@cloudscape-design/components/box";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import type { ReplicationRule, SigningRule } from "../../../ipc/generated";
import { StatusText } from "../../../shared/StatusText";
import { ChangeModal, type ChangeModalProps } from "./ChangeModal";
import {
  replicationLimitNote,
  replicationLimitProblem,
  signingLimitProblem,
} from "./registryLimits";
import {
  patterns,
  replicationEntries,
  replicationProblem,
  replicationRules,
  replicationWords,
  signingProblem,
  signingWords,
} from "./registryWords";
import { BeforeAfter } from "./ScanningForm";

type FormProps = Pick<ChangeModalProps, "connection" | "onChanged" | "onClose">;

/** Changes where images are copied on push. */
export function ReplicationForm({
  rules,
  ...modal
}: FormProps & { rules: readonly ReplicationRule[] }) {
  const [entries, setEntries] = useState(replicationEntries(rules));
  const wanted = replicationRules(entries);
  const problem =
    entries.map(replicationProblem).find((one) => one !== null) ?? replicationLimitProblem(wanted);
  const note = replicationLimitNote(wanted);
  const change = (index: number, part: Partial<(typeof entries)[number]>) =>
    setEntries(entries.map((entry, at) => (at === index ? { ...entry, ...part } : entry)));
  const field = (key: "region" | "account" | "prefixes", placeholder: string) => ({
    control: (entry: (typeof entries)[number], index: number) => (
      <Input
        value={entry[key]}
        placeholder={placeholder}
        spellcheck={false}
        onChange={({ detail }) => change(index, { [key]: detail.value })}
        data-testid={`replication-${key}-${index}`}
      />
    ),
  });
  return (
    <ChangeModal
      {...modal}
      title="Replication"
      confirm={wanted.length === 0 ? "Turn off replication" : "Set replication"}
      change={problem === null ? { kind: "replication", before: [...rules], rules: wanted } : null}
      disabledReason={problem ?? undefined}
    >
      <Box>
        ECR copies images on push. Existing images stay where they are. Another account must allow
        it in its registry policy.
      </Box>
      {/* The AWS SDK of this version has no field for it, so a change can't keep it. */}
      <Alert type="warning" data-testid="replication-deletions">
        Transload can’t read or set whether deletions are replicated (deleteReplication). A change
        may turn this off. Check it in the ECR console first.
      </Alert>
      <AttributeEditor
        items={entries}
        addButtonText="Add a destination"
        removeButtonText="Remove"
        empty="No destinations"
        onAddButtonClick={() => setEntries([...entries, { region: "", account: "", prefixes: "" }])}
        onRemoveButtonClick={({ detail }) =>
          setEntries(entries.filter((_, index) => index !== detail.itemIndex))
        }
        definition={[
          { label: "Region", ...field("region", "us-east-1") },
          { label: "Account", ...field("account", "111122223333") },
          { label: "Prefixes", ...field("prefixes", "All repositories") },
        ]}
      />
      {problem !== null && <Box color="text-status-error">{problem}</Box>}
      {note !== null && <StatusText type="warning">{note}</StatusText>}
      <BeforeAfter before={replicationWords(rules)} after={replicationWords(wanted)} />
    </ChangeModal>
  );
}

/** Changes which images AWS Signer signs on push. */
export function SigningForm({ rules, ...modal }: FormProps & { rules: readonly SigningRule[] }) {
  const [entries, setEntries] = useState(
    rules.map(({ profile, filters }) => ({ profile, filters: filters.join(" ") })),
  );
  const wanted = entries.map(({ profile, filters }) => ({
    profile: profile.trim(),
    filters: patterns(filters),
  }));
  const problem =
    entries.map(signingProblem).find((one) => one !== null) ?? signingLimitProblem(wanted);
  const change = (index: number, part: Partial<(typeof entries)[number]>) =>
    setEntries(entries.map((entry, at) => (at === index ? { ...entry, ...part } : entry)));
  return (
    <ChangeModal
      {...modal}
      title="Signing"
      confirm={wanted.length === 0 ? "Turn off signing" : "Set signing"}
      change={problem === null ? { kind: "signing", before: [...rules], rules: wanted } : null}
      disabledReason={problem ?? undefined}
    >
      <Box>
        ECR signs images on push with AWS Signer. The caller that pushes requires the permission
        signer:SignPayload.
      </Box>
      <AttributeEditor
        items={entries}
        addButtonText="Add a profile"
        removeButtonText="Remove"
        empty="No profiles"
        onAddButtonClick={() => setEntries([...entries, { profile: "", filters: "" }])}
        onRemoveButtonClick={({ detail }) =>
          setEntries(entries.filter((_, index) => index !== detail.itemIndex))
        }
        definition={[
          {
            label: "Signing profile",
            control: ({ profile }, index) => (
              <Input
                value={profile}
                placeholder="arn:aws:signer:…:/signing-profiles/NAME"
                spellcheck={false}
                onChange={({ detail }) => change(index, { profile: detail.value })}
                data-testid={`signing-profile-${index}`}
              />
            ),
          },
          {
            label: "Patterns",
            control: ({ filters }, index) => (
              <Input
                value={filters}
                placeholder="All repositories"
                spellcheck={false}
                onChange={({ detail }) => change(index, { filters: detail.value })}
              />
            ),
          },
        ]}
      />
      {problem !== null && <Box color="text-status-error">{problem}</Box>}
      <BeforeAfter before={signingWords(rules)} after={signingWords(wanted)} />
    </ChangeModal>
  );
}
