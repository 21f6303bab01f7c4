import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";
import "./table.css";

interface TableBesidePanelProps {
  filter: ReactNode;
  pagination: ReactNode;
  preferences: ReactNode;
  onPanelSlot?: (slot: HTMLElement | null) => void;
  children: ReactNode;
}

/** The tools of a table in one line of the whole width, and below it the table with the place of a panel. */
export function TableBesidePanel(props: TableBesidePanelProps) {
  return (
    <div>
      <div className="table-toolbar">
        <div className="table-toolbar-filter">
          {/* In the font of a table. */}
          <Box>{props.filter}</Box>
        </div>
        {props.pagination}
        {props.preferences}
      </div>
      <div className="table-and-panel">
        <div className="table-beside-panel">{props.children}</div>
        <div ref={props.onPanelSlot} className="panel-slot" />
      </div>
    </div>
  );
}
