import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../errors";
import type { PracticeStatus, SourceLogin, SourceLoginStatus } from "../ipc/generated";
import { useAsyncAction } from "./useAsyncAction";
import type { Request } from "./useRequest";

export type TypedLogin = Pick<SourceLogin, "username" | "secret" | "keep">;

function statusText(status: SourceLoginStatus | null): string {
  if (status === null) {
    return "Sign-in";
  }
  const who = status.username ?? "you";
  switch (status.origin) {
    case "anonymous":
      return "Not signed in (public images only)";
    case "typed":
      return `Signed in as ${who} until Transload closes`;
    case "keychain":
      return `Signed in as ${who}, saved in the keychain`;
    case "docker_login":
      return `Signed in as ${who}, with the login stored in ${status.stored_in ?? "Docker"}`;
  }
}

/** An error of the keychain with its actions. */
interface Remark {
  readonly error: unknown;
  readonly actions: ErrorActions;
}

interface SourceLoginFormProps {
  status: Request<SourceLoginStatus>;
  /** Whether the source is Docker Hub or the practice Docker Hub. */
  hub: boolean;
  /** Whether the section is initially expanded. */
  open?: boolean;
  /** Credentials of the practice Docker Hub, or `null` for other sources. */
  practice: PracticeStatus | null;
  onSignIn: (login: TypedLogin) => Promise<SourceLoginStatus>;
  onSignOut: () => Promise<SourceLoginStatus>;
}

/** The sign-in form of the source. */
export function SourceLoginForm(props: SourceLoginFormProps) {
  const { status, hub, open = false, practice, onSignIn, onSignOut } = props;
  const [username, setUsername] = useState("");
  const [secret, setSecret] = useState("");
  const [keep, setKeep] = useState(false);
  // A keychain error after a successful sign-in.
  const [remark, setRemark] = useState<Remark | null>(null);
  const { busy, error, run, dismiss } = useAsyncAction();
  const origin = status.answer?.origin ?? "anonymous";

  const dismissAll = () => {
    dismiss();
    setRemark(null);
  };
  const goOnUnkept = () => {
    setKeep(false);
    setRemark(null);
  };
  const signIn = () =>
    run(async () => {
      const typed = { username: username.trim(), secret, keep };
      setSecret("");
      const { keychain_error } = await onSignIn(typed);
      // The secret was cleared, so the call can't be retried with it.
      setRemark(
        keychain_error && {
          error: keychain_error,
          actions: { continue_without_saving: goOnUnkept },
        },
      );
    });
  const signOut = () =>
    run(async () => {
      const { keychain_error } = await onSignOut();
      setRemark(keychain_error && { error: keychain_error, actions: { retry: signOut } });
    });
  const failure = error ?? status.error ?? remark?.error ?? null;
  const doubt = status.answer?.login_error ?? null;

  return (
    <ExpandableSection
      variant="container"
      headerText={statusText(status.answer)}
      defaultExpanded={open || doubt !== null}
      data-testid="source-login"
    >
      <SpaceBetween size="m">
        <ColumnLayout columns={2}>
          <FormField
            label={hub ? "Docker Hub user name" : "User name"}
            description={
              practice === null
                ? hub && "Or an organization name, with an organization access token."
                : `In practice mode, enter “${practice.hub_account}”.`
            }
          >
            <Input
              value={username}
              autoComplete={false}
              spellcheck={false}
              onChange={({ detail }) => setUsername(detail.value)}
              data-testid="source-username"
            />
          </FormField>
          <FormField
            label={hub ? "Access token" : "Password or access token"}
            description={
              practice === null
                ? hub &&
                  "Create the token in the Docker Hub account settings. Read permission is sufficient."
                : `In practice mode, enter “${practice.hub_access_token}”.`
            }
          >
            <Input
              type="password"
              value={secret}
              autoComplete={false}
              onChange={({ detail }) => setSecret(detail.value)}
              onKeyDown={({ detail }) => {
                if (detail.key === "Enter" && username.trim() !== "" && secret !== "") {
                  signIn();
                }
              }}
              data-testid="source-secret"
            />
          </FormField>
        </ColumnLayout>
        <Checkbox
          checked={keep}
          onChange={({ detail }) => setKeep(detail.checked)}
          description="If not selected, the login is kept in memory until Transload closes."
          data-testid="source-keep"
        >
          Save in the system keychain
        </Checkbox>
        {doubt !== null && <ErrorAlert error={doubt} />}
        {failure !== null && (
          <ErrorAlert
            error={failure}
            actions={failure === remark?.error ? remark.actions : {}}
            onDismiss={dismissAll}
          />
        )}
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            onClick={signIn}
            loading={busy}
            disabled={username.trim() === "" || secret === ""}
            data-testid="source-sign-in"
          >
            Sign in
          </Button>
          {(origin === "typed" || origin === "keychain") && (
            <Button onClick={signOut} disabled={busy} data-testid="source-sign-out">
              {origin === "keychain" ? "Sign out and delete from keychain" : "Sign out"}
            </Button>
          )}
        </SpaceBetween>
      </SpaceBetween>
    </ExpandableSection>
  );
}
