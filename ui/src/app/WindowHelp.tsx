import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import HelpPanel from "@cloudscape-design/components/help-panel";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../errors";
import { useBackend } from "../ipc/BackendContext";
import type { HelpTopic } from "../shared/help";
import { helpTexts } from "./helpTopics";

interface WindowHelpProps {
  topic: HelpTopic;
  onShortcuts: () => void;
}

/** The help panel: a paragraph about the screen, and links that open in the browser. */
export function WindowHelp({ topic, onShortcuts }: WindowHelpProps) {
  const backend = useBackend();
  const [error, setError] = useState<unknown>(null);
  const { title, text, links } = helpTexts[topic];
  return (
    <HelpPanel
      header={<h2 data-testid="help-title">{title}</h2>}
      footer={
        <div className="window-help">
          <SpaceBetween size="s">
            <Box variant="h3">Learn more</Box>
            {links.map(({ text: name, url }) => (
              <div key={url}>
                <Link
                  external
                  href={url}
                  onFollow={(event) => {
                    // The window itself never leaves its own pages.
                    event.preventDefault();
                    setError(null);
                    backend.linkOpen(url).catch(setError);
                  }}
                >
                  {name}
                </Link>
              </div>
            ))}
            {error !== null && <ErrorAlert error={error} onDismiss={() => setError(null)} />}
            <Button variant="inline-link" onClick={onShortcuts} data-testid="help-shortcuts">
              Keyboard shortcuts
            </Button>
          </SpaceBetween>
        </div>
      }
    >
      <p data-testid="help-text">{text}</p>
    </HelpPanel>
  );
}
