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

/** Only what a row shows as its name is searched; searching URIs would match the account in all. */
function matches(repository: Repository, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return repository.name.includes(wanted) || repository.uri.toLowerCase() === wanted;
}

/** The repositories of a connection. */
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
              This account has none in this region. Moving images creates those that are needed.
            </Box>
          </Box>
        ),
        noMatch: (
          <Box textAlign="center" padding="m">
            <SpaceBetween size="s">
              <Box variant="strong">No repository has this in its name</Box>
              <Button onClick={() => actions.setFiltering("")}>Clear the search</Button>
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
        loadingText="Asking ECR for its repositories"
        empty={request.error === null ? tableProps.empty : "The list could not be read."}
        ariaLabels={{ tableLabel: "Repositories" }}
        header={
          <Header
            counter={
              request.answer === null ? undefined : `(${formatCount(request.answer.length)})`
            }
            actions={
              <Button
                iconName="refresh"
                ariaLabel="Refresh the repositories"
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
            filteringPlaceholder="Find a repository by name"
            filteringAriaLabel="Find a repository by name"
            filteringClearAriaLabel="Clear the search"
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
              title: "Rows on a page",
              options: [25, 50, 100].map((value) => ({ value, label: `${value} repositories` })),
            }}
            wrapLinesPreference={{
              label: "Wrap lines",
              description: "Shows long names and addresses whole.",
            }}
            visibleContentPreference={{
              title: "Columns",
              options: [
                {
                  label: "Properties of a repository",
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
