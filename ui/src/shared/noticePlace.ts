/** Where the notifications of the window lie. The frame moves them beside a panel, so that they don't cover its buttons. */
import { createContext, type RefObject, useContext, useLayoutEffect } from "react";

/** Keeps notifications at the left of a panel. Returns a function that ends it. */
export type KeepNoticesBeside = (panel: HTMLElement) => () => void;

const NoticePlaceContext = createContext<KeepNoticesBeside>(() => () => {});

export const NoticePlaceProvider = NoticePlaceContext.Provider;

/** Keeps notifications at the left of a panel while it is open. */
export function useNoticesBeside(panel: RefObject<HTMLElement | null>): void {
  const keepBeside = useContext(NoticePlaceContext);
  useLayoutEffect(() => {
    return panel.current === null ? undefined : keepBeside(panel.current);
  }, [panel, keepBeside]);
}
