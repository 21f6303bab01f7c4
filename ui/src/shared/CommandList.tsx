import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { formatCount } from "./format";

/** Commands that are drawn; the others are only copied. */
const drawnCommands = 50;

/** Commands for a terminal, one under the other, each with a button that copies it. */
export function CommandList({ commands }: { commands: readonly string[] }) {
  return (
    <SpaceBetween size="s">
      {commands.slice(0, drawnCommands).map((command, index) => (
        <div
          key={command}
          style={{ display: "flex", gap: "8px", alignItems: "flex-start" }}
          data-testid={`command-${index}`}
        >
          <CopyToClipboard
            variant="icon"
            textToCopy={command}
            copyButtonAriaLabel={`Copy command ${index + 1}`}
            copySuccessText="Copied"
            copyErrorText="The system did not take the text"
          />
          <div style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap", paddingTop: "4px" }}>
            <Box variant="code">{command}</Box>
          </div>
        </div>
      ))}
      {commands.length > drawnCommands && (
        <CopyToClipboard
          copyButtonText={`Copy all ${formatCount(commands.length)} commands`}
          textToCopy={commands.join("\n")}
          copySuccessText="Copied"
          copyErrorText="The system did not take the text"
        />
      )}
    </SpaceBetween>
  );
}
