import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../errors";
import type { NewAwsProfile, SsoAccount, SsoSession } from "../../ipc/generated";
import { ConfirmModal } from "../ConfirmModal";
import { regionOption, regionOptions } from "../regions";
import { TextField } from "../TextField";
import { useAsyncAction } from "../useAsyncAction";
import { useRequest } from "../useRequest";
import { profileNameProblem, suggestedName } from "./newProfile";
import { SignInModal } from "./SignInModal";
import type { AddProfileCalls } from "./signInCalls";

interface AddProfileModalProps {
  /** The sessions to choose from. The first one is preselected. */
  sessions: readonly SsoSession[];
  /** Names of existing profiles. */
  taken: readonly string[];
  calls: AddProfileCalls;
  /** Called after the profile was added to the AWS configuration. */
  onAdded: (name: string) => void;
  onClose: () => void;
}

/** Adds an AWS profile for an account and role of a session. */
export function AddProfileModal({
  sessions,
  taken,
  calls,
  onAdded,
  onClose,
}: AddProfileModalProps) {
  const [session, setSession] = useState(sessions[0] ?? null);
  const [account, setAccount] = useState<SsoAccount | null>(null);
  const [role, setRole] = useState<string | null>(null);
  const [region, setRegion] = useState(sessions[0]?.region ?? "");
  const [typed, setTyped] = useState<string | null>(null);
  const [signingIn, setSigningIn] = useState(false);
  const adding = useAsyncAction();

  const accounts = useRequest(session?.title ?? null, () =>
    session === null ? Promise.resolve([]) : calls.ssoAccountsList(session.target),
  );
  const roles = useRequest(
    account === null ? null : `${session?.title} ${account.account_id}`,
    async () =>
      session === null || account === null
        ? []
        : calls.ssoRolesList(session.target, account.account_id),
  );
  const name = typed ?? (account !== null && role !== null ? suggestedName(account, role) : "");
  const problem = profileNameProblem(name, taken);
  const profile: NewAwsProfile | null =
    session === null || account === null || role === null || region === "" || problem !== null
      ? null
      : { name, target: session.target, account_id: account.account_id, role, region };
  const preview = useRequest(profile === null ? null : JSON.stringify(profile), async () =>
    calls.awsProfilePreview(profile as NewAwsProfile),
  );
  const add = () =>
    adding.run(async () => {
      if (profile !== null) {
        await calls.awsProfileAdd(profile);
        onAdded(profile.name);
      }
    });

  if (signingIn && session !== null) {
    return (
      <SignInModal
        target={session.target}
        calls={calls}
        onSignedIn={() => {
          setSigningIn(false);
          accounts.reload();
        }}
        onClose={() => setSigningIn(false)}
      />
    );
  }
  const error = adding.error ?? accounts.error ?? roles.error ?? preview.error;
  return (
    <ConfirmModal
      size="large"
      header="Add AWS profile"
      closeLabel="Close without adding a profile"
      confirm="Add profile"
      busy={adding.busy}
      disabled={preview.answer === null || preview.error !== null}
      name="add-profile"
      onConfirm={() => void add()}
      onClose={onClose}
    >
      <SpaceBetween size="l">
        {error !== null && (
          <ErrorAlert
            error={error}
            actions={{
              sign_in: () => setSigningIn(true),
              retry: () => {
                adding.dismiss();
                accounts.reload();
                roles.reload();
                preview.reload();
              },
            }}
          />
        )}
        {sessions.length > 1 && (
          <FormField label="Sign-in">
            <Select
              selectedOption={session === null ? null : sessionOption(session)}
              options={sessions.map(sessionOption)}
              expandToViewport
              onChange={({ detail }) => {
                const chosen = sessions.find((one) => one.title === detail.selectedOption.value);
                setSession(chosen ?? null);
                setAccount(null);
                setRole(null);
              }}
              data-testid="add-profile-session"
            />
          </FormField>
        )}
        <FormField label="Account" description="Accounts that you can access with this sign-in.">
          <Select
            selectedOption={account === null ? null : accountOption(account)}
            options={(accounts.answer ?? []).map(accountOption)}
            statusType={accounts.loading ? "loading" : "finished"}
            loadingText="Loading from IAM Identity Center"
            empty="No accounts available"
            filteringType="auto"
            filteringAriaLabel="Find accounts"
            placeholder="Choose an account"
            expandToViewport
            onChange={({ detail }) => {
              const chosen = accounts.answer?.find(
                (one) => one.account_id === detail.selectedOption.value,
              );
              setAccount(chosen ?? null);
              setRole(null);
            }}
            data-testid="add-profile-account"
          />
        </FormField>
        <FormField label="Role">
          <Select
            selectedOption={role === null ? null : { value: role, label: role }}
            options={(roles.answer ?? []).map((one) => ({ value: one, label: one }))}
            disabled={account === null}
            statusType={roles.loading ? "loading" : "finished"}
            loadingText="Loading from IAM Identity Center"
            empty="No roles available in this account"
            placeholder="Choose a role"
            expandToViewport
            onChange={({ detail }) => setRole(detail.selectedOption.value ?? null)}
            data-testid="add-profile-role"
          />
        </FormField>
        <FormField label="Region" description="Region of the ECR repositories.">
          <Select
            selectedOption={region === "" ? null : regionOption(region)}
            options={regionOptions([region])}
            filteringType="auto"
            filteringAriaLabel="Find Regions"
            expandToViewport
            onChange={({ detail }) => setRegion(detail.selectedOption.value ?? "")}
            data-testid="add-profile-region"
          />
        </FormField>
        <TextField
          label="Name"
          errorText={role === null && typed === null ? null : problem}
          value={name}
          onChange={setTyped}
          testId="add-profile-name"
        />
        {preview.answer !== null && (
          <div data-testid="add-profile-preview">
            <Box variant="awsui-key-label">
              Transload adds the profile at the end of {preview.answer.path}
            </Box>
            <div style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
              <Box variant="code">{preview.answer.text}</Box>
            </div>
            <Box variant="small">Existing lines don’t change.</Box>
          </div>
        )}
      </SpaceBetween>
    </ConfirmModal>
  );
}

function sessionOption(session: SsoSession): SelectProps.Option {
  return { value: session.title, label: session.title, description: session.start_url };
}

function accountOption(account: SsoAccount): SelectProps.Option {
  return {
    value: account.account_id,
    label: account.name ?? account.account_id,
    description: [account.name === null ? null : account.account_id, account.email]
      .filter((part) => part !== null)
      .join(" · "),
  };
}
