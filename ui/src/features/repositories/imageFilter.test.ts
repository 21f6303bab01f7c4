import { expect, it } from "vitest";
import { imageValues, isFound } from "./imageFilter";
import type { FilterToken } from "./propertyQuery";
import type { RepositoryImageRow } from "./repositoryImageRows";

const dayMs = 24 * 60 * 60 * 1000;
const nowMs = 100 * dayMs;

const row: RepositoryImageRow = {
  id: "a",
  digest: "sha256:a",
  tags: ["v1", "latest"],
  kind: "index",
  mediaType: null,
  platform: null,
  sizeBytes: 12_500_000,
  sizeIsExact: true,
  onlyHereBytes: null,
  pushedAtMs: nowMs - 30 * dayMs,
  pulledAtMs: null,
  ownReadAtMs: null,
  status: "active",
  contents: "",
  contentsInFull: "",
  platforms: ["linux/amd64", "linux/arm64"],
  attached: { signatures: 1, sboms: 0, provenances: 2 },
  note: null,
  isUnread: false,
  parts: [],
  pullCommands: [],
  isEntry: false,
};
const unread = { ...row, attached: null, platforms: [], isUnread: true };
const chart = { ...row, kind: "helm_chart", platforms: [], status: "archived" } as const;
const later = { ...row, status: { unknown: "FROZEN" } };

it.each<[string | undefined, FilterToken["operator"], string, RepositoryImageRow, boolean]>([
  ["kind", "=", "Image index", row, true],
  ["kind", "=", "image index", row, true],
  ["kind", "=", "Image", row, false],
  ["kind", "!=", "Helm chart", row, true],
  ["kind", "=", "Helm chart", chart, true],
  [undefined, ":", "LAT", row, true],
  ["tag", "=", "v1", row, true],
  ["tag", "!:", "v1", row, false],
  ["platform", ":", "arm64", row, true],
  ["platform", ":", "s390x", row, false],
  ["platform", ":", "arm64", chart, false],
  // An unread index can have every platform and signature.
  ["platform", ":", "arm64", unread, true],
  ["attached", "=", "Signature", unread, true],
  ["attached", "=", "Signature", row, true],
  ["attached", "=", "SBOM", row, false],
  ["attached", "!=", "SBOM", row, true],
  ["status", "=", "Archived", chart, true],
  ["status", "=", "Active", chart, false],
  ["status", "=", "FROZEN", later, true],
  ["size", ">", "12", row, true],
  ["size", "<", "12", row, false],
  ["size", "<", "13", row, true],
  ["pushed", ">", "29", row, true],
  ["pushed", "<", "29", row, false],
  ["pulled", ">", "365", row, true],
])("%s %s %s decides about an image", (key, operator, value, of, expected) => {
  const token = { ...(key === undefined ? {} : { propertyKey: key }), operator, value };
  expect(isFound({ tokens: [token], operation: "and" }, of, nowMs)).toBe(expected);
});

it("suggests the values that the images have", () => {
  const values = (key: string) =>
    imageValues([row, chart, later])
      .filter(({ propertyKey }) => propertyKey === key)
      .map(({ value }) => value);
  expect(values("kind")).toEqual(["Helm chart", "Image index"]);
  expect(values("platform")).toEqual(["linux/amd64", "linux/arm64"]);
  expect(values("status")).toEqual(["Active", "Archived", "FROZEN"]);
});
