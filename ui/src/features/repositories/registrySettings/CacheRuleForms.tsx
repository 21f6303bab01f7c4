/** The forms of pull through cache rules: a new one, and another secret or role for one that exists. */
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import type { RegistryCacheRule, UpstreamRegistry } from "../../../ipc/generated";
import { TextField } from "../../../shared/TextField";
import { ChangeModal, type ChangeModalProps } from "./ChangeModal";
import {
  cacheRuleExample,
  cacheRuleName,
  cacheRuleOf,
  cacheRuleProblems,
  changeableLogin,
  newCacheRule,
  roleProblem,
  root,
  secretProblem,
  upstreams,
  upstreamText,
} from "./cacheRules";

type FormProps = Pick<ChangeModalProps, "connection" | "onChanged" | "onMade" | "onClose"> & {
  /** The ARN pattern of the repositories of the registry. */
  repositories: string;
};

const options = (Object.keys(upstreams) as UpstreamRegistry[]).map((value) => ({
  value,
  label: upstreams[value].label,
  description: upstreams[value].host ?? undefined,
}));

const secretDescription =
  "The ARN of a secret in AWS Secrets Manager with the keys username and accessToken. Its name begins with ecr-pullthroughcache/. Transload doesn’t create or read the secret.";
const roleDescription =
  "ECR assumes this role of your account to pull. The policy of the upstream repositories must allow it.";

interface LoginFieldProps {
  login: "secret" | "role";
  optional?: boolean;
  problem: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

function LoginField({ login, optional, problem, value, onChange }: LoginFieldProps) {
  const isSecret = login === "secret";
  return (
    <TextField
      label={isSecret ? "Secret" : "Role"}
      optional={optional}
      description={isSecret ? secretDescription : roleDescription}
      errorText={value.trim() === "" ? undefined : problem}
      stretch
      value={value}
      placeholder={
        isSecret
          ? "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/NAME"
          : "arn:aws:iam::111122223333:role/ecr-cache"
      }
      onChange={onChange}
      testId={`cache-${login}`}
    />
  );
}

/** Creates a rule. */
export function NewCacheRuleForm({
  repositories,
  existing,
  ...modal
}: FormProps & { existing: readonly RegistryCacheRule[] }) {
  const [entered, setEntered] = useState(newCacheRule("docker_hub"));
  const { host, login, prefix } = upstreams[entered.registry];
  const rule = cacheRuleOf(entered);
  const problems = cacheRuleProblems(entered, repositories, existing);
  const reason = Object.values(problems)[0];
  const change = (part: Partial<typeof entered>) => setEntered({ ...entered, ...part });
  const choose = (registry: UpstreamRegistry) =>
    // A prefix that the user entered stays.
    setEntered({
      ...newCacheRule(registry),
      ...(entered.prefix === prefix ? {} : { prefix: entered.prefix }),
      secret: entered.secret,
    });
  return (
    <ChangeModal
      {...modal}
      title="Create a pull through cache rule"
      confirm="Create cache rule"
      change={reason === undefined ? { kind: "cache_rule_create", rule } : null}
      disabledReason={reason}
    >
      <FormField label="Upstream registry">
        <Select
          selectedOption={options.find(({ value }) => value === entered.registry) ?? null}
          options={options}
          expandToViewport
          onChange={({ detail }) => choose(detail.selectedOption.value as UpstreamRegistry)}
          data-testid="cache-registry"
        />
      </FormField>
      {host === null && (
        <TextField
          label="Registry host"
          errorText={entered.host.trim() === "" ? undefined : problems.host}
          stretch
          value={entered.host}
          placeholder={
            entered.registry === "azure"
              ? "myregistry.azurecr.io"
              : "111122223333.dkr.ecr.us-east-1.amazonaws.com"
          }
          onChange={(value) => change({ host: value })}
          testId="cache-host"
        />
      )}
      <TextField
        label="Prefix"
        description={`Repositories that begin with it belong to the rule. ${root} is for all repositories without a rule of their own.`}
        errorText={problems.prefix}
        value={entered.prefix}
        onChange={(value) => change({ prefix: value })}
        testId="cache-prefix"
      />
      {entered.registry === "ecr" && (
        <TextField
          label="Prefix in the upstream registry"
          optional
          description="Stands in the upstream in place of the prefix. If empty, every repository of the upstream can be pulled."
          errorText={problems.upstreamPrefix}
          value={entered.upstreamPrefix}
          onChange={(value) => change({ upstreamPrefix: value })}
          testId="cache-upstream-prefix"
        />
      )}
      {login === "none" ? (
        <Box>This registry needs no account.</Box>
      ) : (
        <LoginField
          login={login}
          optional={login === "role"}
          problem={problems[login]}
          value={entered[login]}
          onChange={(value) => change({ [login]: value })}
        />
      )}
      {login === "role" && entered.role.trim() === "" && problems.role !== undefined && (
        <Box color="text-body-secondary">{problems.role}</Box>
      )}
      {problems.prefix === undefined && problems.upstreamPrefix === undefined && (
        <Box data-testid="cache-example">{cacheRuleExample(rule)}</Box>
      )}
    </ChangeModal>
  );
}

/** Changes the secret or the role of a rule. ECR can change nothing else of it. */
export function CacheRuleLoginForm({
  rule,
  repositories,
  ...modal
}: FormProps & { rule: RegistryCacheRule }) {
  const login = changeableLogin(rule) ?? "secret";
  const before = rule[login] ?? "";
  const [entered, setEntered] = useState(before);
  const text = entered.trim();
  const problem =
    login === "secret" ? secretProblem(text, repositories) : roleProblem(text, repositories);
  const reason = problem ?? (text === before ? `The ${login} is unchanged.` : undefined);
  const secret = login === "secret" ? text : rule.secret;
  const role = login === "role" ? text : rule.role;
  return (
    <ChangeModal
      {...modal}
      title={`Change the ${login} of ${cacheRuleName(rule)}`}
      confirm={`Change the ${login}`}
      change={
        reason === undefined ? { kind: "cache_rule_login", before: rule, secret, role } : null
      }
      disabledReason={reason}
    >
      <Box>{`Upstream: ${upstreamText(rule)}. To change the upstream or the prefix, delete the rule and create another one.`}</Box>
      <LoginField login={login} problem={problem} value={entered} onChange={setEntered} />
    </ChangeModal>
  );
}
