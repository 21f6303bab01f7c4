export { MigratePage } from "./MigratePage";
export { percentOf } from "./progress/jobState";
export { useJob } from "./progress/useJob";
export { type Draft, holdsWork } from "./wizard/draft";
export type { DraftAction } from "./wizard/reducer";
export { useDraft } from "./wizard/useDraft";
