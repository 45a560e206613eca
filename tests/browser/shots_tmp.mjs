import { readFileSync, writeFileSync } from "node:fs";
import { launch, open, makeOwner } from "./kit/browser.js";
import { Folder, serve } from "./kit/purser.js";
const F = new URL("../fixtures/", import.meta.url).pathname;
const suite = readFileSync(new URL("../suite/bridges.rs", import.meta.url), "utf8");
const konst = (name) => {
  const m = suite.match(new RegExp(`const ${name}: &str = "\\\\\\n([\\s\\S]*?)";`));
  return m[1].replace(/\\n\\\n/g, "\n").replace(/\\\n\s*/g, "").replace(/\\n/g, "\n");
};
const f = new Folder();
f.must("org", "set", "--currency", "EUR", "--time-zone", "UTC");
f.must("store", "add", "hollowpine.com", "--currency", "EUR", "--time-zone", "UTC");
f.must("store", "add", "market", "--currency", "USD", "--time-zone", "UTC");
f.must("store", "add", "bay", "--currency", "USD", "--time-zone", "UTC");
f.must("store", "add", "tik", "--currency", "GBP", "--time-zone", "UTC");
const imp = (file, store) => { const d = f.run("import", file, "--store", store); if (d.code) console.log(file, d.code, d.err.slice(0, 300)); };
for (const n of ["ORDERS", "PAYMENTS", "PAYOUTS"]) imp(f.write(`${n.toLowerCase()}.csv`, konst(n)), "hollowpine.com");
imp(f.write("orders2.csv", konst("ORDERS").replace(/50\.00/g, "52.00")), "hollowpine.com");
for (const n of ["v2-point", "reserve-first", "reserve-next", "unknown-type"]) imp(`${F}amazon/${n}.txt`, "market");
imp(`${F}ebay/transactions.csv`, "bay"); imp(`${F}ebay/orders.csv`, "bay");
imp(`${F}etsy/statement.csv`, "bay");
imp(`${F}tiktok-shop/settlement.csv`, "tik");
const server = await serve(f);
const browser = await launch();
try {
  const owner = await open(browser, server);
  await makeOwner(owner, server);
  const state = await owner.context().storageState();
  const paths = [["payouts", "/payouts?from=2026-03-01&to=2026-04-30"], ["one", "/payouts/2"], ["reconcile", "/reconcile?from=2026-03-01&to=2026-03-31"], ["empty", "/payouts?from=2020-01-01&to=2020-01-31"]];
  for (const a of process.argv.slice(2)) paths.push([a.replace(/\W/g, "_"), a]);
  for (const [name, path] of paths) for (const width of [1280, 390]) for (const scheme of ["light", "dark"]) {
    const page = await open(browser, server, { width, height: 900, scheme, storageState: state });
    await page.goto(path, { waitUntil: "networkidle" });
    if (name === "reconcile") await page.$$eval("details", (all) => all.slice(0, 4).forEach((d) => (d.open = true)));
    await page.screenshot({ path: `/tmp/rec-shots/${name}-${width}-${scheme}.png`, fullPage: true });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) console.log("overflow", name, width, over);
    await page.context().close();
  }
} finally { await browser.close(); await server.stop(); }
