import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { FriendlyNameProps } from "./friendlyNameProps";

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
        <FormField label="Name">
          <Input
            value={state.name}
            onChange={({ detail }) => onChange({ name: detail.value })}
            placeholder="registry.example.com"
            spellcheck={false}
            data-testid="answers-name"
          />
        </FormField>
        <FormField
          label={
            <>
              Registry <i>- optional</i>
            </>
          }
          description={
            connection === null ? undefined : "Default: the registry of the ECR connection."
          }
        >
          <Input
            value={state.registry}
            onChange={({ detail }) => onChange({ registry: detail.value })}
            placeholder="111122223333.dkr.ecr.eu-west-1.amazonaws.com"
            spellcheck={false}
            data-testid="answers-registry"
          />
        </FormField>
      </ColumnLayout>
      {connectionPicker}
    </SpaceBetween>
  );
}
