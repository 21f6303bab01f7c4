import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ImageInspection } from "../../ipc/generated";
import { formatCount } from "../../shared/format";
import { showHidden } from "./hiddenCharacters";
import "./images.css";

/** Longer documents are cut on the screen. Copying copies all of it. */
const shownCharacters = 200_000;

/** The documents of an image: index, manifest, and configuration. */
export function ImageDocuments({ inspection }: { inspection: ImageInspection }) {
  const { image } = inspection;
  const hidden = inspection.hidden_values > 0;
  return (
    <SpaceBetween size="m">
      {inspection.kind === "index" && (
        <Document
          title="Index"
          description={inspection.media_type}
          text={inspection.manifest}
          testId="raw-index"
        />
      )}
      {image !== null && (
        <Document
          title={image.platform === null ? "Manifest" : `Manifest of ${image.platform}`}
          description={image.media_type}
          text={image.manifest}
          testId="raw-manifest"
        />
      )}
      {image !== null && image.config_json !== null && (
        <Document
          title="Configuration"
          description={hidden ? "Without the hidden values." : `Digest ${image.config_digest}`}
          text={image.config_json}
          testId="raw-config"
        />
      )}
    </SpaceBetween>
  );
}

interface DocumentProps {
  title: string;
  description: string;
  text: string;
  testId: string;
}

function Document({ title, description, text, testId }: DocumentProps) {
  const shown = indented(text);
  const rest = shown.length - shownCharacters;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={description}
          actions={
            <CopyToClipboard
              copyButtonText="Copy"
              copyButtonAriaLabel={`Copy ${title}`}
              copySuccessText="Copied"
              copyErrorText="Couldn’t copy to the clipboard"
              textToCopy={text}
            />
          }
        >
          {title}
        </Header>
      }
      data-testid={testId}
    >
      <section
        className="image-document"
        // A scrollable region must be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        aria-label={title}
      >
        <Box variant="code">{shown.slice(0, shownCharacters)}</Box>
        {rest > 0 && (
          <Box color="text-body-secondary">{`${formatCount(rest)} more characters. Copy contains all of it.`}</Box>
        )}
      </section>
    </Container>
  );
}

/** Formats JSON. Other text is shown as it is. */
function indented(text: string): string {
  try {
    return showHidden(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    return showHidden(text);
  }
}
