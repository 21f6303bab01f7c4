import Box from "@cloudscape-design/components/box";
import { nextSteps, wordsOf } from "../../errors";
import type { ApiError, DeletionPlan, DeletionReport } from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { MiddleEllipsis } from "../../shared/MiddleEllipsis";
import { PagedTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { StatusText } from "../../shared/StatusText";
import type { Column } from "../../shared/tablePreferences";
import { type DeletedImageRow, deletedImageRows } from "./deletionTexts";
import { imageKindLabels } from "./repositoryImageRows";

interface DeletedImagesTableProps {
  plan: DeletionPlan;
  /** The result, or `null` before the deletion. */
  report: DeletionReport | null;
}

const key = (repository: string, digest: string) => `${repository} ${digest}`;

/** Every image of a deletion, and the result of each, failed ones first. */
export function DeletedImagesTable({ plan, report }: DeletedImagesTableProps) {
  const rows = deletedImageRows(plan);
  if (rows.length === 0) {
    return null;
  }
  const deleted = new Set(
    report?.repositories.flatMap(({ name, deleted }) => deleted.map((one) => key(name, one))),
  );
  const left = new Map(
    report?.repositories.flatMap(({ name, left }) =>
      left.map(({ digest, error }) => [key(name, digest), error] as const),
    ),
  );
  const rank = ({ repository, image }: DeletedImageRow) => {
    const one = key(repository, image.digest);
    return left.has(one) ? 0 : deleted.has(one) ? 2 : 1;
  };
  const several = plan.repositories.length > 1;
  const parts = rows.some(({ goesWith }) => goesWith !== null);
  const columns: Column<DeletedImageRow>[] = [
    ...(report === null
      ? []
      : [
          {
            id: "result",
            header: "Result",
            width: 260,
            cell: ({ repository, image }: DeletedImageRow) => (
              <Result
                deleted={deleted.has(key(repository, image.digest))}
                why={left.get(key(repository, image.digest))}
              />
            ),
          },
        ]),
    ...(several
      ? [
          {
            id: "repository",
            header: "Repository",
            width: 180,
            cell: ({ repository }: DeletedImageRow) => <MiddleEllipsis text={repository} />,
          },
        ]
      : []),
    {
      id: "tags",
      header: "Tags",
      isRowHeader: true,
      width: 150,
      cell: ({ image }) => (
        <span title={image.tags.join(", ")}>
          {image.tags.length === 0 ? "Untagged" : image.tags.join(", ")}
        </span>
      ),
    },
    { id: "kind", header: "Type", width: 120, cell: ({ image }) => imageKindLabels[image.kind] },
    ...(parts
      ? [
          {
            id: "part",
            header: "Part of",
            width: 120,
            cell: ({ goesWith }: DeletedImageRow) => goesWith ?? "–",
          },
        ]
      : []),
    {
      id: "size",
      header: "Size",
      width: 90,
      cell: ({ image }) => <Bytes bytes={image.size_bytes} />,
    },
    {
      id: "pulled",
      header: "Last pulled",
      width: 130,
      cell: ({ image }) => <RelativeTime timeMs={image.pulled_at_ms} />,
    },
    {
      id: "digest",
      header: "Digest",
      width: 220,
      steady: true,
      cell: ({ image }) => (
        <Box variant="code">
          <MiddleEllipsis text={image.digest} />
        </Box>
      ),
    },
  ];
  return (
    <PagedTable
      name="deleted-images"
      variant="embedded"
      items={report === null ? rows : [...rows].sort((one, other) => rank(one) - rank(other))}
      trackBy={({ repository, image }) => key(repository, image.digest)}
      words={({ repository, image }) => [repository, image.digest, ...image.tags]}
      finds="images by repository, tag, or digest"
      ariaLabels={{ tableLabel: "Images to delete" }}
      wrapLines={report !== null}
      columnDefinitions={columns}
      data-testid="deletion-images"
    />
  );
}

function Result({ deleted, why }: { deleted: boolean; why: ApiError | undefined }) {
  if (deleted) {
    return <StatusText type="success">Deleted</StatusText>;
  }
  return why === undefined ? (
    <StatusText type="stopped">Not deleted</StatusText>
  ) : (
    <>
      <StatusText type={wordsOf(why).severity}>{wordsOf(why).title}</StatusText>
      <div style={{ wordBreak: "normal", overflowWrap: "anywhere" }} data-error-code={why.code}>
        {why.message} {nextSteps(why)[0]}
      </div>
    </>
  );
}
