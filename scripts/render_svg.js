// Runs in the page that scripts/render_svg.py opens: draws each text, trims what no element uses, hands all back.
const given = __GIVEN__;
const FONT = '"DejaVu Sans", Verdana, "Segoe UI", sans-serif';
const OPTIONS = {
  startOnLoad: false,
  securityLevel: "strict",
  theme: "neutral",
  htmlLabels: false,
  fontFamily: FONT,
  fontSize: 14, // of sequences; flowcharts draw in 16
  themeCSS: ".edgeLabel rect { opacity: 1; fill: #ffffff } .note { fill: #f1f1f1; stroke: #9a9a9a } " +
    ".noteText, .noteText > tspan { fill: #1a1a1a }",
  flowchart: { htmlLabels: false, nodeSpacing: 26, rankSpacing: 46, padding: 10, wrappingWidth: 190, curve: "basis" },
  sequence: { mirrorActors: false, wrap: false, actorFontSize: 13, messageFontSize: 12, noteFontSize: 12,
    actorMargin: 24, messageMargin: 26, boxMargin: 6, width: 120, height: 52, noteMargin: 8 },
};
const CODE = /&(?:#(\d+)|quot|lt|gt|amp);/g;
const PLAIN = { "&quot;": '"', "&lt;": "<", "&gt;": ">", "&amp;": "&" };

// Mermaid leaves its own codes in a label that has no line break and no "<" in it: read them once, as it would.
function decoded(svg) {
  const walker = document.createTreeWalker(svg, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.tagName === "style") continue;
    node.data = node.data.replace(CODE, (code, number) => (number ? String.fromCodePoint(Number(number)) : PLAIN[code]));
  }
}

// Mermaid puts rules for all it could draw into each SVG: keep those that something in this one uses.
function trimmed(svg) {
  const style = svg.querySelector("style");
  const kept = [];
  for (const rule of style.sheet.cssRules) {
    if (rule instanceof CSSStyleRule && document.querySelector(rule.selectorText)) kept.push(rule.cssText);
  }
  style.textContent = kept.join("\n");
}

// What only Mermaid itself reads again, an element for each word, and more digits than anybody sees.
function shortened(svg) {
  for (const line of svg.querySelectorAll(".text-outer-tspan")) line.textContent = line.textContent;
  for (const element of svg.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) if (name.startsWith("data-")) element.removeAttribute(name);
    for (const name of ["d", "points", "transform", "x", "y", "width", "height"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace(/\d+\.\d{3,}/g, (number) => Number(number).toFixed(1)));
    }
  }
  svg.style.background = "#ffffff";
}

(async () => {
  mermaid.initialize(OPTIONS);
  const out = {};
  for (const [name, text] of Object.entries(given.texts)) {
    try {
      const id = name.replace(/^svg.|.svg$/g, "").replace(/[^a-z0-9]+/g, "-");
      const holder = document.createElement("div");
      document.body.append(holder);
      holder.innerHTML = (await mermaid.render(id, text)).svg;
      const svg = holder.querySelector("svg");
      decoded(svg);
      trimmed(svg);
      shortened(svg);
      out[name] = new XMLSerializer().serializeToString(svg);
      holder.remove();
    } catch (error) {
      out[name] = "refused: " + error.message;
    }
  }
  const bytes = new TextEncoder().encode(JSON.stringify(out));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const pre = document.createElement("pre");
  pre.id = "out";
  pre.textContent = btoa(binary);
  document.body.replaceChildren(pre);
})();
