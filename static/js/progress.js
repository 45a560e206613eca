// Follows a job: asks its address for { done, total, state, result_url, note } until it is over,
// then goes where the result is. Asks less often while it hears nothing.

const ASK_MS = 1000;
const ASK_MS_MAX = 15000;

export function progress(section) {
  const bar = section.querySelector("progress");
  const count = section.querySelector("[data-progress-count]");
  const show = (job) => {
    bar.max = Math.max(job.total, 1);
    bar.value = job.done;
    if (job.shown) count.textContent = job.shown;
  };
  follow(section.dataset.progress, show).then((url) => url && location.assign(url));
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
