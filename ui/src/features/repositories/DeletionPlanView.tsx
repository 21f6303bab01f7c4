import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { DeletionPlan } from "../../ipc/generated";
import { formatCounted, shortDigest } from "../../shared/format";
import { PagedTable } from "../../shared/PagedTable";
import { StatusText } from "../../shared/StatusText";
import { DeletedImagesTable } from "./DeletedImagesTable";
import { deletionSummary, keptText } from "./deletionTexts";

/** The dry run of a deletion: what goes, and what stays for which reason. */
export function DeletionPlanView({ plan }: { plan: DeletionPlan }) {
  const kept = plan.repositories.flatMap(({ name, kept }) =>
    kept.map((image) => ({ repository: name, image })),
  );
  // A repository goes with everything that its indexes list.
  const unread = plan.repositories
    .filter((one) => !one.deletes_repository)
    .reduce((sum, one) => sum + one.unread_indexes, 0);
  return (
    <SpaceBetween size="m">
      <div data-testid="deletion-summary">
        {deletionSummary(plan).map((sentence) => (
          <Box key={sentence}>{sentence}</Box>
        ))}
      </div>
      {unread > 0 && (
        <StatusText type="info">
          {`${formatCounted(unread, "index wasn’t", "indexes weren’t")} read. Images that only ${unread === 1 ? "it lists" : "they list"} are kept.`}
        </StatusText>
      )}
      <DeletedImagesTable plan={plan} report={null} />
      {kept.length > 0 && (
        <ExpandableSection
          headerText={`${formatCounted(kept.length, "image is", "images are")} kept`}
          defaultExpanded={plan.totals.images === 0}
          data-testid="deletion-kept"
        >
          <PagedTable
            name="deletion-kept"
            variant="embedded"
            items={kept}
            trackBy={({ repository, image }) => `${repository} ${image.digest}`}
            words={({ image }) => [image.digest, ...image.tags]}
            finds="images by tag or digest"
            ariaLabels={{ tableLabel: "Images that are kept" }}
            columnDefinitions={[
              {
                id: "image",
                header: "Image",
                isRowHeader: true,
                cell: ({ image }) => image.tags.join(", ") || shortDigest(image.digest),
              },
              { id: "why", header: "Reason", cell: ({ image }) => keptText(image.why) },
            ]}
          />
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}
