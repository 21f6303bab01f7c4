import { memo, useState } from "react";
import { nextSteps, wordsOf } from "../../errors";
import type { ImageReport } from "../../ipc/generated";
import { Bytes } from "../Bytes";
import { CopyableDigest, CopyableText } from "../CopyableText";
import { MiddleEllipsis } from "../MiddleEllipsis";
import { FullTable } from "../PagedTable";
import { StatusText } from "../StatusText";
import { detailsOf, type ReportDetail } from "./reportDetails";
import { isVerified, shownStanding } from "./standings";

type ReportRow =
  | { readonly kind: "image"; readonly id: string; readonly image: ImageReport }
  | {
      readonly kind: "detail";
      readonly id: string;
      readonly image: ImageReport;
      readonly detail: ReportDetail;
    };

/** What needs attention is shown without a click. */
function opensInitially(image: ImageReport): boolean {
  return (
    image.result.kind === "failed" ||
    image.left_behind.length > 0 ||
    image.source_moved_to !== null ||
    image.platforms.some(({ in_ecr }) => !in_ecr)
  );
}

function StatusCell({ image }: { image: ImageReport }) {
  const { result } = image;
  if (result.kind === "failed") {
    return (
      <span title={`${result.error.message}\n${nextSteps(result.error)[0]}`}>
        <StatusText type="error">
          {wordsOf(result.error).title}: {result.error.message}
        </StatusText>
      </span>
    );
  }
  const standing = shownStanding(image);
  const upToDate = result.kind === "unchanged" && isVerified(image);
  return (
    <span title={standing.description}>
      <StatusText type={standing.type}>
        {upToDate ? `${standing.text}, up to date` : standing.text}
      </StatusText>
    </span>
  );
}

function DetailCell({ image, detail }: { image: ImageReport; detail: ReportDetail }) {
  return (
    <span
      data-testid={`${detail.id}-${image.image}`}
      {...(detail.digest === undefined ? {} : { "data-digest": detail.digest ?? "" })}
    >
      {detail.status === undefined ? (
        detail.label
      ) : (
        <StatusText type={detail.status}>{detail.label}</StatusText>
      )}
    </span>
  );
}

interface ReportTableProps {
  images: readonly ImageReport[];
}

/** All images in rows of one line. A row opens to all digests, platforms, and what wasn't copied. It is memoized: a click on another tab renders no row. */
export const ReportTable = memo(function ReportTable({ images }: ReportTableProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const rows: ReportRow[] = images.map((image) => ({
    kind: "image",
    id: String(image.image),
    image,
  }));
  const isOpen = (row: ReportRow) => opensInitially(row.image) !== toggled.has(row.id);
  const toggle = (row: ReportRow) => {
    const next = new Set(toggled);
    if (!next.delete(row.id)) {
      next.add(row.id);
    }
    setToggled(next);
  };
  return (
    <FullTable<ReportRow>
      name="result-images"
      items={rows}
      words={({ image }) => [
        image.source,
        image.destination,
        image.ecr_digest,
        image.source_digest,
        shownStanding(image).text,
      ]}
      finds="images by name, digest, or status"
      trackBy="id"
      data-testid="result-images"
      ariaLabels={{
        tableLabel: "Images with their digests",
        expandButtonLabel: ({ image }) => `Show details of ${image.source}`,
        collapseButtonLabel: ({ image }) => `Hide details of ${image.source}`,
      }}
      expandableRows={{
        getItemChildren: (row) =>
          row.kind === "image"
            ? detailsOf(row.image).map(
                (detail): ReportRow => ({
                  kind: "detail",
                  id: `${row.id} ${detail.id}`,
                  image: row.image,
                  detail,
                }),
              )
            : [],
        isItemExpandable: ({ kind }) => kind === "image",
        expandedItems: rows.filter(isOpen),
        onExpandableItemToggle: ({ detail }) => toggle(detail.item),
      }}
      columnDefinitions={[
        {
          id: "image",
          header: "Image",
          isRowHeader: true,
          width: 300,
          minWidth: 195,
          grow: 3,
          cell: (row) =>
            row.kind === "image" ? (
              <span
                title={row.image.source}
                data-testid={`result-${row.image.image}`}
                data-result={row.image.result.kind}
              >
                <MiddleEllipsis text={row.image.source} tail={16} />
              </span>
            ) : (
              <DetailCell image={row.image} detail={row.detail} />
            ),
        },
        {
          id: "proof",
          header: "Status",
          width: 250,
          minWidth: 130,
          grow: 2,
          cell: (row) =>
            row.kind === "image" ? (
              <span
                data-testid={`proof-${row.image.image}`}
                data-proof={row.image.proof}
                data-standing={row.image.standing}
              >
                <StatusCell image={row.image} />
              </span>
            ) : (
              <span title={row.detail.text}>{row.detail.text}</span>
            ),
        },
        {
          id: "digests",
          header: "Digest in ECR",
          width: 220,
          cell: (row) => {
            if (row.kind === "detail") {
              const { digest, copies, label } = row.detail;
              if (copies !== undefined) {
                return <CopyableText text={copies} what={label.toLowerCase()} />;
              }
              const what = `digest of ${row.image.destination}, ${label}`;
              return digest === undefined ? null : <CopyableDigest digest={digest} what={what} />;
            }
            const { image } = row;
            return (
              <span data-testid={`digest-ecr-${image.image}`} data-digest={image.ecr_digest ?? ""}>
                <CopyableDigest
                  digest={image.ecr_digest}
                  what={`digest of ${image.destination} in ECR`}
                />
              </span>
            );
          },
        },
        {
          id: "sent",
          header: "Sent",
          width: 90,
          cell: (row) => (row.kind === "image" ? <Bytes bytes={row.image.sent_bytes} /> : null),
        },
        {
          id: "pull",
          unsorted: true,
          header: "Pull",
          width: 140,
          cell: (row) =>
            row.kind === "detail" ? null : isVerified(row.image) ? (
              <CopyableText
                text={`docker pull ${row.image.destination}`}
                display="docker pull"
                what={`pull command of ${row.image.destination}`}
              />
            ) : (
              "–"
            ),
        },
      ]}
    />
  );
});
