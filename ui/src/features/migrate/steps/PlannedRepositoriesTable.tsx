import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { PlannedRepository } from "../../../ipc/generated";
import { CopyableText } from "../../../shared/CopyableText";
import { PagedTable } from "../../../shared/PagedTable";

/** The repositories of a plan: new or existing. */
export function PlannedRepositoriesTable({ repositories }: { repositories: PlannedRepository[] }) {
  return (
    <PagedTable
      items={repositories}
      words={(repository) => [repository.name, repository.exists ? "exists" : "created"]}
      finds="repositories by name or action"
      trackBy="name"
      variant="borderless"
      data-testid="plan-repositories"
      ariaLabels={{ tableLabel: "Repositories of the plan" }}
      columnDefinitions={[
        {
          id: "name",
          header: "Repository",
          isRowHeader: true,
          cell: (repository) => (
            <span data-testid={`plan-repository-${repository.name}`}>{repository.name}</span>
          ),
        },
        {
          id: "uri",
          header: "URI",
          cell: (repository) => (
            <CopyableText text={repository.uri} what={`URI of ${repository.name}`} />
          ),
        },
        {
          id: "state",
          header: "Action",
          cell: (repository) =>
            repository.exists ? (
              <SpaceBetween size="xxs">
                <StatusIndicator type="success">Exists, unchanged</StatusIndicator>
                {repository.differences.map((difference) => (
                  <StatusIndicator key={difference.setting} type="info">
                    {difference.setting} is {difference.actual}, not {difference.wanted}
                  </StatusIndicator>
                ))}
              </SpaceBetween>
            ) : (
              <StatusIndicator type="pending">Will be created</StatusIndicator>
            ),
        },
      ]}
    />
  );
}
