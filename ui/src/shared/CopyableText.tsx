import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { shortDigest } from "./format";
import { MiddleEllipsis } from "./MiddleEllipsis";

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

/** A long text in one line that copies all of it. */
export function CopyableLine({ text, what }: { text: string; what: string }) {
  return (
    <span className="copyable-line">
      <CopyButton text={text} what={what} />
      <MiddleEllipsis text={text} />
    </span>
  );
}

/** The copy button of a text that is shown elsewhere. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      textToDisplay=""
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="Couldn’t copy to the clipboard"
    />
  );
}
