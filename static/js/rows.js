// `j` and `k` walk the rows of the tables, Enter opens the row's first link. A row takes the
// focus only while it is walked to, so Tab still goes from link to link.

import { typing } from "./keys.js";

export function rows(page) {
  page.addEventListener("keydown", (event) => {
    if (typing(event)) return;
    const here = page.activeElement?.closest("[data-row]");
    if (event.key === "Enter" && here && here === page.activeElement) {
      here.querySelector("a[href]")?.click();
      return;
    }
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const all = [...page.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
    const next = all[here ? all.indexOf(here) + step : step > 0 ? 0 : all.length - 1];
    if (!next) return;
    event.preventDefault();
    next.tabIndex = -1;
    next.focus();
  });
}
