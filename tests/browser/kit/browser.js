// One browser for a file of tests, and pages that keep what went wrong on them.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

import { chromium } from "playwright-core";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const EMAIL = "ann@example.test";
export const PASSWORD = "marble otter vinyl seven";

export function launch(more = []) {
  const executablePath = process.env.PURSER_CHROMIUM || "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: [...FLAGS, ...more] });
}

/** A person's own window: cookies of its own. `faults` grows while pages are looked at. */
export async function open(browser, server, options = {}) {
  const { width = 1280, height = 900, scheme = "light", ...rest } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    baseURL: server.url,
    locale: "en-GB",
    ...rest,
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.faults = watch(page, new URL(server.url).origin);
  return page;
}

function watch(page, origin) {
  const faults = [];
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  const pages = new Set();
  page.on("console", (message) => {
    // The browser also reports a page that was refused; what is refused, the test itself says.
    const isPage = pages.has(message.location().url) && /status of 4\d\d/.test(message.text());
    const isLoud = ["error", "warning"].includes(message.type());
    if (isLoud && !isPage) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (request.isNavigationRequest()) pages.add(request.url());
    const url = new URL(request.url());
    const isInside = url.origin === origin || ["data:", "blob:", "about:"].includes(url.protocol);
    if (!isInside) faults.push(`request to ${url.origin}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`);
  });
  return faults;
}

/** Makes the owner's account by the link of the first start. */
export async function makeOwner(page, server) {
  await page.goto(server.link);
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password").fill(PASSWORD);
  await Promise.all([page.waitForURL(server.url), page.getByRole("button").click()]);
}

/** Signs in by a one-time link, as the demo's owner does. */
export async function takeLink(page, server) {
  await page.goto(server.link);
  await Promise.all([page.waitForURL(server.url), page.getByRole("button").first().click()]);
}

/** Another window of somebody who is signed in already. */
export async function openAs(browser, server, signedIn, options = {}) {
  return open(browser, server, { ...options, storageState: await signedIn.context().storageState() });
}

/** Whether a page is there; else says so in one line, and the test counts as skipped. */
export async function isServed(t, page, path) {
  const answer = await page.context().request.get(path, { maxRedirects: 0 });
  if (answer.status() === 200) return true;
  t.skip(`${path} is not served yet (${answer.status()})`);
  return false;
}

/** Goes there and looks at what every page has to keep. */
export async function look(page, path) {
  const before = page.faults.length;
  const answer = await page.goto(path, { waitUntil: "load" });
  assert.equal(answer.status(), 200, path);
  await check(page, path, before);
}

export async function check(page, path, before = 0) {
  // Modules run after the page stands.
  await page.waitForLoadState("networkidle");
  const width = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
    widest: [...document.querySelectorAll("body *")]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .map((one) => `${one.tagName}.${one.className.baseVal ?? one.className}`)
      .slice(0, 5),
  }));
  assert.ok(
    width.page <= width.window,
    `${path} is ${width.page} wide in ${width.window}: ${width.widest.join(" ")}`,
  );
  assert.deepEqual(await violations(page), [], path);
  assert.deepEqual(page.faults.slice(before), [], path);
}

/** What axe finds. It is run by the debugger, which the page's own policy does not bind. */
export async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"] }),
  );
  return found.violations.map((one) => ({
    rule: one.id,
    help: one.help,
    where: one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
  }));
}
