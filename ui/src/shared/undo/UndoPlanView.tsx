import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { UndoPlan } from "../../ipc/generated";
import { formatCounted } from "../format";
import { PagedTable } from "../PagedTable";
import { StatusText } from "../StatusText";
import { tagUndoText, totalsText } from "./undoTexts";

interface UndoRow {
  readonly name: string;
  readonly text: string;
  readonly type: StatusIndicatorProps.Type;
}

function rowsOf(plan: UndoPlan): UndoRow[] {
  return plan.repositories.flatMap(({ name, tags, images_deleted, repository }) => {
    const rows: UndoRow[] = tags.map(({ tag, action }) => ({
      name: `${name}:${tag}`,
      text: tagUndoText(action),
      type: action.kind === "left" ? "stopped" : "pending",
    }));
    if (images_deleted > 0) {
      rows.push({
        name,
        text: `${formatCounted(images_deleted, "image", "images")} without tags are deleted: index entries and signatures`,
        type: "pending",
      });
    }
    switch (repository.kind) {
      case "delete":
        rows.push({
          name,
          text: "The repository is deleted, because it is empty",
          type: "pending",
        });
        break;
      case "left":
        rows.push({
          name,
          text: `The repository is kept. It contains ${formatCounted(repository.images, "image", "images")} from other sources`,
          type: "stopped",
        });
        break;
      case "gone":
        rows.push({ name, text: "The repository no longer exists", type: "stopped" });
        break;
      case "was_there":
        break;
    }
    return rows;
  });
}

/** The planned changes of an undo. */
export function UndoPlanView({ plan }: { plan: UndoPlan }) {
  const { totals } = plan;
  const deleted = totalsText(totals);
  const restored =
    totals.tags_restored > 0
      ? `${formatCounted(totals.tags_restored, "tag is", "tags are")} restored to the previous image.`
      : "";
  return (
    <SpaceBetween size="m">
      <div data-testid="undo-destination">
        <KeyValuePairs
          columns={3}
          items={[
            { label: "AWS account", value: plan.destination.account_id },
            { label: "Region", value: plan.destination.region },
            { label: "Registry", value: plan.destination.registry },
          ]}
        />
      </div>
      {deleted === "" && restored === "" ? (
        <Alert type="info" header="Nothing to undo">
          Everything was already deleted or changed.
        </Alert>
      ) : (
        <Alert
          type="warning"
          header={
            deleted === ""
              ? "This changes tags in ECR"
              : `This permanently deletes ${deleted} from ECR`
          }
        >
          {restored} Images that other users changed since the migration are kept.
        </Alert>
      )}
      {totals.left > 0 && (
        <Box>
          {formatCounted(totals.left, "item is", "items are")} kept. See the table for the reason.
        </Box>
      )}
      <PagedTable
        name="undo-changes"
        items={rowsOf(plan)}
        words={(row) => [row.name, row.text]}
        finds="a tag or repository"
        variant="embedded"
        wrapLines
        ariaLabels={{ tableLabel: "Changes of the undo" }}
        empty="No images were pushed."
        data-testid="undo-plan"
        columnDefinitions={[
          { id: "name", header: "Name", isRowHeader: true, cell: (row) => row.name },
          {
            id: "action",
            header: "Action",
            cell: (row) => <StatusText type={row.type}>{row.text}</StatusText>,
          },
        ]}
      />
    </SpaceBetween>
  );
}
