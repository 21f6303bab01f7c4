import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { RepositoryImage } from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { PagedTable } from "../../shared/PagedTable";
import type { RepositoryContent, RepositoryResult } from "./deleteRepositories";

interface DeletedRepositoriesTableProps {
  contents: readonly RepositoryContent[];
  /** The result of each repository, or `null` before the deletion. */
  results: ReadonlyMap<string, RepositoryResult> | null;
}

interface Row {
  readonly repository: string;
  readonly image: RepositoryImage;
}

function Result({ result }: { result: RepositoryResult | undefined }) {
  if (result === undefined) {
    return <StatusIndicator type="pending">Not deleted</StatusIndicator>;
  }
  return result.kind === "deleted" ? (
    <StatusIndicator type="success">Deleted</StatusIndicator>
  ) : (
    <StatusIndicator type="error">Kept</StatusIndicator>
  );
}

/** Every image that the deletion of repositories includes, with its tags and digest. */
export function DeletedRepositoriesTable({ contents, results }: DeletedRepositoriesTableProps) {
  const rows = contents.flatMap((one): Row[] =>
    one.kind === "read" ? one.details.images.map((image) => ({ repository: one.name, image })) : [],
  );
  return (
    <PagedTable
      variant="embedded"
      items={rows}
      trackBy={({ repository, image }) => `${repository} ${image.digest}`}
      words={({ repository, image }) => [repository, image.digest, ...image.tags]}
      finds="images by repository, tag, or digest"
      ariaLabels={{ tableLabel: "Images to delete" }}
      resizableColumns
      columnDefinitions={[
        {
          id: "repository",
          header: "Repository",
          isRowHeader: true,
          width: 200,
          cell: ({ repository }) => <MiddleEllipsis text={repository} />,
        },
        {
          id: "tags",
          header: "Tags",
          width: 160,
          cell: ({ image }) => (
            <span title={image.tags.join(", ")}>
              {image.tags.length === 0 ? "Untagged" : image.tags.join(", ")}
            </span>
          ),
        },
        {
          id: "digest",
          header: "Digest",
          width: 240,
          cell: ({ image }) => (
            <Box variant="code">
              <MiddleEllipsis text={image.digest} />
            </Box>
          ),
        },
        {
          id: "size",
          header: "Size",
          width: 90,
          cell: ({ image }) => <Bytes bytes={image.size_bytes} />,
        },
        ...(results === null
          ? []
          : [
              {
                id: "result",
                header: "Result",
                width: 130,
                cell: ({ repository }: Row) => <Result result={results.get(repository)} />,
              },
            ]),
      ]}
      data-testid="repository-images-to-delete"
    />
  );
}
