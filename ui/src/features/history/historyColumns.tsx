import Link from "@cloudscape-design/components/link";
import type { HistoryEntry, HistoryMatch } from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { formatCount, formatDuration } from "../../shared/format";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { RelativeTime } from "../../shared/RelativeTime";
import { StatusText } from "../../shared/StatusText";
import type { Column } from "../../shared/tablePreferences";
import { destinationText, shownState, sourceText } from "./historyStates";

/** The first image that a search found, and how many more. */
function foundText({ source, destination, images }: HistoryMatch): string {
  const others = images > 1 ? `, and ${formatCount(images - 1)} more` : "";
  return `${source} → ${destination}${others}`;
}

/**
 * The columns of the history, each of one line. What is longer has a tooltip. The duration gives way first,
 * so that state and source are whole. While a search finds images, their column shows them.
 */
export function historyColumns(
  onOpen: (entry: HistoryEntry) => void,
  found: ReadonlyMap<string, HistoryMatch>,
): Column<HistoryEntry>[] {
  return [
    {
      id: "started",
      header: "Started",
      width: 135,
      cell: (entry) => (
        <Link
          href={`#${entry.migration}`}
          onFollow={(event) => {
            event.preventDefault();
            onOpen(entry);
          }}
        >
          <RelativeTime timeMs={entry.started_at_ms} />
        </Link>
      ),
      sortingField: "started_at_ms",
      isRowHeader: true,
    },
    {
      id: "state",
      header: "State",
      width: 290,
      minWidth: 260,
      grow: 2,
      cell: (entry) => {
        const { type, text } = shownState(entry);
        return (
          <span title={text}>
            <StatusText type={type} wrapText={false}>
              {text}
            </StatusText>
          </span>
        );
      },
      sortingComparator: (one, other) => shownState(one).text.localeCompare(shownState(other).text),
    },
    {
      id: "source",
      header: "Source",
      width: 190,
      minWidth: 150,
      grow: 1,
      cell: (entry) => <MiddleEllipsis text={sourceText(entry)} />,
      sortingComparator: (one, other) => sourceText(one).localeCompare(sourceText(other)),
    },
    {
      id: "registry",
      header: "Account",
      width: 125,
      minWidth: 115,
      grow: 1,
      cell: (entry) => <MiddleEllipsis text={destinationText(entry)} />,
      sortingComparator: (one, other) => destinationText(one).localeCompare(destinationText(other)),
    },
    {
      id: "images",
      header: "Images",
      width: found.size > 0 ? 200 : 90,
      ...(found.size > 0 ? { minWidth: 110, grow: 2 } : { hideOrder: 3 }),
      cell: ({ migration, images, summary }) => {
        const match = found.get(migration);
        return match === undefined ? (
          <span title={[summary.text, ...summary.notes].join("\n")}>{formatCount(images)}</span>
        ) : (
          <MiddleEllipsis text={foundText(match)} />
        );
      },
      sortingField: "images",
    },
    {
      id: "sent",
      header: "Sent",
      width: 85,
      hideOrder: 2,
      cell: (entry) => (entry.sent_bytes === null ? "Unknown" : <Bytes bytes={entry.sent_bytes} />),
      sortingField: "sent_bytes",
    },
    {
      id: "time",
      header: "Duration",
      width: 105,
      hideOrder: 1,
      needsRoom: true,
      cell: (entry) => formatDuration(entry.elapsed_ms),
      sortingField: "elapsed_ms",
    },
  ];
}
