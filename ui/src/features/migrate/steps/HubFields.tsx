import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import type { SourceNamespaces } from "../../../ipc/generated";
import {
  type HubSource,
  namespacesOf,
  namespacesProblem,
  sourceNamespaces,
  withNamespaces,
} from "../../../shared/namespaces";
import { SourceField } from "./SourceField";

interface HubFieldsProps {
  source: HubSource;
  /** Namespaces of the signed-in user, or `null` if unknown. */
  namespaces: SourceNamespaces | null;
  loading: boolean;
  onChange: (source: HubSource) => void;
  /** Reads an address, a command or a reference. Returns whether it named a source. */
  onPasted: (text: string, field: "namespace") => Promise<boolean>;
}

/** What the hint says about the fields. */
export function hubHint(namespaces: SourceNamespaces | null): string {
  return namespaces !== null &&
    namespaces.namespaces.length > 0 &&
    !namespaces.organizations_reported
    ? "Docker Hub didn’t return the organizations of this token. Enter them in the second field."
    : "Separate multiple names with commas. Use “library” for official images.";
}

/** Selects Docker Hub namespaces: own namespaces from a list, others by name. */
export function HubFields({ source, namespaces, loading, onChange, onPasted }: HubFieldsProps) {
  const mine = namespaces?.namespaces ?? [];
  const named = sourceNamespaces(source);
  const others = named.filter((name) => !mine.includes(name));
  const chosen = mine.filter((name) => named.includes(name));
  const option = (name: string) => ({ value: name, label: name });
  const signedIn = mine.length > 0;
  return (
    <>
      {signedIn && (
        <div className="source-wide">
          <FormField label="Your namespaces" stretch>
            <Multiselect
              selectedOptions={chosen.map(option)}
              options={mine.map(option)}
              // One line, whatever is chosen: the names stand in the field, which names them to screen readers.
              placeholder={chosen.length > 0 ? chosen.join(", ") : "Choose namespaces"}
              deselectAriaLabel={({ label }) => `Remove ${label}`}
              ariaLabel="Your namespaces"
              hideTokens
              keepOpen={false}
              expandToViewport
              onChange={({ detail }) => {
                const kept = detail.selectedOptions.map(({ value }) => value ?? "");
                onChange(withNamespaces(source, [...kept, ...others]));
              }}
              data-testid="hub-mine"
            />
          </FormField>
        </div>
      )}
      <div className="source-wide">
        <SourceField
          label={signedIn ? "Other users or organizations" : "User or organization"}
          value={others.join(", ")}
          placeholder={source.kind === "practice_account" ? "dencold, acme" : "dencold"}
          testId="hub-namespace"
          invalid={namespacesProblem(others) !== null}
          loading={loading}
          onChange={async (text) => {
            const names = namespacesOf(text);
            if (namespacesProblem(names) === null || !(await onPasted(text, "namespace"))) {
              onChange(withNamespaces(source, [...chosen, ...names]));
            }
          }}
        />
      </div>
    </>
  );
}
