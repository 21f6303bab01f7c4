/**
 * Which side panel of a page is open. What depends on it reads it from a context, so that a click that
 * opens a panel doesn't draw the rows of the table beside it again, which takes longer than 100 ms.
 */
import Button from "@cloudscape-design/components/button";
import { createContext, type ReactNode, useContext } from "react";
import { createPortal } from "react-dom";

interface OpenPanel {
  /** The ID of the open panel, or `null`. */
  readonly open: string | null;
  readonly onOpen: (panel: string | null) => void;
}

const OpenPanelContext = createContext<OpenPanel>({ open: null, onOpen: () => {} });

export const OpenPanelProvider = OpenPanelContext.Provider;

/** Draws a panel beside a table, whose rows stay as they are drawn. */
export function PanelIn({ slot, children }: { slot: HTMLElement | null; children: ReactNode }) {
  return slot === null ? null : createPortal(children, slot);
}

/** Opens and closes a panel. Its test IDs are `ID` and `ID-open`. */
export function PanelButton({ id, text }: { id: string; text: string }) {
  const { open, onOpen } = useContext(OpenPanelContext);
  return (
    <span data-testid={id}>
      <Button
        ariaExpanded={open === id}
        wrapText={false}
        onClick={() => onOpen(open === id ? null : id)}
        data-testid={`${id}-open`}
      >
        {text}
      </Button>
    </span>
  );
}
