// Takes the pictures that the README shows: node pictures.js FOLDER

import { join } from "node:path";

import { launch, open, takeLink } from "./kit/browser.js";
import { demo } from "./kit/purser.js";

const PICTURES = [{ name: "overview", path: "/", width: 1280, height: 1180, scheme: "light" }];

const folder = process.argv[2] ?? ".";
const server = await demo(10_000, 7);
const browser = await launch();
try {
  const owner = await open(browser, server);
  await takeLink(owner, server);
  for (const { name, path, ...window } of PICTURES) {
    const state = await owner.context().storageState();
    const page = await open(browser, server, { ...window, storageState: state });
    await page.goto(path, { waitUntil: "networkidle" });
    await page.screenshot({ path: join(folder, `${name}.png`) });
    console.log(join(folder, `${name}.png`));
  }
} finally {
  await browser.close();
  await server.stop();
}
