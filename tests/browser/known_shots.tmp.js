import { launch, open, takeLink } from "./kit/browser.js";
import { Folder, serve } from "./kit/purser.js";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
const folder = new Folder();
folder.must("demo", "--orders", "2000", "--seed", "7", "--no-serve");
const py = `
import sqlite3,sys,time
c=sqlite3.connect(sys.argv[1]); back=int(60*86400*1e6)
for t in ['order_facts','costs','expenses','ad_spend','fx_rates','charges','payouts','rules','listings','labels']:
    c.execute(f'update {t} set known_from_at = known_from_at - {back}')
c.execute(f'update stores set created_at = created_at - {back}')
c.execute(f'update organisation_past set known_until_at = known_until_at - {back}')
print(c.execute("select sku, valid_from_day, unit_cost, currency from costs limit 3").fetchall())
print(c.execute("select min(order_day), max(order_day) from orders").fetchall())
print(c.execute("select name, from_day, amount_minor, currency, every, store, category from expenses").fetchall())
c.commit(); c.close()
`;
console.log(spawnSync("python3", ["-c", py, join(folder.environment.PURSER_DATA, "purser.db")], { encoding: "utf8" }));
const today = new Date(); const iso = (d) => d.toISOString().slice(0, 10);
const back = (n) => iso(new Date(today.getTime() - n * 86400e3));
const lastMonth = iso(new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1, 15)));
const before = iso(new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 2, 15)));
console.log(folder.run("month", "close", before.slice(0, 7), "--anyway"));
console.log(folder.run("month", "list"));
const costs = folder.write("costs.csv", "sku,valid_from,unit_cost,currency\n" + ["MUG-GREEN", "MUG-WHITE"].map((s) => `${s},2020-01-01,9.10,EUR`).join("\n") + "\n");
console.log(folder.run("import", "costs", costs));
const rows = spawnSync("python3", ["-c", `
import sqlite3,sys
c=sqlite3.connect(sys.argv[1])
r=c.execute("select sku from costs limit 4").fetchall()
print('sku,valid_from,unit_cost,currency')
for (s,) in r: print(f'{s},2020-01-01,9.10,EUR')
`, join(folder.environment.PURSER_DATA, "purser.db")], { encoding: "utf8" }).stdout;
console.log(folder.run("import", "costs", folder.write("c2.csv", rows)));
console.log(folder.run("import", "expenses", folder.write("e.csv", `name,amount,currency,from\nFair,250.00,EUR,${before}\n`)));
console.log(folder.run("import", "orders", folder.write("o.jsonl", `{"id":"late-1","number":"L-1","created_at":"${before}T09:00:00Z","currency":"EUR","financial_status":"paid","lines":[{"id":"1","sku":"X","quantity":1,"unit_price":"90.00"}],"shipping_cost":"3.00","payments":[{"gateway":"stripe","amount":"90.00","fee":"2.00"}]}\n`), "--store", "Late shop"));
console.log(folder.run("report", "changes-since", "--as-known", back(10), "--from", before.slice(0, 7) + "-01", "--to", back(1)));
const server = await serve(Object.assign(folder, { isKnown: true }));
const link = folder.must("link").trim().split("\n").at(-1);
const browser = await launch();
try {
  const owner = await open(browser, server);
  await takeLink(owner, { ...server, link });
  const state = await owner.context().storageState();
  const month = before.slice(0, 7);
  const shots = [
    ["overview-known", `/?from=${month}-01&to=${back(1)}&as_known=${back(10)}`],
    ["changes", `/changes-since?from=${month}-01&to=${back(1)}&as_known=${back(10)}`],
    ["wait", `/profit?as_known=${back(12)}`],
    ["months", "/months"],
    ["months-close", `/months?close=${lastMonth.slice(0, 7)}`],
    ["closing", `/changes-since?closing=${month}`],
    ["picker", `/profit?as_known=${back(10)}`],
    ["orders", `/orders?as_known=${back(10)}`],
  ];
  for (const [name, path] of shots) {
    for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]]) {
      const page = await open(browser, server, { width, height: width > 500 ? 1000 : 1100, scheme, storageState: state });
      await page.goto(path, { waitUntil: "networkidle" });
      if (name === "picker") await page.locator("details.known summary").click();
      if (name === "changes") for (const d of await page.locator("table details summary").all()) await d.click();
      await page.screenshot({ path: `/tmp/knownshots/${name}-${width}-${scheme}.png`, fullPage: name !== "picker" });
      await page.context().close();
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
