import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { PagedTable } from "../../../shared/PagedTable";
import { reportedText, unchangeableReason } from "../../../shared/reported";
import { ChangeModal } from "./ChangeModal";
import { root } from "./cacheRules";
import { type ChangeableCardProps, RegistryCard } from "./RegistryCard";
import { TemplateForm } from "./TemplateForm";
import { templateSummary, templateUseLabels } from "./templates";

/** What a dialog is open for. A template is named by its prefix, so that the dialog shows it as it is now. */
type Dialog =
  | { readonly kind: "create" }
  | { readonly kind: "change" | "delete"; readonly prefix: string };

/** The templates for repositories that ECR creates. */
export function TemplatesCard(props: ChangeableCardProps) {
  const { configuration, ...change } = props;
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const templates = configuration.templates ?? [];
  const chosen =
    dialog === null || dialog.kind === "create"
      ? undefined
      : templates.find(({ prefix }) => prefix === dialog.prefix);
  const form = {
    ...change,
    repositories: configuration.repositories_arn,
    existing: templates,
    onClose: () => setDialog(null),
  };
  return (
    <RegistryCard
      configuration={configuration}
      part="templates"
      title="Repository creation templates"
      description="Settings of repositories that ECR creates."
      actions={
        <Button onClick={() => setDialog({ kind: "create" })} data-testid="template-create">
          Create template
        </Button>
      }
    >
      <PagedTable
        name="creation-templates"
        variant="embedded"
        wrapLines
        items={templates}
        trackBy="prefix"
        words={({ prefix }) => [prefix]}
        finds="templates by prefix"
        ariaLabels={{ tableLabel: "Repository creation templates" }}
        empty="No templates"
        columnDefinitions={[
          {
            id: "prefix",
            header: "Prefix",
            isRowHeader: true,
            width: 130,
            cell: ({ prefix, description }) => (
              <span title={description ?? undefined}>{prefix}</span>
            ),
          },
          {
            id: "uses",
            header: "Used for",
            width: 160,
            grow: 1,
            cell: ({ applied_for }) =>
              applied_for
                .map((use) => reportedText(use, (known) => templateUseLabels[known]))
                .join(", "),
          },
          { id: "settings", header: "Settings", width: 180, grow: 2, cell: templateSummary },
          {
            id: "actions",
            header: "Actions",
            unsorted: true,
            width: 140,
            cell: (template) => (
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  variant="inline-link"
                  ariaLabel={`Edit template ${template.prefix}`}
                  disabled={unchangeableReason(template) !== undefined}
                  disabledReason={unchangeableReason(template)}
                  onClick={() => setDialog({ kind: "change", prefix: template.prefix })}
                  data-testid={`template-edit-${template.prefix}`}
                >
                  Edit
                </Button>
                <Button
                  variant="inline-link"
                  ariaLabel={`Delete template ${template.prefix}`}
                  onClick={() => setDialog({ kind: "delete", prefix: template.prefix })}
                  data-testid={`template-delete-${template.prefix}`}
                >
                  Delete
                </Button>
              </SpaceBetween>
            ),
          },
        ]}
      />
      {dialog?.kind === "create" && <TemplateForm {...form} template={null} />}
      {dialog?.kind === "change" && chosen !== undefined && (
        <TemplateForm {...form} template={chosen} />
      )}
      {dialog?.kind === "delete" && chosen !== undefined && (
        <ChangeModal
          {...change}
          title={`Delete template ${chosen.prefix}`}
          confirm={`Delete the template ${chosen.prefix}`}
          change={{ kind: "template_delete", before: chosen }}
          onClose={form.onClose}
        >
          <Box>
            {`ECR creates repositories ${chosen.prefix === root ? "without a template of their own" : `below ${chosen.prefix}`} with its own defaults, or not at all on push. Existing repositories stay as they are.`}
          </Box>
        </ChangeModal>
      )}
    </RegistryCard>
  );
}
