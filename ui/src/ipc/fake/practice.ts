import type { Backend } from "../backend";
import type { RepositoryImage } from "../generated";
import { fakePractice } from "./fixtures";

/** Practice mode, which forgets the images in ECR when it is reset. */
export function fakePracticeMethods(ecr: Map<string, RepositoryImage[]>) {
  return {
    practiceStart: async () => fakePractice,
    practiceReset: async () => {
      ecr.clear();
      return fakePractice;
    },
    practiceTagMove: async () => {},
    practiceExamplesCreate: async () => ["shop/api", "shop/web"],
  } satisfies Partial<Backend>;
}
