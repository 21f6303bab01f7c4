import axe from "axe-core";

/**
 * Returns the findings of axe, one per line. Color and layout rules are disabled, because jsdom has
 * neither.
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
 * Caches computed styles. Axe requests them many times per element, and jsdom computes them each
 * time.
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
    // Reports of passed rules are slow and unused.
    resultTypes: ["violations"],
    preload: false,
    rules: {
      "color-contrast": { enabled: false },
      // Landmarks are part of the frame.
      region: { enabled: false },
      // Without styles, both variants of the wizard navigation are visible.
      "landmark-unique": { enabled: false },
    },
  });
  return result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help}: ${node.html}`),
  );
}
