// A toast can be put away; without Undo it goes by itself after six seconds, but never while
// the pointer or the focus is on it.

const STAY_MS = 6000;

export function toast(element) {
  const close = element.querySelector("[data-toast-close]");
  close.hidden = false;
  close.addEventListener("click", () => element.remove());
  if (element.hasAttribute("data-keep")) return;
  const leave = () => {
    if (element.matches(":hover, :focus-within")) setTimeout(leave, STAY_MS);
    else element.remove();
  };
  setTimeout(leave, STAY_MS);
}
