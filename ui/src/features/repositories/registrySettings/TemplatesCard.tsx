import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { RegistryTemplate, TemplateUse } from "../../../ipc/generated";
import { PagedTable } from "../../../shared/PagedTable";
import { isKnown, reportedText, unchangeableReason } from "../../../shared/reported";
import { ChangeModal } from "./ChangeModal";
import { type ChangeableCardProps, RegistryCard } from "./RegistryCard";
import { templateUseLabels } from "./registryWords";

const uses = Object.keys(templateUseLabels) as TemplateUse[];

/** The settings of a template in words. */
function templateWords(template: RegistryTemplate): string {
  const parts = [
    template.tag_mutability === null
      ? null
      : template.tag_mutability.toLowerCase().replaceAll("_", " "),
    template.encryption,
    template.has_lifecycle_policy ? "lifecycle policy" : null,
    template.has_repository_policy ? "repository policy" : null,
  ];
  return parts.filter((part) => part !== null).join(", ") || "–";
}

/** The templates for repositories that ECR creates. */
export function TemplatesCard(props: ChangeableCardProps) {
  const { configuration, ...change } = props;
  const [editing, setEditing] = useState<RegistryTemplate | null>(null);
  const [chosen, setChosen] = useState<readonly TemplateUse[]>([]);
  const [deleting, setDeleting] = useState<RegistryTemplate | null>(null);
  return (
    <RegistryCard
      configuration={configuration}
      part="templates"
      title="Repository creation templates"
      description="Settings of repositories that ECR creates."
      errorActions={change.errorActions}
    >
      <PagedTable
        name="creation-templates"
        variant="embedded"
        items={configuration.templates ?? []}
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
            cell: ({ prefix, description }) => (
              <span title={description ?? undefined}>{prefix}</span>
            ),
          },
          {
            id: "uses",
            header: "Used for",
            cell: ({ applied_for }) =>
              applied_for
                .map((use) => reportedText(use, (known) => templateUseLabels[known]))
                .join(", "),
          },
          { id: "settings", header: "Settings", cell: templateWords },
          {
            id: "actions",
            header: "Actions",
            unsorted: true,
            cell: (template) => (
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  ariaLabel={`Change the use of template ${template.prefix}`}
                  disabled={unchangeableReason(template) !== undefined}
                  disabledReason={unchangeableReason(template)}
                  onClick={() => {
                    setChosen(template.applied_for.filter(isKnown));
                    setEditing(template);
                  }}
                  data-testid={`template-uses-${template.prefix}`}
                >
                  Change use
                </Button>
                <Button
                  ariaLabel={`Delete template ${template.prefix}`}
                  onClick={() => setDeleting(template)}
                  data-testid={`template-delete-${template.prefix}`}
                >
                  Delete
                </Button>
              </SpaceBetween>
            ),
          },
        ]}
      />
      {editing !== null && (
        <ChangeModal
          {...change}
          title={`Use of template ${editing.prefix}`}
          confirm="Change the use"
          change={
            chosen.length > 0
              ? { kind: "template_uses", prefix: editing.prefix, applied_for: [...chosen] }
              : null
          }
          disabledReason="Choose at least one use."
          onClose={() => setEditing(null)}
        >
          <FormField label="ECR uses it when it creates a repository for">
            {uses.map((use) => (
              <Checkbox
                key={use}
                checked={chosen.includes(use)}
                onChange={({ detail }) =>
                  setChosen(
                    uses.filter((one) => (one === use ? detail.checked : chosen.includes(one))),
                  )
                }
              >
                {templateUseLabels[use]}
              </Checkbox>
            ))}
          </FormField>
        </ChangeModal>
      )}
      {deleting !== null && (
        <ChangeModal
          {...change}
          title={`Delete template ${deleting.prefix}`}
          confirm={`Delete the template ${deleting.prefix}`}
          change={{ kind: "template_delete", prefix: deleting.prefix }}
          onClose={() => setDeleting(null)}
        >
          <Box>
            {`ECR creates repositories below ${deleting.prefix} with its own defaults, or not at all on push. Existing repositories stay as they are.`}
          </Box>
        </ChangeModal>
      )}
    </RegistryCard>
  );
}
