import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useMemo } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, Repository } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { formatCount, formatCounted } from "../../shared/format";
import { paginationLabels } from "../../shared/tableLabels";
import { useRequest } from "../../shared/useRequest";
import { useStoredState } from "../../shared/useStoredState";
import { repositoryColumnNames, repositoryColumns } from "./repositoryColumns";
import { useRepositorySummaries } from "./useRepositorySummaries";

interface RepositoryListProps {
  connection: AwsConnection;
  onOpen: (name: string) => void;
  errorActions: ErrorActions;
}

interface Preferences {
  pageSize: number;
  wrapLines: boolean;
  visibleContent: readonly string[];
}

const initialPreferences: Preferences = {
  pageSize: 50,
  wrapLines: false,
  visibleContent: repositoryColumnNames.map(({ id }) => id),
};

/** Filters by name only. URIs would match the account ID in every row. */
function matches(repository: Repository, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return repository.name.includes(wanted) || repository.uri.toLowerCase() === wanted;
}

/** The table of repositories. */
export function RepositoryList({ connection, onOpen, errorActions }: RepositoryListProps) {
  const backend = useBackend();
  const request = useRequest(connectionKey(connection), () => backend.repositoriesList(connection));
  const [preferences, setPreferences] = useStoredState("repositories.table", initialPreferences);

  const { items, actions, filteredItemsCount, collectionProps, filterProps, paginationProps } =
    useCollection(request.answer ?? [], {
      filtering: {
        filteringFunction: matches,
        empty: (
          <Box textAlign="center" padding="m">
            <Box variant="strong">No repositories</Box>
            <Box variant="p" color="text-body-secondary">
              This account has no repositories in this region. A migration creates the required
              repositories.
            </Box>
          </Box>
        ),
        noMatch: (
          <Box textAlign="center" padding="m">
            <SpaceBetween size="s">
              <Box variant="strong">No matches</Box>
              <Button onClick={() => actions.setFiltering("")}>Clear filter</Button>
            </SpaceBetween>
          </Box>
        ),
      },
      sorting: { defaultState: { sortingColumn: { sortingField: "name" } } },
      pagination: { pageSize: preferences.pageSize },
      selection: { trackBy: "name" },
    });

  const counts = useRepositorySummaries(
    connection,
    items.map(({ name }) => name),
  );
  const columns = useMemo(
    () => repositoryColumns(counts.summaries, onOpen),
    [counts.summaries, onOpen],
  );
  const refresh = () => {
    request.reload();
    counts.reload();
  };
  const { selectedItems: _none, onSelectionChange: _never, ...tableProps } = collectionProps;

  return (
    <SpaceBetween size="m">
      {request.error !== null && (
        <ErrorAlert error={request.error} actions={{ ...errorActions, retry: refresh }} />
      )}
      {request.error === null && counts.error !== null && (
        <ErrorAlert error={counts.error} actions={{ ...errorActions, retry: counts.reload }} />
      )}
      <Table
        {...tableProps}
        variant="container"
        items={items}
        columnDefinitions={columns}
        columnDisplay={repositoryColumnNames.map(({ id }) => ({
          id,
          visible: id === "name" || preferences.visibleContent.includes(id),
        }))}
        wrapLines={preferences.wrapLines}
        resizableColumns
        stickyHeader
        loading={request.loading && request.answer === null}
        loadingText="Loading repositories"
        empty={request.error === null ? tableProps.empty : "Couldn’t load the repositories"}
        ariaLabels={{ tableLabel: "Repositories" }}
        header={
          <Header
            counter={
              request.answer === null ? undefined : `(${formatCount(request.answer.length)})`
            }
            actions={
              <Button
                iconName="refresh"
                ariaLabel="Refresh repositories"
                loading={request.loading && request.answer !== null}
                onClick={refresh}
                data-testid="repositories-refresh"
              />
            }
          >
            Repositories
          </Header>
        }
        filter={
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find repositories by name"
            filteringAriaLabel="Find repositories by name"
            filteringClearAriaLabel="Clear filter"
            countText={formatCounted(filteredItemsCount ?? 0, "match", "matches")}
            data-testid="repositories-search"
          />
        }
        pagination={
          <Pagination
            {...paginationProps}
            ariaLabels={paginationLabels}
            data-testid="repositories-pages"
          />
        }
        preferences={
          <CollectionPreferences
            title="Preferences"
            confirmLabel="Confirm"
            cancelLabel="Cancel"
            preferences={preferences}
            onConfirm={({ detail }) =>
              setPreferences({
                pageSize: detail.pageSize ?? preferences.pageSize,
                wrapLines: detail.wrapLines ?? preferences.wrapLines,
                visibleContent: detail.visibleContent ?? preferences.visibleContent,
              })
            }
            pageSizePreference={{
              title: "Page size",
              options: [25, 50, 100].map((value) => ({ value, label: `${value} repositories` })),
            }}
            wrapLinesPreference={{
              label: "Wrap lines",
              description: "Shows full names and addresses.",
            }}
            visibleContentPreference={{
              title: "Columns",
              options: [
                {
                  label: "Repository properties",
                  options: repositoryColumnNames.map((column) => ({
                    id: column.id,
                    label: column.label,
                    editable: column.id !== "name",
                  })),
                },
              ],
            }}
            data-testid="repositories-preferences"
          />
        }
        data-testid="repositories-table"
      />
    </SpaceBetween>
  );
}
