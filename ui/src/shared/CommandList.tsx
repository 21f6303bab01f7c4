import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { formatCount } from "./format";

/** Maximum number of shown commands. Others can only be copied. */
const drawnCommands = 50;

/** A list of commands with copy buttons. */
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
            copyErrorText="Couldn’t copy to the clipboard"
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
          copyErrorText="Couldn’t copy to the clipboard"
        />
      )}
    </SpaceBetween>
  );
}
