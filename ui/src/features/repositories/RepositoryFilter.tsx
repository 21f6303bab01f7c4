import PropertyFilter, {
  type PropertyFilterProps,
} from "@cloudscape-design/components/property-filter";
import Toggle from "@cloudscape-design/components/toggle";
import type { ListedAwsTags } from "../../ipc/generated";
import { formatCounted } from "../../shared/format";
import { mutabilityLabels } from "../../shared/repositorySettings";
import { filteringProperty } from "./filteringProperty";
import type { FilterQuery } from "./propertyQuery";
import type { FilterProperty } from "./repositoryFilter";
import { imageKindLabels } from "./repositoryImageRows";
import { useFocusedFilter } from "./useFocusedFilter";

interface RepositoryFilterProps {
  query: FilterQuery;
  onChange: (query: FilterQuery) => void;
  /** Number of repositories that the filter finds. */
  matches: number;
  /** Number of those that may match: what wasn't read decides. */
  unknown: number;
  unknownShown: boolean;
  onUnknownShown: (shown: boolean) => void;
  /** The AWS tags that were read, as suggestions. */
  awsTags: ReadonlyMap<string, ListedAwsTags>;
}

const property = filteringProperty<FilterProperty>;

const properties: readonly PropertyFilterProps.FilteringProperty[] = [
  property("name", "Name", "words"),
  property("aws_tag", "AWS tag", "words"),
  property("policy", "Lifecycle policy", "choices"),
  property("kind", "Contains", "choices"),
  property("size", "Size in GB", "numbers"),
  property("untagged", "Untagged images", "numbers"),
  property("pulled", "Days since the last pull", "numbers"),
  property("created", "Days since creation", "numbers"),
  property("mutability", "Tag mutability", "choices"),
  property("scan", "Scan on push", "choices"),
  property("encryption", "Encryption", "choices"),
];

const fixedOptions: readonly PropertyFilterProps.FilteringOption[] = [
  ...["None", "Set", "Never ran"].map((value) => ({ propertyKey: "policy", value })),
  ...Object.values(imageKindLabels).map((value) => ({ propertyKey: "kind", value })),
  ...Object.values(mutabilityLabels).map((value) => ({ propertyKey: "mutability", value })),
  ...["On", "Off"].map((value) => ({ propertyKey: "scan", value })),
  ...["AES-256", "AWS KMS", "AWS KMS, dual layer"].map((value) => ({
    propertyKey: "encryption",
    value,
  })),
];

/** The most values that are suggested for a property. */
const suggestedValues = 200;

function tagOptions(awsTags: ReadonlyMap<string, ListedAwsTags>) {
  const all = [...awsTags.values()].flatMap(({ tags }) =>
    Object.entries(tags ?? {}).map(([key, value]) => `${key}=${value}`),
  );
  const values = [...new Set(all)].sort().slice(0, suggestedValues);
  return values.map((value) => ({ propertyKey: "aws_tag", value }));
}

/** Filters the repository list by properties. */
export function RepositoryFilter(props: RepositoryFilterProps) {
  const { query, onChange, matches, unknown, unknownShown, onUnknownShown, awsTags } = props;
  const filter = useFocusedFilter();
  return (
    <div className="filter-line">
      <PropertyFilter
        ref={filter}
        query={query}
        onChange={({ detail }) => onChange({ tokens: detail.tokens, operation: detail.operation })}
        filteringProperties={properties}
        filteringOptions={[...fixedOptions, ...tagOptions(awsTags)]}
        filteringPlaceholder="Filter by property, such as Size in GB > 10"
        filteringAriaLabel="Filter repositories by property"
        countText={formatCounted(matches, "match", "matches")}
        expandToViewport
        data-testid="repositories-filter"
      />
      {unknown > 0 && (
        <Toggle
          checked={unknownShown}
          onChange={({ detail }) => onUnknownShown(detail.checked)}
          data-testid="repositories-filter-unknown"
        >
          {`Also show ${formatCounted(unknown, "repository", "repositories")} that may match and ${unknown === 1 ? "isn’t" : "aren’t"} read completely`}
        </Toggle>
      )}
    </div>
  );
}
