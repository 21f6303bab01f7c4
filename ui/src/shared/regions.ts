import type { SelectProps } from "@cloudscape-design/components/select";

/** A region of AWS where ECR can be. */
export interface AwsRegion {
  /** The name that the API takes, such as `eu-west-1`. */
  readonly id: string;
  /** What AWS calls it for people. */
  readonly name: string;
}

/** Regions that are run together, under one set of accounts. */
export interface AwsRegionGroup {
  readonly label: string;
  readonly regions: readonly AwsRegion[];
}

/**
 * Every public region, by continent, then the separate partitions. Source: the partitions table of
 * botocore 1.43 (`partitions.json`, partitions aws, aws-us-gov, aws-cn, aws-eusc).
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

/** What AWS calls a region, or the id itself where it is not in the table. */
export function regionName(id: string): string {
  for (const group of regionGroups) {
    const found = group.regions.find((region) => region.id === id);
    if (found !== undefined) {
      return found.name;
    }
  }
  return id;
}

/** The region as an option of a select: the id is what is typed, the name stands beside it. */
export function regionOption(id: string): SelectProps.Option {
  const name = regionName(id);
  return name === id ? { value: id, label: id } : { value: id, label: id, description: name };
}

/**
 * Every region as options of a select. A region of `extra` that the table does not know, such as
 * one that a profile names, is put first, so that it is never lost.
 */
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
