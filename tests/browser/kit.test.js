// The watch over pages sees what it is there to see; else all other tests could not fail.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { check, launch, open } from "./kit/browser.js";

const GOOD = `<!doctype html><html lang="en"><head><title>a</title>
  <link rel="icon" href="data:,"></head><body><main><h1>a</h1></main></body></html>`;

let browser, server, body;

before(async () => {
  browser = await launch();
  const web = createServer((request, response) => {
    response.statusCode = request.url === "/" ? 200 : 404;
    response.setHeader("content-type", "text/html");
    response.setHeader("content-security-policy", "style-src 'self'");
    response.end(body);
  });
  await new Promise((done) => web.listen(0, "127.0.0.1", done));
  server = { url: `http://127.0.0.1:${web.address().port}/`, stop: () => web.close() };
});

after(async () => {
  await browser?.close();
  server?.stop();
});

async function found(html) {
  body = html;
  const page = await open(browser, server, { width: 390 });
  await page.goto("/");
  const fault = await check(page, "the page").then(() => null, (error) => error);
  await page.context().close();
  return fault;
}

test("a sound page passes", async () => assert.equal(await found(GOOD), null));

for (const [name, part, expected] of [
  ["an image without words", '<img src="data:,">', /image-alt/],
  ["a script that breaks", "<script>throw new Error('broken')</script>", /broken/],
  ["an error on the console", "<script>console.error('oh')</script>", /error: oh/],
  ["a dialog", "<script>alert(1)</script>", /dialog: 1/],
  ["a file that is not there", '<script src="/gone.js"></script>', /404/],
  ["what the policy forbids", '<p style="color: red">a</p>', /Content.Security.Policy|style/i],
  ["a request to elsewhere", '<img alt="" src="http://127.0.0.2:9/a.png">', /request to/],
  ["a table wider than the window", `<pre>${"wide ".repeat(200)}</pre>`, /wide in 390/],
]) {
  test(`${name} is found`, async () => {
    const fault = await found(GOOD.replace("</main>", `${part}</main>`));
    assert.ok(fault, "nothing was found");
    assert.match(`${fault.message} ${JSON.stringify(fault.actual)}`, expected);
  });
}
