/** The order of rows by what a cell shows, for columns without an order of their own. Used by the tables of `PagedTable`. */
import { isValidElement, type ReactNode } from "react";

/** A size as `formatBytes` writes it. */
const sizeText = /^(\d[\d,.]*) (B|kB|MB|GB|TB|PB)$/;

const sizeUnits = ["B", "kB", "MB", "GB", "TB", "PB"];

/** What stands before a value that is a bound: `≤ 140`, `at most 12 MB`, `between 3 MB and 12 MB`. */
const boundText = /^(?:[≤≥] *|at most |between .+ and )/;

/** Properties of components that show a value: bytes, a time, or a text or digest that is shortened. */
const valueProps = ["bytes", "timeMs", "text", "display", "digest"] as const;

/** What a cell shows: a number of a known unit, or a text. A cell with a dash or without a text has no value. */
export function shownValue(node: ReactNode): CellValue {
  const values = valuesOf(node).filter((value) => value !== "≤ " && value !== "≥ ");
  const [only] = values;
  if (values.length === 1 && typeof only === "number") {
    return only;
  }
  const text = values.join("").trim().replace(boundText, "");
  const size = text.match(sizeText);
  if (size !== null) {
    return Number(size[1]?.replaceAll(",", "")) * 1000 ** sizeUnits.indexOf(size[2] ?? "B");
  }
  // Thousands are separated by commas.
  return text === "" || text === "–" ? null : text.replaceAll(/(\d),(?=\d{3})/g, "$1");
}

function valuesOf(node: ReactNode): (number | string)[] {
  if (typeof node === "number" || typeof node === "string") {
    return node === "" ? [] : [node];
  }
  if (Array.isArray(node)) {
    return node.flatMap(valuesOf);
  }
  if (!isValidElement<Record<string, unknown>>(node)) {
    return [];
  }
  for (const name of valueProps) {
    const value = node.props[name];
    if (typeof value === "number" || typeof value === "string") {
      return [value];
    }
  }
  return valuesOf(node.props.children as ReactNode);
}

/** Whether only its component knows what a cell shows, so that it has no order without a comparator. */
export function isOpaque(node: ReactNode): boolean {
  return (
    isValidElement(node) &&
    typeof node.type !== "string" &&
    shownValue(node) === null &&
    !hasKnownProp(node.props)
  );
}

function hasKnownProp(props: unknown): boolean {
  const names = Object.keys(props as object);
  return names.includes("children") || valueProps.some((name) => names.includes(name));
}

const texts = new Intl.Collator("en", { numeric: true });

/** Compares what two cells show. Cells without a value are last. */
export function compareShown(one: ReactNode, other: ReactNode): number {
  return compareValues(shownValue(one), shownValue(other));
}

type CellValue = number | string | null;

/** Sorts rows by a value. Those without one are last. */
export function orderBy<Row>(value: (row: Row) => CellValue): (one: Row, other: Row) => number {
  return (one, other) => compareValues(value(one), value(other));
}

function compareValues(first: CellValue, second: CellValue): number {
  if (first === null || second === null) {
    return Number(first === null) - Number(second === null);
  }
  return typeof first === "number" && typeof second === "number"
    ? first - second
    : texts.compare(String(first), String(second));
}
