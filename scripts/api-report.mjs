// The public surface as committed files, api/ROOM.api.md: every exported name with its signature, by API Extractor.
//   npm run build && node scripts/api-report.mjs            exit code 1 where the built package differs from the files
//   npm run build && node scripts/api-report.mjs --update   writes them

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// Its entry for imports lacks names that the one for `require` has.
const { CompilerState, Extractor, ExtractorConfig } = createRequire(import.meta.url)("@microsoft/api-extractor");

const root = join(import.meta.dirname, "..");
const update = process.argv.includes("--update");
const packageJsonFullPath = join(root, "package.json");
const { exports } = JSON.parse(readFileSync(packageJsonFullPath, "utf8"));
const reportFolder = join(root, "api");
mkdirSync(reportFolder, { recursive: true });

const quiet = { default: { logLevel: "none" } };
const compilerOptions = {
  ...{ module: "nodenext", moduleResolution: "nodenext", target: "es2023", lib: ["es2023"], types: ["node"] },
  ...{ strict: true, skipLibCheck: true },
};
const configOf = ([subpath, { types }]) =>
  ExtractorConfig.prepare({
    packageJsonFullPath,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, types),
      newlineKind: "lf",
      compiler: { overrideTsconfig: { compilerOptions, files: [join(root, types)] } },
      apiReport: {
        enabled: true,
        reportFileName: `${subpath === "." ? "index" : subpath.slice(2)}.api.md`,
        reportFolder,
        reportTempFolder: join(root, ".cache/api"),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { extractorMessageReporting: quiet, compilerMessageReporting: quiet, tsdocMessageReporting: quiet },
    },
  });

const configs = Object.entries(exports).map(configOf);
// One program for all rooms: they share most of their files.
const compilerState = CompilerState.create(configs[0], {
  additionalEntryPoints: configs.slice(1).map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
});
const messageCallback = (message) => {
  message.handled = true;
};
const changed = configs.filter((config) => {
  if (update) rmSync(config.reportFilePath, { force: true });
  const isNew = !existsSync(config.reportFilePath);
  const { apiReportChanged } = Extractor.invoke(config, { localBuild: update, compilerState, messageCallback });
  return apiReportChanged || (isNew && !update);
});
if (!update && changed.length > 0) {
  for (const { reportFilePath } of changed) console.error(`${reportFilePath}: the public surface has changed`);
  console.error("If that is meant, run `npm run api` and commit what it writes; say it in CHANGELOG.md.");
  process.exit(1);
}
console.log(`${configs.length} API reports ${update ? "written" : "hold"}`);
