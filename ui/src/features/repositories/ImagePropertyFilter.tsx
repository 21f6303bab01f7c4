import PropertyFilter from "@cloudscape-design/components/property-filter";
import { useMemo } from "react";
import { formatCounted } from "../../shared/format";
import { filteringProperty } from "./filteringProperty";
import { type ImageProperty, imageValues } from "./imageFilter";
import type { FilterQuery } from "./propertyQuery";
import type { RepositoryImageRow } from "./repositoryImageRows";
import { useFocusedFilter } from "./useFocusedFilter";

interface ImagePropertyFilterProps {
  query: FilterQuery;
  onChange: (query: FilterQuery) => void;
  /** The images without the filter, whose values are suggested. */
  rows: readonly RepositoryImageRow[];
  /** Number of images that the filter finds. */
  matches: number;
}

const property = filteringProperty<ImageProperty>;

const properties = [
  property("kind", "Type", "choices"),
  property("tag", "Tag", "words"),
  property("platform", "Platform", "words"),
  property("attached", "Attached", "choices"),
  property("status", "Status", "choices"),
  property("size", "Size in MB", "numbers"),
  property("pushed", "Days since the push", "numbers"),
  property("pulled", "Days since the last pull", "numbers"),
];

/** Filters the images of a repository by properties. */
export function ImagePropertyFilter({ query, onChange, rows, matches }: ImagePropertyFilterProps) {
  const filter = useFocusedFilter();
  const options = useMemo(() => imageValues(rows), [rows]);
  return (
    <PropertyFilter
      ref={filter}
      query={query}
      onChange={({ detail }) => onChange({ tokens: detail.tokens, operation: detail.operation })}
      filteringProperties={properties}
      filteringOptions={options}
      filteringPlaceholder="Filter by property, such as Type = Helm chart"
      filteringAriaLabel="Filter images by property"
      countText={formatCounted(matches, "match", "matches")}
      expandToViewport
      data-testid="images-filter"
    />
  );
}
