/** The profile and Region menus of the top bar. `TopBar` shows them. */
import type { ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import type { AwsConnection, AwsIdentity, AwsProfile, SavedProfile } from "../ipc/generated";
import {
  connectionKey,
  connectionLabel,
  profileConnection,
  signerName,
} from "../shared/connection";
import { partitionName, regionGroups } from "../shared/regions";
import { timeLeft } from "../shared/TimeLeft";

/** A connection and what is known about it. */
export interface ShownConnection {
  readonly connection: AwsConnection | null;
  readonly identity: AwsIdentity | null;
  /** `null` if the account has no alias or the identity isn't allowed to read it. */
  readonly alias: string | null;
}

/** Connections that the menu offers. Empty on pages that don't change the connection. */
interface OfferedConnections {
  readonly saved: readonly SavedProfile[];
  readonly profiles: readonly AwsProfile[];
}

export function accountText({ connection, identity, alias }: ShownConnection): string {
  if (connection === null) {
    return "Choose AWS profile";
  }
  if (connection.kind === "practice") {
    return "Practice";
  }
  return identity === null ? signerName(connection) : (alias ?? identity.account_id);
}

/** The Region of the connection: its own, of the identity, or of the AWS profile. */
export function shownRegion(
  { connection, identity }: ShownConnection,
  profiles: readonly AwsProfile[],
): string | null {
  if (connection === null || connection.kind === "practice") {
    return null;
  }
  const ofProfile =
    connection.kind === "profile"
      ? profiles.find(({ name }) => name === connection.profile)?.region
      : undefined;
  return connection.region ?? identity?.region ?? ofProfile ?? null;
}

/** Facts about the identity, as items that can't be chosen. */
export function accountFacts(shown: ShownConnection, now: number): ButtonDropdownProps.Item[] {
  const { identity, connection } = shown;
  if (identity === null || connection === null || connection.kind === "practice") {
    return [];
  }
  const facts = [
    ["Partition", partitionName(identity.partition)],
    ["Registry", identity.endpoints.registry ?? "–"],
    [
      "Session",
      identity.expires_at_ms === null ? "No expiration" : timeLeft(identity.expires_at_ms, now),
    ],
  ] as const;
  return facts.map(([what, value]) => ({ id: what, text: `${what}: ${value}`, disabled: true }));
}

/** A connection of the menu by item ID. */
export function offeredConnections(offered: OfferedConnections): Map<string, AwsConnection> {
  return new Map<string, AwsConnection>([
    ...offered.saved.map(({ id, connection }) => [`saved:${id}`, connection] as const),
    ...offered.profiles.map(({ name }) => [`aws:${name}`, profileConnection(name)] as const),
    ["practice", { kind: "practice" }],
  ]);
}

function sameProfile(one: AwsConnection, other: AwsConnection | null): boolean {
  const anyRegion = (connection: AwsConnection): AwsConnection =>
    connection.kind === "practice" ? connection : { ...connection, region: null };
  return other !== null && connectionKey(anyRegion(one)) === connectionKey(anyRegion(other));
}

export function profileItems(
  offered: OfferedConnections,
  current: AwsConnection | null,
): ButtonDropdownProps.ItemOrGroup[] {
  const item = (id: string, text: string, connection: AwsConnection, secondaryText: string) => ({
    id,
    text,
    secondaryText,
    iconName: sameProfile(connection, current) ? ("check" as const) : undefined,
  });
  const saved = offered.saved.map(({ id, name, connection }) =>
    item(`saved:${id}`, name, connection, connectionLabel(connection)),
  );
  const profiles = offered.profiles.map(({ name, region, problem }) =>
    item(`aws:${name}`, name, profileConnection(name), problem ?? region ?? "No default Region"),
  );
  return [
    ...(saved.length > 0 ? [{ text: "Saved profiles", items: saved }] : []),
    ...(profiles.length > 0 ? [{ text: "AWS profiles", items: profiles }] : []),
    item("practice", "Practice", { kind: "practice" }, "Simulated ECR"),
  ];
}

export function regionItems(current: string | null): ButtonDropdownProps.ItemOrGroup[] {
  return regionGroups.map(({ label, regions }) => ({
    id: label,
    text: label,
    items: regions.map(({ id, name }) => ({
      id,
      text: id,
      secondaryText: name,
      iconName: id === current ? ("check" as const) : undefined,
    })),
  }));
}

/** What the account menu leads to, beside profiles. */
export type AccountItem = "migrate" | "copy" | "console" | "profiles" | "sign_ins";

/** The address of Amazon ECR in the AWS console, or `null` if `link_open` doesn't allow it. */
export function consoleUrl({ connection, identity }: ShownConnection): string | null {
  if (identity === null || connection === null || connection.kind === "practice") {
    return null;
  }
  const { partition, region } = identity;
  return partition === "aws"
    ? `https://${region}.console.aws.amazon.com/ecr/private-registry/repositories?region=${region}`
    : null;
}

/** The items of the account menu that every page has. */
export function accountItems(
  shown: ShownConnection,
): (ButtonDropdownProps.Item & { readonly id: AccountItem })[] {
  const known = shown.identity !== null;
  return [
    {
      id: "migrate",
      text: shown.connection === null ? "Choose AWS profile" : "Change account or Region",
    },
    ...(known ? [{ id: "copy" as const, text: "Copy account ID" }] : []),
    ...(consoleUrl(shown) === null
      ? []
      : [
          {
            id: "console" as const,
            text: "Open in the Amazon ECR console",
            iconName: "external" as const,
          },
        ]),
    { id: "profiles", text: "Manage saved profiles" },
    { id: "sign_ins", text: "Manage AWS sign-ins" },
  ];
}
