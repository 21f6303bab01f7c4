import { describe, expect, it } from "vitest";
import { historyColumns } from "../features/history/historyColumns";
import { profileColumns } from "../features/profiles/profileColumns";
import { inUseColumn } from "../features/repositories/InUseCell";
import { imageColumns } from "../features/repositories/imageColumns";
import { repositoryColumns } from "../features/repositories/repositoryColumns";
import { fittingColumns, withWidths } from "../shared/columnWidths";
import type { Column, TableLayout } from "../shared/tablePreferences";

const layout: TableLayout = { pageSize: 50, wrapLines: false, visibleContent: null, widths: {} };

/** The room of a list with a selection column at 1280 pixels, with the navigation open. */
const defaultWindow = 979;
/** The same at 1024 pixels. */
const smallWindow = 723;

const inUse: unknown = { ...inUseColumn(null), hidden: false };

const lists: readonly (readonly [string, readonly unknown[], readonly string[]])[] = [
  [
    "repositories",
    repositoryColumns(new Map(), { policies: new Map(), awsTags: new Map() }, () => {}),
    ["pulled", "mutability", "created"],
  ],
  ["migrations", historyColumns(() => {}, new Map()), ["images", "sent", "time"]],
  ["profiles", profileColumns, ["template"]],
  ["images", imageColumns("", () => {}, false, false), ["pulled"]],
  ["images with parts", imageColumns("", () => {}, false, true), ["pulled", "digest"]],
  ["used images", [...imageColumns("", () => {}, false, true), inUse], ["pulled", "digest"]],
];

function shownAt(list: readonly unknown[], available: number): readonly Column<object>[] {
  const columns = fittingColumns(list as readonly Column<object>[], layout, available);
  return withWidths(columns, layout, available);
}

describe.each(lists)("the columns of %s", (_, list, hiddenWhereSmall) => {
  it.each([defaultWindow, smallWindow])("fit into %i pixels", (available) => {
    const total = shownAt(list, available).reduce((sum, { width }) => sum + Number(width), 0);
    expect(total).toBeLessThanOrEqual(available);
  });

  it("give way in a small window in their order", () => {
    const all = shownAt(list, 2000).map(({ id }) => id);
    const shown = shownAt(list, smallWindow).map(({ id }) => id);
    expect(all.filter((id) => !shown.includes(id))).toEqual(hiddenWhereSmall);
  });
});
