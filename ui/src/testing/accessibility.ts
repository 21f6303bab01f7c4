import axe from "axe-core";

/**
 * What axe finds wrong with a part of the page, one line a finding; empty where nothing is. Colours
 * and layout are left out: the test's page has neither.
 */
export async function accessibilityViolations(part: Element): Promise<string[]> {
  const forget = rememberStyles();
  try {
    return await violationsOf(part);
  } finally {
    forget();
  }
}

/**
 * Answers each question about styles once until it is told to forget. Axe asks for one element many
 * times, jsdom works it out anew each time, and the page stands still meanwhile.
 */
function rememberStyles(): () => void {
  const compute = window.getComputedStyle;
  const known = new WeakMap<Element, CSSStyleDeclaration>();
  window.getComputedStyle = (element, pseudo) => {
    if (pseudo) {
      return compute.call(window, element, pseudo);
    }
    const style = known.get(element) ?? compute.call(window, element);
    known.set(element, style);
    return style;
  };
  return () => {
    window.getComputedStyle = compute;
  };
}

async function violationsOf(part: Element): Promise<string[]> {
  const result = await axe.run(part, {
    // Describing what passes takes most of the time; nobody reads it.
    resultTypes: ["violations"],
    preload: false,
    rules: {
      "color-contrast": { enabled: false },
      // A part of the page has no landmarks; the frame brings them.
      region: { enabled: false },
      // Styles are not loaded: of the two lists of steps that a wizard has for wide and narrow
      // windows none is hidden.
      "landmark-unique": { enabled: false },
    },
  });
  return result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help}: ${node.html}`),
  );
}
