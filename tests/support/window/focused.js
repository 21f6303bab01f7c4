// Returns the accessible name and the role or type of the focused element.
const element = document.activeElement;
if (!element || element === document.body) return null;
const text = (node) => (node?.textContent ?? "").replace(/\s+/g, " ").trim();
const labelled = (element.getAttribute("aria-labelledby") ?? "")
  .split(/\s+/)
  .map((id) => text(document.getElementById(id)))
  .join(" ")
  .trim();
const labels = element.labels?.length ? [...element.labels].map(text).join(" ") : "";
return {
  name: element.getAttribute("aria-label") || labelled || labels || text(element),
  kind: element.getAttribute("role") || element.type || element.localName,
};
