// Takes docs/pictures/overview.png from the demo shop: run by scripts/pictures.

import { join } from "node:path";

import { launch, open } from "./browser.js";
import { demo } from "./purser.js";

const folder = join(import.meta.dirname, "../../../docs/pictures");
const browser = await launch();
const server = await demo(10_000, 7);
try {
  const page = await open(browser, server, { height: 1180 });
  await page.goto(server.link);
  await page.getByRole("button").first().click();
  await page.waitForURL(server.url);
  await page.screenshot({ path: join(folder, "overview.png") });
} finally {
  await browser.close();
  await server.stop();
}
