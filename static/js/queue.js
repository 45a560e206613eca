// Many files one by one: each with its bar, its rows and the time that is left, and all of them
// together. The server answers { files: [{ url, page } | { asks } | { refused }] } for each.

import { clock, follow } from "./progress.js";

// Everything that was dropped, folders walked; hidden files left out.
export async function listFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const files = [];
  for (const entry of entries) await walk(entry, files);
  return files;
}

async function walk(entry, files) {
  if (entry.name.startsWith(".")) return;
  if (entry.isFile) {
    files.push(await new Promise((found, fail) => entry.file(found, fail)));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // A folder is read in pieces until a piece is empty.
    const piece = await new Promise((found, fail) => reader.readEntries(found, fail));
    if (!piece.length) return;
    piece.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const inner of piece) await walk(inner, files);
  }
}

export async function queue(form, files) {
  const list = form.querySelector("[data-drop-queue]");
  const state = form.querySelector("[data-drop-state]");
  const words = list.dataset;
  const rest = new FormData(form);
  rest.delete("file");
  rest.set("queue", "yes");
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  list.replaceChildren();
  const rows = files.map((file) => line(list, file.name, words.waits));
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const remaining = clock();
  let [before, calm] = [0, true];
  const tell = (index, done) => {
    const count = words.all.replace("{}", index).replace("{}", files.length);
    const left = remaining(words.left, before + done, total);
    state.textContent = [count, left].filter(Boolean).join(", ");
  };
  for (const [index, file] of files.entries()) {
    tell(index, 0);
    const own = clock();
    rows[index].say(words.sending);
    const answer = await send(form.action, rest, file, (done) => {
      rows[index].show(done, file.size);
      rows[index].say([words.sending, own(words.left, done, file.size)].filter(Boolean).join(", "));
      tell(index, done);
    });
    for (const one of answer?.files ?? [{ refused: answer?.error || form.dataset.failed }]) {
      calm = (await settle(rows[index], one, words)) && calm;
    }
    before += file.size;
  }
  tell(files.length, 0);
  button.disabled = false;
  // Where nothing needs a person the list of all imports tells the rest.
  if (calm) location.assign(form.action);
}

// What became of one file; whether it needs nobody.
async function settle(row, one, words) {
  if (one.refused) return row.refuse(one.refused);
  if (one.asks) return row.link(words.asks, one.asks, false);
  const own = clock();
  let last = null;
  await follow(one.url, (job) => {
    last = job;
    row.show(job.done, job.total);
    row.say([job.shown, job.rows, own(words.left, job.done, job.total)].filter(Boolean).join(", "));
  });
  return row.link(last?.outcome ?? words.asks, one.page, last?.calm === true);
}

function line(list, name, waits) {
  const make = (tag, kind) => {
    const made = document.createElement(tag);
    made.className = kind;
    list.append(made);
    return made;
  };
  const label = make("span", "drop-queue-name");
  label.textContent = name;
  const bar = make("progress", "progress-bar");
  bar.setAttribute("aria-label", name);
  bar.value = 0;
  const words = make("span", "drop-queue-words");
  words.textContent = waits;
  let told = false;
  // A file that holds many has many things to tell.
  const more = () => {
    if (told) words.append("; ");
    else words.textContent = "";
    told = true;
  };
  return {
    show: (done, total) => {
      bar.max = Math.max(total, 1);
      bar.value = done;
    },
    say: (text) => {
      if (!told) words.textContent = text;
    },
    refuse: (text) => {
      more();
      words.append(text);
      words.setAttribute("data-state", "refused");
      return false;
    },
    link: (text, href, calm) => {
      more();
      const link = document.createElement("a");
      link.className = "link";
      link.href = href;
      link.textContent = text;
      words.append(link);
      return calm;
    },
  };
}

function send(url, rest, file, show) {
  const body = new FormData();
  for (const [name, value] of rest) body.append(name, value);
  body.append("file", file, file.name);
  return new Promise((answered) => {
    // fetch cannot tell how much of a body has left; XMLHttpRequest can.
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("accept", "application/json");
    request.upload.addEventListener("progress", (event) => show(event.loaded));
    request.addEventListener("error", () => answered(null));
    request.addEventListener("load", () => {
      try {
        answered(JSON.parse(request.responseText));
      } catch {
        answered(null);
      }
    });
    request.send(body);
  });
}
