import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { shortDigest } from "./format";

/** Props of {@link CopyableText}. */
export interface CopyableTextProps {
  /** What is copied. */
  text: string;
  /** What is shown where that is not the whole text. */
  display?: string;
  /** What it is, for the name of the button: “Copy URI”. */
  what: string;
}

/** Text with a button that copies it. */
export function CopyableText({ text, display, what }: CopyableTextProps) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      textToDisplay={display ?? text}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="The system did not take the text"
    />
  );
}

/** A digest, cut short on screen, copied whole; a dash where there is none. */
export function CopyableDigest({ digest, what }: { digest: string | null; what?: string }) {
  if (digest === null) {
    return <span>–</span>;
  }
  return (
    <span title={digest} style={{ whiteSpace: "nowrap" }}>
      <CopyableText text={digest} display={shortDigest(digest)} what={what ?? "digest"} />
    </span>
  );
}
