import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import { ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, Repository } from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { formatCount } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import { FullTable } from "../../shared/PagedTable";
import { useRequest } from "../../shared/useRequest";
import { CreateRepositoryModal } from "./CreateRepositoryModal";
import { DeletionModal } from "./DeletionModal";
import { noQuery } from "./propertyQuery";
import { RepositoryFilter } from "./RepositoryFilter";
import { repositoryColumns } from "./repositoryColumns";
import { matchesFilter, namesProperty } from "./repositoryFilter";
import { useListedColumn } from "./useListedColumn";
import { useRepositorySummaries } from "./useRepositorySummaries";

interface RepositoryListProps {
  connection: AwsConnection;
  onOpen: (name: string) => void;
  /** The repository that was opened last and is closed now. */
  left?: { readonly name: string } | null;
}

const noRepositories: readonly Repository[] = [];

const emptyList = (
  <Box textAlign="center" padding="m">
    <Box variant="strong">No repositories</Box>
    <Box variant="p" color="text-body-secondary">
      This account has no repositories in this Region. A migration creates the required
      repositories.
    </Box>
  </Box>
);

/** The table of repositories, with their creation and deletion. */
export function RepositoryList({ connection, onOpen, left = null }: RepositoryListProps) {
  const backend = useBackend();
  const request = useRequest(connectionKey(connection), () => backend.repositoriesList(connection));
  const [visibleNames, setVisibleNames] = useState<readonly string[]>([]);
  const [isPolicyShown, setPolicyShown] = useState(false);
  const [isTagShown, setTagShown] = useState(false);
  const [isFiltering, setFiltering] = useState(false);
  const [query, setQuery] = useState(noQuery);
  const [unknownShown, setUnknownShown] = useState(false);
  const [selectedNames, setSelectedNames] = useState<ReadonlySet<string>>(new Set());
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<readonly Repository[]>([]);
  const counts = useRepositorySummaries(connection, visibleNames, left);
  const isPolicyRead = isPolicyShown || namesProperty(query, "policy");
  const isTagRead = isTagShown || namesProperty(query, "aws_tag");
  const policies = useListedColumn(visibleNames, isPolicyRead, (names) =>
    backend.repositoriesPolicies(connection, names),
  );
  const awsTags = useListedColumn(visibleNames, isTagRead, (names) =>
    backend.repositoriesAwsTags(connection, names),
  );
  const columns = useMemo(
    () =>
      repositoryColumns(
        counts.summaries,
        { policies: policies.values, awsTags: awsTags.values },
        onOpen,
      ),
    [counts.summaries, policies.values, awsTags.values, onOpen],
  );
  const repositories = request.answer ?? noRepositories;
  const found = useMemo(() => {
    if (query.tokens.length === 0) {
      return { matching: repositories.length, unknown: 0, shown: repositories };
    }
    const now = Date.now();
    const results = repositories.map((repository) => {
      const { name } = repository;
      const known = {
        summary: counts.summaries.get(name),
        policy: policies.values.get(name),
        awsTags: awsTags.values.get(name),
      };
      return { repository, matches: matchesFilter(query, repository, known, now) };
    });
    const matching = results.filter(({ matches }) => matches === true);
    const unknown = results.filter(({ matches }) => matches === null);
    const shown = unknownShown ? [...matching, ...unknown] : matching;
    return {
      matching: matching.length,
      unknown: unknown.length,
      shown: shown.map(({ repository }) => repository),
    };
  }, [repositories, query, unknownShown, counts.summaries, policies.values, awsTags.values]);
  // Selected repositories may have been deleted meanwhile.
  const selected = repositories.filter(({ name }) => selectedNames.has(name));
  const refresh = () => {
    request.reload();
    counts.reload();
    policies.reload();
    awsTags.reload();
  };
  const columnsError = policies.error ?? awsTags.error;

  return (
    <SpaceBetween size="xs">
      {request.error !== null && <ErrorAlert error={request.error} actions={{ retry: refresh }} />}
      {request.error === null && counts.error !== null && (
        <ErrorAlert error={counts.error} actions={{ retry: counts.reload }} />
      )}
      {request.error === null && columnsError !== null && (
        <ErrorAlert error={columnsError} actions={{ retry: refresh }} />
      )}
      {isFiltering && (
        <RepositoryFilter
          query={query}
          onChange={setQuery}
          matches={found.matching}
          unknown={found.unknown}
          unknownShown={unknownShown}
          onUnknownShown={setUnknownShown}
          awsTags={awsTags.values}
        />
      )}
      <FullTable
        name="repositories"
        items={found.shown}
        trackBy="name"
        // Names only: URIs would match the account ID in every row.
        words={({ name }) => [name]}
        finds="repositories by name"
        sortedBy="name"
        columnDefinitions={columns}
        onColumns={(ids) => {
          setPolicyShown(ids.includes("policy"));
          setTagShown(ids.includes("aws-tags"));
        }}
        onPage={(rows) => setVisibleNames(rows.map(({ name }) => name))}
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) =>
          setSelectedNames(new Set(detail.selectedItems.map(({ name }) => name)))
        }
        filters={
          <Button
            ariaExpanded={isFiltering}
            onClick={() => {
              setFiltering(!isFiltering);
              setQuery(noQuery);
              setUnknownShown(false);
            }}
            data-testid="repositories-filters"
          >
            Filter by property
          </Button>
        }
        loading={request.loading && request.answer === null}
        loadingText="Loading repositories"
        empty={
          query.tokens.length > 0
            ? "No repository matches the filter"
            : request.error === null
              ? emptyList
              : "Couldn’t load the repositories"
        }
        ariaLabels={{
          tableLabel: "Repositories",
          selectionGroupLabel: "Select repositories",
          allItemsSelectionLabel: () => "Select all repositories on this page",
          itemSelectionLabel: (_selection, { name }) => `Select ${name}`,
        }}
        header={
          <Header
            variant="h1"
            info={<InfoLink topic="repositories" />}
            counter={
              request.answer === null
                ? undefined
                : selected.length === 0
                  ? `(${formatCount(repositories.length)})`
                  : `(${formatCount(selected.length)}/${formatCount(repositories.length)})`
            }
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  iconName="refresh"
                  ariaLabel="Refresh repositories"
                  loading={request.loading && request.answer !== null}
                  onClick={refresh}
                  data-testid="repositories-refresh"
                />
                <Button
                  disabled={selected.length === 0}
                  disabledReason="Select one or more repositories."
                  onClick={() => setDeleting(selected)}
                  data-testid="repositories-delete"
                >
                  Delete
                </Button>
                <Button
                  variant="primary"
                  onClick={() => setCreating(true)}
                  data-testid="repositories-create"
                >
                  Create repository
                </Button>
              </SpaceBetween>
            }
          >
            Repositories
          </Header>
        }
        data-testid="repositories-table"
      />
      {creating && (
        <CreateRepositoryModal
          connection={connection}
          name={null}
          onClose={() => setCreating(false)}
          onCreated={() => {
            setCreating(false);
            refresh();
          }}
        />
      )}
      {deleting.length > 0 && (
        <DeletionModal
          connection={connection}
          options={[
            {
              label: "Repositories",
              target: { kind: "repositories", names: deleting.map(({ name }) => name) },
            },
          ]}
          onDeleted={refresh}
          onClose={() => setDeleting([])}
        />
      )}
    </SpaceBetween>
  );
}
