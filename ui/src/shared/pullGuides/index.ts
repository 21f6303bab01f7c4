export { type PullGuideCalls, PullGuidesSection } from "./PullGuidesSection";
