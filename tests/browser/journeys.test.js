// What a seller does on the first evening: bring a file, enter a cost, ask why an order brought
// what it brought. Figures are those of a pocket calculator.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { check, isServed, launch, makeOwner, open } from "./kit/browser.js";
import { serve } from "./kit/purser.js";
import { STORE, orders } from "./kit/shop.js";

let browser, server, page;

before(async () => {
  server = await serve();
  browser = await launch();
  page = await open(browser, server);
  await makeOwner(page, server);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Lets the file fall on the page as a hand would. */
async function drop(name, text) {
  const data = await page.evaluateHandle(
    ([fileName, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], fileName));
      return transfer;
    },
    [name, text],
  );
  const area = page.locator("[data-drop]");
  for (const type of ["dragenter", "dragover", "drop"]) {
    await area.dispatchEvent(type, { dataTransfer: data });
  }
}

/** Waits until the page has come back by itself with figures that are up to date. */
async function settle() {
  await page.waitForFunction(
    () => document.readyState === "complete" && !document.querySelector("progress"),
    null,
    { timeout: 60_000 },
  );
}

test("a dropped file is told by its content, asked for its store, and taken in", async (t) => {
  if (!(await isServed(t, page, "/import"))) return;
  await page.goto("/import");
  await drop("orders.jsonl", orders(12));
  await page.waitForURL(/\/import\/.+/);
  if (page.url().includes("/waiting/")) {
    await check(page, "the question whose file it is");
    await page.getByLabel("New store", { exact: true }).fill(STORE);
    await page.getByRole("button", { name: "Take it in" }).click();
    await page.waitForURL(/\/import\/\d+$/);
  }
  await settle();
  const main = page.getByRole("main");
  await main.getByText("records taken in").waitFor();
  assert.match(await main.innerText(), /records taken in\s+12\b/i);
  await check(page, "what became of a file");
});

test("the same file again changes nothing", async (t) => {
  if (!(await isServed(t, page, "/import"))) return;
  await page.goto("/import");
  await page.getByText("New store, currency, format").click();
  await page.getByLabel("Store", { exact: true }).selectOption(STORE);
  await drop("orders.jsonl", orders(12));
  await page.waitForURL(/\/import\/\d+$/);
  await settle();
  const text = await page.getByRole("main").innerText();
  assert.match(text, /records taken in\s+0\b/i);
  assert.match(text, /known already\s+12\b/i);
});

test("a row that cannot be is told with its reason, the rest goes in", async (t) => {
  if (!(await isServed(t, page, "/import"))) return;
  await page.goto("/import");
  const header = "sku,valid_from,unit_cost,currency";
  await drop("costs.csv", `${header}\nMUG-RED,2026-01-01,4.20,EUR\nMUG-BLUE,soon,4.20,EUR\n`);
  await page.waitForURL(/\/import\/\d+$/);
  await settle();
  const refused = page.getByRole("region", { name: "Refused rows" });
  await refused.getByText("valid_from").first().waitFor();
  await check(page, "a file with a refused row");
});

test("the refused row is mended on its own page and leaves the list", async (t) => {
  if (!(await isServed(t, page, "/import"))) return;
  await page.getByRole("region", { name: "Refused rows" }).getByRole("link").first().click();
  await page.waitForURL(/\/import\/\d+\/row\/\d+$/);
  await check(page, "a refused row as a form");
  await page.getByLabel("unit_cost").fill("many");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".field-error").first().waitFor();
  await check(page, "a row that was refused again");
  await page.getByLabel("unit_cost").fill("4.20");
  await page.getByLabel("sku").fill("JUG");
  await page.getByLabel("valid_from").fill("2026-01-01");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForURL(/\/import\/\d+$/);
  await settle();
  const text = await page.getByRole("main").innerText();
  assert.match(text, /rows refused\s+0\b/i);
  assert.match(text, /row 3 again/);
});

test("several files stand in a queue, each with what became of it", async (t) => {
  if (!(await isServed(t, page, "/import"))) return;
  await page.goto("/import");
  const costs = "sku,valid_from,unit_cost,currency\nBOWL,2026-01-01,3.10,EUR\n";
  await page.setInputFiles("input[type=file]", [
    { name: "bowl.csv", mimeType: "text/csv", buffer: Buffer.from(costs) },
    { name: "photo.png", mimeType: "image/png", buffer: Buffer.from("\x89PNG\r\n\x1a\n", "latin1") },
    { name: "plate.csv", mimeType: "text/csv", buffer: Buffer.from(costs.replace("3.10", "x")) },
  ]);
  await page.getByRole("button", { name: "Take them in" }).click();
  await page.getByText("3 of 3 files").waitFor();
  const queue = page.locator("[data-drop-queue]");
  assert.match(await queue.innerText(), /photo\.png was not taken in\. The file is really a picture/);
  assert.equal(await queue.getByRole("link", { name: "taken in", exact: true }).count(), 1);
  assert.equal(await queue.getByRole("link", { name: "taken in but for some rows" }).count(), 1);
  await check(page, "a queue of files");
  await queue.getByRole("link", { name: "taken in", exact: true }).click();
  await page.waitForURL(/\/import\/\d+$/);
  await page.getByRole("heading", { name: "bowl.csv" }).waitFor();
  await settle();
});

test("a cost is shown with its effect before it is saved, and does just that", async (t) => {
  if (!(await isServed(t, page, "/costs"))) return;
  await page.goto("/costs?sku=MUG-BLUE");
  await page.getByLabel("Unit cost").fill("5.00");
  await page.getByLabel("From", { exact: false }).first().fill("2026-01-01");
  await page.getByRole("button", { name: /show/i }).click();
  // Six orders of two blue mugs each: 12 x 5.00.
  const sentence = page.locator(".panel .deciding");
  await sentence.waitFor();
  assert.match(await sentence.innerText(), /^This changes 6 orders by −60\.00\.$/);
  await check(page, "the effect of a cost");

  await page.goto("/costs");
  assert.doesNotMatch(await page.getByRole("main").innerText(), /5\.00/, "looking saves nothing");

  await page.goto("/costs?sku=MUG-BLUE");
  await page.getByLabel("Unit cost").fill("5.00");
  await page.getByLabel("From", { exact: false }).first().fill("2026-01-01");
  await page.getByRole("button", { name: /show/i }).click();
  await page.getByRole("button", { name: /^save/i }).click();
  await page.getByText(/6 orders recounted, −60\.00\./).waitFor();
  await settle();
  await page.goto("/costs");
  const row = page.getByRole("row").filter({ hasText: "MUG-BLUE" });
  assert.match(await row.innerText(), /5\.00/);
  await check(page, "costs after saving");
});

test("an order tells how its net profit comes about", async (t) => {
  if (!(await isServed(t, page, "/orders"))) return;
  await page.goto("/orders?period=all");
  await page.getByRole("link", { name: /1001/ }).first().click();
  await page.waitForURL(/\/orders\/.+/);
  const text = await page.getByRole("main").innerText();
  // Paid 28.90 with 4.61 tax inside: 20.17 goods and 4.12 shipping. Two red mugs at 4.20 are
  // 8.40, the label 3.79, the payment 0.89; 11.21 is left.
  for (const figure of ["20.17", "4.12", "8.40", "3.79", "0.89", "11.21"]) {
    assert.ok(text.includes(figure), `${figure} is not told:\n${text}`);
  }
  await check(page, "the trail of an order");
});

test("nothing went wrong on the way", () => {
  assert.deepEqual(page.faults, []);
});
