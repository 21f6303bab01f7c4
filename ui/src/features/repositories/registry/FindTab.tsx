import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../../errors";
import type { AwsConnection, FoundImage } from "../../../ipc/generated";
import { Bytes } from "../../../shared/Bytes";
import { CopyableDigest } from "../../../shared/CopyableText";
import { formatCount, shortDigest } from "../../../shared/format";
import { InfoLink } from "../../../shared/help";
import { OneLine } from "../../../shared/MiddleEllipsis";
import type { OpenedImage } from "../../../shared/openedImage";
import { FullTable } from "../../../shared/PagedTable";
import { RelativeTime } from "../../../shared/RelativeTime";
import { StatusText } from "../../../shared/StatusText";
import { TextField } from "../../../shared/TextField";
import type { Column } from "../../../shared/tablePreferences";
import { ContentsStatus } from "./ContentsStatus";
import { useImagesFind } from "./useImagesFind";
import type { RegistryContentsState } from "./useRegistryContents";

interface FindTabProps {
  connection: AwsConnection;
  contents: RegistryContentsState;
  /** A new number after something can have changed, such as a tag. */
  news: number;
  onOpenRepository: (name: string) => void;
  onOpenImage: (image: OpenedImage) => void;
}

const rowId = ({ repository, digest }: FoundImage) => `${repository}@${digest}`;

function imageName({ tags, digest }: FoundImage): string {
  return tags[0] ?? shortDigest(digest);
}

/** Finds a tag or digest in all repositories, from the lists that were read. Makes no call to ECR. */
export function FindTab(props: FindTabProps) {
  const { connection, contents, news, onOpenRepository, onOpenImage } = props;
  const [text, setText] = useState("");
  const wanted = text.trim();
  // New lists can contain more.
  const listed = contents.contents?.repositories.map(({ listed_at_ms }) => listed_at_ms);
  const version = [news, ...(listed ?? [])].join(" ");
  const { found, isSearching, error, reload } = useImagesFind(connection, wanted, version);
  const columns: Column<FoundImage>[] = [
    {
      id: "image",
      header: "Tags",
      width: 180,
      grow: 1,
      isRowHeader: true,
      cell: (image) => (
        <span className="names-line">
          <Button
            variant="inline-link"
            ariaLabel={`Open ${image.repository}:${imageName(image)}`}
            onClick={() =>
              onOpenImage({
                repository: image.repository,
                uri: image.uri,
                digest: image.digest,
                tags: image.tags,
                otherTags: [],
                pushedAtMs: image.pushed_at_ms,
                pulledAtMs: image.pulled_at_ms,
                ownReadAtMs: null,
                referencedBy: null,
              })
            }
            data-testid={`found-${image.repository}-${imageName(image)}`}
          >
            <OneLine text={image.tags[0] ?? "Untagged"} />
          </Button>
          {image.tags.length > 1 && (
            <span title={image.tags.slice(1).join(", ")}>
              {" "}
              <Badge>{`+${formatCount(image.tags.length - 1)}`}</Badge>
            </span>
          )}
        </span>
      ),
    },
    {
      id: "repository",
      header: "Repository",
      width: 180,
      grow: 1,
      sortingField: "repository",
      cell: ({ repository }) => (
        <Button
          variant="inline-link"
          ariaLabel={`Open repository ${repository}`}
          onClick={() => onOpenRepository(repository)}
        >
          <OneLine text={repository} />
        </Button>
      ),
    },
    {
      id: "digest",
      header: "Digest",
      width: 215,
      steady: true,
      sortingField: "digest",
      cell: (image) => (
        <CopyableDigest digest={image.digest} what={`digest of ${imageName(image)}`} />
      ),
    },
    {
      id: "size",
      header: "Size",
      width: 95,
      sortingComparator: (one, other) => (one.size_bytes ?? 0) - (other.size_bytes ?? 0),
      cell: ({ size_bytes }) => <Bytes bytes={size_bytes} />,
    },
    {
      id: "pushed",
      header: "Pushed",
      width: 125,
      sortingComparator: (one, other) => (one.pushed_at_ms ?? 0) - (other.pushed_at_ms ?? 0),
      cell: ({ pushed_at_ms }) => <RelativeTime timeMs={pushed_at_ms} />,
    },
    {
      id: "pulled",
      header: "Last pulled",
      width: 125,
      sortingComparator: (one, other) => (one.pulled_at_ms ?? 0) - (other.pulled_at_ms ?? 0),
      cell: ({ pulled_at_ms }) => <RelativeTime timeMs={pulled_at_ms} />,
    },
    {
      id: "status",
      header: "Status",
      width: 95,
      cell: ({ is_archived }) => (is_archived ? "Archived" : "Active"),
    },
    {
      id: "listed",
      header: "Listed",
      width: 125,
      hidden: true,
      cell: ({ listed_at_ms }) => <RelativeTime timeMs={listed_at_ms} />,
    },
  ];
  return (
    <SpaceBetween size="s">
      <Header variant="h1" info={<InfoLink topic="find" />}>
        Find images
      </Header>
      <ContentsStatus state={contents} />
      <TextField
        label="Tag or digest"
        description="Part of a tag, a pattern such as v1.*, repository:tag, or the first 4 or more characters of a digest. Transload searches the lists of images on this computer."
        stretch
        type="search"
        value={text}
        autoComplete={false}
        clearAriaLabel="Clear"
        placeholder="sha256:3f2a, 3f2a9c, or v1.4"
        onChange={setText}
        testId="find-text"
      />
      {error !== null && <ErrorAlert error={error} actions={{ retry: reload }} />}
      {isSearching && found === null && <StatusText type="loading">Searching</StatusText>}
      {wanted !== "" && found !== null && (
        <FullTable
          name="find"
          items={found.images}
          trackBy={rowId}
          columnDefinitions={columns}
          ariaLabels={{ tableLabel: "Images that match" }}
          header={
            <Header
              variant="h2"
              counter={
                isSearching
                  ? "(searching)"
                  : `(${formatCount(found.images.length)}${found.has_more ? "+" : ""})`
              }
              description={
                found.has_more && !isSearching
                  ? "More images match. Enter more characters."
                  : undefined
              }
            >
              Matches
            </Header>
          }
          empty={
            <Box textAlign="center" padding="m">
              <Box variant="strong">No matches</Box>
              <Box variant="p" color="text-body-secondary">
                Repositories that aren’t listed yet aren’t searched. Choose List all images.
              </Box>
            </Box>
          }
          data-testid="find-table"
        />
      )}
    </SpaceBetween>
  );
}
