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
  /** Those of whoever is signed in; nothing while nobody is, or they are not known yet. */
  namespaces: SourceNamespaces | null;
  onChange: (source: HubSource) => void;
}

/** Which namespaces of a Docker Hub: one's own by choosing, others by typing. */
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
              ? "Your own and those of your organisations."
              : "Docker Hub does not say which organisations this token belongs to: type them below."
          }
        >
          <Multiselect
            selectedOptions={chosen.map(option)}
            options={mine.map(option)}
            placeholder="Choose whose repositories are shown"
            deselectAriaLabel={({ label }) => `Leave ${label} out`}
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
        label={signedIn ? "Other users or organisations" : "User or organisation"}
        description="Several with commas between them. “library” holds the official images."
        value={others.join(", ")}
        placeholder={source.kind === "practice_account" ? "dencold, acme" : "dencold"}
        testId="hub-namespace"
        problem={namespacesProblem(others)}
        onChange={(text) => onChange(withNamespaces(source, [...chosen, ...namespacesOf(text)]))}
      />
    </SpaceBetween>
  );
}
