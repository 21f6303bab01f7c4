// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

interface Import {
  /** The importing file, below `src`. */
  readonly from: string;
  /** The imported file below `src`, or the package. */
  readonly to: string;
}

/** Imports of a text: `import … from`, `export … from`, `import("…")`, `import "…"`. */
function importsOf(from: string, text: string): Import[] {
  const pattern = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g;
  return [...text.matchAll(pattern)].map(([, target = ""]) => ({
    from,
    to: target.startsWith(".")
      ? relative(root, resolve(root, dirname(from), target)).replaceAll("\\", "/")
      : target,
  }));
}

function allImports(): Import[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path !== "testing/imports.test.ts")
    .flatMap((path) => importsOf(path, readFileSync(join(root, path), "utf8")));
}

const feature = (path: string) => /^features\/([^/]+)/.exec(path)?.[1];
const isTest = (path: string) => /\.test\.tsx?$/.test(path) || path.startsWith("testing/");
const under = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

/** The rules of who may import whom; each answers whether an import breaks it. */
const rules: Record<string, (edge: Import) => boolean> = {
  "a feature never imports another feature": ({ from, to }) => {
    const [own, other] = [feature(from), feature(to)];
    return own !== undefined && other !== undefined && own !== other;
  },
  "only ipc imports Tauri": ({ from, to }) => to.startsWith("@tauri-apps/") && !under(from, "ipc"),
  "only app imports features and app": ({ from, to }) =>
    !isTest(from) &&
    !under(from, "app") &&
    from !== "main.tsx" &&
    (under(to, "app") || (under(to, "features") && !under(from, "features"))),
  "ipc imports nothing of ours but itself": ({ from, to }) =>
    !isTest(from) && under(from, "ipc") && /^(app|features|shared|errors|testing)\b/.test(to),
  "shared and errors use only each other and the types of ipc": ({ from, to }) =>
    !isTest(from) &&
    (under(from, "shared") || under(from, "errors")) &&
    under(to, "ipc") &&
    !under(to, "ipc/generated"),
  "steps of the wizard call nothing: they import only the types of ipc": ({ from, to }) =>
    !isTest(from) &&
    under(from, "features/migrate/steps") &&
    under(to, "ipc") &&
    !under(to, "ipc/generated"),
  "no code outside tests imports testing": ({ from, to }) => !isTest(from) && under(to, "testing"),
};

describe("who may import whom", () => {
  const imports = allImports();

  it("finds the imports", () => {
    expect(imports.length).toBeGreaterThan(20);
  });

  for (const [rule, breaks] of Object.entries(rules)) {
    it(rule, () => {
      expect(imports.filter(breaks)).toEqual([]);
    });
  }

  it("notices each kind of import that breaks a rule", () => {
    const broken = importsOf(
      "features/migrate/steps/x.tsx",
      `import a from "../../profiles/b";
       export { c } from "@tauri-apps/api/core";
       const d = await import("../../../ipc/backend");
       import "../../../testing/setup";`,
    );
    const caught = (rule: string) => broken.filter((edge) => rules[rule]?.(edge)).length;
    expect(caught("a feature never imports another feature")).toBe(1);
    expect(caught("only ipc imports Tauri")).toBe(1);
    expect(caught("steps of the wizard call nothing: they import only the types of ipc")).toBe(1);
    expect(caught("no code outside tests imports testing")).toBe(1);
  });
});
