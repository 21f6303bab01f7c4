import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { UndoPlan } from "../../ipc/generated";
import { formatCounted } from "../format";
import { PagedTable } from "../PagedTable";
import { StatusText } from "../StatusText";
import { tagUndoText, totalsText } from "./undoWords";

interface Row {
  readonly name: string;
  readonly text: string;
  readonly type: StatusIndicatorProps.Type;
}

function rowsOf(plan: UndoPlan): Row[] {
  return plan.repositories.flatMap(({ name, tags, images_deleted, repository }) => {
    const rows: Row[] = tags.map(({ tag, action }) => ({
      name: `${name}:${tag}`,
      text: tagUndoText(action),
      type: action.kind === "left" ? "stopped" : "pending",
    }));
    if (images_deleted > 0) {
      rows.push({
        name,
        text: `${formatCounted(images_deleted, "image", "images")} without a tag deleted: parts of an index, and signatures`,
        type: "pending",
      });
    }
    switch (repository.kind) {
      case "delete":
        rows.push({
          name,
          text: "The repository is deleted: nothing is left in it",
          type: "pending",
        });
        break;
      case "left":
        rows.push({
          name,
          text: `The repository is left: it holds ${formatCounted(repository.images, "image", "images")} that the migration did not bring`,
          type: "stopped",
        });
        break;
      case "gone":
        rows.push({ name, text: "The repository is not there any more", type: "stopped" });
        break;
      case "was_there":
        break;
    }
    return rows;
  });
}

/** What an undo would take away, what it would leave, and why. */
export function UndoPlanView({ plan }: { plan: UndoPlan }) {
  const { totals } = plan;
  const deleted = totalsText(totals);
  const restored =
    totals.tags_restored > 0
      ? `${formatCounted(totals.tags_restored, "tag is", "tags are")} put back to the image of before.`
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
        <Alert type="info" header="There is nothing to undo">
          Nothing that this migration brought is there as it was brought.
        </Alert>
      ) : (
        <Alert type="warning" header="This deletes in ECR, for good">
          {[deleted === "" ? "" : `Deleted: ${deleted}.`, restored].filter(Boolean).join(" ")} Only
          what this migration brought, and only where nobody changed it since.
        </Alert>
      )}
      {totals.left > 0 && (
        <Box>
          {formatCounted(totals.left, "thing stays", "things stay")} unchanged; the list says why.
        </Box>
      )}
      <PagedTable
        items={rowsOf(plan)}
        words={(row) => [row.name, row.text]}
        finds="a tag or repository"
        variant="embedded"
        wrapLines
        ariaLabels={{ tableLabel: "What is undone" }}
        empty="This migration brought nothing."
        data-testid="undo-plan"
        columnDefinitions={[
          { id: "name", header: "Name", isRowHeader: true, cell: (row) => row.name },
          {
            id: "action",
            header: "What happens",
            cell: (row) => <StatusText type={row.type}>{row.text}</StatusText>,
          },
        ]}
      />
    </SpaceBetween>
  );
}
