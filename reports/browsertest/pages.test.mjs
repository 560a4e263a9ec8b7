// The pages of packages reports and mutation/report in a real browser. PAGES is the folder that
// `go test ./reports ./mutation/report -run 'TestPages|TestHTML' -pages DIR` has filled; BROWSER a
// Chromium.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const { PAGES, BROWSER, SCREENSHOTS } = process.env;
let browser;
before(async () => { browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] }); });
after(() => browser.close());

// open opens a page, after a script of its own if there is one, and collects what it complains about
// and asks the network for.
async function open(name, { script, ...options } = {}, hash = "") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  if (script) await page.addInitScript(script);
  page.wrong = [];
  page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") page.wrong.push(m.text()); });
  page.on("pageerror", (e) => page.wrong.push(e.message));
  page.on("request", (r) => { if (!/^(file|data):/.test(r.url())) page.wrong.push("asks for " + r.url()); });
  await page.goto(pathToFileURL(join(PAGES, name + ".html")).href + hash);
  await page.waitForSelector("html[data-ready]");
  return page;
}
const story = (page) => page.evaluate(() => JSON.parse(document.getElementById("story").textContent));
const chosen = (page) => page.locator("#rows .event[aria-selected=true]").getAttribute("data-event");

// What axe finds within the viewer of mutants, which is taken as it was published: the heading of a closed
// drawer, a title outside its main part, and in the dark the red of low scores.
const published = { mutants: ["empty-heading", "region", "color-contrast"] };

for (const name of ["violation", "pass", "sweep", "sweep-pass", "trend", "defects", "mutants"]) {
  for (const [width, scheme] of [[1280, "light"], [390, "dark"]]) {
    test(`${name} at ${width}, ${scheme}: no error, nothing too wide, axe finds nothing`, async () => {
      const page = await open(name, { viewport: { width, height: 844 }, colorScheme: scheme });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `the page is ${wide} wide`);
      await page.addScriptTag({ path: axe });
      const found = await page.evaluate(async () => (await axe.run()).violations.map((v) => ({ id: v.id, at: v.nodes.map((n) => n.html.slice(0, 120)) })));
      assert.deepEqual(found.filter((f) => !published[name]?.includes(f.id)), []);
      if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}.png`) });
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    });
  }
}

test("what was promised and what broke is seen without scrolling", async () => {
  const page = await open("violation");
  const { promised, again } = await story(page);
  const last = await page.getByText(again).boundingBox();
  assert.ok((await page.getByText(promised, { exact: true }).boundingBox()).y < 200);
  assert.ok(last.y + last.height < 400);
  await page.context().close();
});

test("a deep link lands, and a link in the page follows", async () => {
  const page = await open("violation", {}, "#event=123");
  assert.equal(await chosen(page), "123");
  assert.match(await page.locator("#detail").textContent(), /^Event 123,/);
  await page.getByText("Show it in the timeline").click();
  await page.waitForFunction((n) => document.querySelector("#detail").textContent.startsWith(`Event ${n},`), (await story(page)).broke);
  assert.match(await page.locator("#detail").textContent(), /promise is broken/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test("the timeline answers to click and key", async () => {
  const page = await open("violation");
  const box = await page.locator("#canvas").boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const clicked = Number(await chosen(page));
  assert.ok(clicked > 0);
  await page.locator("#chart").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await chosen(page), String(clicked + 1));
  assert.match(page.url(), new RegExp(`#event=${clicked + 1}$`));
  await page.keyboard.press("End");
  assert.equal(await chosen(page), String((await story(page)).events.step.length - 1));
  await page.keyboard.press("Home");
  assert.equal(await chosen(page), "0");
  const before = await page.locator("#canvas").screenshot();
  await page.keyboard.press("+");
  assert.ok(!before.equals(await page.locator("#canvas").screenshot()), "zooming shows something else");
  await page.locator("#jump").fill("77");
  await page.keyboard.press("Enter");
  assert.equal(await chosen(page), "77");
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test("each lane has the colours of its events, and none that are filtered out", async () => {
  const page = await open("violation");
  const { classes, lanes, events } = await story(page);
  const there = (shown) => [...new Set(events.class.map((c, i) => `${lanes[events.lane[i]]} ${classes[c]}`))].filter((at) => shown(at.split(" ")[1])).sort();
  const drawn = () => page.evaluate(() => {
    const { lanes, classes } = JSON.parse(document.getElementById("story").textContent);
    const colours = [...document.querySelectorAll(".swatch")].map((s) => getComputedStyle(s).backgroundColor.match(/\d+/g).join());
    const canvas = document.getElementById("canvas"), g = canvas.getContext("2d"), found = new Set();
    lanes.forEach((lane, l) => {
      const { data } = g.getImageData(120, 22 + l * 22 + 11, canvas.width - 120, 1);
      for (let at = 0; at < data.length; at += 4) {
        const c = colours.indexOf([data[at], data[at + 1], data[at + 2]].join());
        if (c >= 0) found.add(`${lane} ${classes[c]}`);
      }
    });
    return [...found].sort();
  });
  const uncommon = (c) => c !== "crash"; // whose colour the lines across all lanes have
  assert.deepEqual((await drawn()).filter((at) => uncommon(at.split(" ")[1])), there(uncommon));
  await page.locator("#class-file").uncheck();
  const less = (c) => uncommon(c) && c !== "file";
  assert.deepEqual((await drawn()).filter((at) => uncommon(at.split(" ")[1])), there(less));
  await page.context().close();
});

test("search and filters leave what was asked for", async () => {
  const page = await open("violation");
  await page.locator("#search").fill("SEGMENT");
  const texts = await page.locator("#rows .event").allTextContents();
  assert.ok(texts.length > 3);
  for (const text of texts) assert.match(text.toLowerCase(), /segment/);
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#detail").textContent(), /^Event \d+,.*segment/);
  await page.locator("#search").fill("");
  const { classes, events } = await story(page);
  for (const name of classes) if (name !== "sync") await page.locator("#class-" + name).uncheck();
  const shown = await page.locator("#rows .event").evaluateAll((rows) => rows.map((r) => Number(r.dataset.event)));
  const selected = Number(await chosen(page).catch(() => -1));
  assert.ok(shown.length > 3);
  for (const i of shown) assert.ok(i === selected || classes[events.class[i]] === "sync", `event ${i} is shown`);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

for (const name of ["violation", "sweep", "defects"]) {
  test(`${name} prints`, async () => {
    const page = await open(name);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".controls").isVisible(), false);
    assert.ok((await page.pdf()).length > 10_000);
    await page.context().close();
  });
}

test("a story in the dark is light on paper, with the events around the broken promise", async () => {
  const page = await open("violation");
  await page.emulateMedia({ media: "screen", colorScheme: "dark" });
  const corner = () => page.locator("#canvas").evaluate((c) => Array.from(c.getContext("2d").getImageData(1, 1, 1, 1).data.slice(0, 3)));
  const lightest = async () => Math.min(...(await corner()));
  await page.waitForFunction(() => matchMedia("screen and (prefers-color-scheme: dark)").matches);
  assert.ok((await lightest()) < 80, "dark on the screen");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.waitForFunction(() => matchMedia("print").matches);
  assert.ok((await lightest()) > 240, "light on paper");
  const { broke } = await story(page);
  assert.ok(await page.locator(`#rows .event[data-event="${broke}"]`).isVisible());
  await page.context().close();
});

test("the findings of a sweep are searched, folded out and linked by key", async () => {
  const page = await open("sweep");
  assert.equal(await page.locator(".finding:visible").count(), 3);
  await page.locator("#search").fill("DEADLOCK");
  assert.equal(await page.locator(".finding:visible").count(), 1);
  assert.equal(await page.locator("#shown").textContent(), "1 of 3");
  await page.locator(".finding:visible summary").focus();
  assert.equal(await page.locator(".finding:visible pre").isVisible(), false);
  await page.keyboard.press("Enter");
  assert.match(await page.locator(".finding:visible pre").textContent(), /delivered consumer-1/);
  await page.locator(".finding:visible h3 a").focus();
  await page.keyboard.press("Enter");
  assert.match(page.url(), /#finding-1$/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test("a sweep shows what was never met, and its curve has a point for each row", async () => {
  const page = await open("sweep");
  assert.deepEqual(await page.locator("#faults-title ~ table .missed th").allTextContents(), ["drop-sync"]);
  assert.deepEqual(await page.locator("#points-title ~ table .missed th").allTextContents(), ["append/reserved"]);
  const marks = await page.locator(".chart circle").count();
  assert.ok(marks > 5);
  await page.locator(".charted summary").click();
  assert.equal(await page.locator(".charted tbody tr").count(), marks);
  await page.context().close();
});

test("where the run was lost is drawn, counted and linked", async () => {
  const page = await open("violation");
  const { lost } = await story(page);
  assert.equal(await page.locator(".chart circle").count(), lost.parts.length);
  await page.locator("#lost-title ~ p a").click();
  await page.waitForFunction((n) => document.querySelector("#detail").textContent.startsWith(`Event ${n},`), lost.event);
  assert.match(await page.locator("#detail").textContent(), /From here on every continuation fails/);
  await page.context().close();
});

test("defects are searched, filtered, folded out and linked", async () => {
  const page = await open("defects");
  const shown = () => page.locator(".defect:visible summary").allTextContents();
  assert.deepEqual(await shown(), ["no-directory-sync", "backwards", "too-late"]);
  await page.locator("#search").fill("BACKWARDS");
  assert.deepEqual(await shown(), ["no-directory-sync", "backwards"]);
  assert.equal(await page.locator("#shown").textContent(), "2 of 3");
  await page.locator("#oracle").selectOption("order");
  assert.deepEqual(await shown(), ["backwards"]);
  await page.locator("#search").fill("");
  await page.locator("#oracle").selectOption("");
  await page.locator("#found").selectOption("no");
  assert.deepEqual(await shown(), ["too-late"]);
  await page.locator("#found").selectOption("");
  await page.locator("#without").selectOption("name-lost");
  assert.deepEqual(await shown(), ["no-directory-sync"]);
  await page.locator("#without").selectOption("");
  await page.locator(".defect summary").nth(1).focus();
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#backwards dl").textContent(), /batches are turned round/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test("a part of the harness and what escapes without it lead to each other", async () => {
  const page = await open("defects", {}, "#too-late");
  assert.ok(await page.locator("#too-late dl").isVisible());
  await page.locator("#found").selectOption("no");
  await page.locator("#part-power-cut a").click();
  await page.locator("#no-directory-sync dl").waitFor();
  assert.equal(await page.locator("#found").inputValue(), "", "what hides the row is taken off");
  await page.locator("#no-directory-sync").getByRole("link", { name: "name-lost" }).click();
  assert.match(page.url(), /#part-name-lost$/);
  assert.match(await page.locator("#parts-title ~ p").last().textContent(), /hung on frontier, rot\.$/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test("a trend has a mark for each sweep in each chart, which says what it is", async () => {
  const page = await open("trend");
  const marks = await page.locator("section").evaluateAll((all) => all.map((s) => [...s.querySelectorAll("figure")].map((f) => f.querySelectorAll("circle").length)));
  assert.deepEqual(marks, [[4, 4, 4, 4], [1, 1, 1, 1]]);
  assert.match(await page.locator("figure circle title").first().textContent(), /^2026-11-20 22:05: 2500 runs\/s, v1$/);
  await page.context().close();
});

test("the viewer of mutants opens a file and a mutant by click, in a page that asks for nothing", async () => {
  const page = await open("mutants");
  await page.getByRole("link", { name: "x.go" }).first().click();
  assert.match(page.url(), /#mutant\/x\.go$/);
  await page.locator(".mutant-dot").first().click();
  await page.getByRole("heading", { name: /boundary/ }).waitFor();
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

// The pages measure themselves: from the navigation until the frame is drawn that has the whole timeline.
// No limit, for other work shares the machine.
test("a hundred thousand events", async (t) => {
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const page = await open("long", { script: () => {
      const seen = new MutationObserver(() => {
        if (!document.documentElement?.dataset.ready) return;
        seen.disconnect();
        requestAnimationFrame(() => setTimeout(() => { window.shown = performance.now(); }));
      });
      seen.observe(document, { attributes: true, childList: true, subtree: true });
    } });
    const shown = await (await page.waitForFunction(() => window.shown)).jsonValue();
    const spent = (act) => page.evaluate((act) => { const t = performance.now(); new Function(act)(); return performance.now() - t; }, act);
    const redraw = await spent("document.getElementById('in').click()");
    const search = await spent("const s = document.getElementById('search'); s.value = 'segment'; s.dispatchEvent(new Event('input'))");
    rounds.push({ shown, redraw, search });
    assert.equal((await story(page)).events.step.length, 100_000);
    assert.ok((await page.locator("#rows .event").count()) < 100, "only what is seen is in the document");
    assert.deepEqual(page.wrong, []);
    await page.context().close();
  }
  const each = (name) => rounds.map((r) => r[name].toFixed(0)).join(", ");
  t.diagnostic(`100000 events: shown after ${each("shown")} ms, drawn again in ${each("redraw")} ms, searched in ${each("search")} ms`);
});
