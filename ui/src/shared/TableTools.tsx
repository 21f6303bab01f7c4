import TextFilter, { type TextFilterProps } from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";
import "./table.css";

interface TableToolsProps {
  filterProps: Pick<TextFilterProps, "filteringText" | "onChange">;
  /** What the text filter finds, for example `images by name or state`. Without it, only `filters` are shown. */
  finds: string | undefined;
  /** How many rows the filter found, for example `3 matches`. */
  countText: string;
  /** Additional filters and buttons beside the text filter. */
  filters: ReactNode;
  "data-testid"?: string;
}

/** The line above a table: its text filter, and the controls beside it. */
export function TableTools(props: TableToolsProps) {
  const { filterProps, finds, countText, filters } = props;
  if (finds === undefined && !filters) {
    return null;
  }
  return (
    <div className="table-tools">
      {finds !== undefined && (
        <div className="table-tools-filter">
          <TextFilter
            {...filterProps}
            filteringPlaceholder={`Find ${finds}`}
            filteringAriaLabel={`Find ${finds}`}
            filteringClearAriaLabel="Clear filter"
            countText={countText}
            data-testid={props["data-testid"]}
          />
        </div>
      )}
      {filters}
    </div>
  );
}
