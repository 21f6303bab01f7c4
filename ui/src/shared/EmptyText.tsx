import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";

/** A text instead of content that doesn’t exist yet: what it would be, or what it needs. */
export function EmptyText({ children }: { children: ReactNode }) {
  return (
    <Box textAlign="center" color="text-body-secondary" padding="l">
      {children}
    </Box>
  );
}
