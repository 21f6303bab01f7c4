import type { Backend } from "../backend";
import type { SourceLoginStatus } from "../generated";
import { engineDown, engineRepositories, engineUp } from "./fixtures";
import type { FakeOptions } from "./options";
import { fakeRepositories, fakeTags, practiceTags, recordedSelection } from "./sources";

const anonymous: SourceLoginStatus = {
  username: null,
  origin: "anonymous",
  stored_in: null,
  login_error: null,
  keychain_error: null,
};

/** Fake sources and their logins. */
export function fakeSourceMethods(options: FakeOptions, engine: { readonly running: boolean }) {
  let login: SourceLoginStatus = anonymous;
  return {
    engineStatus: async () => (engine.running ? engineUp : engineDown),
    registryCounterparts: async () => [],
    sourceLogin: async ({ username, keep }) => {
      const kept = keep && options.keychainError === undefined;
      login = { ...anonymous, username, origin: kept ? "keychain" : "typed" };
      return { ...login, keychain_error: (keep && options.keychainError) || null };
    },
    sourceLogout: async () => {
      login = anonymous;
      return login;
    },
    sourceLoginStatus: async () => login,
    sourceNamespaces: async () =>
      login.username === null
        ? { namespaces: [], organizations_reported: false }
        : { namespaces: [login.username, "acme"], organizations_reported: true },
    sourceRepositories: async (source, next) => {
      if (source.kind !== "docker_engine") {
        return fakeRepositories(source, next);
      }
      if (!engine.running) {
        throw engineDown.error;
      }
      return { repositories: [...engineRepositories], next: null, total: null, unread: [] };
    },
    sourceTags: async (_source, repository, next) => fakeTags(repository, next),
    sourceTagDetails: async (_source, repository, tags) =>
      (practiceTags[repository] ?? []).filter((one) => tags.includes(one.tag)),
    // The program parses. A fake answers what a field takes as it is; tests give the other answers.
    sourcePasteRead: async (text, field, current) =>
      field === "registry" && current?.kind === "registry"
        ? { source: { ...current, host: text.trim() }, repository: null, tag: null, digest: null }
        : null,
    sourceChoose: async (_source, { rules }) => recordedSelection(rules.newest !== null),
    sourceChooseCancel: async () => {},
  } satisfies Partial<Backend>;
}
