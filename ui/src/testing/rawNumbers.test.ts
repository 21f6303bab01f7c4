// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are code that is checked
/** Counts are shown with `formatCount`: 1,234 instead of 1234. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const source = join(import.meta.dirname, "..");

/** Attributes that nobody reads. */
const unread = /^(key|id|style|href|data-.*)$/;

function isCount(node: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(node)) {
    return node.name.text === "length" || node.name.text === "size";
  }
  if (ts.isBinaryExpression(node)) {
    const isSum = ["+", "-"].includes(node.operatorToken.getText());
    return isSum && (isCount(node.left) || isCount(node.right));
  }
  return false;
}

/** The names of constants that hold a count. */
function countNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node) => {
    if (ts.isVariableDeclaration(node) && node.initializer && isCount(node.initializer)) {
      names.add(node.name.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** Whether a value becomes part of a text that the user reads. */
function isRead(node: ts.Node): boolean {
  for (let above = node.parent; above !== undefined; above = above.parent) {
    if (ts.isJsxAttribute(above)) return !unread.test(above.name.getText());
    if (ts.isJsxElement(above)) return true;
    if (ts.isPropertyAssignment(above)) return !unread.test(above.name.getText());
    if (ts.isVariableDeclaration(above)) return !/key$|^id$/i.test(above.name.getText());
    if (ts.isCallExpression(above)) return !/^use/.test(above.expression.getText());
  }
  return true;
}

function rawCounts(name: string, text: string): string[] {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const names = countNames(file);
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    const value = ts.isTemplateSpan(node)
      ? node.expression
      : ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)
        ? node.expression
        : undefined;
    if (value && (isCount(value) || names.has(value.getText())) && isRead(node)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${name}:${line + 1}: ${value.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

it("finds counts that aren’t formatted", () => {
  const found = (text: string) => rawCounts("x.tsx", text).length;
  const counted = "const more = rows.length - shown;";
  expect(found("const text = `${rows.length} rows`;")).toBe(1);
  expect(found(`${counted} const text = \`\${more} rows\`;`)).toBe(1);
  expect(found("const view = <b>{rows.size}</b>;")).toBe(1);
  expect(found("const text = `${formatCount(rows.length)} rows`;")).toBe(0);
  expect(found("const view = <b data-testid={`rows-${rows.length}`} />;")).toBe(0);
});

it("shows every count in the format of the window", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (name) => /^(app|errors|features|shared)[/\\].*\.tsx?$/.test(name) && !/\.test\./.test(name),
  );
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((name) => rawCounts(name, readFileSync(join(source, name), "utf8")));
  expect(found).toEqual([]);
});
