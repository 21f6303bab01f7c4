export { MigratePage, type MigratePageProps } from "./MigratePage";
export { percentOf } from "./progress/jobState";
export { type FollowedJob, useJob } from "./progress/useJob";
export { type Draft, holdsWork } from "./wizard/draft";
export type { DraftAction } from "./wizard/reducer";
export { type KeptDraft, useDraft } from "./wizard/useDraft";
