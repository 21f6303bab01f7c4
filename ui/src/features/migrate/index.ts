export { MigratePage, type MigratePageProps } from "./MigratePage";
export { percentOf } from "./progress/jobState";
export { type FollowedJob, useJob } from "./progress/useJob";
export { type KeptDraft, useDraft } from "./wizard/useDraft";
