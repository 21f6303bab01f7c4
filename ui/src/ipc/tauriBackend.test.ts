import { Channel, invoke } from "@tauri-apps/api/core";
import { beforeEach, expect, test, vi } from "vitest";
import type { JobEvent, MigrationRequest } from "./generated";
import { commands } from "./generated/commands";
import { tauriBackend } from "./tauriBackend";

vi.mock("@tauri-apps/api/core", () => ({
  invoke: vi.fn(),
  Channel: class {
    onmessage = (_message: unknown) => {};
  },
}));
vi.mock("@tauri-apps/api/event", () => ({ listen: vi.fn() }));

const invoked = vi.mocked(invoke);

beforeEach(() => {
  invoked.mockReset();
  invoked.mockResolvedValue(undefined);
});

/** The channel that the newest call gave to the program. */
function channelOf(argument: string): Channel<unknown> {
  const given = invoked.mock.lastCall?.[1] as Record<string, unknown>;
  expect(given[argument]).toBeInstanceOf(Channel);
  return given[argument] as Channel<unknown>;
}

test("the program gets the arguments of a command by their names", async () => {
  invoked.mockResolvedValueOnce([]);
  expect(await tauriBackend.savedProfilesImport("/profiles.json", true)).toEqual([]);
  expect(invoked).toHaveBeenLastCalledWith("saved_profiles_import", {
    path: "/profiles.json",
    allow_endpoints: true,
  });
  await tauriBackend.historyList();
  expect(invoked).toHaveBeenLastCalledWith("history_list", {});
});

test("every command has a method", () => {
  for (const name of Object.keys(commands)) {
    expect(tauriBackend[name as keyof typeof tauriBackend], name).toBeTypeOf("function");
  }
});

test.each(["an answer", "an error"])(
  "a callback hears what a command reports until %s",
  async (end) => {
    const onProgress = vi.fn();
    let finish = () => {};
    invoked.mockReturnValueOnce(
      new Promise((resolve, reject) => {
        finish = () => (end === "an error" ? reject("refused") : resolve(null));
      }),
    );
    const call = tauriBackend.migrationPlan({} as MigrationRequest, "a", onProgress);
    const channel = channelOf("on_progress");
    channel.onmessage({ looked_at: 1, images: 2 });
    finish();
    await Promise.allSettled([call]);
    // The webview can receive a report after the answer that was sent later.
    channel.onmessage({ looked_at: 2, images: 2 });
    expect(onProgress.mock.calls).toEqual([[{ looked_at: 1, images: 2 }]]);
  },
);

test("a failed command throws an ApiError", async () => {
  invoked.mockRejectedValueOnce("command history_list not found");
  await expect(tauriBackend.historyList()).rejects.toMatchObject({
    code: "internal",
    causes: ["command history_list not found"],
  });
});

test("the reader of a job gets each event once, until it unsubscribes", async () => {
  const onEvent = vi.fn();
  const unsubscribe = tauriBackend.jobFollow("j", 1, onEvent);
  // The command answers before the first event.
  await Promise.resolve();
  await Promise.resolve();
  const event = (seq: number) => ({ job: "j", seq }) as JobEvent;
  const events = channelOf("on_progress");
  events.onmessage([event(0), event(1), event(2)]);
  events.onmessage([event(2), event(3)]);
  unsubscribe();
  events.onmessage([event(4)]);
  expect(onEvent.mock.calls.map(([{ seq }]) => seq)).toEqual([1, 2, 3]);
});
