import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ErrorActions, ErrorAlert, errorEntry } from "../../errors";
import { examples } from "./examples";

/** Everything that any page can do about a failure. */
export function everyAction(act: (action: string) => void): ErrorActions {
  const known = new Set(examples.flatMap((error) => errorEntry(error).actions));
  return Object.fromEntries([...known].map((action) => [action, () => act(action)]));
}

/** Every failure of the table, one under the other, with every button that some page offers. */
export function Gallery({ onAction = () => {} }: { onAction?: (action: string) => void }) {
  const actions = everyAction(onAction);
  return (
    <SpaceBetween size="m">
      <Header variant="h1">Every failure</Header>
      {examples.map((error) => (
        <div key={error.code} data-testid={`gallery-${error.code}`}>
          <ErrorAlert error={error} actions={actions} />
        </div>
      ))}
    </SpaceBetween>
  );
}
