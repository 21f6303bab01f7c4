import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { shortDigest } from "./format";

export interface CopyableTextProps {
  text: string;
  /** The displayed text, if different. */
  display?: string;
  /** Used in the name of the button: “Copy URI”. */
  what: string;
}

export function CopyableText({ text, display, what }: CopyableTextProps) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      textToDisplay={display ?? text}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="Couldn’t copy to the clipboard"
    />
  );
}

/** A shortened digest that copies the full digest, or a dash. */
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
