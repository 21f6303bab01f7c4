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
import type { Request } from "./useRequest";
import { useWork } from "./useWork";

/** A sign-in as it was typed. */
export type TypedLogin = Pick<SourceLogin, "username" | "secret" | "keep">;

function statusText(status: SourceLoginStatus | null): string {
  if (status === null) {
    return "Sign-in";
  }
  const who = status.username ?? "you";
  switch (status.origin) {
    case "anonymous":
      return "Not signed in: public images only";
    case "typed":
      return `Signed in as ${who}, until Transload closes`;
    case "keychain":
      return `Signed in as ${who}, kept in the keychain`;
    case "docker_login":
      return `Signed in as ${who}, with the login stored in ${status.stored_in ?? "Docker"}`;
  }
}

/** What the keychain did not do, and what a person can do about it. */
interface Remark {
  readonly error: unknown;
  readonly actions: ErrorActions;
}

interface SourceLoginFormProps {
  status: Request<SourceLoginStatus>;
  /** Whether the source is Docker Hub, or practice's. */
  hub: boolean;
  /** Whether the fields are in sight at once. */
  open?: boolean;
  /** How to sign in to practice's Docker Hub; nothing for another source. */
  practice: PracticeStatus | null;
  onSignIn: (login: TypedLogin) => Promise<SourceLoginStatus>;
  onSignOut: () => Promise<SourceLoginStatus>;
}

/** A sign-in to the source. What is typed is handed over once and then forgotten here. */
export function SourceLoginForm(props: SourceLoginFormProps) {
  const { status, hub, open = false, practice, onSignIn, onSignOut } = props;
  const [username, setUsername] = useState("");
  const [secret, setSecret] = useState("");
  const [keep, setKeep] = useState(false);
  // What the keychain did not do, though the sign-in itself went on, and what helps.
  const [remark, setRemark] = useState<Remark | null>(null);
  const { busy, error, run, dismiss } = useWork();
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
      // The secret is forgotten here, so that it cannot be tried again with it.
      setRemark(keychain_error && { error: keychain_error, actions: { go_on_unkept: goOnUnkept } });
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
                ? hub && "Or an organisation, with an access token of its own."
                : `Practice’s own is “${practice.hub_account}”.`
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
                ? hub && "Made on Docker Hub under Account settings; reading is enough."
                : `Practice’s own is “${practice.hub_access_token}”.`
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
          description="Without the tick it is used until Transload closes, and stored nowhere."
          data-testid="source-keep"
        >
          Keep it in the keychain of this computer
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
              {origin === "keychain" ? "Sign out and forget" : "Sign out"}
            </Button>
          )}
        </SpaceBetween>
      </SpaceBetween>
    </ExpandableSection>
  );
}
