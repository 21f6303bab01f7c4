import type { Backend } from "../backend";
import type { SourceTag } from "../generated";
import { fakePractice, practiceTags } from "./data";
import { fakeError } from "./error";
import type { FakeEcr } from "./repositories";

/** Current tags of the practice Docker Hub by repository. */
export interface FakeHub {
  tags: Readonly<Record<string, readonly SourceTag[]>>;
}

/** Fake practice servers. A reset reverts all changes. */
export function fakePracticeMethods(
  { holdings, repositories }: FakeEcr,
  hub: FakeHub,
): Pick<Backend, "practiceStart" | "practiceReset" | "practiceTagMove"> {
  return {
    practiceStart: async () => fakePractice,
    practiceReset: async () => {
      holdings.clear();
      repositories.clear();
      hub.tags = practiceTags;
      return fakePractice;
    },
    practiceTagMove: async (repository, tag, to) => {
      const tags = hub.tags[repository];
      if (tags === undefined) {
        throw fakeError(
          "image_missing",
          `The practice Docker Hub has no repository ${repository}.`,
          repository,
        );
      }
      const image = tags.find((one) => one.tag === to);
      if (image === undefined || !tags.some((one) => one.tag === tag)) {
        const missing = image === undefined ? to : tag;
        throw fakeError("image_missing", `The repository ${repository} has no tag ${missing}.`);
      }
      hub.tags = {
        ...hub.tags,
        [repository]: tags.map((one) =>
          one.tag === tag ? { ...image, tag, updated_at_ms: Date.now() } : one,
        ),
      };
    },
  };
}
