// The door: the first start, signing out and in, and what pages of other origins may not do.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { EMAIL, PASSWORD, launch, makeOwner, open, openAs, check } from "./kit/browser.js";
import { serve } from "./kit/purser.js";

let browser, server, owner;

before(async () => {
  server = await serve();
  browser = await launch();
  owner = await open(browser, server);
});

after(async () => {
  await browser?.close();
  const code = await server?.stop();
  assert.equal(code, 0, "the program ends in order when it is asked to");
});

const isIn = async (page) => {
  const answer = await page.context().request.get(server.url, { maxRedirects: 0 });
  return answer.status() === 200;
};

test("the first start leads through a one-time link to a signed-in owner", async () => {
  assert.equal(await isIn(owner), false);
  await owner.goto(server.link);
  await check(owner, "the set-up page");
  await makeOwner(owner, server);
  assert.equal(await isIn(owner), true);
  await check(owner, "the first page");

  const late = await open(browser, server);
  const answer = await late.goto(server.link);
  assert.equal(answer.status(), 410, "a link opens once");
  await late.context().close();
});

test("a wrong password is told and lets nobody in", async () => {
  const page = await open(browser, server);
  await page.goto("/");
  assert.equal(new URL(page.url()).pathname, "/sign-in", "the door is where everybody begins");
  await check(page, "the sign-in page");
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password").fill("marble otter vinyl eight");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("Password").inputValue(), "", "no password comes back");
  await check(page, "the sign-in page after a wrong password");
  assert.equal(await isIn(page), false);
  await page.context().close();
});

test("whoever signs out is out, and comes in again by password", async () => {
  const page = await openAs(browser, server, owner);
  let button;
  for (const path of ["/", "/settings"]) {
    await page.goto(path);
    button = page.getByRole("button", { name: "Sign out" }).first();
    if (await button.count()) break;
  }
  await button.click();
  await page.waitForURL("**/sign-in");
  assert.equal(await isIn(page), false);
  assert.equal(await isIn(owner), false, "the session has ended, not only its cookie");

  await owner.goto("/sign-in");
  await owner.getByLabel("E-mail").fill(EMAIL);
  await owner.getByLabel("Password").fill(PASSWORD);
  await Promise.all([
    owner.waitForURL(server.url),
    owner.getByRole("button", { name: "Sign in" }).click(),
  ]);
  assert.equal(await isIn(owner), true);
  assert.deepEqual(owner.faults, []);
  await page.context().close();
});

// A page on another port of the same machine: the same site, so cookies go along, but another
// origin. It stands for whatever else runs on the seller's machine.
async function neighbour(body) {
  const other = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(body);
  });
  await new Promise((done) => other.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${other.address().port}/`;
  return { url, stop: () => new Promise((done) => other.close(done).closeAllConnections()) };
}

test("a page on another port cannot post", async () => {
  const other = await neighbour(
    `<form method="post" action="${server.url}sign-out"><button>Win a mug</button></form>`,
  );
  const page = await openAs(browser, server, owner);
  await page.goto(other.url);
  const answered = page.waitForResponse(`${server.url}sign-out`);
  await page.getByRole("button").click();
  const answer = await answered;
  assert.equal(answer.status(), 403);
  assert.ok((await answer.request().allHeaders()).cookie, "the cookie went along, or this is no test");
  assert.equal(await isIn(owner), true, "nothing has happened");
  await page.context().close();
  await other.stop();
});

test("a page on another port cannot frame us", async () => {
  const own = await neighbour("<p>of the neighbour</p>");
  const other = await neighbour(
    `<iframe src="${server.url}"></iframe><iframe src="${own.url}"></iframe>`,
  );
  const page = await openAs(browser, server, owner);
  await page.goto(other.url, { waitUntil: "networkidle" });
  const [ours, theirs] = page.frames().slice(1);
  assert.match(await theirs.locator("body").innerText(), /neighbour/, "frames can be read here");
  const text = await ours.evaluate(() => document.body.innerText).catch(() => "");
  assert.doesNotMatch(text, /Purser|Overview|Signed in/i);
  assert.match(ours.url(), /^chrome-error:/, "the browser shows nothing of ours");
  await page.context().close();
  await Promise.all([other.stop(), own.stop()]);
});

test("a page on another port cannot read us", async () => {
  const other = await neighbour("<p>of the neighbour</p>");
  const page = await openAs(browser, server, owner);
  await page.goto(other.url);
  const tried = await page.evaluate(async ([ours, theirs]) => {
    const read = async (url, mode) => {
      try {
        const answer = await fetch(url, { credentials: "include", mode });
        return { status: answer.status, type: answer.type, text: await answer.text() };
      } catch (error) {
        return { error: error.name };
      }
    };
    const load = (tag, url) =>
      new Promise((done) => {
        const one = document.createElement(tag);
        one.onload = () => done("loaded");
        one.onerror = () => done("refused");
        one.src = url;
        document.body.append(one);
      });
    return {
      own: await read(theirs, "cors"),
      cors: await read(ours, "cors"),
      opaque: await read(ours, "no-cors"),
      api: await read(`${ours}api/v1/reports/profit`, "cors"),
      image: await load("img", `${ours}favicon.svg`),
      script: await load("script", `${ours}api/v1/reports/profit`),
    };
  }, [server.url, other.url]);
  assert.equal(tried.own.status, 200, "fetching works here");
  assert.deepEqual(tried.cors, { error: "TypeError" });
  assert.deepEqual(tried.api, { error: "TypeError" });
  assert.ok(tried.opaque.error || tried.opaque.text === "", "an opaque answer tells nothing");
  assert.equal(tried.image, "refused");
  assert.equal(tried.script, "refused");
  await page.context().close();
  await other.stop();
});

test("a name that was turned to this machine reaches nothing", async () => {
  // What DNS rebinding comes to: another site's name, resolved to our address.
  const port = new URL(server.url).port;
  const turned = await launch(["--host-resolver-rules=MAP evil.example 127.0.0.1"]);
  try {
    const page = await (await turned.newContext()).newPage();
    const own = await neighbour("<p>of the neighbour</p>");
    const theirs = own.url.replace("127.0.0.1", "evil.example");
    await page.goto(theirs);
    assert.match(await page.locator("body").innerText(), /neighbour/, "the name is turned here");
    for (const path of ["", "sign-in", "healthz", "api/v1/openapi.json"]) {
      const answer = await page.goto(`http://evil.example:${port}/${path}`);
      assert.equal(answer.status(), 421, path);
      const text = await page.locator("body").innerText();
      assert.doesNotMatch(text, /Password|Overview|^ok/, path);
      assert.deepEqual(await page.context().cookies(), [], path);
    }
    await own.stop();
  } finally {
    await turned.close();
  }
});
