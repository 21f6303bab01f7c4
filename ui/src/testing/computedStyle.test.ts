import { afterEach, describe, expect, it } from "vitest";

afterEach(() => {
  document.body.innerHTML = "";
});

/** The style of the element with the id `it`. */
function styleIn(html: string) {
  document.body.innerHTML = html;
  const element = document.getElementById("it");
  if (!element) throw new Error("no element with the id `it`");
  return getComputedStyle(element);
}

// `setup.ts` replaces jsdom's function in every test file.
describe("the computed style of the tests", () => {
  it.each([
    ['<div id="it"></div>', "block"],
    ['<span id="it"></span>', "inline"],
    ['<table id="it"></table>', "table"],
    ['<div id="it" hidden></div>', "none"],
    ['<div id="it" style="display: none"></div>', "none"],
    ['<div hidden><div id="it"></div></div>', "block"],
    ['<svg id="it"></svg>', "inline"],
  ])("displays %s as %s", (html, display) => {
    const style = styleIn(html);
    expect(style.display).toBe(display);
    expect(style.getPropertyValue("display")).toBe(display);
  });

  it.each([
    ['<p id="it"></p>', "visible"],
    ['<p id="it" style="visibility: hidden"></p>', "hidden"],
    ['<div style="visibility: hidden"><p id="it"></p></div>', "hidden"],
    [
      '<div style="visibility: hidden"><p id="it" style="visibility: visible"></p></div>',
      "visible",
    ],
  ])("makes %s %s", (html, visibility) => {
    expect(styleIn(html).visibility).toBe(visibility);
  });

  it("has the other properties of the inline style", () => {
    const style = styleIn('<p id="it" style="color: red; width: 3px"></p>');
    expect(style.color).toBe("red");
    expect(style.getPropertyValue("width")).toBe("3px");
  });
});
