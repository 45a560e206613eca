// `/` finds, `g` and a letter goes, `?` lists the shortcuts, Esc closes the panel. Nothing is
// taken while somebody types, and each of these has a visible way too.

const SECOND_KEY_MS = 1500;

export const typing = (event) =>
  event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey ||
  event.target.closest("input, textarea, select, [contenteditable], dialog[open]");

export function keys(page) {
  const dialog = page.querySelector("[data-keys]");
  const opener = page.querySelector("[data-keys-open]");
  if (opener && dialog) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
  }
  let goUntil = 0;
  page.addEventListener("keydown", (event) => {
    if (typing(event)) return;
    if (Date.now() < goUntil) {
      goUntil = 0;
      const link = [...page.querySelectorAll(".side [data-key]")]
        .find((item) => item.dataset.key === event.key);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    if (event.key === "g") goUntil = Date.now() + SECOND_KEY_MS;
    if (event.key === "?" && dialog) dialog.showModal();
    if (event.key === "Escape") page.querySelector("[data-panel-close]")?.click();
    if (event.key === "/") {
      const search = page.querySelector("[data-search], input[type=search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
    }
  });
}
