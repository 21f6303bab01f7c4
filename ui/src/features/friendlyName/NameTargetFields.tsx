import ColumnLayout from "@cloudscape-design/components/column-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { TextField } from "../../shared/TextField";
import type { FriendlyNameProps } from "./friendlyNameProps";
import { NameField } from "./NameField";

/** The name and the registry that the answers and files are for. */
export function NameTargetFields({
  state,
  onChange,
  connection,
  connectionPicker,
}: FriendlyNameProps) {
  return (
    <SpaceBetween size="s">
      <ColumnLayout columns={2}>
        <NameField state={state} onChange={onChange} testId="answers-name" />
        <TextField
          label="Registry"
          optional
          description={
            connection === null ? undefined : "Default: the registry of the ECR connection."
          }
          value={state.registry}
          onChange={(value) => onChange({ registry: value })}
          placeholder="111122223333.dkr.ecr.eu-west-1.amazonaws.com"
          testId="answers-registry"
        />
      </ColumnLayout>
      {connectionPicker}
    </SpaceBetween>
  );
}
