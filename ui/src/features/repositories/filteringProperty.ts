/** The properties of a filter, with the comparisons that they allow. */
import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";

const operators = {
  words: [":", "!:", "=", "!="],
  numbers: [">", "<"],
  choices: ["=", "!="],
} as const;

export function filteringProperty<Key extends string>(
  key: Key,
  propertyLabel: string,
  compares: keyof typeof operators,
): PropertyFilterProps.FilteringProperty {
  const [defaultOperator] = operators[compares];
  return {
    key,
    propertyLabel,
    groupValuesLabel: propertyLabel,
    operators: operators[compares],
    defaultOperator,
  };
}
