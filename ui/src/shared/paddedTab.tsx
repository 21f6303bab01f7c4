import Box from "@cloudscape-design/components/box";
import type { TabsProps } from "@cloudscape-design/components/tabs";
import type { ReactNode } from "react";

/** A tab that renders its content when it is first shown, with space above it, for tabs without paddings. */
export function paddedTab(id: string, label: string, content: ReactNode): TabsProps.Tab {
  const padded = <Box padding={{ top: "s" }}>{content}</Box>;
  return { id, label, contentRenderStrategy: "lazy", content: padded };
}
