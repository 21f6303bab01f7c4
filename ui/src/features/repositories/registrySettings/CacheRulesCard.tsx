import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { asApiError } from "../../../errors";
import { useBackend } from "../../../ipc";
import type { CacheRuleValidation, RegistryCacheRule } from "../../../ipc/generated";
import { PagedTable } from "../../../shared/PagedTable";
import { RelativeTime } from "../../../shared/RelativeTime";
import { StatusText } from "../../../shared/StatusText";
import { TextField } from "../../../shared/TextField";
import { ChangeModal } from "./ChangeModal";
import { type ChangeableCardProps, RegistryCard } from "./RegistryCard";
import { cacheRuleName, secretProblem } from "./registryWords";

/** A check of a rule: running, finished, or failed. */
type Validation = "running" | CacheRuleValidation;

/** The pull through cache rules, with their check. */
export function CacheRulesCard(props: ChangeableCardProps) {
  const { configuration, ...change } = props;
  const backend = useBackend();
  const [validations, setValidations] = useState<ReadonlyMap<string, Validation>>(new Map());
  const [editing, setEditing] = useState<RegistryCacheRule | null>(null);
  const [deleting, setDeleting] = useState<RegistryCacheRule | null>(null);
  const [secret, setSecret] = useState("");
  const validate = async ({ prefix }: RegistryCacheRule) => {
    const put = (validation: Validation) =>
      setValidations((known) => new Map(known).set(prefix, validation));
    put("running");
    try {
      put(await backend.registryCacheRuleValidate(change.connection, prefix));
    } catch (failure) {
      put({ is_valid: false, failure: asApiError(failure).message });
    }
  };
  const problem = secretProblem(secret);
  return (
    <RegistryCard
      configuration={configuration}
      part="cache_rules"
      title="Pull through cache rules"
      description="ECR fetches missing images from the upstream registry."
      errorActions={change.errorActions}
    >
      <PagedTable
        name="cache-rules"
        variant="embedded"
        items={configuration.cache_rules ?? []}
        trackBy="prefix"
        words={({ prefix, upstream }) => [prefix, upstream]}
        finds="rules by prefix or upstream"
        ariaLabels={{ tableLabel: "Pull through cache rules" }}
        empty="No rules"
        columnDefinitions={[
          { id: "prefix", header: "Prefix", isRowHeader: true, cell: ({ prefix }) => prefix },
          { id: "upstream", header: "Upstream", cell: ({ upstream }) => upstream },
          {
            id: "created",
            header: "Created",
            cell: ({ created_at_ms }) => <RelativeTime timeMs={created_at_ms} />,
          },
          {
            id: "check",
            header: "Check",
            cell: (rule) => {
              const validation = validations.get(rule.prefix);
              return validation === undefined ? (
                "–"
              ) : validation === "running" ? (
                <StatusText type="in-progress">Checking</StatusText>
              ) : (
                <StatusText type={validation.is_valid ? "success" : "error"}>
                  {validation.is_valid ? "Valid" : (validation.failure ?? "Not valid")}
                </StatusText>
              );
            },
          },
          {
            id: "actions",
            header: "Actions",
            unsorted: true,
            cell: (rule) => (
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  ariaLabel={`Validate the rule of ${cacheRuleName(rule)}`}
                  loading={validations.get(rule.prefix) === "running"}
                  onClick={() => void validate(rule)}
                  data-testid={`cache-validate-${rule.prefix}`}
                >
                  Validate
                </Button>
                <Button
                  ariaLabel={`Change the secret of ${cacheRuleName(rule)}`}
                  onClick={() => {
                    setSecret(rule.secret ?? "");
                    setEditing(rule);
                  }}
                  data-testid={`cache-secret-${rule.prefix}`}
                >
                  Change secret
                </Button>
                <Button
                  ariaLabel={`Delete the rule of ${cacheRuleName(rule)}`}
                  onClick={() => setDeleting(rule)}
                  data-testid={`cache-delete-${rule.prefix}`}
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
          title={`Secret of the rule ${editing.prefix}`}
          confirm="Change the secret"
          change={
            problem === null && secret.trim() !== editing.secret
              ? { kind: "cache_rule_secret", prefix: editing.prefix, secret: secret.trim() }
              : null
          }
          disabledReason={problem ?? "The secret is unchanged."}
          onClose={() => setEditing(null)}
        >
          <TextField
            label="Secret"
            description="The ARN of a secret in AWS Secrets Manager with the credentials of the upstream registry."
            errorText={problem ?? undefined}
            stretch
            value={secret}
            onChange={setSecret}
            testId="cache-secret"
          />
        </ChangeModal>
      )}
      {deleting !== null && (
        <ChangeModal
          {...change}
          title={`Delete the rule ${deleting.prefix}`}
          confirm={`Delete the rule ${deleting.prefix}`}
          change={{ kind: "cache_rule_delete", prefix: deleting.prefix }}
          onClose={() => setDeleting(null)}
        >
          <Box>
            {`ECR no longer fetches images from ${deleting.upstream} for ${cacheRuleName(deleting)}. Images that it fetched stay in their repositories and aren’t updated.`}
          </Box>
        </ChangeModal>
      )}
    </RegistryCard>
  );
}
