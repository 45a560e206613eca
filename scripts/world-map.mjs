// Makes src/web/chart/world.tsv, the outlines of the map of countries, and is needed only to make
// it again: node scripts/world-map.mjs ATLAS CODES > src/web/chart/world.tsv
//
// ATLAS is the unpacked npm package world-atlas (Natural Earth as TopoJSON), CODES the unpacked
// npm package i18n-iso-countries, of which only the table of ISO 3166 numbers is read.
//
// One line a country: code; middle (x y) and edges (west north east south) of its largest part;
// whether it needs a dot to be seen; its path. All in whole units of a map 2000 wide (Equal Earth).
// Antarctica is left out; nobody ships there.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const [atlas, codes] = process.argv.slice(2);
const read = (folder, name) => JSON.parse(readFileSync(join(folder, name), "utf8"));

const WIDTH = 2000;
const NORTH = 83.7;
const SOUTH = -56;
// Below this width and height, in units of the map, a country is shown by a dot.
const SMALL = 22;
// Rings smaller than this (five square units) are left out where the country has larger ones.
const SPECK = 5;

// Parts that the atlas draws by themselves and ISO 3166 does not know.
const BY_NAME = { Kosovo: "XK", "N. Cyprus": "CY", Somaliland: "SO" };
// Codes that the atlas draws as a part of another country: longitude, latitude.
const DOTS = {
  GI: [-5.35, 36.14], GF: [-53.1, 4], GP: [-61.5, 16.2], MQ: [-61, 14.65], RE: [55.53, -21.1],
  YT: [45.15, -12.8], BQ: [-68.27, 12.2],
};

// Equal Earth (Šavrič, Patterson, Jenny 2018).
function project([longitude, latitude]) {
  const [a1, a2, a3, a4] = [1.340264, -0.081106, 0.000893, 0.003796];
  const t = Math.asin((Math.sqrt(3) / 2) * Math.sin((latitude * Math.PI) / 180));
  const t2 = t * t;
  const t6 = t2 * t2 * t2;
  const lambda = (longitude * Math.PI) / 180;
  const x = (2 * Math.sqrt(3) * lambda * Math.cos(t)) /
    (3 * (9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1));
  return [x, t * (a4 * t6 * t2 + a3 * t6 + a2 * t2 + a1)];
}

const half = project([180, 0])[0];
const scale = WIDTH / (2 * half);
const top = project([0, NORTH])[1];
const place = (point) => {
  const [x, y] = project(point);
  return [(x + half) * scale, (top - y) * scale];
};

function ringsOf(topology, geometry) {
  const { scale: [kx, ky], translate: [tx, ty] } = topology.transform;
  const arc = (index) => {
    let x = 0;
    let y = 0;
    const points = topology.arcs[index < 0 ? ~index : index].map(([dx, dy]) => {
      x += dx;
      y += dy;
      return [x * kx + tx, y * ky + ty];
    });
    return index < 0 ? points.reverse() : points;
  };
  const polygons = geometry.type === "Polygon" ? [geometry.arcs] : geometry.arcs ?? [];
  return polygons.flatMap((rings) =>
    rings.map((arcs) => arcs.flatMap((index, at) => arc(index).slice(at === 0 ? 0 : 1))));
}

// A ring over the edge of the map goes on beyond its eastern edge.
function unbroken(ring) {
  const broken = ring.some(([x], at) => at > 0 && Math.abs(x - ring[at - 1][0]) > 180);
  return broken ? ring.map(([x, y]) => [x < 0 ? x + 360 : x, y]) : ring;
}

const area = (ring) => ring.reduce((sum, [x, y], at) => {
  const [nx, ny] = ring[(at + 1) % ring.length];
  return sum + x * ny - nx * y;
}, 0) / 2;

function boxOf(ring) {
  const [xs, ys] = [0, 1].map((axis) => ring.map((point) => point[axis]));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function middle(ring) {
  const whole = area(ring);
  const sum = ring.reduce(([sx, sy], [x, y], at) => {
    const [nx, ny] = ring[(at + 1) % ring.length];
    const cross = x * ny - nx * y;
    return [sx + (x + nx) * cross, sy + (y + ny) * cross];
  }, [0, 0]);
  return Math.abs(whole) < 1e-6 ? ring[0] : sum.map((part) => part / (6 * whole));
}

function path(rings) {
  let text = "";
  for (const ring of rings) {
    const points = ring.map(([x, y]) => [Math.round(x), Math.round(y)]);
    const kept = points.filter(([x, y], at) =>
      at === 0 || x !== points[at - 1][0] || y !== points[at - 1][1]);
    if (kept.length < 4) continue;
    let [x, y] = kept[0];
    text += `M${x} ${y}l`;
    const steps = kept.slice(1, -1).map(([nx, ny]) => {
      const step = [nx - x, ny - y];
      [x, y] = [nx, ny];
      return step;
    });
    text += steps.flat().map((part, at) => (at === 0 || part < 0 ? "" : " ") + part).join("") + "z";
  }
  return text;
}

const alpha = new Map(read(codes, "codes.json").map(([two, , number]) => [number, two]));
const codeOf = ({ id, properties }) => alpha.get(id) ?? BY_NAME[properties.name];

const countries = new Map();
for (const file of ["countries-110m.json", "countries-50m.json"]) {
  const topology = read(atlas, file);
  const found = new Map();
  for (const geometry of topology.objects.countries.geometries) {
    const code = codeOf(geometry);
    if (!code || code === "AQ" || countries.has(code)) continue;
    const rings = ringsOf(topology, geometry)
      .map((ring) => unbroken(ring).map(place))
      .sort((one, other) => Math.abs(area(other)) - Math.abs(area(one)));
    found.set(code, [...(found.get(code) ?? []), ...rings]);
  }
  for (const [code, rings] of found) {
    const seen = rings.filter((ring, at) => at === 0 || Math.abs(area(ring)) > SPECK);
    const [x, y] = middle(rings[0]);
    const [west, north, east, south] = boxOf(rings[0]);
    const small = east - west < SMALL && south - north < SMALL;
    const bottom = place([0, SOUTH])[1];
    if (y < bottom) countries.set(code, { x, y, small, box: boxOf(rings[0]), path: path(seen) });
  }
}
for (const [code, point] of Object.entries(DOTS)) {
  const [x, y] = place(point);
  if (!countries.has(code)) countries.set(code, { x, y, small: true, box: [x, y, x, y], path: "" });
}
const lines = [...countries].sort(([one], [other]) => (one < other ? -1 : 1));
for (const [code, { x, y, small, box, path: outline }] of lines) {
  const numbers = [x, y, ...box].map(Math.round).join(" ");
  console.log([code, numbers, small ? "dot" : "", outline].join("\t"));
}
console.error(`${countries.size} countries, height ${Math.round(place([0, SOUTH])[1])}`);
