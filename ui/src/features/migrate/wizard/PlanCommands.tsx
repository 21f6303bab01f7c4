import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc/BackendContext";
import type { CopyTool, MigrationPlan } from "../../../ipc/generated";
import { CommandList } from "../../../shared/CommandList";
import { StatusText } from "../../../shared/StatusText";
import { useRequest } from "../../../shared/useRequest";

interface PlanCommandsProps {
  plan: MigrationPlan;
}

/** Shows the plan as commands for the selected tool. */
export function PlanCommands({ plan }: PlanCommandsProps) {
  const backend = useBackend();
  const [tool, setTool] = useState<CopyTool>("skopeo");
  // Engine images always use docker.
  const copies = plan.images.some((image) => image.route === "registry_to_registry");
  const other = useRequest(copies && tool !== "skopeo" ? `${plan.plan} ${tool}` : null, () =>
    backend.migrationCommands(plan.plan, tool),
  );
  const commands = tool === "skopeo" || !copies ? plan.commands : other.answer;
  return (
    <SpaceBetween size="s">
      {copies && (
        <SegmentedControl
          selectedId={tool}
          label="Copy tool"
          options={[
            { id: "skopeo", text: "skopeo" },
            { id: "crane", text: "crane" },
          ]}
          onChange={({ detail }) => setTool(detail.selectedId as CopyTool)}
          data-testid="commands-tool"
        />
      )}
      {other.error !== null && <ErrorAlert error={other.error} actions={{ retry: other.reload }} />}
      {other.loading && <StatusText type="loading">Loading commands</StatusText>}
      {commands !== null && <CommandList commands={commands} />}
    </SpaceBetween>
  );
}
