// Finds visible elements by role and accessible name. Implements the part of
// "Accessible Name and Description Computation 1.2" that the roles of our pages need.
// Returns what they show, or, for clicks, the enabled ones themselves. Elements become stale as soon as React replaces
// them, values do not.
const [role, wanted, exact, wantsElements] = arguments;

const selectors = {
  button: "button, [role=button]",
  link: "a[href], [role=link]",
  textbox: "input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea",
  checkbox: "input[type=checkbox], [role=checkbox]",
  radio: "input[type=radio], [role=radio]",
  option: "[role=option], [role=menuitem], [role=menuitemradio]",
  heading: "h1, h2, h3, h4, h5, [role=heading]",
  tab: "[role=tab]",
  row: "tr, [role=row]",
  dialog: "dialog, [role=dialog]",
};

const text = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();

const nameOf = (element) => {
  const labelledBy = element.getAttribute("aria-labelledby");
  if (labelledBy) {
    const names = labelledBy
      .split(/\s+/)
      .map((id) => document.getElementById(id))
      .filter(Boolean)
      .map((label) => label.getAttribute("aria-label") ?? text(label));
    if (names.join(" ").trim()) return names.join(" ").replace(/\s+/g, " ").trim();
  }
  const label = element.getAttribute("aria-label");
  if (label?.trim()) return label.trim();
  if (element.labels?.length) return [...element.labels].map(text).join(" ").trim();
  if (element.matches("input, textarea")) {
    return element.getAttribute("placeholder") ?? element.getAttribute("title") ?? "";
  }
  return text(element) || element.getAttribute("title") || "";
};

const seen = (element) => {
  // Cloudscape hides native checkboxes and radios behind drawn ones; their labels are visible.
  const shown = element.matches("input[type=checkbox], input[type=radio]")
    ? (element.labels?.[0] ?? element.parentElement)
    : element;
  if (element.closest("[aria-hidden=true], [inert]")) return false;
  const box = shown?.getBoundingClientRect();
  return !!box && box.width > 0 && box.height > 0 && getComputedStyle(shown).visibility !== "hidden";
};

const matches = (name) => (exact ? name === wanted : name.includes(wanted));

const enabled = (element) => !element.matches(":disabled, [aria-disabled=true]");

const found = [...document.querySelectorAll(selectors[role])].filter(
  (element) => seen(element) && matches(nameOf(element)),
);
if (wantsElements) return found.filter(enabled);
return found.map((element) => ({
  name: nameOf(element),
  enabled: enabled(element),
  checked: element.checked === true || element.getAttribute("aria-checked") === "true",
}));
