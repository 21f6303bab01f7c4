/** Filters by properties, of repositories and images. A property that wasn't read decides nothing. */
import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";

/** A part of a filter, such as `Size > 10`. Without a property, it is a text of the name. */
export interface FilterToken {
  readonly propertyKey?: string;
  readonly operator: PropertyFilterProps.ComparisonOperator;
  readonly value: string;
}

export interface FilterQuery {
  readonly tokens: readonly FilterToken[];
  readonly operation: "and" | "or";
}

export const noQuery: FilterQuery = { tokens: [], operation: "and" };

/** Words of which some weren't read. */
interface PartlyReadWords {
  readonly known: readonly string[];
  /** Further words that it may have. */
  readonly possible: readonly string[];
}

/** Words or a number, or `null` if it wasn't read. */
export type Property = readonly string[] | PartlyReadWords | number | null;

const dayMs = 24 * 60 * 60 * 1000;

/** The number of days since a time. What never happened is longer ago than anything. */
export function daysSince(timeMs: number | null, nowMs: number): number {
  return timeMs === null ? Number.POSITIVE_INFINITY : (nowMs - timeMs) / dayMs;
}

function compareWords(words: readonly string[], operator: string, value: string): boolean {
  const wanted = value.toLowerCase();
  const some = (test: (word: string) => boolean) => words.some((word) => test(word.toLowerCase()));
  switch (operator) {
    case "=":
      return some((word) => word === wanted);
    case "!=":
      return !some((word) => word === wanted);
    case "!:":
      return !some((word) => word.includes(wanted));
    default:
      return some((word) => word.includes(wanted));
  }
}

/** Returns whether a property meets a part of a filter, or `null` if that isn't known. */
function meets({ operator, value }: FilterToken, property: Property): boolean | null {
  if (property === null) {
    return null;
  }
  if (typeof property !== "number") {
    const { known, possible } = "known" in property ? property : { known: property, possible: [] };
    const result = compareWords(known, operator, value);
    // A word that wasn't read decides if it would change the result.
    return compareWords([...known, ...possible], operator, value) === result ? result : null;
  }
  // Thousands are separated by commas, as everywhere in the window. Another comma is a decimal one.
  const isGrouped = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(value.trim());
  const limit = Number(isGrouped ? value.replaceAll(",", "") : value.replace(",", "."));
  // Text that isn't a number limits nothing.
  if (value.trim() === "" || Number.isNaN(limit)) {
    return true;
  }
  return operator === "<" ? property < limit : property > limit;
}

/** Returns whether something meets a filter, or `null` if what wasn't read decides it. */
export function matchesQuery(
  query: FilterQuery,
  propertyOf: (key: string | undefined) => Property,
): boolean | null {
  if (query.tokens.length === 0) {
    return true;
  }
  const results = query.tokens.map((token) => meets(token, propertyOf(token.propertyKey)));
  const decisive = query.operation === "or";
  if (results.includes(decisive)) {
    return decisive;
  }
  return results.includes(null) ? null : !decisive;
}
