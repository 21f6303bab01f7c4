import type { ReactNode } from "react";

interface BulletListProps {
  children: ReactNode;
  testId?: string;
}

/** A bulleted list without a margin of its own, for containers that space their content. */
export function BulletList({ children, testId }: BulletListProps) {
  return (
    <ul style={{ margin: 0, paddingInlineStart: "20px" }} data-testid={testId}>
      {children}
    </ul>
  );
}

/** A bulleted list of texts. */
export function TextList({ texts }: { texts: readonly string[] }) {
  return (
    <BulletList>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </BulletList>
  );
}
