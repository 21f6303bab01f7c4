import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../../errors";
import type { SignInPrompt, SignInTarget } from "../../ipc/generated";
import { CopyableText } from "../CopyableText";
import { StatusText } from "../StatusText";
import { Countdown } from "./Countdown";
import type { SignInCalls } from "./signInCalls";
import { useSignIn } from "./useSignIn";

interface SignInModalProps {
  target: SignInTarget;
  calls: SignInCalls;
  onSignedIn: () => void;
  /** Called when the user cancels. */
  onClose: () => void;
}

/** Display name of a sign-in target. */
export function targetName(target: SignInTarget): string {
  return target.kind === "profile" ? target.profile : target.session;
}

/** Signs in with IAM Identity Center: opens the browser, shows the code, and waits. */
export function SignInModal({ target, calls, onSignedIn, onClose }: SignInModalProps) {
  const { prompt, error, pageError, begin, openPage } = useSignIn(target, calls, onSignedIn);
  return (
    <Modal
      visible
      header={`Sign in to ${targetName(target)}`}
      closeAriaLabel="Cancel sign-in"
      onDismiss={onClose}
      data-testid="sign-in-modal"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            {(error !== null || prompt?.method === "browser") && (
              <Button onClick={() => begin("code")} data-testid="sign-in-use-code">
                Use a code instead
              </Button>
            )}
            {error === null && prompt?.method === "code" && hasName(prompt) && (
              <Button onClick={() => begin("browser")} data-testid="sign-in-use-browser">
                Use this browser instead
              </Button>
            )}
            <Button onClick={onClose} data-testid="sign-in-cancel">
              Cancel
            </Button>
            {error === null && prompt !== null && (
              <Button
                variant="primary"
                iconName="external"
                iconAlign="right"
                onClick={openPage}
                data-testid="sign-in-open"
              >
                Open page
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorAlert error={error} actions={{ retry: () => begin(null) }} />}
        {error === null && prompt === null && (
          <StatusText type="loading">Loading from IAM Identity Center</StatusText>
        )}
        {error === null && prompt !== null && <Prompt prompt={prompt} pageError={pageError} />}
      </SpaceBetween>
    </Modal>
  );
}

function Prompt({ prompt, pageError }: { prompt: SignInPrompt; pageError: unknown }) {
  return (
    <SpaceBetween size="m">
      <div>
        {prompt.code === null
          ? "Sign in on the page that opens in your browser, and allow access. This window then continues automatically."
          : "Open the page in a browser on any device. Sign in, check that the page shows this code, and allow access. This window then continues automatically."}
      </div>
      {pageError !== null && (
        <Alert type="warning" data-testid="sign-in-no-browser">
          Couldn’t open a browser. Copy the address and open it in a browser.
        </Alert>
      )}
      {prompt.code !== null && (
        <div data-testid="sign-in-code">
          <Box variant="awsui-key-label">Code</Box>
          <Box fontSize="display-l" fontWeight="bold">
            <CopyableText text={prompt.code} what="code" />
          </Box>
        </div>
      )}
      <KeyValuePairs
        columns={2}
        items={[
          {
            label: "Page",
            value: (
              <CopyableText
                text={prompt.url}
                display={shortened(prompt.code_url ?? prompt.url)}
                what="address of the page"
              />
            ),
          },
          { label: "Session", value: prompt.session },
        ]}
      />
      <div role="status" data-testid="sign-in-waiting">
        <StatusText type="pending">Waiting for the sign-in in the browser</StatusText>
      </div>
      <Box variant="small">
        Time left: <Countdown untilMs={prompt.expires_at_ms} />
      </Box>
    </SpaceBetween>
  );
}

/** Whether the session has a name. Legacy sessions, named by their URL, support only codes. */
function hasName(prompt: SignInPrompt): boolean {
  return !prompt.session.includes("://");
}

/** Removes the query of a URL for display. */
function shortened(url: string): string {
  const [address = url] = url.split("?");
  return address;
}
