import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Exported, publicSurface, root } from "./surface.ts";

const surface = publicSurface();
const values = surface.filter(({ isValue, room }) => isValue && room !== "");
const idOf = ({ room, name }: Exported) => `${room}/${name}`;

test("every room that the package offers has a surface", () => {
  expect(values.length).toBeGreaterThan(200);
  expect(values.map(idOf)).toContain("train/train");
});

describe("every exported value says what it is and shows how it is used", () => {
  test.each([...new Set(values.map(({ room }) => room))])("%s", (room) => {
    const lacking = values
      .filter((value) => value.room === room && (value.documentation === "" || value.examples.length === 0))
      .map((value) => `${value.name}: ${value.documentation === "" ? "no docstring" : "no @example"} (${value.file})`);
    expect(lacking).toEqual([]);
  });
});

test("what the package itself exports is exported by a room", () => {
  const ofRooms = new Set(surface.filter(({ room }) => room !== "").map(({ name }) => name));
  expect(surface.filter(({ room, name }) => room === "" && !ofRooms.has(name)).map(({ name }) => name)).toEqual([]);
});

/** What examples may use without declaring it; see CONTRIBUTING.md. */
const prelude = readFileSync(join(root, "test/example-names.d.ts"), "utf8");
const preludeNames = new Set([...prelude.matchAll(/^ {2}const (\w+)/gm)].map(([, name]) => name));

/** Imports of the package's names that an example uses and neither imports nor declares: its own room's first. */
function importsFor(code: string, room: string): string {
  const bare = code.replace(/\/\/.*$/gm, "").replace(/"[^"\n]*"/g, '""');
  // A name after a dot or before a colon is a property.
  const used = new Set(
    [...bare.matchAll(/(?<!(?<!\.\.)\.|[\w$])([A-Za-z_]\w*)(?!\w|\s*:(?!:))/g)].map(([, name]) => name),
  );
  const declared = new Set(
    [...bare.matchAll(/\b(?:const|let|function|class|import)\s+(?:type\s+)?(\{[^}]*\}|\[[^\]]*\]|\w+)/g)].flatMap(
      ([, names]) => [...names.matchAll(/(\w+)\s*(?=[,}\]]|$|=)/g)].map(([, name]) => name),
    ),
  );
  const order = [...new Set([room, "", ...surface.map((entry) => entry.room)])];
  const lines = [...used]
    .filter((name) => !declared.has(name) && !preludeNames.has(name))
    .flatMap((name) => {
      const from = order.find((place) => surface.some((entry) => entry.room === place && entry.name === name));
      if (from === undefined) return name === "np" ? ['import { numpy as np } from "@jax-js/jax";'] : [];
      return [`import { ${name} } from "anchored-vision${from === "" ? "" : "/"}${from}";`];
    });
  return lines.join("\n");
}

/** The fences of a page that are TypeScript and import the package. */
const fencesOf = (page: string) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```ts\n([\s\S]*?)^```/gm)]
    .map(([, code]) => code)
    .filter((code) => code.includes('from "anchored-vision'));

test("examples compile, those of the docstrings and those of the pages, in strict TypeScript", () => {
  // Inside of the clone, so that they find the package by its name.
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache/examples-"));
  try {
    writeFileSync(join(folder, "example-names.d.ts"), prelude);
    for (const { room, name, examples } of surface.filter(({ room }) => room !== ""))
      for (const [place, code] of examples.entries())
        writeFileSync(
          join(folder, `${room}.${name}${place || ""}.mts`),
          `${importsFor(code, room)}\n${code}\nexport {};\n`,
        );
    const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];
    for (const page of pages.filter((path) => path.endsWith(".md")))
      for (const [place, code] of fencesOf(page).entries())
        writeFileSync(join(folder, `${page.replaceAll("/", ".")}${place}.mts`), `${code}\nexport {};\n`);
    const compilerOptions = {
      ...{ module: "NodeNext", target: "ES2023", lib: ["ES2023"], types: ["node"], strict: true },
      ...{ skipLibCheck: true, noEmit: true },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["."] }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    let printed = "";
    try {
      execFileSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], { encoding: "utf8", cwd: folder });
    } catch (error) {
      printed = (error as { stdout: string }).stdout || String(error);
    }
    expect(printed).toBe("");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
