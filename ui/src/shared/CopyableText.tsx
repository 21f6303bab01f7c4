import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { shortDigest } from "./format";
import { MiddleEllipsis } from "./MiddleEllipsis";

interface CopyableTextProps {
  text: string;
  /** The displayed text, if different. */
  display?: string;
  /** Used in the name of the button: “Copy URI”. */
  what: string;
}

/** A URI, an ARN, or another long text in one line, with a button that copies all of it. */
export function CopyableText({ text, display = text, what }: CopyableTextProps) {
  return (
    <span className="copyable-line">
      <CopyButton text={text} what={what} />
      <MiddleEllipsis text={display} title={text} />
    </span>
  );
}

/** A shortened digest that copies the full digest, or a dash. */
export function CopyableDigest({ digest, what }: { digest: string | null; what?: string }) {
  return digest === null ? (
    <span>–</span>
  ) : (
    <CopyableText text={digest} display={shortDigest(digest)} what={what ?? "digest"} />
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
