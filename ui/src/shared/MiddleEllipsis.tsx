import "./table.css";

interface MiddleEllipsisProps {
  text: string;
  /** The tooltip, if it isn’t the text. */
  title?: string;
  /** Characters at the end that stay visible. The end is what distinguishes similar names. */
  tail?: number;
}

/** A text in one line. If it is too long, its end is left out, and the tooltip has all of it. The text of a button stays one. */
export function OneLine({ text, title = text }: { text: string; title?: string }) {
  return (
    <span className="middle-ellipsis" title={title}>
      {text}
    </span>
  );
}

/** A text in one line. If it is too long, its middle is left out, and the tooltip has all of it. */
export function MiddleEllipsis({ text, title = text, tail = 12 }: MiddleEllipsisProps) {
  if (text.length <= tail * 1.5) {
    return <OneLine text={text} title={title} />;
  }
  return (
    <span className="middle-ellipsis middle-ellipsis-parts" title={title}>
      <span className="middle-ellipsis-head">{text.slice(0, -tail)}</span>
      <span className="middle-ellipsis-tail">{text.slice(-tail)}</span>
    </span>
  );
}
