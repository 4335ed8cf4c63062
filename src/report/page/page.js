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
  addEventListener("scroll", hide, { passive: true });
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
})();
