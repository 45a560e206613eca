// Starts each behaviour where its data- attribute stands. Every page works without this file.

import { dropArea } from "./drop.js";
import { keys } from "./keys.js";
import { popover } from "./popover.js";
import { progress } from "./progress.js";
import { rows } from "./rows.js";
import { scan } from "./scan.js";
import { sortable } from "./sortable.js";
import { toast } from "./toast.js";

const each = (selector, start) => document.querySelectorAll(selector).forEach(start);

each("[data-drop]", dropArea);
each("[data-popover]", popover);
each("[data-progress]", progress);
each("[data-scan]", scan);
each("[data-sortable]", sortable);
each("[data-toast]", toast);
if (document.body.hasAttribute("data-shortcuts")) {
  keys(document);
  rows(document);
}
