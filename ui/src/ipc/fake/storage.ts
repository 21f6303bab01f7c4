import type { Backend } from "../backend";
import { defaultSettings } from "../defaultSettings";
import type { SavedProfile, Settings } from "../generated";
import { fakeCaFile, fakeNetwork } from "./network";
import type { FakeOptions } from "./options";

/** Fake storage: settings, draft, and saved profiles. */
export function fakeStorageMethods(options: FakeOptions, nextId: () => number) {
  let settings: Settings = { ...defaultSettings, ...options.settings };
  let draft: unknown = options.draft ?? null;
  let recent = options.recentSources ?? [];
  let profiles: SavedProfile[] = options.savedProfiles ?? [];

  return {
    appInfo: async () => ({
      version: "0.1.0",
      log_folder: "/home/me/.local/share/transload/logs",
      data_folder: "/home/me/.local/share/transload",
      started_in_practice: options.startedInPractice ?? false,
    }),
    settingsGet: async () => settings,
    settingsSet: async (changed) => {
      settings = changed;
    },
    draftGet: async () => draft,
    draftSet: async (changed) => {
      draft = changed;
    },

    recentSourcesList: async () => recent,
    // The program decides which sources are listed.
    recentSourceAdd: async () => recent,
    recentSourceRemove: async (source) => {
      recent = recent.filter((one) => JSON.stringify(one) !== JSON.stringify(source));
      return recent;
    },

    savedProfilesList: async () => profiles,
    savedProfileSave: async (profile) => {
      const id = nextId();
      const saved = { ...profile, id: profile.id === "" ? `profile-${id}` : profile.id };
      profiles = [
        ...profiles
          .filter((one) => one.id !== saved.id)
          .map((one) => (saved.is_default ? { ...one, is_default: false } : one)),
        saved,
      ];
      return saved;
    },
    savedProfileDelete: async (id) => {
      profiles = profiles.filter((one) => one.id !== id);
    },
    savedProfilesExport: async () => {},
    savedProfilesImport: async () => [],
    networkStatus: async () => fakeNetwork(settings.ca_file),
    caFileCheck: async (path) => fakeCaFile(path),
  } satisfies Partial<Backend>;
}
