// A button that lets the camera read barcodes into a field, where the browser can. Without it, or
// with a scanner that types, the field works by itself.

const AGAIN_MS = 1500;

export function scan(area) {
  const button = area.querySelector("[data-scan-open]");
  const stop = area.querySelector("[data-scan-stop]");
  const none = area.querySelector("[data-scan-none]");
  const view = area.querySelector("video");
  const field = document.getElementById(area.dataset.scan);
  if (!button || !view || !field) return;
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) {
    none.hidden = false;
    return;
  }
  button.hidden = false;
  let stream = null;

  const end = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = stop.hidden = true;
    button.hidden = false;
  };

  const look = async (detector) => {
    if (!stream) return;
    const found = await detector.detect(view).catch(() => []);
    if (stream && found.length > 0) {
      field.value = found[0].rawValue;
      end();
      sessionStorage.setItem("scan", String(Date.now()));
      field.form.requestSubmit();
      return;
    }
    requestAnimationFrame(() => look(detector));
  };

  const begin = async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      none.hidden = false;
      return;
    }
    view.srcObject = stream;
    view.hidden = stop.hidden = false;
    button.hidden = true;
    await view.play().catch(() => {});
    look(new BarcodeDetector());
  };

  button.addEventListener("click", begin);
  stop.addEventListener("click", () => {
    sessionStorage.removeItem("scan");
    end();
  });
  window.addEventListener("pagehide", end);
  // After each code the page comes again: the camera goes on, a moment later, so that one code is
  // not read twice.
  const last = Number(sessionStorage.getItem("scan"));
  if (last && Date.now() - last < 60_000) setTimeout(begin, AGAIN_MS);
}
