import type { Backend } from "./backend";
import { fakeAwsMethods } from "./fake/awsMethods";
import type { FakeBackend, FakeOptions } from "./fake/contract";
import { engineDown, engineUp, practiceTags } from "./fake/data";
import { FakeMigrations } from "./fake/migrations";
import { type FakeHub, fakePracticeMethods } from "./fake/practice";
import { watched } from "./fake/recordedCalls";
import { type FakeEcr, fakeRepositoryMethods } from "./fake/repositories";
import { FakeSignIn } from "./fake/signIn";
import { fakeSourceMethods } from "./fake/sourceMethods";
import { fakeKept } from "./fake/storage";
import type { ApiError } from "./generated";

export type { FakeBackend, FakeOptions } from "./fake/contract";
export { fakeError } from "./fake/error";

/** Creates a fake backend. */
export function createFakeBackend(options: FakeOptions = {}): FakeBackend {
  let made = 0;
  const nextId = () => {
    made += 1;
    return made;
  };
  const ecr: FakeEcr = { holdings: new Map(), repositories: new Set() };
  const hub: FakeHub = { tags: practiceTags };
  const engine = { running: options.engineRunning ?? true };
  const signIn = new FakeSignIn();
  const migrations = new FakeMigrations(options, ecr, nextId);
  const closeListeners = new Set<() => void>();
  const calls: FakeBackend["calls"] = [];
  const failures = new Map<string, ApiError>();

  const backend: Backend = {
    logFolderOpen: async () => {},
    linkOpen: async () => {},
    savePathChoose: async (suggestedName) => `/home/me/${suggestedName}`,
    openPathChoose: async () => "/home/me/profiles.json",
    onCloseRequested: (callback) => {
      closeListeners.add(callback);
      return () => closeListeners.delete(callback);
    },
    windowClose: async () => {},
    engineStatus: async () => (engine.running ? engineUp : engineDown),
    engineOriginals: async (repository, tags) =>
      (options.originals?.[repository] ?? []).filter(({ tag }) => tags.includes(tag)),
    ...fakeKept(options, nextId),
    ...fakeAwsMethods(options),
    ...signIn.methods,
    ...fakeSourceMethods(options, engine, hub),
    ...migrations.migrationMethods(),
    ...migrations.jobMethods(),
    ...fakeRepositoryMethods(options, ecr),
    ...fakePracticeMethods(ecr, hub),
  };

  return {
    ...watched(backend, calls, failures),
    failNext: (method, error) => {
      failures.set(method, error);
    },
    holdPlan: (make) => migrations.hold(make),
    failingImages: migrations.failingImages,
    refusedImages: migrations.refusedImages,
    signIn,
    ...ecr,
    get engineRunning() {
      return engine.running;
    },
    set engineRunning(running: boolean) {
      engine.running = running;
    },
    play: (events) => migrations.play(events),
    followers: () => migrations.followers(),
    requestClose: () => {
      for (const listener of closeListeners) {
        listener();
      }
    },
    closeListeners,
    calls,
  };
}
