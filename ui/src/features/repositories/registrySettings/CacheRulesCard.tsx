import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { asApiError } from "../../../errors";
import { useBackend } from "../../../ipc";
import type { CacheRuleValidation, RegistryCacheRule } from "../../../ipc/generated";
import { MiddleEllipsis } from "../../../shared/MiddleEllipsis";
import { PagedTable } from "../../../shared/PagedTable";
import { RelativeTime } from "../../../shared/RelativeTime";
import { StatusText } from "../../../shared/StatusText";
import { CacheRuleLoginForm, NewCacheRuleForm } from "./CacheRuleForms";
import { ChangeModal } from "./ChangeModal";
import { cacheRuleName, changeableLogin, loginText, upstreamText } from "./cacheRules";
import { type ChangeableCardProps, RegistryCard } from "./RegistryCard";

/** A check of a rule: running, finished, or failed. */
type Validation = "running" | CacheRuleValidation;

/** What a dialog is open for. A rule is named by its prefix, so that the dialog shows it as it is now. */
type Dialog =
  | { readonly kind: "create" }
  | { readonly kind: "change" | "delete"; readonly prefix: string };

/** The pull through cache rules, with their check. */
export function CacheRulesCard(props: ChangeableCardProps) {
  const { configuration, ...change } = props;
  const backend = useBackend();
  const [validations, setValidations] = useState<ReadonlyMap<string, Validation>>(new Map());
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const rules = configuration.cache_rules ?? [];
  const validate = async (prefix: string) => {
    const put = (validation: Validation) =>
      setValidations((known) => new Map(known).set(prefix, validation));
    put("running");
    try {
      put(await backend.registryCacheRuleValidate(change.connection, prefix));
    } catch (failure) {
      put({ is_valid: false, failure: asApiError(failure).message });
    }
  };
  const chosen =
    dialog === null || dialog.kind === "create"
      ? undefined
      : rules.find(({ prefix }) => prefix === dialog.prefix);
  const form = {
    ...change,
    repositories: configuration.repositories_arn,
    onClose: () => setDialog(null),
  };
  return (
    <RegistryCard
      configuration={configuration}
      part="cache_rules"
      title="Pull through cache rules"
      description="ECR fetches missing images from the upstream registry."
      actions={
        <Button onClick={() => setDialog({ kind: "create" })} data-testid="cache-create">
          Create cache rule
        </Button>
      }
    >
      <PagedTable
        name="cache-rules"
        variant="embedded"
        wrapLines
        items={rules}
        trackBy="prefix"
        words={(rule) => [rule.prefix, upstreamText(rule)]}
        finds="rules by prefix or upstream"
        ariaLabels={{ tableLabel: "Pull through cache rules" }}
        empty="No rules"
        columnDefinitions={[
          {
            id: "prefix",
            header: "Prefix",
            isRowHeader: true,
            width: 110,
            cell: ({ prefix }) => prefix,
          },
          {
            id: "upstream",
            header: "Upstream and login",
            width: 210,
            grow: 1,
            keepsWidth: true,
            sortingComparator: (one, other) => upstreamText(one).localeCompare(upstreamText(other)),
            cell: (rule) => (
              <>
                <div>{upstreamText(rule)}</div>
                <Box color="text-body-secondary">
                  <MiddleEllipsis text={loginText(rule)} tail={16} />
                </Box>
              </>
            ),
          },
          {
            id: "created",
            header: "Created",
            hideOrder: 1,
            width: 110,
            cell: ({ created_at_ms }) => <RelativeTime timeMs={created_at_ms} />,
          },
          {
            id: "check",
            header: "Check",
            width: 210,
            grow: 1,
            keepsWidth: true,
            cell: ({ prefix }) => <ValidationText validation={validations.get(prefix)} />,
          },
          {
            id: "actions",
            header: "Actions",
            unsorted: true,
            width: 200,
            cell: (rule) => (
              <RuleButtons
                rule={rule}
                isValidating={validations.get(rule.prefix) === "running"}
                onValidate={() => void validate(rule.prefix)}
                onOpen={(kind) => setDialog({ kind, prefix: rule.prefix })}
              />
            ),
          },
        ]}
      />
      {dialog?.kind === "create" && (
        <NewCacheRuleForm
          {...form}
          existing={rules}
          onMade={(made) => {
            if (made.kind === "cache_rule_create") {
              void validate(made.rule.prefix);
            }
          }}
        />
      )}
      {dialog?.kind === "change" && chosen !== undefined && (
        <CacheRuleLoginForm {...form} rule={chosen} onMade={() => void validate(chosen.prefix)} />
      )}
      {dialog?.kind === "delete" && chosen !== undefined && (
        <ChangeModal
          {...change}
          title={`Delete the rule ${chosen.prefix}`}
          confirm={`Delete the rule ${chosen.prefix}`}
          change={{ kind: "cache_rule_delete", before: chosen }}
          onClose={form.onClose}
        >
          <Box>
            {`ECR no longer fetches images from ${upstreamText(chosen)} for ${cacheRuleName(chosen)}. Images that it fetched stay in their repositories and aren’t updated.`}
          </Box>
        </ChangeModal>
      )}
    </RegistryCard>
  );
}

function ValidationText({ validation }: { validation: Validation | undefined }) {
  if (validation === undefined) {
    return "–";
  }
  if (validation === "running") {
    return <StatusText type="in-progress">Checking</StatusText>;
  }
  return (
    <StatusText type={validation.is_valid ? "success" : "error"}>
      {validation.is_valid ? "Valid" : (validation.failure ?? "Not valid")}
    </StatusText>
  );
}

interface RuleButtonsProps {
  rule: RegistryCacheRule;
  isValidating: boolean;
  onValidate: () => void;
  onOpen: (kind: "change" | "delete") => void;
}

function RuleButtons({ rule, isValidating, onValidate, onOpen }: RuleButtonsProps) {
  const login = changeableLogin(rule);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        variant="inline-link"
        ariaLabel={`Validate the rule of ${cacheRuleName(rule)}`}
        loading={isValidating}
        onClick={onValidate}
        data-testid={`cache-validate-${rule.prefix}`}
      >
        Validate
      </Button>
      <Button
        variant="inline-link"
        ariaLabel={`Edit the ${login ?? "secret"} of ${cacheRuleName(rule)}`}
        disabled={login === null}
        disabledReason="ECR can change only the secret or the role of a rule, and this one has none."
        onClick={() => onOpen("change")}
        data-testid={`cache-change-${rule.prefix}`}
      >
        Edit
      </Button>
      <Button
        variant="inline-link"
        ariaLabel={`Delete the rule of ${cacheRuleName(rule)}`}
        onClick={() => onOpen("delete")}
        data-testid={`cache-delete-${rule.prefix}`}
      >
        Delete
      </Button>
    </SpaceBetween>
  );
}
