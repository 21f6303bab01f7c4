import { useContext, useSyncExternalStore } from "react";
import { ClickActivityContext } from "./clickActivity";

/**
 * A moving line below the top bar while the program works on a click. It has a component of its own, so
 * that no page is rendered for it. Screen readers announce the button that was clicked.
 */
export function ActivityLine() {
  const activity = useContext(ClickActivityContext);
  const busy = useSyncExternalStore(activity.subscribe, activity.isBusy);
  return busy ? <div className="activity-line" aria-hidden="true" data-testid="activity" /> : null;
}
