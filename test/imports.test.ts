import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What only traces, computes or reads images. */
const toTrain = [
  "core",
  "files",
  "data",
  "augment",
  "corrupt",
  "models",
  "optim",
  "engine",
  "tasks",
  "methods",
] as const;

/** The design's direction: what a room may import besides itself; always rooms above it here. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  files: ["core"],
  data: ["core", "files"],
  augment: ["core", "files"],
  corrupt: ["core", "files"],
  models: ["core"],
  optim: ["core"],
  engine: ["core"],
  tasks: ["core", "data", "augment", "models", "optim", "engine"],
  methods: ["core", "data", "augment", "corrupt", "models", "optim", "engine", "tasks"],
  // Above `run` in place of below: results and predictions are stored in the shapes of its numbers.
  evaluate: ["core"],
  // Above `train` in place of below: training reads and writes the folder, the folder does not know training.
  run: [...toTrain, "evaluate"],
  train: [...toTrain, "evaluate", "run"],
  judge: [...toTrain, "evaluate", "run", "train"],
  report: ["core", "files", "evaluate", "run"],
  recipes: ["run", "train"],
  // Below `report` in place of above: a study ends with its page.
  studies: ["core", "files", "data", "tasks", "methods", "evaluate", "run", "train", "judge", "report", "recipes"],
  export: [...toTrain, "evaluate", "run", "train", "judge"],
  serve: ["core", "files", "data", "export"],
  // Above `demo` in place of below: the builder shares the types of the page. Its files need no Node; test/demo.test.ts
  // looks at what was built.
  web: ["core", "data", "augment", "corrupt", "engine", "tasks", "methods", "evaluate"],
  demo: [...toTrain, "evaluate", "run", "train", "judge", "export", "web"],
  bench: [...toTrain, "evaluate", "run", "train"],
  cli: [
    ...toTrain,
    ...["evaluate", "run", "train", "judge", "report", "recipes", "studies", "export", "serve", "demo", "bench"],
  ],
};

/** The only places that may know a package. */
const packageOwners: readonly { name: RegExp; owner: RegExp }[] = [
  { name: /^onnx-proto$/, owner: /^src\/engine\/onnx\.ts$/ },
  // The bare handler is what our server is compared with.
  { name: /^onnxruntime-/, owner: /^src\/(engine\/runtime\/|bench\/serving\/bare-handler\.ts$)/ },
  { name: /^koffi$/, owner: /^src\/train\/group\/(mpi-library|keep-loaded)\.ts$/ },
  { name: /^@huggingface\/tokenizers$/, owner: /^src\/data\/text\// },
  { name: /^hyparquet/, owner: /^src\/data\/parquet-/ },
  { name: /^commander$/, owner: /^src\/cli\// },
  { name: /^(fastify|@fastify\/.*|prom-client)$/, owner: /^src\/serve\// },
];

const isForTests = (path: string) => /\.test\.ts$|\/testing\.ts$|\/test-[^/]*\.ts$|\/cases\//.test(path);

interface Import {
  /** Path of the importing file from the root. */
  readonly from: string;
  /** Path of the imported file from the root, or a package's name. */
  readonly to: string;
}

const statement = /(?:^|\n)\s*(?:import|export)\b[^"';]*?from\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/g;

function importsOf(path: string): Import[] {
  const source = readFileSync(join(root, path), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  return [...source.matchAll(statement)].map((match) => {
    // What follows a question mark tells Vite how to load a file.
    const target = (match[1] ?? match[2]).replace(/\?.*$/, "");
    return { from: path, to: target.startsWith(".") ? posix.join(posix.dirname(path), target) : target };
  });
}

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((path) => `src/${path.split(sep).join("/")}`)
  .filter((path) => path.endsWith(".ts") && !isForTests(path));
const imports = files.flatMap(importsOf);
const roomOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
const inWords = ({ from, to }: Import) => `${from} imports ${to}`;

/** Edges between rooms; `src/index.ts` belongs to none. */
const crossings = imports.filter(({ from, to }) => {
  const [a, b] = [roomOf(from), roomOf(to)];
  return a !== undefined && b !== undefined && a !== b;
});

test("CONTRIBUTING's map of the rooms is the table", () => {
  const rows = readFileSync(join(root, "CONTRIBUTING.md"), "utf8").matchAll(/^\| `src\/(\w+)` \|[^|]*\| (.*) \|$/gm);
  const shown = Object.fromEntries([...rows].map(([, room, may]) => [room, may]));
  const table = Object.entries(mayImport).map(([room, may]) => [room, may.join(", ") || "nothing of ours"]);
  expect(shown).toEqual(Object.fromEntries(table));
});

test("imports are found at all", () => {
  expect(imports.length).toBeGreaterThan(files.length);
  expect(imports).toContainEqual({ from: "src/engine/onnx.ts", to: "onnx-proto" });
  expect(imports).toContainEqual({ from: "src/engine/compile.ts", to: "src/engine/trace.ts" });
});

test("imports name files that exist, with their extension", () => {
  const wrong = imports.filter(({ to }) => to.startsWith("src/") && !existsSync(join(root, to)));
  expect(wrong.map(inWords)).toEqual([]);
});

test("every room is in the design's table", () => {
  const rooms = new Set(files.map(roomOf).filter((room) => room !== undefined));
  expect([...rooms].filter((room) => !(room in mayImport))).toEqual([]);
});

describe("imports point one way", () => {
  test.each(Object.keys(mayImport))("%s", (room) => {
    const against = crossings.filter(({ from, to }) => roomOf(from) === room && !mayImport[room].includes(roomOf(to)!));
    expect(against.map(inWords)).toEqual([]);
  });

  test("to rooms above, by the table itself", () => {
    const order = Object.keys(mayImport);
    const below = order.flatMap((room, place) =>
      mayImport[room].filter((other) => !order.slice(0, place).includes(other)).map((other) => `${room} → ${other}`),
    );
    expect(below).toEqual([]);
  });

  test("without a cycle between rooms", () => {
    const reached = new Map<string, Set<string>>();
    const visit = (room: string, path: readonly string[]): Set<string> => {
      if (path.includes(room)) throw new Error(`cycle: ${[...path, room].join(" → ")}`);
      const known = reached.get(room);
      if (known) return known;
      const next = crossings.filter(({ from }) => roomOf(from) === room).map(({ to }) => roomOf(to)!);
      const all = new Set(next.flatMap((other) => [other, ...visit(other, [...path, room])]));
      reached.set(room, all);
      return all;
    };
    for (const room of Object.keys(mayImport)) expect([...visit(room, [])]).not.toContain(room);
  });
});

test("the page's builder knows the types of the page alone", () => {
  const wrong = crossings.filter(({ to }) => roomOf(to) === "web" && to !== "src/web/manifest.ts");
  expect(wrong.map(inWords)).toEqual([]);
});

test.each(packageOwners)("$name is known to one place", ({ name, owner }) => {
  const elsewhere = imports.filter(({ from, to }) => name.test(to) && !owner.test(from));
  expect(elsewhere.map(inWords)).toEqual([]);
});

test("every room that the library offers has an index, and can be imported from the package", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: object };
  const inside = new Set(["cli", "web"]);
  const offered = Object.keys(mayImport).filter((room) => !inside.has(room));
  expect(offered.filter((room) => !existsSync(join(root, `src/${room}/index.ts`)))).toEqual([]);
  expect(offered.filter((room) => !(`./${room}` in exports))).toEqual([]);
});

test("what only our own rooms need is imported by them alone", () => {
  const byAnotherRoom = imports.filter(({ from, to }) => to.endsWith("/internal.ts") && roomOf(from) !== roomOf(to));
  expect(byAnotherRoom.length).toBeGreaterThan(50);
  const byUsers = byAnotherRoom.filter(({ from }) => ["cli", undefined].includes(roomOf(from)));
  expect(byUsers.map(inWords)).toEqual([]);
  const shown = [
    "README.md",
    ...["docs", "examples"].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)),
  ];
  const withInternals = shown.filter(
    (path) => /\.(md|mjs|ts)$/.test(path) && /from "[^"]*\/internal/.test(readFileSync(join(root, path), "utf8")),
  );
  expect(withInternals).toEqual([]);
});

test("the command line imports what a library user can: the indexes of rooms that the package exports", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: object };
  const foreign = crossings.filter(({ from }) => roomOf(from) === "cli");
  expect(foreign.length).toBeGreaterThan(50);
  const offered = new Set(Object.keys(exports).map((subpath) => `src/${subpath.slice(2)}/index.ts`));
  expect(foreign.filter(({ to }) => !offered.has(to)).map(inWords)).toEqual([]);
});

test("core is pure: the page in the browser uses it as it is", () => {
  const impure = imports.filter(({ from, to }) => roomOf(from) === "core" && /^node:/.test(to));
  expect(impure.map(inWords)).toEqual([]);
  // Imports of Node's modules are found: the room that needs them has some.
  expect(imports.some(({ from, to }) => roomOf(from) === "files" && /^node:/.test(to))).toBe(true);
});

test("tests and their helpers are not imported by the code", () => {
  expect(imports.filter(({ to }) => isForTests(to) || /^(vitest|fast-check)$/.test(to)).map(inWords)).toEqual([]);
});

test("every subpath export has its source", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Record<string, string | { types: string; default: string }>;
  };
  const missing = Object.entries(exports)
    .filter(([subpath]) => !subpath.endsWith(".json"))
    .flatMap(([subpath, target]) => {
      const built = typeof target === "string" ? target : target.default;
      const source = built.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts");
      return existsSync(join(root, source)) ? [] : [`${subpath} → ${relative(".", source)}`];
    });
  expect(missing).toEqual([]);
});
