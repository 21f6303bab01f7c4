export { PullGuidesSection } from "./PullGuidesSection";
