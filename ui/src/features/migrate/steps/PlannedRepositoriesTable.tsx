import { memo } from "react";
import type { PlannedRepository } from "../../../ipc/generated";
import { CopyableText } from "../../../shared/CopyableText";
import { FullTable } from "../../../shared/PagedTable";
import { StatusText } from "../../../shared/StatusText";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";

/** How a setting of an existing repository differs from the chosen one. */
function differenceText({
  setting,
  actual,
  wanted,
}: PlannedRepository["differences"][number]): string {
  return `${setting} is ${actual}, not ${wanted}`;
}

/** The repositories of a plan: new or existing. It is memoized, too. */
export const PlannedRepositoriesTable = memo(function PlannedRepositoriesTable({
  repositories,
}: {
  repositories: PlannedRepository[];
}) {
  return (
    <FullTable
      items={repositories}
      words={(repository) => [repository.name, repository.exists ? "exists" : "created"]}
      finds="repositories by name or action"
      trackBy="name"
      name="plan-repositories"
      below={wizardFooterHeight}
      data-testid="plan-repositories"
      ariaLabels={{ tableLabel: "Repositories of the plan" }}
      columnDefinitions={[
        {
          id: "name",
          header: "Repository",
          width: 240,
          grow: 1,
          sortingField: "name",
          isRowHeader: true,
          cell: (repository) => (
            <span data-testid={`plan-repository-${repository.name}`}>{repository.name}</span>
          ),
        },
        {
          id: "uri",
          header: "URI",
          width: 300,
          grow: 2,
          cell: (repository) => (
            <CopyableText text={repository.uri} what={`URI of ${repository.name}`} />
          ),
        },
        {
          id: "state",
          header: "Action",
          width: 260,
          grow: 2,
          cell: (repository) =>
            repository.exists ? (
              <span
                className="one-line"
                title={repository.differences.map(differenceText).join("\n")}
              >
                <StatusText type={repository.differences.length === 0 ? "success" : "info"}>
                  {["Exists, unchanged", ...repository.differences.map(differenceText)].join(". ")}
                </StatusText>
              </span>
            ) : (
              <StatusText type="pending">Will be created</StatusText>
            ),
        },
      ]}
    />
  );
});
