/** The column that says which workloads run an image. */
import type { RepositoryUse } from "../../ipc/generated";
import { formatCounted, formatExact } from "../../shared/format";
import type { Column } from "../../shared/tablePreferences";
import { allParts, type RepositoryImageRow } from "./repositoryImageRows";

/** In how many places a row and its parts run, with when that was. `null` if nothing reports it. */
function placesOf(
  row: RepositoryImageRow,
  use: RepositoryUse,
): { readonly count: number; readonly lastMs: number | null } | null {
  const digests = new Set([row.digest, ...allParts(row).map(({ digest }) => digest)]);
  const running = use.images.filter(({ digest }) => digests.has(digest));
  if (running.length === 0) {
    return null;
  }
  const times = running.map(({ last_in_use_at_ms }) => last_in_use_at_ms ?? 0);
  return {
    count: running.reduce((sum, { count }) => sum + count, 0),
    lastMs: Math.max(...times) || null,
  };
}

/** The text of a cell, and what it says on hover. */
export function inUseText(
  row: RepositoryImageRow,
  use: RepositoryUse | null,
): { readonly text: string; readonly title: string } {
  if (use === null) {
    return { text: "Reading", title: "Asking Amazon Inspector which images run." };
  }
  const read = use.read_at_ms === null ? "" : ` Read on ${formatExact(use.read_at_ms)}.`;
  const reason = use.error === null ? "" : ` ${use.error.message}`;
  const running = placesOf(row, use);
  if (running !== null) {
    const last = running.lastMs === null ? "" : ` Last used on ${formatExact(running.lastMs)}.`;
    return {
      text: formatCounted(running.count, "place", "places"),
      title: `Runs in Amazon ECS or EKS, as Amazon Inspector reports.${last}${read}${reason}`,
    };
  }
  return use.error === null
    ? { text: "–", title: `Amazon Inspector reports no use of this image.${read}` }
    : { text: "Couldn’t read", title: `${use.error.message}${read}` };
}

/** The column with the images that run. Hidden until one does, or until the user chooses it. */
export function inUseColumn(use: RepositoryUse | null): Column<RepositoryImageRow> {
  const countOf = (row: RepositoryImageRow) =>
    use === null ? 0 : (placesOf(row, use)?.count ?? 0);
  return {
    id: "in-use",
    header: "In use",
    width: 100,
    hideOrder: 4,
    hidden: use === null || use.images.length === 0,
    sortingComparator: (one, other) => countOf(one) - countOf(other),
    cell: (row) => {
      const { text, title } = inUseText(row, use);
      return <span title={title}>{text}</span>;
    },
  };
}
