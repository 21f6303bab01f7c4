import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { TextField } from "../../../shared/TextField";
import { withStatements } from "../access/accessPolicy";
import {
  type AddedRegistryAccess,
  registryAccessProblem,
  registryStatement,
} from "./registryPolicy";

const kinds: readonly { value: AddedRegistryAccess; label: string }[] = [
  { value: "replication", label: "Let an account replicate into this registry" },
  { value: "pull_through_cache", label: "Let a principal pull through a cache" },
];

/** The fields of a statement are in one row, unless the window is narrow, for example at 200 % zoom. */
const gridDefinition = [12, 5, 4, 3].map((colspan) => ({ colspan: { default: 12, xs: colspan } }));

interface AddRegistryAccessProps {
  /** The ARN pattern of the repositories of the registry. */
  repositories: string;
  /** The policy that is edited. */
  text: string;
  onChange: (text: string) => void;
}

/** Adds one of the usual statements to a registry policy. */
export function AddRegistryAccess({ repositories, text, onChange }: AddRegistryAccessProps) {
  const [kind, setKind] = useState<AddedRegistryAccess>("replication");
  const [who, setWho] = useState("");
  const [prefix, setPrefix] = useState("");
  const isReplication = kind === "replication";
  const entered = { kind, who, prefix };
  const problem = registryAccessProblem(entered, repositories);
  const reason = problem.who ?? problem.prefix;
  const changed =
    reason === undefined ? withStatements(text, [registryStatement(entered, repositories)]) : null;
  return (
    <Grid gridDefinition={gridDefinition}>
      <FormField
        label="Add a statement"
        description="Repositories that don’t exist yet are created."
      >
        <Select
          selectedOption={kinds.find(({ value }) => value === kind) ?? null}
          options={kinds}
          expandToViewport
          onChange={({ detail }) => {
            setKind(detail.selectedOption.value as AddedRegistryAccess);
            setWho("");
          }}
          data-testid="registry-access-kind"
        />
      </FormField>
      <TextField
        label={isReplication ? "Account ID of the source" : "User, role, or account"}
        errorText={who.trim() === "" ? undefined : problem.who}
        value={who}
        placeholder={isReplication ? "444455556666" : "arn:aws:iam::111122223333:role/NAME"}
        inputMode={isReplication ? "numeric" : "text"}
        onChange={setWho}
        testId="registry-access-who"
      />
      <TextField
        label="Repositories that begin with"
        errorText={problem.prefix}
        value={prefix}
        placeholder="All repositories"
        onChange={setPrefix}
        testId="registry-access-prefix"
      />
      <FormField label={<span aria-hidden="true">&nbsp;</span>}>
        <Button
          disabled={changed === null}
          disabledReason={reason ?? "Correct the JSON first."}
          onClick={() => {
            if (changed !== null) {
              onChange(changed);
              setWho("");
            }
          }}
          data-testid="registry-access-add"
        >
          Add statement
        </Button>
      </FormField>
    </Grid>
  );
}
