import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "vite";
import { expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const LINES_OF_A_FUNCTION = 80;
const LINES_OF_A_FILE = 250;

/** Tables, schemas and style sheets may be longer: a list gets no clearer in two files. */
const lists = new Set(["src/run/config.ts"]);

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((path) => `src/${path.split(sep).join("/")}`)
  .filter((path) => path.endsWith(".ts") && !/\.test\.ts$|\/testing\.ts$|\/test-[^/]*\.ts$|\/cases\//.test(path));

const read = (path: string) => readFileSync(join(root, path), "utf8");

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;
const functions = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** Functions that are longer than a screen, as `file:line lines`. */
function longFunctions(path: string, text: string): string[] {
  const found: string[] = [];
  const linesOf = (from: number, to: number) => text.slice(from, to).split("\n").length;
  const visit = (node: Node): void => {
    if (functions.has(node.type)) {
      const lines = linesOf(node.start, node.end);
      if (lines > LINES_OF_A_FUNCTION) found.push(`${path}:${linesOf(0, node.start)} ${lines}`);
    }
    for (const child of Object.values(node).flat()) if (isNode(child)) visit(child);
  };
  visit(parseAst(text, { lang: "ts" }));
  return found;
}

test("long functions are found, whatever their form", () => {
  const body = "  call();\n".repeat(LINES_OF_A_FUNCTION);
  const forms = [
    `function named() {\n${body}}\n`,
    `const arrow = () => {\n${body}};\n`,
    `class A {\n  method() {\n${body}  }\n}\n`,
    `const text = "{"; export function after() {\n${body}}\n`,
  ];
  for (const text of forms) expect(longFunctions("a.ts", text), text.slice(0, 40)).toHaveLength(1);
  expect(longFunctions("a.ts", `function short() {\n${"  call();\n".repeat(LINES_OF_A_FUNCTION - 2)}}\n`)).toEqual([]);
});

test("no function is longer than 80 lines", () => {
  expect(files.flatMap((path) => longFunctions(path, read(path)))).toEqual([]);
});

test("no file but tables, schemas and style sheets is longer than 250 lines", () => {
  const long = files
    .map((path) => ({ path, lines: read(path).trimEnd().split("\n").length }))
    .filter(({ path, lines }) => lines > LINES_OF_A_FILE && !lists.has(path))
    .map(({ path, lines }) => `${path} ${lines}`);
  expect(long).toEqual([]);
});
