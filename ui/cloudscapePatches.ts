import type { Plugin } from "vite";

interface Patch {
  /** The end of the path of the module. */
  readonly module: string;
  readonly from: string;
  readonly to: string;
}

/** The parts of Cloudscape that take most of the time of a click on a page with a table, and what they do instead. */
const patches: readonly Patch[] = [
  // The class of a theme is set on `body`, but looked for in the whole document, each time a component with an icon or a
  // header renders.
  {
    module: "@cloudscape-design/component-toolkit/mjs/internal/visual-mode/index.js",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code of Cloudscape, not of this file
    from: "!!document.querySelector(`.${themeDefinitions[theme].className}`)",
    to: "document.body.classList.contains(themeDefinitions[theme].className)",
  },
  // Each edge of a column has hidden buttons in an element of their own below `body`, rendered in two more passes. They are
  // made when they are first shown.
  {
    module: "@cloudscape-design/components/internal/components/drag-handle-wrapper/index.js",
    from: "React.createElement(PortalOverlay, {",
    to: "(wrapperRef.wereButtonsShown ||= showButtons) && React.createElement(PortalOverlay, {",
  },
];

/** Changes these parts while the front end is built. */
export function cloudscapePatches(): Plugin {
  return {
    name: "cloudscape-patches",
    transform(code, id) {
      const patch = patches.find(({ module }) => id.replaceAll("\\", "/").includes(module));
      if (patch === undefined) {
        return null;
      }
      if (!code.includes(patch.from)) {
        throw new Error(`This version of Cloudscape has other code in ${patch.module}.`);
      }
      return { code: code.replace(patch.from, () => patch.to), map: null };
    },
  };
}
