import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import {
  accountIds,
  accountsPolicy,
  accountsProblem,
  organizationPolicy,
  organizationProblem,
} from "./repositoryPolicy";
import { TextField } from "./TextField";

type PolicyKind = "none" | "accounts" | "organization" | "typed";

const kinds: readonly { value: PolicyKind; label: string; description: string }[] = [
  {
    value: "none",
    label: "This account only",
    description: "No repository policy. This is the ECR default.",
  },
  {
    value: "accounts",
    label: "Allow other accounts to pull",
    description: "Enter AWS account IDs.",
  },
  {
    value: "organization",
    label: "Allow an organization to pull",
    description: "All accounts in an AWS organization.",
  },
  {
    value: "typed",
    label: "Custom policy",
    description: "Enter a policy document in JSON format.",
  },
];

interface RepositoryPolicyFieldProps {
  policy: string | null;
  problem: string | undefined;
  readOnly: boolean;
  onChange: (policy: string | null) => void;
}

/** The repository policy: a preset or a custom document. */
export function RepositoryPolicyField({
  policy,
  problem,
  readOnly,
  onChange,
}: RepositoryPolicyFieldProps) {
  const [kind, setKind] = useState<PolicyKind>(policy === null ? "none" : "typed");
  const [accounts, setAccounts] = useState("");
  const [organization, setOrganization] = useState("");
  const shown = policy === null ? "none" : kind === "none" ? "typed" : kind;
  const choose = (chosen: PolicyKind) => {
    setKind(chosen);
    switch (chosen) {
      case "none":
        onChange(null);
        break;
      case "accounts":
        onChange(accountsPolicy(accountIds(accounts)));
        break;
      case "organization":
        onChange(organizationPolicy(organization.trim()));
        break;
      case "typed":
        onChange(policy ?? "");
        break;
    }
  };

  return (
    <SpaceBetween size="s">
      <FormField
        label="Repository policy"
        description="Grants other accounts permission to pull. IAM policies of this account also apply."
      >
        <Select
          selectedOption={kinds.find((one) => one.value === shown) ?? null}
          options={kinds}
          readOnly={readOnly}
          expandToViewport
          onChange={({ detail }) => choose(detail.selectedOption.value as PolicyKind)}
          data-testid="settings-policy"
        />
      </FormField>
      {shown === "accounts" && (
        <TextField
          label="Accounts"
          errorText={accountsProblem(accounts)}
          value={accounts}
          readOnly={readOnly}
          placeholder="111122223333, 444455556666"
          inputMode="numeric"
          onChange={(value) => {
            setAccounts(value);
            onChange(accountsPolicy(accountIds(value)));
          }}
          testId="settings-policy-accounts"
        />
      )}
      {shown === "organization" && (
        <TextField
          label="Organization ID"
          errorText={organizationProblem(organization)}
          value={organization}
          readOnly={readOnly}
          placeholder="o-a1b2c3d4e5"
          onChange={(value) => {
            setOrganization(value);
            onChange(organizationPolicy(value.trim()));
          }}
          testId="settings-policy-organization"
        />
      )}
      {shown !== "none" && (
        <FormField
          label="Policy document"
          errorText={problem}
          constraintText="JSON, up to 10,240 characters."
          stretch
        >
          <Textarea
            value={policy ?? ""}
            readOnly={readOnly}
            rows={10}
            spellcheck={false}
            onChange={({ detail }) => {
              setKind("typed");
              onChange(detail.value);
            }}
            data-testid="settings-policy-text"
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}
