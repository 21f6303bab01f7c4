import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { type ReactNode, useDeferredValue, useEffect, useRef } from "react";
import { FillHeight } from "./FillHeight";
import { rememberFocus } from "./keepFocus";
import { useNoticesBeside } from "./noticePlace";
import "./sidePanel.css";

interface SidePanelProps {
  header: string;
  /** Buttons that stay in view below the content. */
  footer?: ReactNode;
  /** Space to leave free below the panel, for example for a footer of the page. */
  below?: number;
  onClose: () => void;
  children: ReactNode;
  "data-testid"?: string;
}

/** The first field gets the focus with the content. The element that opened the panel gets it again when it closes. */
function useFocus(hasContent: boolean) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const focusOpener = rememberFocus();
    panel.current?.focus();
    return focusOpener;
  }, []);
  useEffect(() => {
    // The user may have moved the focus meanwhile.
    if (hasContent && document.activeElement === panel.current) {
      // A field with suggestions would open them.
      panel.current?.querySelector<HTMLElement>("input:not([role=combobox])")?.focus();
    }
  }, [hasContent]);
  return panel;
}

/**
 * A panel at the right of a page. It takes room from the content beside it, and nothing from what is
 * above and below, so that the buttons of the page don't move. Esc closes it. Its header answers the click that opens it; a
 * form of many fields follows in the background.
 */
export function SidePanel(props: SidePanelProps) {
  const hasContent = useDeferredValue(true, false);
  const panel = useFocus(hasContent);
  useNoticesBeside(panel);
  const { onClose } = props;
  useEffect(() => {
    const element = panel.current;
    const onKey = (event: KeyboardEvent) => {
      // An open menu or a filter uses Esc first.
      if (event.key === "Escape" && !event.defaultPrevented) {
        event.preventDefault();
        onClose();
      }
    };
    element?.addEventListener("keydown", onKey);
    return () => element?.removeEventListener("keydown", onKey);
  }, [panel, onClose]);
  return (
    <aside
      ref={panel}
      className="side-panel"
      tabIndex={-1}
      aria-label={props.header}
      data-testid={props["data-testid"]}
    >
      <FillHeight below={props.below}>
        <div className="side-panel-inner">
          <div className="side-panel-header">
            <Box variant="h3" padding="n">
              {props.header}
            </Box>
            <Button
              variant="icon"
              iconName="close"
              ariaLabel={`Close: ${props.header}`}
              onClick={onClose}
            />
          </div>
          <div className="side-panel-content">
            <Box>{hasContent && props.children}</Box>
          </div>
          {props.footer !== undefined && <div className="side-panel-footer">{props.footer}</div>}
        </div>
      </FillHeight>
    </aside>
  );
}
