import type { Plugin } from "vite";

const module = "@cloudscape-design/component-toolkit/mjs/internal/visual-mode/index.js";
// biome-ignore lint/suspicious/noTemplateCurlyInString: code of Cloudscape, not of this file
const wholeDocument = "!!document.querySelector(`.${themeDefinitions[theme].className}`)";
const body = "document.body.classList.contains(themeDefinitions[theme].className)";

/**
 * Cloudscape sets the class of a theme on `body`, but looks for it in the whole document, each time a
 * component with an icon or a header renders. Below a table of hundreds of rows that search takes most
 * of the time of a click. This makes it look at `body` only.
 */
export function themeOnBody(): Plugin {
  return {
    name: "theme-on-body",
    transform(code, id) {
      if (!id.replaceAll("\\", "/").includes(module)) {
        return null;
      }
      if (!code.includes(wholeDocument)) {
        throw new Error("This version of Cloudscape looks for its theme in another way.");
      }
      return { code: code.replace(wholeDocument, body), map: null };
    },
  };
}
