"use strict";
// Without this the page says the same: a band's title, its label for screen readers, and the tables. This shows it at once, and lets
// the arrow keys move between bands so that Tab need not pass them all.
(() => {
  const tip = document.getElementById("tip");
  const hide = () => { tip.hidden = true; };
  const show = (band, x, y) => {
    tip.textContent = band.getAttribute("aria-label");
    tip.hidden = false;
    const room = 12;
    tip.style.left = Math.max(room, Math.min(x + room, innerWidth - tip.offsetWidth - room)) + "px";
    tip.style.top = Math.max(room, y + room + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - room : y + room) + "px";
  };
  document.querySelectorAll("svg.d[role=group]").forEach((drawing) => {
    const bands = [...drawing.querySelectorAll(".b")];
    bands.forEach((band, at) => {
      band.querySelector("title")?.remove();
      band.setAttribute("tabindex", at ? "-1" : "0");
      band.addEventListener("pointermove", (e) => show(band, e.clientX, e.clientY));
      band.addEventListener("pointerleave", hide);
      band.addEventListener("focus", () => {
        const box = band.getBoundingClientRect();
        show(band, box.left, box.bottom);
      });
      band.addEventListener("blur", hide);
      band.addEventListener("keydown", (e) => {
        const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -at, End: bands.length - 1 - at };
        if (e.key === "Escape") { hide(); return; }
        const next = bands[at + steps[e.key]];
        if (!(e.key in steps) || !next) return;
        e.preventDefault();
        band.setAttribute("tabindex", "-1");
        next.setAttribute("tabindex", "0");
        next.focus();
      });
    });
  });
  // What can be taken away: the sentence, a table as CSV, a drawing as SVG or PNG. Everything is on the page already.
  const save = (name, type, bytes) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", () => act(made));
    return made;
  };
  const copied = (text) => (made) => {
    const said = made.textContent;
    navigator.clipboard.writeText(text()).then(() => {
      made.textContent = "copied";
      setTimeout(() => { made.textContent = said; }, 1500);
    });
  };
  const tools = (after, ...buttons) => {
    const bar = document.createElement("p");
    bar.className = "tools";
    bar.append(...buttons);
    after.after(bar);
  };
  const words = document.getElementById("words");
  if (words) tools(words, button("Copy this text", copied(() => words.textContent)));
  const cell = (td) => (td.querySelector("code[title]") ? [...td.querySelectorAll("code[title]")].map((c) => c.title).join(" ") : td.innerText.replace(/\s+/g, " ").trim());
  const quoted = (text) => "\"" + (/^[=+\-@\t\r]/.test(text) ? "'" : "") + text.replaceAll("\"", "\"\"") + "\"";
  const csv = (table) => [...table.rows].map((row) => [...row.cells].map((td) => quoted(cell(td))).join(",")).join("\n") + "\n";
  document.querySelectorAll("div.scroll > table").forEach((table) => {
    const name = table.closest("section").querySelector("h2").textContent.toLowerCase();
    tools(
      table.closest("div.scroll"),
      button("Copy as CSV", copied(() => csv(table))),
      button("Save as CSV", () => save(name + ".csv", "text/csv", csv(table))),
    );
  });
  document.querySelectorAll("code[title]").forEach((code) => {
    code.addEventListener("click", () => navigator.clipboard.writeText(code.title));
  });
  const alone = (drawing) => {
    const copy = drawing.cloneNode(true);
    const box = drawing.viewBox.baseVal;
    copy.setAttribute("xmlns", drawing.namespaceURI);
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    const own = drawing.querySelectorAll("*");
    const kept = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stop-color", "font-size", "font-weight", "font-family", "paint-order"];
    copy.querySelectorAll("*").forEach((element, at) => {
      const look = getComputedStyle(own[at]);
      kept.forEach((name) => {
        if (!element.getAttribute(name)?.startsWith("url(")) element.setAttribute(name, look.getPropertyValue(name));
      });
    });
    const paper = document.createElementNS(drawing.namespaceURI, "rect");
    const at = { x: box.x, y: box.y, width: box.width, height: box.height, fill: getComputedStyle(document.body).backgroundColor };
    Object.entries(at).forEach(([name, value]) => paper.setAttribute(name, value));
    copy.querySelector("defs")?.after(paper);
    return new XMLSerializer().serializeToString(copy);
  };
  const png = (drawing, name) => {
    const box = drawing.viewBox.baseVal;
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = box.width * 2;
      canvas.height = box.height * 2;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((bytes) => save(name + ".png", "image/png", bytes));
    };
    picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(alone(drawing));
  };
  document.querySelectorAll("figure").forEach((figure) => {
    const drawing = figure.querySelector("svg.d.wide");
    const caption = figure.querySelector("figcaption");
    if (!drawing || !caption) return;
    const name = figure.closest("section").querySelector("h2").textContent.toLowerCase().replaceAll(" ", "-");
    tools(
      caption,
      button("Save as SVG", () => save(name + ".svg", "image/svg+xml", alone(drawing))),
      button("Save as PNG", () => png(drawing, name)),
    );
  });
  addEventListener("scroll", hide, { passive: true });
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
})();
