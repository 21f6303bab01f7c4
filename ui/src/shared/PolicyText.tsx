import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";

/** An IAM policy with a copy button. */
export function PolicyText({ policy, label = "IAM policy" }: { policy: string; label?: string }) {
  return (
    <SpaceBetween size="xs">
      <CopyToClipboard
        copyButtonText="Copy policy"
        copySuccessText="Copied"
        copyErrorText="Couldn’t copy to the clipboard"
        textToCopy={policy}
      />
      <section
        style={{
          overflowWrap: "anywhere",
          whiteSpace: "pre-wrap",
          maxBlockSize: 360,
          overflow: "auto",
        }}
        // A scrollable region must be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        aria-label={label}
        data-testid="policy-text"
      >
        <Box variant="code">{policy}</Box>
      </section>
    </SpaceBetween>
  );
}
