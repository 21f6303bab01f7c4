import { expect, it } from "vitest";
import { showHidden } from "./hiddenCharacters";

it("escapes characters that can't be seen, so that a document still parses", () => {
  const document = { "PATH\u200b": "exe.\u202egnp", ü: "\ufeff<b>🦀\u00ad" };
  const shown = showHidden(JSON.stringify(document));
  expect(shown).toBe('{"PATH\\u200b":"exe.\\u202egnp","ü":"\\ufeff<b>🦀\\u00ad"}');
  expect(JSON.parse(shown)).toEqual(document);
});
