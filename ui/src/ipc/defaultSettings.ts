import type { Settings } from "./generated";

/** The settings that hold where none were kept, as the program has them. */
export const defaultSettings: Settings = {
  theme: "system",
  engine_address: null,
  ca_file: null,
  remove_temporary_tags: true,
  notify_at_end: true,
  keep_awake: true,
  keep_draft: true,
  practice_large_account: false,
  welcomed: false,
};
