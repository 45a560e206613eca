// Every page at the width of a desk and of a phone, in light and in dark: no violation that axe
// knows, nothing wider than the window, no error on the console, no request to anywhere else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { check, isServed, launch, look, makeOwner, open, openAs, takeLink } from "./kit/browser.js";
import { demo, serve } from "./kit/purser.js";
import { makeShop } from "./kit/shop.js";

const PAGES = [
  "/", "/todo", "/profit", "/orders", "/ads", "/costs", "/purchases", "/expenses", "/rules",
  "/rates", "/payouts", "/reconcile", "/import", "/settings", "/design", "/goals", "/reports",
  "/reports/pnl", "/reports/ladder", "/reports/goals", "/reports/products", "/reports/channels",
  "/reports/countries", "/reports/fees", "/reports/discounts", "/reports/refunds", "/reports/ads",
  "/reports/customers", "/reports/cohorts", "/reports/hours", "/reports/calendar", "/what-if",
  "/stock", "/stock/actions", "/stock/labels", "/stocktake", "/returns", "/locations",
  "/reports/stock", "/reports/valuation", "/reports/replenish", "/presets", "/months", "/changes", "/changes-since", "/definitions",
  "/listings", "/channels", "/drift", "/suppliers", "/purchase-orders", "/transfers",
  "/settings/people", "/settings/audit", "/settings/second-factor", "/settings/backup",
  "/settings/backup/drill", "/settings/mail", "/settings/notes", "/settings/diagnostics",
  "/settings/privacy", "/settings/security",
];
const WIDTHS = [1280, 390];
const SCHEMES = ["light", "dark"];

let browser, full, fullOwner, empty, emptyOwner;

before(async () => {
  browser = await launch();
  full = await demo();
  const isDemo = full !== null;
  full ??= await serve(makeShop());
  fullOwner = await open(browser, full);
  await (isDemo ? takeLink : makeOwner)(fullOwner, full);
  empty = await serve();
  emptyOwner = await open(browser, empty);
  await makeOwner(emptyOwner, empty);
});

after(async () => {
  await browser?.close();
  await Promise.all([full?.stop(), empty?.stop()]);
});

async function walk(t, server, signedIn, path) {
  for (const width of WIDTHS) {
    for (const scheme of SCHEMES) {
      await t.test(`${width} px, ${scheme}`, async () => {
        const page = await openAs(browser, server, signedIn, { width, scheme });
        await look(page, path);
        await page.context().close();
      });
    }
  }
}

for (const path of PAGES) {
  test(`${path} of a shop in full swing`, async (t) => {
    if (await isServed(t, fullOwner, path)) await walk(t, full, fullOwner, path);
  });
  test(`${path} on the first day`, async (t) => {
    if (await isServed(t, emptyOwner, path)) await walk(t, empty, emptyOwner, path);
  });
}

test("two scenarios beside what was", async (t) => {
  if (!(await isServed(t, fullOwner, "/what-if"))) return;
  const assume = (name, ...assumptions) => encodeURIComponent(JSON.stringify({ name, assumptions }));
  const free = { kind: "free_shipping", from: { amount: "45", currency: "EUR" } };
  const dearer = { kind: "price", of: "all", change: { percent: "5" } };
  const fewer = { kind: "volume", of: "all", percent: "-6" };
  const path = `/what-if?a=${assume("Free earlier", free)}&b=${assume("Dearer", dearer, fewer)}`;
  await walk(t, full, fullOwner, path);
});

test("an order with its trail", async (t) => {
  if (!(await isServed(t, fullOwner, "/orders"))) return;
  await fullOwner.goto("/orders");
  const link = fullOwner.getByRole("main").locator('a[href*="/orders/"]').first();
  await walk(t, full, fullOwner, await link.getAttribute("href"));
});

test("a product's cost in its panel", async (t) => {
  if (!(await isServed(t, fullOwner, "/costs"))) return;
  await fullOwner.goto("/costs");
  const link = fullOwner.getByRole("main").locator('a[href*="sku="]').first();
  await walk(t, full, fullOwner, await link.getAttribute("href"));
});

for (const [name, path] of [
  ["a new receipt", "/purchases?id=new"],
  ["a new expense", "/expenses?id=new"],
  ["a rule with its effect", "/rules?list=payment_fees&at=new&percent=1.5&do=show"],
  ["a first guess with its effect", "/rules?list=cost_guesses&at=new&percent=40&do=show"],
  ["all ad spend", "/ads?period=all"],
  ["a campaign to be mapped", "/ads?period=all&platform=meta&campaign=spring"],
  ["all statements", "/reconcile?period=all"],
  ["all payouts", "/payouts?period=all"],
  ["one payout", "/payouts/1"],
  ["a purchase order and its bills", "/purchases?order=PO-101"],
  ["a new rate", "/rates?do=new"],
  ["a goal", "/goals?month=2026-11"],
  ["last month, to be closed", "/months?close=2026-10"],
  ["a report for paper", "/reports/pnl?view=print"],
  ["what can be connected", "/connections"],
  ["a platform to be connected, with many words", "/connections/new/shopify"],
  ["a platform with many fields", "/connections/new/amazon"],
]) {
  test(name, async (t) => {
    if (await isServed(t, fullOwner, path)) await walk(t, full, fullOwner, path);
  });
}

test("what is not there", async (t) => {
  for (const scheme of SCHEMES) {
    await t.test(scheme, async () => {
      const page = await openAs(browser, full, fullOwner, { width: 390, scheme });
      const answer = await page.goto("/there-is-no-such-page");
      assert.equal(answer.status(), 404);
      await check(page, "the page of an error");
      await page.context().close();
    });
  }
});
