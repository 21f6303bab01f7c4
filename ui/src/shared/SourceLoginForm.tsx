import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../errors";
import type { SourceLoginStatus } from "../ipc/generated";
import type { Request } from "./useRequest";
import { useWork } from "./useWork";

function statusText(status: SourceLoginStatus | null): string {
  if (status === null) {
    return "Sign-in";
  }
  switch (status.origin) {
    case "anonymous":
      return "Not signed in: public images only";
    case "typed":
      return `Signed in as ${status.username ?? "you"}, until Transload closes`;
    case "docker_login":
      return `Signed in as ${status.username ?? "you"}, with what “docker login” keeps`;
  }
}

interface SourceLoginFormProps {
  status: Request<SourceLoginStatus>;
  onSignIn: (username: string, secret: string) => Promise<void>;
  onSignOut: () => Promise<void>;
}

/** A sign-in to the source. What is typed is handed over once and then forgotten here. */
export function SourceLoginForm({ status, onSignIn, onSignOut }: SourceLoginFormProps) {
  const [username, setUsername] = useState("");
  const [secret, setSecret] = useState("");
  const { busy, error, run, dismiss } = useWork();

  const signIn = () =>
    run(async () => {
      const typed = secret;
      setSecret("");
      await onSignIn(username.trim(), typed);
    });

  return (
    <ExpandableSection
      variant="container"
      headerText={statusText(status.answer)}
      data-testid="source-login"
    >
      <SpaceBetween size="m">
        <ColumnLayout columns={2}>
          <FormField label="User name">
            <Input
              value={username}
              autoComplete={false}
              spellcheck={false}
              onChange={({ detail }) => setUsername(detail.value)}
              data-testid="source-username"
            />
          </FormField>
          <FormField
            label="Password or access token"
            description="Used for this run of Transload. It is not stored."
          >
            <Input
              type="password"
              value={secret}
              autoComplete={false}
              onChange={({ detail }) => setSecret(detail.value)}
              data-testid="source-secret"
            />
          </FormField>
        </ColumnLayout>
        {(error ?? status.error) !== null && (
          <ErrorAlert error={error ?? status.error} onDismiss={dismiss} />
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
          {status.answer?.origin === "typed" && (
            <Button onClick={() => run(onSignOut)} disabled={busy}>
              Sign out
            </Button>
          )}
        </SpaceBetween>
      </SpaceBetween>
    </ExpandableSection>
  );
}
