/** The focus of a property filter that a button opens. */
import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import { type RefObject, useEffect, useRef } from "react";

/** Gives the focus to the field of a filter when it opens, so that its properties are listed. */
export function useFocusedFilter(): RefObject<PropertyFilterProps.Ref | null> {
  const filter = useRef<PropertyFilterProps.Ref>(null);
  useEffect(() => filter.current?.focus(), []);
  return filter;
}
