import { createElement, startTransition, useEffect } from "react";
import { createRoot } from "react-dom/client";

function Last({ onDrawn }: { onDrawn: () => void }) {
  useEffect(onDrawn, [onDrawn]);
  return null;
}

/**
 * Waits until React has drawn everything that it was asked to draw, such as the rows of a table that follow in
 * transitions. React renders one root after the other, so a root that is drawn last tells that the others are.
 */
export async function drawn(commits: () => number): Promise<void> {
  const root = createRoot(document.createElement("div"));
  for (let before = -1; commits() !== before + 1; ) {
    before = commits();
    await new Promise<void>((resolve) => {
      startTransition(() => root.render(createElement(Last, { onDrawn: () => resolve() })));
    });
  }
  root.unmount();
}
