import {
  applyDensity,
  applyMode,
  Density,
  disableMotion,
  Mode,
} from "@cloudscape-design/global-styles";
import { useEffect, useState } from "react";
import type { Theme } from "../ipc/generated";
import { useDensity } from "../shared/density";

const darkQuery = "(prefers-color-scheme: dark)";
const reducedMotionQuery = "(prefers-reduced-motion: reduce)";

function useMediaQuery(text: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(text).matches);
  useEffect(() => {
    const query = window.matchMedia(text);
    const follow = () => setMatches(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, [text]);
  return matches;
}

/** Applies the theme, the density, and reduced motion. Returns whether the theme is dark. */
export function useTheme(theme: Theme): boolean {
  const systemDark = useMediaQuery(darkQuery);
  const still = useMediaQuery(reducedMotionQuery);
  const compact = useDensity() === "compact";
  useEffect(() => applyDensity(compact ? Density.Compact : Density.Comfortable), [compact]);
  useEffect(() => disableMotion(still), [still]);
  const dark = theme === "system" ? systemDark : theme === "dark";
  useEffect(() => applyMode(dark ? Mode.Dark : Mode.Light), [dark]);
  return dark;
}
