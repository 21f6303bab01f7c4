import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";

/** An IAM policy for whoever manages the account, with a button that copies it. */
export function PolicyText({ policy }: { policy: string }) {
  return (
    <SpaceBetween size="xs">
      <CopyToClipboard
        copyButtonText="Copy the policy"
        copySuccessText="Copied"
        copyErrorText="The system did not take the text"
        textToCopy={policy}
      />
      <section
        style={{
          overflowWrap: "anywhere",
          whiteSpace: "pre-wrap",
          maxBlockSize: 360,
          overflow: "auto",
        }}
        // What scrolls can be scrolled by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        aria-label="IAM policy"
        data-testid="policy-text"
      >
        <Box variant="code">{policy}</Box>
      </section>
    </SpaceBetween>
  );
}
