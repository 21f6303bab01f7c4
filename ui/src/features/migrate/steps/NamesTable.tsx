import Button from "@cloudscape-design/components/button";
import ToggleButton from "@cloudscape-design/components/toggle-button";
import { memo, type ReactNode, useMemo, useState } from "react";
import { DeferredInput } from "../../../shared/DeferredInput";
import { formatCount } from "../../../shared/format";
import { MiddleEllipsis } from "../../../shared/MiddleEllipsis";
import { FullTable } from "../../../shared/PagedTable";
import { suggestRepositoryName } from "../../../shared/repositoryName";
import { StatusText } from "../../../shared/StatusText";
import type { Column } from "../../../shared/tablePreferences";
import { wizardFooterHeight } from "../wizard/wizardFooterHeight";
import { type NameRow, withoutPrefix } from "./nameRows";

interface NamesTableProps {
  rows: readonly NameRow[];
  prefix: string;
  /** Names of existing repositories, or `null` if unknown. */
  existing: ReadonlySet<string> | null;
  checking: boolean;
  /** Buttons beside the filter. */
  actions: ReactNode;
  /** `null` resets to the proposed name. Names don't include the prefix. */
  onRename: (source: string, name: string | null) => void;
  onSettings: (source: string) => void;
  onPanelSlot: (slot: HTMLElement | null) => void;
}

/**
 * The repositories with their ECR names. It is memoized: a key in the prefix doesn't wait for it.
 */
export const NamesTable = memo(function NamesTable(props: NamesTableProps) {
  const { rows, prefix, existing, checking, onRename, onSettings } = props;
  // A corrected name stays in the list while the user edits it.
  const [toCorrect, setToCorrect] = useState<ReadonlySet<string> | null>(null);
  const problems = rows.filter(({ problem }) => problem !== null);
  const columns = useMemo<readonly Column<NameRow>[]>(
    () => [
      {
        id: "source",
        header: "Source",
        width: 240,
        minWidth: 110,
        grow: 2,
        isRowHeader: true,
        sortingField: "source",
        cell: (row) => <MiddleEllipsis text={row.source} />,
      },
      {
        id: "tags",
        header: "Tags",
        width: 90,
        hideOrder: 1,
        sortingField: "tags",
        cell: (row) => formatCount(row.tags),
      },
      {
        id: "name",
        header: "ECR repository",
        width: 320,
        minWidth: 150,
        grow: 3,
        sortingField: "name",
        cell: (row) => <NameCell row={row} prefix={prefix} onRename={onRename} />,
      },
      {
        id: "state",
        header: "State",
        width: 190,
        minWidth: 165,
        grow: 1,
        cell: (row) => (
          <span
            className="one-line"
            title={row.problem ?? undefined}
            data-testid={`repository-state-${row.source}`}
          >
            <State row={row} existing={existing} checking={checking} />
          </span>
        ),
      },
      {
        id: "settings",
        header: "Settings",
        width: 105,
        hideOrder: 2,
        cell: (row) => {
          if (existing?.has(row.name)) return "Unchanged";
          const chosen = row.settings === null ? "Default" : "Custom";
          return (
            <Button
              variant="inline-link"
              ariaLabel={`${chosen}: settings of ${row.name}`}
              onClick={() => onSettings(row.source)}
            >
              {chosen}
            </Button>
          );
        },
      },
    ],
    [prefix, existing, checking, onRename, onSettings],
  );
  return (
    <FullTable<NameRow>
      name="wizard-names"
      items={toCorrect === null ? rows : rows.filter((row) => toCorrect.has(row.source))}
      words={(row) => [row.source, row.name]}
      finds="repositories"
      below={wizardFooterHeight}
      onPanelSlot={props.onPanelSlot}
      filters={
        <>
          {(problems.length > 0 || toCorrect !== null) && (
            <ToggleButton
              pressed={toCorrect !== null}
              onChange={({ detail }) =>
                setToCorrect(detail.pressed ? new Set(problems.map(({ source }) => source)) : null)
              }
              data-testid="only-wrong-names"
            >
              {formatCount(problems.length)} invalid
            </ToggleButton>
          )}
          {props.actions}
        </>
      }
      trackBy="source"
      data-testid="repositories-table"
      ariaLabels={{ tableLabel: "Repositories" }}
      columnDefinitions={columns}
    />
  );
});

function State({
  row,
  existing,
  checking,
}: Pick<NamesTableProps, "existing" | "checking"> & { row: NameRow }) {
  if (row.problem !== null) {
    return <StatusText type="error">{row.problem}</StatusText>;
  }
  if (existing === null) {
    return checking ? (
      <StatusText type="loading">Checking</StatusText>
    ) : (
      <StatusText type="info">Unknown</StatusText>
    );
  }
  return existing.has(row.name) ? (
    <StatusText type="success">Exists</StatusText>
  ) : (
    <StatusText type="pending">Will be created</StatusText>
  );
}

/** The name after the prefix, and a suggestion if it is invalid or was changed. */
function NameCell({
  row,
  prefix,
  onRename,
}: Pick<NamesTableProps, "prefix" | "onRename"> & { row: NameRow }) {
  const suggestion = row.problem === null ? null : suggestRepositoryName(row.name);
  const own = withoutPrefix(row.name, prefix);
  const reset = row.own && row.proposal !== null && row.proposal !== own;
  return (
    <div className="name-cell">
      {prefix !== "" && row.name.startsWith(prefix) && (
        <span className="name-prefix" title={prefix}>
          {prefix}
        </span>
      )}
      <div className="name-field">
        <DeferredInput
          value={own}
          invalid={row.problem !== null}
          ariaLabel={`ECR repository for ${row.source}`}
          spellcheck={false}
          onChange={(name) => onRename(row.source, name)}
          data-testid={`repository-name-${row.source}`}
        />
      </div>
      {suggestion !== null && suggestion !== row.name ? (
        <Button
          variant="inline-link"
          wrapText={false}
          onClick={() => onRename(row.source, withoutPrefix(suggestion, prefix))}
          data-testid={`use-suggestion-${row.source}`}
        >
          Use “{suggestion}”
        </Button>
      ) : reset ? (
        <Button
          variant="inline-link"
          wrapText={false}
          onClick={() => onRename(row.source, null)}
          data-testid={`use-proposal-${row.source}`}
        >
          Use “{prefix + row.proposal}” as proposed
        </Button>
      ) : null}
    </div>
  );
}
