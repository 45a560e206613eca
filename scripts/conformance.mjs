// Called by scripts/conformance: node conformance.mjs KIT SPECS [PLATFORM ...] [--seeds N] [--from SEED] [--kills N]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/**
 * What a platform needs beyond what its stand-in says of itself. `standin`: its name there, where
 * it is another. `rename`: our key by theirs. `set`, `secret`: keys that it does not tell. `leave`:
 * keys that we do not ask for. `ask`: more words for `connect`. `seeds`, `kills`: how many, where
 * no number is asked for.
 */
const PLATFORMS = {
  // It grants so few reports a minute that two years of them, and each bad weather, take long. Its
  // stand-in remembers one report at a time: a stream that goes on with its report after a start may
  // be handed that of another.
  amazon: { standin: 'amazon-sp-api', ask: ['--since', daysAgo(40)], seeds: 1, kills: 0 },
  shopify: {},
  woocommerce: {},
};

const SEEDS = 3;
const KILLS = 10;
const TRIES_MAX = 6;
const KILL_AFTER_MS = [20, 2500];
const KILLS_PER_RUN = 10;
const REPORTS = [
  ['profit', '--by', 'line'],
  ['profit', '--by', 'order'],
  ['profit', '--by', 'day'],
  ['reconcile'],
  ['payouts'],
];

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    kills: { type: 'string' },
  },
  allowPositionals: true,
});
const [kit, specs, ...wanted] = positionals;
const program = process.env.PURSER_BIN;
let passed = 0;
let failed = 0;

/** One test: what must hold, and what to show where it does not. */
function test(name, problems) {
  const list = [problems].flat().filter(Boolean);
  if (list.length === 0) passed += 1;
  else failed += 1;
  console.log(`${list.length === 0 ? 'ok    ' : 'failed'} ${name}`);
  for (const problem of list.slice(0, 10)) console.log(`       ${problem}`);
}

function purser(folder, words, input = '') {
  const places = ['--data', join(folder, 'data'), '--config', join(folder, 'config')];
  const said = spawnSync(program, [...places, ...words], { input, encoding: 'utf8', maxBuffer: 2 ** 30 });
  return { code: said.status, out: said.stdout ?? '', err: (said.stderr ?? '').trim() };
}

const json = (text) => { try { return JSON.parse(text); } catch { return undefined; } };

/** A stand-in that runs until `stop`. */
async function start(platform, seed) {
  const words = ['kit.mjs', platform, '--specs', specs, ...(seed === undefined ? [] : ['--chaos', seed])];
  const child = spawn(process.execPath, words, { cwd: kit, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise((done, fail) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) done(text.split('\n')[0]);
    });
    child.on('exit', (code) => fail(new Error(`the stand-in of ${platform} ended (${code})`)));
  });
  return { ...JSON.parse(line), stop: () => { child.removeAllListeners('exit'); child.kill('SIGTERM'); } };
}

/** The words of `connect`, and the secrets in their order. */
function credentials(platform, connect) {
  const own = PLATFORMS[platform];
  const told = (given, more) => {
    const kept = Object.entries(given ?? {}).filter(([key]) => !own.leave?.includes(key));
    return Object.entries({ ...Object.fromEntries(kept.map(([key, value]) => [own.rename?.[key] ?? key, value])), ...more });
  };
  const set = told(connect.set, own.set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const secrets = told(connect.secret, own.secret);
  const names = secrets.flatMap(([key]) => ['--secret', `${key}=-`]);
  return { words: [...set, ...names, ...(own.ask ?? [])], input: secrets.map(([, value]) => `${value}\n`).join('') };
}

/** Connects and reads everything; in bad weather as often as it takes. */
function load(platform, folder, standIn) {
  const { words, input } = credentials(platform, standIn.connect);
  const ask = ['connect', platform, '--store', 'shop', '--currency', 'EUR', ...words];
  let said;
  for (let n = 0; n < TRIES_MAX; n += 1) {
    said = purser(folder, ask, input);
    if (said.code === 0) break;
  }
  if (said.code !== 0) return { connected: said.err || `exit ${said.code}`, streams: [] };
  let streams = [];
  for (let n = 0; n < TRIES_MAX; n += 1) {
    said = purser(folder, ['sync', '--wait', '--json']);
    streams = json(said.out)?.connections?.flatMap((one) => one.streams) ?? [];
    if (said.code === 0 && streams.length > 0 && streams.every((one) => !one.fault)) break;
  }
  const faults = streams.filter((one) => one.fault).map((one) => `${one.stream}: ${JSON.stringify(one.fault)}`);
  const lacking = streams.length === 0 ? ['no stream was read'] : [];
  return { streams, drained: [...faults, ...lacking, said.code === 0 ? '' : said.err] };
}

/** Everything that a stream has never read to its end. */
function listUnread(folder) {
  return query(folder, 'select stream from streams where loaded_at is null').map((row) => `${row.stream} was not read to its end`);
}

function query(folder, sql) {
  const said = spawnSync('sqlite3', ['-json', '-readonly', join(folder, 'data', 'purser.db'), sql], { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (said.error) return [];
  if (said.status !== 0) throw new Error(said.stderr);
  return said.stdout.trim() ? JSON.parse(said.stdout) : [];
}

/** Every fact that holds, without the marks of how and when it was learned; and the reports. */
function readFacts(folder) {
  const facts = {};
  const tables = query(folder, `select m.name, group_concat(c.name) as columns from sqlite_master m, pragma_table_info(m.name) c
    where m.type = 'table' and m.name not like '%_past' and c.name not in ('id', 'import_id', 'known_from_at', 'customer_id', 'other_customer_id')
      and exists (select 1 from pragma_table_info(m.name) known where known.name = 'known_from_at')
    group by m.name order by m.name`);
  for (const { name, columns } of tables) {
    const list = columns.split(',').map((column) => (column === 'order_id'
      ? `(select external_id from orders where orders.id = ${name}.order_id) as order_id` : `"${column}"`));
    facts[name] = query(folder, `select ${list.join(', ')} from ${name}`).map((row) => JSON.stringify(row)).sort();
  }
  for (const words of REPORTS) {
    const said = purser(folder, ['report', ...words, '--json', '--to', '2027-12-31']);
    facts[`report ${words.join(' ')}`] = [said.code === 0 ? said.out : `exit ${said.code}: ${said.err}`];
  }
  return facts;
}

function differences(fair, foul) {
  return [...new Set([...Object.keys(fair), ...Object.keys(foul)])].flatMap((name) => {
    const [left, right] = [fair[name] ?? [], foul[name] ?? []];
    const [before, after] = [new Set(left), new Set(right)];
    const cut = (text) => (text.length > 400 ? `${text.slice(0, 400)}...` : text);
    return [...left.filter((row) => !after.has(row)).map((row) => `${name}: lacking ${cut(row)}`),
      ...right.filter((row) => !before.has(row)).map((row) => `${name}: too much ${cut(row)}`),
      ...(left.length !== right.length && before.size === after.size ? [`${name}: ${left.length} and ${right.length} rows`] : [])];
  });
}

/** One run from nothing to the facts. */
async function run(platform, seed) {
  const folder = mkdtempSync(join(tmpdir(), 'purser-standin-'));
  const standIn = await start(PLATFORMS[platform].standin ?? platform, seed);
  try {
    const loaded = load(platform, folder, standIn);
    if (loaded.connected) return { ...loaded, violations: [], facts: {} };
    const first = readFacts(folder);
    const unread = listUnread(folder);
    const again = purser(folder, ['sync', '--wait', '--json']);
    const report = await (await fetch(`${standIn.url}/__report`)).json();
    const verified = purser(folder, ['verify']);
    return {
      ...loaded,
      drained: [...loaded.drained, ...unread],
      facts: first,
      again: seed === undefined ? [again.code === 0 ? '' : again.err, ...differences(first, readFacts(folder))] : [],
      verified: verified.code === 0 ? '' : verified.err || verified.out,
      violations: report.violations.map((one) => `${one.times} x ${one.operation}: ${one.what} (${one.request})`),
      report,
    };
  } finally {
    standIn.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Numbers from 0 to 1, the same at every run. */
function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Whether a sync that is killed after so many milliseconds came to its end before. */
function syncKilled(folder, wait) {
  const places = ['--data', join(folder, 'data'), '--config', join(folder, 'config')];
  const child = spawn(program, [...places, 'sync', '--wait'], { stdio: 'ignore' });
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), wait);
    child.on('exit', (code) => { clearTimeout(timer); done(code !== null); });
  });
}

/** One run in fair weather whose program is killed at random instants; how often, and the facts. */
async function runKilled(platform, roll, most) {
  const folder = mkdtempSync(join(tmpdir(), 'purser-standin-'));
  const standIn = await start(PLATFORMS[platform].standin ?? platform);
  try {
    const { words, input } = credentials(platform, standIn.connect);
    const said = purser(folder, ['connect', platform, '--store', 'shop', '--currency', 'EUR', ...words], input);
    if (said.code !== 0) return { kills: 0, connected: said.err, facts: {} };
    let kills = 0;
    while (kills < most && !(await syncKilled(folder, KILL_AFTER_MS[0] + roll() * (KILL_AFTER_MS[1] - KILL_AFTER_MS[0])))) kills += 1;
    for (let n = 0; n < TRIES_MAX && purser(folder, ['sync', '--wait']).code !== 0; n += 1);
    const verified = purser(folder, ['verify']);
    return { kills, facts: readFacts(folder), verified: verified.code === 0 ? '' : verified.err || verified.out };
  } finally {
    standIn.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Killed so often in all, in as many runs as it takes. */
async function checkKilled(platform, fair, most) {
  const roll = dice(Number(values.from));
  let [kills, runs, problems] = [0, 0, []];
  while (kills < most && runs < most && problems.length === 0) {
    const killed = await runKilled(platform, roll, Math.min(KILLS_PER_RUN, most - kills));
    problems = [killed.connected, killed.verified, ...(killed.connected ? [] : differences(fair.facts, killed.facts))].filter(Boolean);
    kills += killed.kills;
    runs += 1;
  }
  console.log(`       killed ${kills} times in ${runs} runs`);
  test(`${platform}: killed at any instant, the facts are those of a quiet run`, problems);
}

async function check(platform) {
  const fair = await run(platform);
  test(`${platform}: connects`, fair.connected);
  if (fair.connected) return;
  const calls = Object.values(fair.report.requests).reduce((sum, n) => sum + n, 0);
  const n_facts = Object.entries(fair.facts).filter(([name]) => !name.startsWith('report ')).map(([name, rows]) => [name, rows.length]).filter(([, n]) => n);
  console.log(`       ${calls} calls; ${n_facts.map(([name, n]) => `${n} ${name}`).join(', ')}`);
  test(`${platform}: sends nothing that the vendor's definition forbids`, fair.violations);
  test(`${platform}: reads every stream to its end`, fair.drained);
  test(`${platform}: asked again, nothing changes`, fair.again);
  test(`${platform}: the books stand`, fair.verified);
  const kills = Number(values.kills ?? PLATFORMS[platform].kills ?? KILLS);
  if (kills > 0) await checkKilled(platform, fair, kills);
  const seeds = Number(values.seeds ?? PLATFORMS[platform].seeds ?? SEEDS);
  for (let n = 0; n < seeds; n += 1) {
    const seed = String(Number(values.from) + n);
    const began = Date.now();
    const foul = await run(platform, seed);
    const name = `${platform}, weather ${seed}`;
    test(`${name}: connects`, foul.connected);
    if (foul.connected) continue;
    const faults = Object.values(foul.report.faults).flatMap((kinds) => Object.entries(kinds));
    const kinds = {};
    for (const [kind, times] of faults) kinds[kind] = (kinds[kind] ?? 0) + times;
    console.log(`       ${Math.round((Date.now() - began) / 1000)} s; ${JSON.stringify(kinds)}`);
    test(`${name}: sends nothing that the vendor's definition forbids`, foul.violations);
    test(`${name}: reads every stream to its end`, foul.drained);
    test(`${name}: the facts are those of fair weather`, differences(fair.facts, foul.facts));
  }
}

const pulls = spawnSync(program, ['connect', 'list', '--json'], { encoding: 'utf8' }).stdout;
const known = Object.keys(PLATFORMS).filter((platform) => pulls.includes(`"${platform}"`));
const strangers = wanted.filter((platform) => !known.includes(platform));
for (const platform of strangers) test(`${platform}: has a stand-in and can be connected`, 'it has not, or cannot');
for (const platform of known.filter((one) => wanted.length === 0 || wanted.includes(one))) {
  try { await check(platform); } catch (error) { test(`${platform}: runs`, String(error.stack ?? error)); }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
