import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import type { EngineOrigin, EngineStatus } from "../../../ipc/generated";

function originLabel(origin: EngineOrigin): string {
  switch (origin.kind) {
    case "settings":
      return "from Settings";
    case "environment":
      return "from DOCKER_HOST";
    case "context":
      return `from the Docker context ${origin.name}`;
    case "socket":
      return origin.product;
  }
}

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
