/** Shows one error of every code, to look at the texts and layout. See `index.html`. */
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ErrorActions, ErrorAlert, wordsOf } from "../../errors";
import { examples } from "./examples";

/** Supports every action. */
function everyAction(act: (action: string) => void): ErrorActions {
  const known = new Set(examples.flatMap((error) => wordsOf(error).actions));
  return Object.fromEntries([...known].map((action) => [action, () => act(action)]));
}

export function Gallery({ onAction = () => {} }: { onAction?: (action: string) => void }) {
  const actions = everyAction(onAction);
  return (
    <SpaceBetween size="m">
      <Header variant="h1">Every error</Header>
      {examples.map((error) => (
        <div key={error.code} data-testid={`gallery-${error.code}`}>
          <ErrorAlert error={error} actions={actions} />
        </div>
      ))}
    </SpaceBetween>
  );
}
