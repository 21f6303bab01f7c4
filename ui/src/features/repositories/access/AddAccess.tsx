import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { accountsProblem, organizationProblem } from "../../../shared/repositoryPolicy";
import { TextField } from "../../../shared/TextField";
import { type AddedAccess, addedStatements, registryOf, withStatements } from "./accessPolicy";

const kinds: readonly { value: AddedAccess; label: string }[] = [
  { value: "account", label: "Let an account pull" },
  { value: "organization", label: "Let an organization pull" },
  { value: "lambda", label: "Let AWS Lambda pull" },
];

/** In one row, unless the window is narrow, for example at 200 % zoom. */
const gridDefinition = [4, 5, 3].map((colspan) => ({ colspan: { default: 12, xs: colspan } }));

interface AddAccessProps {
  /** The ARN of the repository. */
  arn: string;
  /** The policy that is edited. */
  text: string;
  onChange: (text: string) => void;
}

/** Adds one of the usual statements to a policy. */
export function AddAccess({ arn, text, onChange }: AddAccessProps) {
  const [kind, setKind] = useState<AddedAccess>("account");
  const [id, setId] = useState("");
  const isOrganization = kind === "organization";
  const entered = id.trim();
  const problem = isOrganization
    ? organizationProblem(entered)
    : entered.includes(",") || entered.includes(" ")
      ? "Enter one account ID."
      : accountsProblem(entered);
  const changed =
    problem === undefined ? withStatements(text, addedStatements(kind, entered, arn)) : null;
  return (
    <Grid gridDefinition={gridDefinition}>
      <FormField label="Add a statement">
        <Select
          selectedOption={kinds.find(({ value }) => value === kind) ?? null}
          options={kinds}
          expandToViewport
          onChange={({ detail }) => {
            const chosen = detail.selectedOption.value as AddedAccess;
            setKind(chosen);
            setId(chosen === "lambda" ? registryOf(arn).account : "");
          }}
          data-testid="access-add-kind"
        />
      </FormField>
      <TextField
        label={
          isOrganization
            ? "Organization ID"
            : kind === "lambda"
              ? "Account of the functions"
              : "Account ID"
        }
        errorText={entered === "" ? undefined : problem}
        value={id}
        placeholder={isOrganization ? "o-a1b2c3d4e5" : "444455556666"}
        inputMode={isOrganization ? "text" : "numeric"}
        onChange={setId}
        testId="access-add-id"
      />
      <FormField label={<span aria-hidden="true">&nbsp;</span>}>
        <Button
          wrapText={false}
          disabled={changed === null}
          disabledReason={problem ?? "Correct the JSON first."}
          onClick={() => {
            if (changed !== null) {
              onChange(changed);
              setId("");
            }
          }}
          data-testid="access-add"
        >
          Add statement
        </Button>
      </FormField>
    </Grid>
  );
}
