import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "./surface.ts";

/** What the compiler says of an import: no such module, or no such export of it. */
const missing = /error TS(2305|2307|2614|2724): (.*)/;

/** Of JavaScript files, whose types need not hold otherwise: `file: what is missing`. */
function missingImports(files: readonly string[]): string[] {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options = "--ignoreConfig --noEmit --allowJs --checkJs --skipLibCheck --module NodeNext --target ES2023";
  const argv = [tsc, ...options.split(" "), ...files];
  const { stdout } = spawnSync(process.execPath, argv, { encoding: "utf8", cwd: root });
  return stdout.split("\n").flatMap((line) => {
    const [, , what] = missing.exec(line) ?? [];
    return what === undefined ? [] : [`${line.split("(")[0]}: ${what}`];
  });
}

test("what scripts import of the built package is there, and exports those names", () => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache/scripts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const wrong = relative(root, join(folder, "wrong.mjs"));
  writeFileSync(
    join(root, wrong),
    'import { imageCount, imageCounts } from "../../dist/core/index.js";\nimport { gone } from "../../dist/core/moved.js";\nimageCount(imageCounts, gone);\n',
  );
  const scripts = readdirSync(join(root, "scripts")).filter((name) => name.endsWith(".mjs"));
  expect(missingImports([...scripts.map((name) => join("scripts", name)), wrong])).toEqual([
    expect.stringMatching(`${wrong}: .*imageCounts`),
    expect.stringMatching(`${wrong}: .*moved.js`),
  ]);
});
