// A place to drop files: sends the form by itself and shows how far it is. The answer is JSON,
// { url } (an address to follow) or { go } (a page to go to), or a page. Several files, or a
// folder, go to the queue. Without script it is a plain file field.

import { follow } from "./progress.js";
import { listFiles, queue } from "./queue.js";

export function dropArea(form) {
  const field = form.querySelector("input[type=file]");
  const state = form.querySelector("[data-drop-state]");
  const over = (on) => (on ? form.setAttribute("data-state", "over") : form.removeAttribute("data-state"));

  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      over(true);
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) over(false);
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (!event.dataTransfer.files.length) return;
    const dropped = event.dataTransfer.files;
    listFiles(event.dataTransfer).then((files) => {
      if (files.length > 1) return queue(form, files);
      field.files = dropped;
      form.requestSubmit();
    });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.files.length > 1) queue(form, [...field.files]);
    else send(form, state);
  });
}

function send(form, state) {
  const button = form.querySelector("button[type=submit]");
  const bar = document.createElement("progress");
  bar.className = "progress-bar";
  bar.setAttribute("aria-label", form.dataset.busy);
  const words = document.createElement("span");
  words.textContent = form.dataset.busy;
  state.replaceChildren(words, bar);
  button.disabled = true;

  const fail = () => {
    state.textContent = form.dataset.failed;
    state.setAttribute("role", "alert");
    button.disabled = false;
  };
  // fetch cannot tell how much of a body has left; XMLHttpRequest can.
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.max = event.total;
    bar.value = event.loaded;
  });
  request.addEventListener("error", fail);
  request.addEventListener("load", () => {
    const json = (request.getResponseHeader("content-type") || "").includes("json");
    if (!json) {
      if (request.status < 400) location.assign(request.responseURL);
      else fail();
      return;
    }
    const answer = JSON.parse(request.responseText);
    if (answer.go) {
      location.assign(answer.go);
      return;
    }
    if (request.status >= 400 || !answer.url) {
      fail();
      if (answer.error) state.textContent = answer.error;
      return;
    }
    const show = (job) => {
      bar.max = Math.max(job.total, 1);
      bar.value = job.done;
      if (job.shown) words.textContent = job.shown;
    };
    follow(answer.url, show).then((url) => location.assign(url || location.href));
  });
  request.send(new FormData(form));
}
