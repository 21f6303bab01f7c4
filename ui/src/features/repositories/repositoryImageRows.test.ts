import { expect, it } from "vitest";
import { singleRow, singleRows } from "../../ipc/fake/repositoryRows";
import type { ImageKind, ImageRow } from "../../ipc/generated";
import { image } from "../../testing/repositoriesPage";
import { imageRows, type RepositoryImageRow, referencesTo } from "./repositoryImageRows";

const row = (
  digest: string,
  kind: ImageKind,
  parts: readonly RepositoryImageRow[] = [],
  tags: readonly string[] = [],
) => ({ digest: `sha256:${digest}`, kind, parts, tags }) as RepositoryImageRow;

const arm = row("arm", "image", [row("sig", "signature")]);
const rows = [
  row("v2", "index", [row("amd", "image"), arm, row("sbom", "sbom")], ["2.0"]),
  row("v3", "index", [arm], ["3.0"]),
  row("plain", "image", [], ["1.0"]),
];

it.each([
  // Its indexes, and its signature once, although it stands under both.
  ["arm", ["Image index 2.0", "Signature sha256:sig", "Image index 3.0"]],
  ["v2", ["SBOM sha256:sbom"]],
  ["plain", []],
  // What refers to something isn’t referenced by it.
  ["sig", []],
])("knows what references %s", (digest, expected) => {
  const found = referencesTo(`sha256:${digest}`, rows);
  expect(found.map(({ name }) => name)).toEqual(expected);
});

const described = image({ digest: "sha256:v2", tags: ["2.0"], size_bytes: 1 });

it.each<[Partial<ImageRow>, string, string | null]>([
  [{}, "", null],
  [
    { platforms: ["linux/amd64", "linux/arm64"], attestations: 2 },
    "2 platforms, 2 attestations",
    null,
  ],
  [{ signatures: 3 }, "3 signatures", null],
  [
    { platforms: ["linux/amd64", "linux/arm64"], sboms: 2, provenances: 1 },
    "2 platforms, SBOM, provenance",
    null,
  ],
  [{ signatures: 1, sboms: 1, provenances: 1, referrers: 2 }, "5 referrers", null],
  [{ kind: "index", is_unread: true }, "Not read", null],
  [{ also_in: ["v2"] }, "", "Also in v2."],
  [{ also_in: ["v2", "v3"] }, "", "Also in v2, v3."],
  [{ probably_in: "v2" }, "", "Probably part of v2."],
  [{ is_orphan: true }, "", "Its image is not in this repository."],
])("says what %o contains and belongs to", (part, contents, note) => {
  const grouped = { ...singleRows([described]), rows: [singleRow(described, part)] };
  expect(imageRows([described], grouped)[0]).toMatchObject({ contents, note });
});

// ECR reports for an index the size of its largest image, which is less than all of them.
it.each<[string, Partial<ImageRow>, boolean]>([
  ["an image", { kind: "image" }, true],
  [
    "an image with parts",
    { parts: [{ digest: "sha256:sig", kind: "signature", platform: null, parts: [] }] },
    false,
  ],
  ["an index that was read", { kind: "index" }, true],
  ["an index that wasn’t read", { kind: "index", is_unread: true }, false],
])("knows whether the size of %s is exact", (_, part, isExact) => {
  const size = { bytes: 1, is_exact: false };
  const grouped = { ...singleRows([described]), rows: [{ ...singleRow(described, part), size }] };
  expect(imageRows([described], grouped)[0]?.sizeIsExact).toBe(isExact);
});

it("counts several kinds of referrers as one number, and each in full", () => {
  const part = { platforms: ["linux/amd64"], signatures: 1, provenances: 2, referrers: 1 };
  const grouped = { ...singleRows([described]), rows: [singleRow(described, part)] };
  expect(imageRows([described], grouped)[0]).toMatchObject({
    contents: "1 platform, 4 referrers",
    contentsInFull: "1 platform, 1 signature, 2 provenances, 1 other referrer",
  });
});
