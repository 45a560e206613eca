// A small shop made up for the tests, as files of the program's own formats.

import { Folder } from "./purser.js";

export const STORE = "Harbour shop";

function order(n, changes = {}) {
  const day = String((n % 27) + 1).padStart(2, "0");
  return {
    id: `o-${n}`,
    number: `${1000 + n}`,
    created_at: `2026-03-${day}T09:30:00Z`,
    financial_status: "paid",
    currency: "EUR",
    taxes_included: true,
    ship_to: { country: n % 3 ? "DE" : "EE" },
    lines: [
      {
        id: "l1",
        sku: n % 2 ? "MUG-RED" : "MUG-BLUE",
        title: n % 2 ? "Mug, red" : "Mug, blue",
        quantity: 2,
        unit_price: "12.00",
        tax: "3.83",
        weight_grams: 350,
      },
    ],
    shipping: { price: "4.90", tax: "0.78" },
    payments: [{ gateway: "stripe", amount: "28.90", fee: "0.89" }],
    shipping_cost: "3.79",
    ...changes,
  };
}

export function orders(count, change = () => ({})) {
  const all = Array.from({ length: count }, (_, n) => order(n + 1, change(n)));
  return `${all.map((one) => JSON.stringify(one)).join("\n")}\n`;
}

// Blue mugs have no cost, so that something is missing.
export const COSTS = "sku,valid_from,unit_cost,currency\nMUG-RED,2026-01-01,4.20,EUR\n";
export const EXPENSES =
  "name,amount,currency,from,to,every\nRent,310.00,EUR,2026-01-01,2026-12-31,month\n";
export const AD_SPEND =
  "day,platform,campaign,amount,currency\n2026-03-05,meta,spring,25.00,EUR\n";

/** A folder with the shop in it, before anybody has signed in. */
export function makeShop(count = 40) {
  const folder = new Folder();
  folder.must("import", "costs", folder.write("costs.csv", COSTS));
  folder.must("import", "orders", folder.write("orders.jsonl", orders(count)), "--store", STORE);
  folder.must("import", "expenses", folder.write("expenses.csv", EXPENSES));
  folder.must("import", "ad-spend", folder.write("ad-spend.csv", AD_SPEND));
  return folder;
}
