import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { resolveConfig } from "./config.ts";
import { readConfigFile } from "./config-file.ts";

it("reads a config from JSON, from a run folder's config.json and from a module", async () => {
  const root = mkdtempSync(join(tmpdir(), "anchored-config-"));
  const config = { data: { name: "mnist" }, epochs: 2 };
  const file = (name: string, text: string) => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const json = JSON.stringify(config);
  expect(await readConfigFile(file("a.json", json))).toEqual(config);
  expect(await readConfigFile(file("run.json", `{"config":${json},"data":{}}`))).toEqual(config);
  const old = '{"config":{"data":{"name":"mnist"},"method":{"name":"anchored"}},"data":{}}';
  expect(await readConfigFile(file("old.json", old))).toMatchObject({ method: { maskStatistics: "all" } });
  expect(await readConfigFile(file("b.mjs", `export default ${json}`))).toEqual(config);
  await expect(readConfigFile(file("c.json", "{"))).rejects.toThrow(/c\.json: /);
  await expect(readConfigFile(file("d.json", '{"data":{"name":"mnist"},"epoch":2}'))).rejects.toThrow(/epoch/);
  await expect(readConfigFile(file("e.mjs", "export const x = 1"))).rejects.toThrow(/neither a default/);
  rmSync(root, { recursive: true });
});

it("the example of docs/configs.md is a config", () => {
  const page = readFileSync(new URL("../../docs/configs.md", import.meta.url), "utf8");
  const config = resolveConfig(JSON.parse(page.split("```json")[1].split("```")[0]));
  expect(config).toMatchObject({ optimizer: { beta2: 0.98 }, augment: [{ options: { magnitude: 14 } }, {}] });
});

it("a config file may name the schema that an editor goes by", async () => {
  const folder = mkdtempSync(join(tmpdir(), "anchored-config-"));
  const file = join(folder, "experiment.json");
  writeFileSync(file, JSON.stringify({ $schema: "config.schema.json", data: { name: "mnist" }, epochs: 3 }));
  expect(await readConfigFile(file)).toEqual({ data: { name: "mnist" }, epochs: 3 });
});
