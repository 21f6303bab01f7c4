import { expect, it } from "vitest";
import { historyColumns } from "../features/history/historyColumns";
import { profileColumns } from "../features/profiles/profileColumns";
import { imageColumns } from "../features/repositories/imageColumns";
import { repositoryColumns } from "../features/repositories/repositoryColumns";
import {
  type Column,
  type TableLayout,
  visibleColumns,
  withWidths,
} from "../shared/tablePreferences";

const layout: TableLayout = { pageSize: 50, wrapLines: false, visibleContent: null, widths: {} };

/** The room of a list with a selection column at 1280 pixels, with the navigation open. */
const defaultWindow = 976;

it.each([
  ["repositories", repositoryColumns(new Map(), () => {})],
  ["migrations", historyColumns(() => {}, new Map())],
  ["profiles", profileColumns],
  ["images", imageColumns("", () => {}, false)],
])("the columns of %s fit into a window of the default size", (_, list) => {
  const shown = withWidths(visibleColumns(list as Column<object>[], layout), layout, defaultWindow);
  const total = shown.reduce((sum, { width }) => sum + Number(width), 0);
  expect(total).toBeLessThanOrEqual(defaultWindow);
});
