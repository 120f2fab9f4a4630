// Runs the script that draws any picture on a page, with as much of a browser as it needs: node explorer.js SCRIPT PAGE prints what it drew.
const fs = require("fs");
const [script, page] = process.argv.slice(2).map((path) => fs.readFileSync(path, "utf8"));
class Element {
  constructor() { Object.assign(this, { options: [], chosen: "", hidden: false, textContent: "", innerHTML: "" }); }
  append(...children) { for (const child of children) if (child instanceof Element) child.parentElement = this; }
  addEventListener() {}
  replaceChildren(...options) { this.options = options; this.value = options.length ? options[0].value : ""; }
  get value() { return this.chosen; }
  set value(value) { this.chosen = String(value); }
}
globalThis.Option = class { constructor(text, value) { Object.assign(this, { text, value: String(value) }); } };
const known = { "explorer-data": new Element() };
known["explorer-data"].textContent = page.split("id=\"explorer-data\">")[1].split("</script>")[0];
globalThis.document = { getElementById: (id) => (known[id] ??= new Element()), createElement: () => new Element() };
eval(script);
console.log(known.drawn.innerHTML + known.drawn.textContent);
