// Sorts a short table in place, where the page gave its heads no links (data-sortable on the
// table). Totals and what no row bears stay at the end.

const FIXED = ["unborne", "total", "after"];

export function sortable(table) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (head.querySelector("a")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "table-sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].filter((row) => !FIXED.includes(row.dataset.kind));
      rows.sort((a, b) => compare(a.cells[column], b.cells[column]) * (down ? -1 : 1));
      body.prepend(...rows);
    });
  });
}

// Figures of one column have the same digits after the point, so their digits alone compare.
function compare(a, b) {
  const number = (text) => Number((/^\D*[-\u2212]/.test(text) ? "-" : "") + text.replace(/\D/g, ""));
  const [one, other] = [a.textContent.trim(), b.textContent.trim()];
  if (a.dataset.align === "figures") return number(one) - number(other);
  return one.localeCompare(other, document.documentElement.lang, { numeric: true });
}
