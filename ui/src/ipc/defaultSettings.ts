import type { Settings } from "./generated";

/** Default settings. Must match the defaults of the program. */
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
