/** Whether what is shown is in a row of one line, as the cells of a table are unless the user wraps them. */
import { createContext, useContext } from "react";

const OneLineContext = createContext(false);

export const OneLineProvider = OneLineContext.Provider;

export function useIsOneLine(): boolean {
  return useContext(OneLineContext);
}
