import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCounted,
  formatDuration,
  formatExact,
  formatRate,
  formatRelative,
  shortDigest,
} from "./format";

describe("formats for people", () => {
  it.each([
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [1500, "1.5 kB"],
    [99_940, "99.9 kB"],
    [99_960, "100 kB"],
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [1_234_567, "1.2 MB"],
    [4_194_304, "4.2 MB"],
    [52_000_000_000, "52 GB"],
    [1_000_000_000_000_000_000, "1000 PB"],
  ])("writes %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("writes a rate by the second", () => {
    expect(formatRate(12_300_000)).toBe("12.3 MB/s");
  });

  it("counts with separators and the right noun", () => {
    expect(formatCounted(1, "image", "images")).toBe("1 image");
    expect(formatCounted(0, "image", "images")).toBe("0 images");
    expect(formatCounted(10_000, "image", "images")).toBe("10,000 images");
  });

  it.each([
    [0, "< 1 s"],
    [499, "< 1 s"],
    [12_000, "12 s"],
    [59_600, "1 min"],
    [185_000, "3 min 5 s"],
    [3_600_000, "1 h"],
    [7_805_000, "2 h 10 min"],
    [3_605_000, "1 h"],
    [97_200_000, "1 d 3 h"],
  ])("writes %d ms as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  const now = Date.UTC(2026, 10, 23, 12, 0, 0);
  it.each([
    [0, "just now"],
    [-59_000, "just now"],
    [-60_000, "1 minute ago"],
    [7_200_000, "in 2 hours"],
    [-86_400_000, "yesterday"],
    [-40 * 86_400_000, "14 Oct 2026"],
    [-800 * 86_400_000, "14 Sept 2024"],
  ])("says a time %d ms from now as %s", (difference, text) => {
    expect(formatRelative(now + difference, now)).toBe(text);
  });

  it("has no relative time that is longer than what columns of times have room for", () => {
    const styles = readFileSync("src/shared/columnWidths.css", "utf8");
    const room = /td time::after {\s*content: "([^"]*)"/.exec(styles)?.[1] ?? "";
    const minutes = Array.from({ length: 2 * 32 * 24 * 60 }, (_, minute) => minute - 32 * 24 * 60);
    const texts = minutes.map((minute) => formatRelative(now + minute * 60_000, now));
    expect(Math.max(...texts.map((text) => text.length))).toBe(room.length);
  });

  it("writes an exact time with its zone", () => {
    expect(formatExact(now, "UTC")).toBe("23 Nov 2026, 12:00:00 UTC");
  });

  it("cuts a digest after twelve characters and keeps its algorithm", () => {
    expect(shortDigest(`sha256:0123456789abcdef${"0".repeat(48)}`)).toBe("sha256:0123456789ab");
    expect(shortDigest("0123456789abcdef")).toBe("0123456789ab");
  });
});
