import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { SourceNamespaces } from "../../../ipc/generated";
import {
  type HubSource,
  namespacesOf,
  namespacesProblem,
  sourceNamespaces,
  withNamespaces,
} from "../../../shared/namespaces";
import { TypedField } from "./TypedField";

interface HubFieldsProps {
  source: HubSource;
  /** Namespaces of the signed-in user, or `null` if unknown. */
  namespaces: SourceNamespaces | null;
  onChange: (source: HubSource) => void;
}

/** Selects Docker Hub namespaces: own namespaces from a list, others by name. */
export function HubFields({ source, namespaces, onChange }: HubFieldsProps) {
  const mine = namespaces?.namespaces ?? [];
  const named = sourceNamespaces(source);
  const others = named.filter((name) => !mine.includes(name));
  const chosen = mine.filter((name) => named.includes(name));
  const option = (name: string) => ({ value: name, label: name });
  const signedIn = mine.length > 0;
  return (
    <SpaceBetween size="m">
      {signedIn && (
        <FormField
          label="Your namespaces"
          description={
            namespaces?.organizations_told
              ? "Your namespace and the namespaces of your organizations."
              : "Docker Hub didn’t return the organizations of this token. Enter them below."
          }
        >
          <Multiselect
            selectedOptions={chosen.map(option)}
            options={mine.map(option)}
            placeholder="Choose namespaces"
            deselectAriaLabel={({ label }) => `Remove ${label}`}
            ariaLabel="Your namespaces"
            keepOpen={false}
            expandToViewport
            onChange={({ detail }) => {
              const kept = detail.selectedOptions.map(({ value }) => value ?? "");
              onChange(withNamespaces(source, [...kept, ...others]));
            }}
            data-testid="hub-mine"
          />
        </FormField>
      )}
      <TypedField
        label={signedIn ? "Other users or organizations" : "User or organization"}
        description="Separate names with commas. For official images, enter “library”."
        value={others.join(", ")}
        placeholder={source.kind === "practice_account" ? "dencold, acme" : "dencold"}
        testId="hub-namespace"
        apply="Load repositories"
        problem={namespacesProblem(others)}
        onChange={(text) => onChange(withNamespaces(source, [...chosen, ...namespacesOf(text)]))}
      />
    </SpaceBetween>
  );
}
