import { expect, it } from "vitest";
import type { ImageKind } from "../../ipc/generated";
import { type RepositoryImageRow, referencesTo } from "./repositoryImageRows";

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
