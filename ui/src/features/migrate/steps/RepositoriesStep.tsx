import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Toggle from "@cloudscape-design/components/toggle";
import { type ReactNode, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type { Repository } from "../../../ipc/generated";
import { formatCount, formatCounted } from "../../../shared/format";
import { PagedTable, rowsOfAPage } from "../../../shared/PagedTable";
import { RenameRulesField } from "../../../shared/RenameRulesField";
import { RepositorySettingsForm } from "../../../shared/RepositorySettingsForm";
import { suggestRepositoryName } from "../../../shared/repositoryName";
import type { Request } from "../../../shared/useRequest";
import { type Draft, repositoryNames } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import type { ProposedNaming } from "../wizard/useProposedNames";
import { nameProblems } from "../wizard/validation";
import { RowSettingsModal } from "./RowSettingsModal";

export interface RepositoriesStepProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  proposed: ProposedNaming;
  /** Existing repositories. */
  existing: Request<Repository[]>;
  errorActions: ErrorActions;
  /** Offers for registry settings. */
  offers?: ReactNode;
}

/** Step 3: ECR repository names, and settings of new repositories. */
export function RepositoriesStep({
  draft,
  onChange,
  proposed,
  existing,
  errorActions,
  offers,
}: RepositoriesStepProps) {
  const [editing, setEditing] = useState<string | null>(null);
  const names = repositoryNames(draft, proposed.proposals);
  const problems = nameProblems(draft, proposed.proposals);
  const [toCorrect, setToCorrect] = useState<ReadonlySet<string> | null>(null);
  const tags = new Map<string, number>();
  for (const image of draft.images) {
    tags.set(image.repository, (tags.get(image.repository) ?? 0) + 1);
  }
  const there = new Set(existing.answer?.map((repository) => repository.name));
  const rows = [...names].map(([source, name]) => ({
    source,
    name,
    tags: tags.get(source) ?? 0,
    problem: problems.get(source) ?? null,
    own: (draft.repositories[source]?.name ?? null) !== null,
    proposal: proposed.proposals.get(source) ?? null,
    settings: draft.repositories[source]?.settings ?? null,
  }));
  type Row = (typeof rows)[number];

  const rename = (row: Row, name: string | null) =>
    onChange({
      type: "repository_named",
      source: row.source,
      name: name?.startsWith(draft.prefix) ? name.slice(draft.prefix.length) : name,
    });
  const state = (row: Row) => {
    if (row.problem !== null) {
      return <StatusIndicator type="error">Invalid</StatusIndicator>;
    }
    if (existing.answer === null) {
      return existing.loading ? (
        <StatusIndicator type="loading">Checking</StatusIndicator>
      ) : (
        <StatusIndicator type="info">Unknown</StatusIndicator>
      );
    }
    return there.has(row.name) ? (
      <StatusIndicator type="success">Exists</StatusIndicator>
    ) : (
      <StatusIndicator type="pending">Will be created</StatusIndicator>
    );
  };

  return (
    <SpaceBetween size="l">
      {proposed.error !== null && (
        <ErrorAlert error={proposed.error} actions={{ ...errorActions, retry: proposed.reload }} />
      )}
      {existing.error !== null && (
        <ErrorAlert error={existing.error} actions={{ ...errorActions, retry: existing.reload }} />
      )}
      <FormField
        label={
          <span>
            Prefix<i>- optional</i>
          </span>
        }
        description="Added to every name. For example, enter team/ for team/app."
      >
        <Input
          value={draft.prefix}
          placeholder="team/"
          spellcheck={false}
          onChange={({ detail }) => onChange({ type: "prefix_changed", prefix: detail.value })}
          data-testid="repository-prefix"
        />
      </FormField>
      <RenameRulesField
        rules={draft.renameRules}
        problems={proposed.problems}
        renamed={proposed.renamed}
        onChange={(rules) => onChange({ type: "rename_rules_changed", rules })}
      />
      <PagedTable
        items={toCorrect === null ? rows : rows.filter((row) => toCorrect.has(row.source))}
        words={(row) => [row.source, row.name]}
        finds="repositories by source or ECR name"
        filters={
          (problems.size > 0 || toCorrect !== null) &&
          rows.length > rowsOfAPage && (
            <Toggle
              checked={toCorrect !== null}
              // Keeps a corrected name in the filtered list while the user edits it.
              onChange={({ detail }) =>
                setToCorrect(detail.checked ? new Set(problems.keys()) : null)
              }
              data-testid="only-wrong-names"
            >
              Show invalid names only ({formatCount(problems.size)})
            </Toggle>
          )
        }
        trackBy="source"
        wrapLines
        data-testid="repositories-table"
        header={
          <Header variant="h2" counter={`(${rows.length})`}>
            Repositories
          </Header>
        }
        ariaLabels={{ tableLabel: "Repositories" }}
        columnDefinitions={[
          {
            id: "source",
            header: "Source repository",
            isRowHeader: true,
            minWidth: 130,
            cell: (row) => (
              <SpaceBetween size="xxs">
                <span>{row.source}</span>
                <Box variant="small">{formatCounted(row.tags, "tag", "tags")}</Box>
              </SpaceBetween>
            ),
          },
          {
            id: "name",
            header: "ECR repository",
            minWidth: 220,
            cell: (row) => <NameField row={row} draft={draft} onRename={rename} />,
          },
          {
            id: "state",
            header: "State",
            minWidth: 170,
            cell: (row) => <span data-testid={`repository-state-${row.source}`}>{state(row)}</span>,
          },
          {
            id: "settings",
            header: "Settings",
            minWidth: 130,
            cell: (row) => {
              if (there.has(row.name)) return "Unchanged";
              const chosen = row.settings === null ? "Template" : "Custom";
              return (
                <Button
                  variant="inline-link"
                  ariaLabel={`${chosen}: settings of ${row.name}`}
                  onClick={() => setEditing(row.source)}
                >
                  {chosen}
                </Button>
              );
            },
          },
        ]}
      />
      <ExpandableSection
        variant="container"
        headerText="Settings of new repositories"
        headerDescription="Applied to new repositories without custom settings. Existing repositories aren’t changed."
        data-testid="template"
      >
        <RepositorySettingsForm
          value={draft.template}
          onChange={(template) => onChange({ type: "template_changed", template })}
        />
      </ExpandableSection>
      {offers}
      {editing !== null && (
        <RowSettingsModal
          name={names.get(editing) ?? editing}
          template={draft.template}
          settings={draft.repositories[editing]?.settings ?? null}
          onDismiss={() => setEditing(null)}
          onSave={(settings) => {
            onChange({ type: "repository_settings_changed", source: editing, settings });
            setEditing(null);
          }}
        />
      )}
    </SpaceBetween>
  );
}

interface NameRow {
  source: string;
  name: string;
  problem: string | null;
  /** Whether the user entered the name. */
  own: boolean;
  /** The proposed name without the prefix. */
  proposal: string | null;
}

function NameField<Row extends NameRow>({
  row,
  draft,
  onRename,
}: {
  row: Row;
  draft: Draft;
  /** `null` resets to the proposed name. */
  onRename: (row: Row, name: string | null) => void;
}) {
  const suggestion = row.problem === null ? null : suggestRepositoryName(row.name);
  const own = row.name.startsWith(draft.prefix) ? row.name.slice(draft.prefix.length) : row.name;
  return (
    <FormField
      errorText={row.problem ?? undefined}
      constraintText={
        suggestion !== null && suggestion !== row.name ? (
          <Button
            variant="inline-link"
            onClick={() => onRename(row, suggestion)}
            data-testid={`use-suggestion-${row.source}`}
          >
            Use “{suggestion}”
          </Button>
        ) : row.own && row.proposal !== null && row.proposal !== own ? (
          <Button
            variant="inline-link"
            onClick={() => onRename(row, null)}
            data-testid={`use-proposal-${row.source}`}
          >
            Use “{draft.prefix + row.proposal}” as proposed
          </Button>
        ) : draft.prefix === "" ? undefined : (
          row.name
        )
      }
    >
      <Input
        value={own}
        ariaLabel={`ECR repository for ${row.source}`}
        spellcheck={false}
        onChange={({ detail }) => onRename(row, draft.prefix + detail.value)}
        data-testid={`repository-name-${row.source}`}
      />
    </FormField>
  );
}
