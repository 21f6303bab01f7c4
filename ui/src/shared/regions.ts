import type { SelectProps } from "@cloudscape-design/components/select";

export interface AwsRegion {
  /** The region code, such as `eu-west-1`. */
  readonly id: string;
  readonly name: string;
}

export interface AwsRegionGroup {
  readonly label: string;
  readonly regions: readonly AwsRegion[];
}

/**
 * Every public region by continent, then the other partitions. Source: partitions table of botocore
 * 1.43 (`partitions.json`, partitions aws, aws-us-gov, aws-cn, aws-eusc).
 */
export const regionGroups: readonly AwsRegionGroup[] = [
  {
    label: "Americas",
    regions: [
      { id: "us-east-1", name: "US East (N. Virginia)" },
      { id: "us-east-2", name: "US East (Ohio)" },
      { id: "us-west-1", name: "US West (N. California)" },
      { id: "us-west-2", name: "US West (Oregon)" },
      { id: "ca-central-1", name: "Canada (Central)" },
      { id: "ca-west-1", name: "Canada West (Calgary)" },
      { id: "mx-central-1", name: "Mexico (Central)" },
      { id: "sa-east-1", name: "South America (São Paulo)" },
    ],
  },
  {
    label: "Europe",
    regions: [
      { id: "eu-central-1", name: "Europe (Frankfurt)" },
      { id: "eu-central-2", name: "Europe (Zurich)" },
      { id: "eu-north-1", name: "Europe (Stockholm)" },
      { id: "eu-south-1", name: "Europe (Milan)" },
      { id: "eu-south-2", name: "Europe (Spain)" },
      { id: "eu-west-1", name: "Europe (Ireland)" },
      { id: "eu-west-2", name: "Europe (London)" },
      { id: "eu-west-3", name: "Europe (Paris)" },
    ],
  },
  {
    label: "Asia Pacific",
    regions: [
      { id: "ap-east-1", name: "Asia Pacific (Hong Kong)" },
      { id: "ap-east-2", name: "Asia Pacific (Taipei)" },
      { id: "ap-northeast-1", name: "Asia Pacific (Tokyo)" },
      { id: "ap-northeast-2", name: "Asia Pacific (Seoul)" },
      { id: "ap-northeast-3", name: "Asia Pacific (Osaka)" },
      { id: "ap-south-1", name: "Asia Pacific (Mumbai)" },
      { id: "ap-south-2", name: "Asia Pacific (Hyderabad)" },
      { id: "ap-southeast-1", name: "Asia Pacific (Singapore)" },
      { id: "ap-southeast-2", name: "Asia Pacific (Sydney)" },
      { id: "ap-southeast-3", name: "Asia Pacific (Jakarta)" },
      { id: "ap-southeast-4", name: "Asia Pacific (Melbourne)" },
      { id: "ap-southeast-5", name: "Asia Pacific (Malaysia)" },
      { id: "ap-southeast-6", name: "Asia Pacific (New Zealand)" },
      { id: "ap-southeast-7", name: "Asia Pacific (Thailand)" },
    ],
  },
  {
    label: "Africa and Middle East",
    regions: [
      { id: "af-south-1", name: "Africa (Cape Town)" },
      { id: "il-central-1", name: "Israel (Tel Aviv)" },
      { id: "me-central-1", name: "Middle East (UAE)" },
      { id: "me-south-1", name: "Middle East (Bahrain)" },
    ],
  },
  {
    label: "AWS GovCloud (separate accounts)",
    regions: [
      { id: "us-gov-east-1", name: "AWS GovCloud (US-East)" },
      { id: "us-gov-west-1", name: "AWS GovCloud (US-West)" },
    ],
  },
  {
    label: "China (separate accounts)",
    regions: [
      { id: "cn-north-1", name: "China (Beijing)" },
      { id: "cn-northwest-1", name: "China (Ningxia)" },
    ],
  },
  {
    label: "AWS European Sovereign Cloud (separate accounts)",
    regions: [{ id: "eusc-de-east-1", name: "AWS European Sovereign Cloud (Germany)" }],
  },
];

export interface Partition {
  /** The partition in ARNs, such as `aws-cn`. */
  readonly id: string;
  readonly name: string;
  /** Prefix of its region codes, or `null` for the default partition. */
  readonly starts: string | null;
}

/** Every partition. Must match the table of the engine, which is tested against botocore. */
export const partitions: readonly Partition[] = [
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
export function partitionOf(region: string): Partition {
  return partitions.find(({ starts }) => starts === null || region.startsWith(starts)) as Partition;
}

/** Returns the name of a partition, or its ID if unknown. */
export function partitionName(id: string): string {
  return partitions.find((partition) => partition.id === id)?.name ?? id;
}

/**
 * Regions that are enabled by default. Source: AWS Account Management reference guide,
 * "Considerations before enabling and disabling Regions".
 */
const alwaysOn = new Set([
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "ca-central-1",
  "sa-east-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
]);

export function isOptIn(region: string): boolean {
  return partitionOf(region).id === "aws" && isKnownRegion(region) && !alwaysOn.has(region);
}

export function isKnownRegion(id: string): boolean {
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
