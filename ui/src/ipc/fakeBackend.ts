/** A backend in memory that answers every command, for tests and browser mode. */
import type { Backend, FileDrag } from "./backend";
import { fakeAwsMethods } from "./fake/awsMethods";
import { withRecordedCalls } from "./fake/callRecorder";
import { fakeError } from "./fake/error";
import { fakeFriendlyNameMethods } from "./fake/friendlyName";
import { fakeImageMethods } from "./fake/images";
import { FakeMigrations } from "./fake/migrations";
import type { FakeBackend, FakeOptions } from "./fake/options";
import { fakePracticeMethods } from "./fake/practice";
import { fakeRegistryConfigurationMethods } from "./fake/registryConfiguration";
import { fakeRegistryContentsMethods } from "./fake/registryContents";
import { fakeRepositoryMethods } from "./fake/repositories";
import { FakeSignIn } from "./fake/signIn";
import { fakeSourceMethods } from "./fake/sourceMethods";
import { fakeStorageMethods } from "./fake/storage";
import type { ApiError } from "./generated";

export { fakeError } from "./fake/error";
export type { FakeBackend, FakeOptions } from "./fake/options";

export function createFakeBackend(options: FakeOptions = {}): FakeBackend {
  let made = 0;
  const nextId = () => {
    made += 1;
    return made;
  };
  const ecr: FakeBackend["ecr"] = new Map();
  const engine = { running: options.engineRunning ?? true };
  const signIn = new FakeSignIn();
  const migrations = new FakeMigrations(options, ecr, nextId);
  const closeListeners = new Set<() => void>();
  const dragListeners = new Set<(drag: FileDrag) => void>();
  const calls: FakeBackend["calls"] = [];
  const failures = new Map<string, ApiError>();

  const recorded: Backend = {
    logFolderOpen: async () => {},
    linkOpen: async () => {},
    exportedFileOpen: async () => {},
    savePathChoose: async (suggestedName) => `/home/me/${suggestedName}`,
    openPathChoose: async () => "/home/me/profiles.json",
    onCloseRequested: (callback) => {
      closeListeners.add(callback);
      return () => closeListeners.delete(callback);
    },
    onFileDrag: (callback) => {
      dragListeners.add(callback);
      return () => dragListeners.delete(callback);
    },
    droppedFileRead: async (path) => {
      throw fakeError("input_invalid", `${path} is neither a plan nor a list of images.`);
    },
    windowClose: async () => {},
    ...fakeStorageMethods(options, nextId),
    ...fakeAwsMethods(options),
    ...signIn.methods,
    ...fakeSourceMethods(options, engine),
    ...migrations.planMethods(),
    ...migrations.jobMethods(),
    ...fakeRepositoryMethods(ecr),
    ...fakeRegistryContentsMethods(ecr),
    ...fakeRegistryConfigurationMethods(),
    ...fakeImageMethods(),
    ...fakePracticeMethods(ecr),
    ...fakeFriendlyNameMethods(),
  };
  // The job of a plan plays its recording, so a plan of the test is kept like a recorded one.
  const { migrationPlan: _, ...answers } = options.answers ?? {};

  return {
    ...withRecordedCalls({ ...recorded, ...answers }, calls, failures),
    failNext: (method, error) => {
      failures.set(method, error);
    },
    signIn,
    ecr,
    get engineRunning() {
      return engine.running;
    },
    set engineRunning(running: boolean) {
      engine.running = running;
    },
    play: (until) => migrations.play(until),
    followers: () => migrations.followers(),
    requestClose: () => {
      for (const listener of closeListeners) {
        listener();
      }
    },
    drag: (drag) => {
      for (const listener of dragListeners) {
        listener(drag);
      }
    },
    closeListeners,
    calls,
  };
}
