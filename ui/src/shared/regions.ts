/**
 * AWS regions and partitions: their names, options of a select, and checks of an entered region.
 */
import type { SelectProps } from "@cloudscape-design/components/select";
import knownRegions from "../ipc/generated/regions.json";

type AwsRegion = Pick<(typeof knownRegions)[number], "id" | "name">;

interface AwsRegionGroup {
  readonly label: string;
  readonly regions: readonly AwsRegion[];
}

/** Every published region by continent, then the other partitions. The table is in `known_regions.rs`. */
export const regionGroups: readonly AwsRegionGroup[] = [
  ...new Set(knownRegions.map(({ group }) => group)),
].map((label) => ({ label, regions: knownRegions.filter(({ group }) => group === label) }));

const optIn = new Set(knownRegions.filter((one) => one.is_opt_in).map(({ id }) => id));

interface Partition {
  /** The partition in ARNs, such as `aws-cn`. */
  readonly id: string;
  readonly name: string;
  /** Prefix of its region codes, or `null` for the default partition. */
  readonly starts: string | null;
}

/** Every partition. Must match the table of the engine, which is tested against botocore. */
const partitions: readonly Partition[] = [
  { id: "aws-us-gov", name: "AWS GovCloud (US)", starts: "us-gov-" },
  { id: "aws-cn", name: "AWS China", starts: "cn-" },
  { id: "aws-eusc", name: "AWS European Sovereign Cloud", starts: "eusc-" },
  { id: "aws-iso", name: "AWS ISO (US)", starts: "us-iso-" },
  { id: "aws-iso-b", name: "AWS ISOB (US)", starts: "us-isob-" },
  { id: "aws-iso-e", name: "AWS ISOE (Europe)", starts: "eu-isoe-" },
  { id: "aws-iso-f", name: "AWS ISOF", starts: "us-isof-" },
  { id: "aws", name: "AWS", starts: null },
];

/** Returns the partition of a region code. Unknown codes are in the public partition. */
function partitionOf(region: string): Partition {
  return partitions.find(({ starts }) => starts === null || region.startsWith(starts)) as Partition;
}

/** Returns the name of a partition, or its ID if unknown. */
export function partitionName(id: string): string {
  return partitions.find((partition) => partition.id === id)?.name ?? id;
}

/** Whether an account has to enable a region first. */
export function isOptIn(region: string): boolean {
  return optIn.has(region);
}

function isKnownRegion(id: string): boolean {
  return regionGroups.some((group) => group.regions.some((region) => region.id === id));
}

/** Returns the problem of an entered region, if any. */
export function regionProblem(region: string): string | null {
  return /^[0-9a-z-]{2,25}$/.test(region)
    ? null
    : "Enter a Region name such as eu-west-1. Use lowercase letters, digits, and hyphens.";
}

/**
 * Returns a warning about an entered region. `own` is the default region of the profile, which
 * determines the partition of its credentials.
 */
export function regionWarning(region: string, own: string | null): string | null {
  const partition = partitionOf(region);
  if (own !== null && partitionOf(own).id !== partition.id) {
    return `${region} is in ${partition.name}, but the region of the profile, ${own}, is in ${partitionOf(own).name}. Credentials of one partition aren’t valid in another.`;
  }
  if (!isKnownRegion(region)) {
    return `${region} isn’t a known region. Transload uses it as entered.`;
  }
  return isOptIn(region) ? `Enable ${region} for the account before you use it.` : null;
}

/** Returns the name of a region, or its code if unknown. */
export function regionName(id: string): string {
  for (const group of regionGroups) {
    const found = group.regions.find((region) => region.id === id);
    if (found !== undefined) {
      return found.name;
    }
  }
  return id;
}

export function regionOption(id: string): SelectProps.Option {
  const name = regionName(id);
  return name === id ? { value: id, label: id } : { value: id, label: id, description: name };
}

/** All regions as options. Unknown `extra` regions, for example from a profile, come first. */
export function regionOptions(extra: readonly (string | null)[] = []): SelectProps.Options {
  const known = new Set(regionGroups.flatMap((group) => group.regions.map((region) => region.id)));
  const unknown = [...new Set(extra)].filter(
    (id): id is string => id !== null && id !== "" && !known.has(id),
  );
  return [
    ...unknown.map(regionOption),
    ...regionGroups.map((group) => ({
      label: group.label,
      options: group.regions.map((region) => regionOption(region.id)),
    })),
  ];
}
