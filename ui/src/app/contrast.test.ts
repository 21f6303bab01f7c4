import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

it("has text of our own with a contrast of at least 4.5", () => {
  const rules = read("./frame.css").split("}");
  const pairs = rules.flatMap((rule) => {
    const background = /[^-]background:\s*(#[\da-f]{6})/i.exec(rule)?.[1];
    const color = /[^-]color:\s*(#[\da-f]{6})/i.exec(rule)?.[1];
    return background && color ? [[background, color] as const] : [];
  });
  expect(pairs.length).toBeGreaterThan(1);
  for (const [background, color] of pairs) {
    expect(contrast(background, color), `${color} on ${background}`).toBeGreaterThanOrEqual(4.5);
  }
});

/** The backgrounds of containers in Cloudscape's themes. */
it.each(["#ffffff", "#161d26"])("draws charts of our own with a contrast of 3 on %s", (theme) => {
  const stroke = /stroke="(#[\da-f]{6})"/i.exec(read("../features/migrate/progress/Sparkline.tsx"));
  expect(contrast(stroke?.[1] ?? theme, theme)).toBeGreaterThanOrEqual(3);
});
