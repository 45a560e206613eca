// Hostile texts in every place that a file can fill: product titles, SKUs, order numbers,
// campaigns, names of stores and expenses. All pages are walked; no script runs and no element
// comes out of a text. The pages' own policy is switched off, so that escaping alone must hold.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, makeOwner, open } from "./kit/browser.js";
import { Folder, serve } from "./kit/purser.js";
import { orders } from "./kit/shop.js";

const PAYLOADS = [
  "<script>hit(1)</script>",
  "<img src=x onerror=hit(2) class=hostile>",
  "<svg onload=hit(3) class=hostile>",
  '"><script>hit(4)</script>',
  "'><script>hit(5)</script>",
  '" onmouseover="hit(6)" class="hostile',
  "' onfocus='hit(7)' autofocus class='hostile",
  "</title><script>hit(8)</script>",
  "</textarea><script>hit(9)</script>",
  "</script><script>hit(10)</script>",
  "</style><script>hit(11)</script>",
  "--><script>hit(12)</script>",
  "]]><script>hit(13)</script>",
  "<a href=javascript:hit(14) class=hostile>a</a>",
  "javascript:hit(15)",
  "<iframe srcdoc='<script>parent.hit(16)</script>' class=hostile></iframe>",
  "<iframe src=javascript:parent.hit(17) class=hostile></iframe>",
  "<details open ontoggle=hit(18) class=hostile>",
  "<body onload=hit(19)>",
  "<input autofocus onfocus=hit(20) class=hostile>",
  "<video><source onerror=hit(21) class=hostile></video>",
  "<object data=javascript:hit(22) class=hostile></object>",
  "<meta http-equiv=refresh content='0;url=javascript:hit(23)' class=hostile>",
  "<base href=http://127.0.0.2:9/ class=hostile>",
  "<form action=javascript:hit(25) class=hostile><button>a</button></form>",
  "{{7*7}}${7*7}<%= 7*7 %>#{hit(26)}",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=hit(27) class=hostile>",
  "<noscript><p title='</noscript><img src=x onerror=hit(28) class=hostile>'>",
  "\u202e<ScRiPt>hit(29)</sCrIpT>",
  "<IMG SRC=x OnErRoR=\u0009hit&#40;30&#41; CLASS=hostile>",
];
/** Pages of one kind, such as orders one by one. */
const PER_KIND_MAX = 20;
const PAGES_MAX = 200;

let browser, folder, server;

before(async () => {
  folder = new Folder();
  // Store names are as long as people make them; each order goes to a store of its own.
  PAYLOADS.forEach((text, n) => {
    const file = orders(1, () => ({
      id: `${n}-${text}`,
      number: text,
      campaign: text,
      customer_ref: text,
      lines: [{ id: "l1", sku: text, title: text, quantity: 1, unit_price: `${10 + n}.00` }],
      created_at: new Date(Date.now() - 86_400_000 * (n % 20)).toISOString(),
      payments: [{ gateway: text, amount: "28.90", fee: "0.89" }],
      fees: [{ kind: text, amount: "1.10" }],
    }));
    const words = ["import", "orders", folder.write(`orders-${n}.jsonl`, file)];
    const done = folder.run(...words, `--store=${text}`);
    // A name that cannot be one is refused; the order then comes under a plain one.
    if (done.code !== 0) folder.must(...words, "--store=Plain");
  });
  const quoted = PAYLOADS.map((text) => `"${text.replaceAll('"', '""')}"`);
  const expenses = quoted.map((name) => `${name},10.00,EUR,2026-03-01`);
  const costs = quoted.map((sku) => `${sku},2026-01-01,4.20,EUR`).slice(0, 15);
  folder.run(
    "import", "expenses",
    folder.write("expenses.csv", `name,amount,currency,from\n${expenses.join("\n")}\n`),
  );
  folder.run(
    "import", "costs",
    folder.write("costs.csv", `sku,valid_from,unit_cost,currency\n${costs.join("\n")}\n`),
  );
  // And refused rows, which are shown as they stood.
  const broken = quoted.map((text) => `${text},${text},4.20,EUR`);
  folder.run(
    "import", "costs",
    folder.write("<img src=x onerror=hit(31) class=hostile>.csv".replaceAll("/", "_"),
      `sku,valid_from,unit_cost,currency\n${broken.join("\n")}\n`),
  );
  server = await serve(folder);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A window where `hit` tells that a text has become a script. */
async function openWatched(hits) {
  const page = await open(browser, server, { bypassCSP: true });
  await page.exposeFunction("hit", (number) => hits.push(number));
  page.on("dialog", () => hits.push("dialog"));
  return page;
}

test("the payloads do harm where nothing escapes them", async () => {
  const hits = [];
  const page = await openWatched(hits);
  await page.goto("/sign-in");
  for (const text of PAYLOADS) await page.setContent(`<p title="a">${text}</p>`);
  assert.ok(new Set(hits).size >= 12, `only ${hits} were heard of`);
  await page.context().close();
});

test("no text of a file becomes markup on any page", async (t) => {
  const hits = [];
  const page = await openWatched(hits);
  await makeOwner(page, server);
  const queue = [
    "/", "/profit", "/orders?period=all", "/costs", "/import", "/settings", "/todo", "/expenses",
    "/rules", "/ads?period=all", "/payouts?period=all", "/reconcile?period=all",
  ];
  const [seen, kinds] = [new Set(queue), new Map()];
  const kindOf = (path) => path.split("?")[0].replace(/^(\/\w+)\/.+/, "$1/-");
  const walkedOf = new Map();
  let [walked, shown] = [0, 0];
  while (queue.length && walked < PAGES_MAX) {
    const path = queue.shift();
    const answer = await page.context().request.get(path);
    assert.ok(answer.status() < 500, `${path}: ${answer.status()}`);
    const media = answer.headers()["content-type"] ?? "";
    if (!media.startsWith("text/html")) {
      assert.match(media, /json|csv|sheet|octet|text\/plain/, `${path} is ${media}`);
      assert.equal(answer.headers()["x-content-type-options"], "nosniff", path);
      continue;
    }
    if (answer.status() !== 200) continue;
    walked += 1;
    walkedOf.set(kindOf(path), (walkedOf.get(kindOf(path)) ?? 0) + 1);
    await page.goto(path, { waitUntil: "load" });
    await page.evaluate(() => {
      // What waits for the pointer or the focus gets it.
      for (const one of document.querySelectorAll("main *, nav *")) {
        one.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
        if (one.matches("details")) one.open = true;
      }
    });
    const look = await page.evaluate(() => ({
      hostile: document.querySelectorAll(".hostile, main script, main iframe, body base").length,
      text: document.documentElement.textContent,
      handlers: [...document.querySelectorAll("*")]
        .flatMap((one) => one.getAttributeNames().map((name) => `${one.tagName} ${name}`))
        .filter((one) => / on/.test(one)),
      links: [...document.querySelectorAll("a[href], form[action]")]
        .map((one) => one.getAttribute("href") ?? one.getAttribute("action")),
    }));
    assert.equal(look.hostile, 0, `${path} holds elements out of a text`);
    assert.deepEqual(look.handlers, [], path);
    if (look.text.includes("hit(")) shown += 1;
    for (const link of look.links) {
      const url = new URL(link, page.url());
      assert.ok(url.protocol === "http:", `${path} links to ${link}`);
      assert.equal(url.origin, new URL(server.url).origin, `${path} links to ${link}`);
      const next = url.pathname + url.search;
      const kind = kindOf(next);
      if (seen.has(next) || (kinds.get(kind) ?? 0) >= PER_KIND_MAX) continue;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      seen.add(next);
      queue.push(next);
    }
  }
  t.diagnostic(`${walked} pages walked, hostile texts shown on ${shown}`);
  for (const [kind, few] of [["/profit", 5], ["/orders", 2], ["/orders/-", 10], ["/import/-", 10]]) {
    const number = walkedOf.get(kind) ?? 0;
    assert.ok(number >= few, `only ${number} pages of ${kind} were walked`);
  }
  assert.ok(shown >= 10, `hostile texts were shown on ${shown} pages only`);
  assert.deepEqual(hits, []);
  assert.deepEqual(page.faults, []);
});
