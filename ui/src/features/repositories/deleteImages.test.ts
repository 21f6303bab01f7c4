import { describe, expect, it, vi } from "vitest";
import { fakeError } from "../../ipc/fakeBackend";
import type { ImageNotDeleted } from "../../ipc/generated";
import { type Deletion, deleteImages } from "./deleteImages";

const error = fakeError("image_in_index", "An index refers to it.");
const end = { error: null, stopped: false };
const images = (...digests: string[]) => digests.map((digest) => ({ digest, tags: [] }));
const many = (count: number) => Array.from({ length: count }, (_, index) => `sha256:${index}`);

/** Deletes on an ECR that answers as given, and tells every call. */
async function run(
  wanted: readonly string[],
  answer: (asked: readonly string[], call: number) => string[],
) {
  const calls: (readonly string[])[] = [];
  const progress: Deletion[] = [];
  const deletion = await deleteImages(
    images(...wanted),
    async (asked) => {
      calls.push(asked);
      return answer(asked, calls.length).map((name) => ({ name, error }));
    },
    (current) => progress.push(current),
  );
  return { deletion, calls, progress };
}

describe("deleting images", () => {
  it("asks for no more at once than ECR takes, and says how far it is", async () => {
    const all = many(250);
    const { deletion, calls, progress } = await run(all, () => []);
    expect(calls.map((asked) => asked.length)).toEqual([100, 100, 50]);
    expect(deletion).toEqual({ deleted: all, left: new Map(), ...end });
    expect(progress.map(({ deleted }) => deleted.length)).toEqual([100, 200, 250]);
  });

  it("continues after single failures, and reports each with its reason", async () => {
    const stay = ["sha256:3", "sha256:100"];
    const { deletion } = await run(many(101), (asked) =>
      asked.filter((digest) => stay.includes(digest)),
    );
    expect(deletion.deleted).toHaveLength(99);
    expect(deletion.left).toEqual(new Map(stay.map((digest) => [digest, error])));
  });

  it("tries again what waited for its index, and not what nothing went before", async () => {
    const waiting = await run(["below", "index"], (_asked, call) => (call === 1 ? ["below"] : []));
    expect(waiting.calls).toEqual([["below", "index"], ["below"]]);
    expect(waiting.deletion).toEqual({
      deleted: ["index", "below"],
      left: new Map(),
      ...end,
    });
    const stuck = await run(["below", "other"], () => ["below"]);
    expect(stuck.calls).toEqual([["below", "other"], ["below"]]);
    expect(stuck.deletion.left).toEqual(new Map([["below", error]]));
  });

  it("knows an image that ECR names by a tag", async () => {
    const answer = async (): Promise<ImageNotDeleted[]> => [{ name: "latest", error }];
    const deletion = await deleteImages([{ digest: "one", tags: ["latest"] }], answer, () => {});
    expect(deletion).toEqual({ deleted: [], left: new Map([["one", error]]), ...end });
  });

  it("stops where a call fails, and knows what went before it", async () => {
    const gone = new Error("the network is gone");
    const remove = vi.fn(async (asked: readonly string[]) => {
      if (asked.includes("sha256:100")) {
        throw gone;
      }
      return [{ name: "sha256:7", error }];
    });
    const deletion = await deleteImages(images(...many(300)), remove, () => {});
    expect(remove).toHaveBeenCalledTimes(2);
    expect(deletion.deleted).toHaveLength(99);
    expect(deletion.left).toEqual(new Map([["sha256:7", error]]));
    expect(deletion.error).toBe(gone);
  });

  it("sends no request after a stop, and reports what was deleted", async () => {
    const stop = new AbortController();
    const remove = vi.fn(async () => {
      stop.abort();
      return [{ name: "sha256:7", error }];
    });
    const deletion = await deleteImages(images(...many(300)), remove, () => {}, stop.signal);
    expect(remove).toHaveBeenCalledTimes(1);
    expect(deletion.deleted).toHaveLength(99);
    expect(deletion.stopped).toBe(true);
    expect(deletion.error).toBeNull();
  });
});
