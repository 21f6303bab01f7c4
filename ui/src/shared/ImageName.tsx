import { Fragment } from "react";

/** The name of a repository or an image. In a narrow column it breaks after a slash or before a tag. */
export function ImageName({ name }: { name: string }) {
  const parts = name.split(/(?<=\/)|(?=[:@])/);
  return (
    <span style={{ overflowWrap: "anywhere", wordBreak: "normal" }}>
      {parts.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other identity
        <Fragment key={at}>
          {at > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}
