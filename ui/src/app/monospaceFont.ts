/**
 * The monospace font of digests, URIs, and commands. It is bundled, because many Linux systems have
 * only a thin Courier. Source Code Pro has no ligatures that would change a command, such as `--`.
 */
import "@fontsource/source-code-pro/latin-400.css";
import "@fontsource/source-code-pro/latin-700.css";
import { generateThemeStylesheet } from "@cloudscape-design/components/theming";

const fonts = "'Source Code Pro', ui-monospace, Menlo, Consolas, monospace";

/**
 * Applies the font to all components. Cloudscape's `applyTheme` adds a `<style>` element, which the
 * content security policy refuses, so the style sheet is constructed. WebKit of macOS 12 can't
 * construct one, and uses Monaco.
 */
export function applyMonospaceFont(): void {
  try {
    const sheet = new CSSStyleSheet();
    const theme = generateThemeStylesheet({ theme: { tokens: { fontFamilyMonospace: fonts } } });
    // Every text area holds a policy in JSON. The rules of the components count as one ID.
    sheet.replaceSync(`${theme} textarea:not(#_):not(#_) { font-family: ${fonts}; }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } catch {
    // The fonts of the system are used.
  }
}
