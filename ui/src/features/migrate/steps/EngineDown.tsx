import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import type { EngineStatus } from "../../../ipc/generated";
import { originLabel } from "../../../shared/engineFacts";

/** The addresses at which Transload searched for a Docker Engine. */
export function EngineDown({ status }: { status: EngineStatus }) {
  return (
    <ExpandableSection defaultExpanded headerText="Addresses tried" data-testid="engine-attempts">
      <ul>
        {status.tried.map((attempt) => (
          <li key={`${attempt.address} ${attempt.origin.kind}`}>
            <Box variant="code">{attempt.address}</Box> ({originLabel(attempt.origin)}):{" "}
            {attempt.outcome}
          </li>
        ))}
      </ul>
    </ExpandableSection>
  );
}
