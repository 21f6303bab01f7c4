/** The columns of the saved profiles, and the words that a search finds them by. */
import Badge from "@cloudscape-design/components/badge";
import type { SavedProfile } from "../../ipc/generated";
import { connectionRegionLabel, signerName, sourceLabel } from "../../shared/connection";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { repositorySettingsSummary } from "../../shared/repositorySettings";
import type { Column } from "../../shared/tablePreferences";

function awsProfileOf({ connection, account_id }: SavedProfile): string {
  const name = signerName(connection);
  return account_id === null || connection.kind === "practice"
    ? name
    : `${name} (account ${account_id})`;
}

function sourceOf({ source }: SavedProfile): string {
  return source === null ? "Not set" : sourceLabel(source);
}

type Text = (profile: SavedProfile) => string;

const texts = {
  aws: awsProfileOf,
  region: ({ connection }) => connectionRegionLabel(connection),
  prefix: ({ repository_prefix }) => (repository_prefix === "" ? "None" : repository_prefix),
  template: ({ template }) => repositorySettingsSummary(template),
  source: sourceOf,
} satisfies Record<string, Text>;

/** A column of a text in one line. */
function column(
  id: keyof typeof texts,
  header: string,
  width: number,
  grow: number,
  minWidth: number,
  hideOrder?: number,
): Column<SavedProfile> {
  const text: Text = texts[id];
  return {
    id,
    header,
    width,
    grow,
    minWidth,
    ...(hideOrder === undefined ? {} : { hideOrder }),
    cell: (profile) => <MiddleEllipsis text={text(profile)} />,
    sortingComparator: (one, other) => text(one).localeCompare(text(other)),
  };
}

export const profileColumns: readonly Column<SavedProfile>[] = [
  {
    id: "name",
    header: "Name",
    width: 150,
    grow: 1,
    isRowHeader: true,
    sortingField: "name",
    cell: ({ name, is_default }) => (
      <span title={name}>
        {name} {is_default && <Badge color="green">Default</Badge>}
      </span>
    ),
  },
  column("aws", "AWS profile", 150, 1, 130),
  column("region", "Region", 140, 1, 110),
  column("prefix", "ECR prefix", 125, 0, 125),
  column("template", "New repositories", 200, 2, 165, 1),
  column("source", "Source", 190, 1, 130),
];

/** What the search finds a profile by. */
export function searchWords(profile: SavedProfile): string[] {
  return [profile.name, texts.aws(profile), texts.region(profile), texts.source(profile)];
}
