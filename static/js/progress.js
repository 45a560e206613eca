// Follows a job: asks its address for { done, total, state, rows, result_url } until it is
// over, then goes where the result is. Asks less often while it hears nothing.

const ASK_MS = 1000;
const ASK_MS_MAX = 15000;

export function progress(section) {
  const bar = section.querySelector("progress");
  const count = section.querySelector("[data-progress-count]");
  const rows = section.querySelector("[data-progress-rows]");
  const left = section.querySelector("[data-progress-left]");
  const remaining = clock();
  const show = (job) => {
    bar.max = Math.max(job.total, 1);
    bar.value = job.done;
    if (job.shown) count.textContent = job.shown;
    if (job.rows) rows.textContent = job.rows;
    left.textContent = remaining(left.dataset.words, job.done, job.total);
  };
  follow(section.dataset.progress, show).then((url) => {
    // Whoever is typing keeps the page; the figures are new when they go on.
    if (url && !isTyping()) location.assign(url);
  });
}

// Tells the time that is left, from how far it came since it was first asked; nothing before that
// can be told.
export function clock() {
  let start = null;
  return (words, done, total) => {
    const now = performance.now();
    if (start === null) start = { now, done };
    const way = done - start.done;
    if (way <= 0 || now - start.now < 2000 || done >= total) return "";
    const seconds = Math.ceil(((now - start.now) / way) * (total - done) / 1000);
    const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    return words.replace("{}", shown);
  };
}

function isTyping() {
  const fields = document.querySelectorAll("input:not([type=hidden]), textarea, select");
  return [...fields].some(
    (field) => field === document.activeElement || (field.value ?? "") !== startOf(field),
  );
}

// What a field held when the page came.
function startOf(field) {
  if (field.tagName !== "SELECT") return field.defaultValue;
  const chosen = [...field.options].find((option) => option.defaultSelected);
  return (chosen ?? field.options[0])?.value ?? "";
}

// Resolves to the address of the result, or to nothing when the job has none.
export async function follow(url, show) {
  let wait = ASK_MS;
  for (;;) {
    try {
      const answer = await fetch(url, { headers: { accept: "application/json" } });
      if (answer.status === 404 || answer.status === 401) return null;
      if (answer.ok) {
        const job = await answer.json();
        show(job);
        if (job.state !== "running" && job.state !== "waiting") return job.result_url || null;
        wait = ASK_MS;
      } else {
        wait = Math.min(wait * 2, ASK_MS_MAX);
      }
    } catch {
      wait = Math.min(wait * 2, ASK_MS_MAX);
    }
    await new Promise((go) => setTimeout(go, wait));
  }
}
