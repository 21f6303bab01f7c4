import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useEffect, useState } from "react";
import type { Theme } from "../ipc/generated";

const darkQuery = "(prefers-color-scheme: dark)";

/** Applies the theme, and returns whether it is dark. */
export function useTheme(theme: Theme): boolean {
  const [systemDark, setSystemDark] = useState(() => window.matchMedia(darkQuery).matches);
  useEffect(() => {
    const query = window.matchMedia(darkQuery);
    const follow = () => setSystemDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  const dark = theme === "system" ? systemDark : theme === "dark";
  useEffect(() => applyMode(dark ? Mode.Dark : Mode.Light), [dark]);
  return dark;
}
