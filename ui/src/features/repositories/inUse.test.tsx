import { describe, expect, it } from "vitest";
import type { ApiError, RepositoryUse } from "../../ipc/generated";
import { inUseColumn, inUseText } from "./InUseCell";
import type { RepositoryImageRow } from "./repositoryImageRows";

const part = { digest: "amd64", parts: [] } as unknown as RepositoryImageRow;
const index = { digest: "index", parts: [part] } as unknown as RepositoryImageRow;
const other = { digest: "other", parts: [] } as unknown as RepositoryImageRow;
const error: ApiError = {
  code: "access_denied",
  message: "You aren't allowed to call inspector2:ListCoverage.",
  hints: [],
  causes: [],
  retryable: false,
  subject: "inspector2:ListCoverage",
};

function read(more: Partial<RepositoryUse> = {}): RepositoryUse {
  const last_in_use_at_ms = Date.UTC(2026, 9, 3);
  const images = [{ digest: "amd64", count: 2, last_in_use_at_ms }];
  return { read_at_ms: Date.UTC(2026, 9, 4), images, error: null, ...more };
}

describe("images that run", () => {
  it.each([
    ["an index whose platform runs", index, read(), "2 places", "Last used on"],
    ["the platform", part, read(), "2 places", "Read on"],
    ["an image that doesn't run", other, read(), "–", "reports no use"],
    [
      "a refusal without an earlier reading",
      other,
      read({ images: [], error }),
      "Couldn’t read",
      "inspector2:ListCoverage",
    ],
    [
      "a refusal after an earlier reading",
      index,
      read({ error }),
      "2 places",
      "inspector2:ListCoverage",
    ],
    ["while it is read", other, null, "Reading", "Amazon Inspector"],
  ] as const)("%s", (_name, row, use, text, title) => {
    const found = inUseText(row, use);
    expect(found.text).toBe(text);
    expect(found.title).toContain(title);
  });

  it("are a column where one runs", () => {
    const hidden = (use: RepositoryUse | null) => inUseColumn(use).hidden;
    expect([hidden(null), hidden(read({ images: [] })), hidden(read())]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
