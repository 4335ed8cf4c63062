// Looks at report pages in a real browser: no console message, no request, nothing clipped, overlapping or wider than the window, light and
// dark, at 1280 and 400 pixels; pointing at a band and moving to it by keys shows its facts. Not part of `cargo test`: it needs a browser.
//
//   UPLINKS_PAGES=/tmp/pages cargo test --lib page && cargo run --release -- report sample-data -o /tmp/pages/sample.html
//   npm install --no-save playwright-core && node tests/browser/report.mjs /tmp/pages/*.html
//
// CHROMIUM names the browser (/usr/bin/chromium); SHOTS a folder for screenshots.
import { basename, resolve } from "node:path";
import { chromium } from "playwright-core";

const args = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: args.split(" ") });
let failures = 0;

// What a reader would call ugly: text outside its drawing, or over other text.
const ugly = () => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page is wider than the window");
  const shown = [...document.querySelectorAll("svg.d")].filter((s) => s.getClientRects().length);
  for (const drawing of shown) {
    const all = drawing.getBoundingClientRect();
    const texts = [...drawing.querySelectorAll("text")].map((t) => [t.textContent, t.getBoundingClientRect()]);
    texts.forEach(([text, a], at) => {
      if (a.left < all.left - 0.5 || a.right > all.right + 0.5 || a.top < all.top - 0.5 || a.bottom > all.bottom + 0.5) found.push("clipped: " + text);
      for (const [other, b] of texts.slice(at + 1)) {
        if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4) found.push(`over each other: ${text} | ${other}`);
      }
    });
  }
  return found;
};

for (const file of process.argv.slice(2)) {
  for (const [colorScheme, width] of [["light", 1280], ["dark", 1280], ["light", 400], ["dark", 400]]) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const wrong = [];
    page.on("console", (m) => wrong.push("console: " + m.text()));
    page.on("pageerror", (e) => wrong.push("error: " + e));
    page.on("dialog", (d) => { wrong.push("dialog"); d.dismiss(); });
    page.on("request", (r) => { if (!r.url().startsWith("file:")) wrong.push("request: " + r.url()); });
    await page.goto("file://" + resolve(file));
    wrong.push(...(await page.evaluate(ugly)));
    const bands = page.locator("svg.d:visible .b");
    if (await bands.count()) {
      const tip = page.locator("#tip");
      const told = (await bands.first().getAttribute("aria-label")).split("\n")[0];
      await bands.first().locator(".hit").hover({ force: true });
      if (!(await tip.innerText()).includes(told)) wrong.push("pointing at a band shows nothing");
      await page.mouse.move(0, 0);
      await bands.first().focus();
      await page.keyboard.press("End");
      const last = (await page.evaluate(() => document.activeElement.getAttribute("aria-label"))).split("\n")[0];
      if (!(await tip.innerText()).includes(last)) wrong.push("moving to a band shows nothing");
      await page.keyboard.press("Escape");
      if (await tip.isVisible()) wrong.push("Escape does not hide the tip");
    }
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${basename(file)}-${colorScheme}-${width}.png`, fullPage: true });
    for (const what of wrong) console.log(`${file} ${colorScheme} ${width}: ${what}`);
    failures += wrong.length;
    await page.close();
  }
}
await browser.close();
console.log(failures ? `${failures} failures` : "all is well");
process.exitCode = failures ? 1 : 0;
