// Types texts into a field, and measures each from its event to the frame after it.
const [selector, texts] = arguments;
const field = document.querySelector(selector);
// React listens to the setter of the element, so the one of its class is used.
const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
const frame = () => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
// Until the rows have followed.
const rest = () => new Promise((rested) => setTimeout(rested, 1_500));
field.focus();
return (async () => {
  const times = [];
  for (const text of texts) {
    const begin = performance.now();
    set.call(field, text);
    field.dispatchEvent(new InputEvent("input", { bubbles: true, data: text }));
    await frame();
    times.push(performance.now() - begin);
    await rest();
  }
  return times;
})();
