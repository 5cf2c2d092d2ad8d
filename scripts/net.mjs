// A net under a refactoring: what the built command line computes, to the last bit. Some short trainings of 16-pixel images on
// one thread, each evaluated; recorded are hashes of the tensors and of the stored predictions, and every number of the results.
//   npm run build && node scripts/net.mjs record FILE.json     writes the record
//   npm run build && node scripts/net.mjs compare FILE.json    prints each difference; exit code 1 where there is one
// scripts/net.json is the record that is kept. Bits depend on the processor's instruction set, which a record names: on another
// one, record the older commit anew. A third argument is the path of another build's dist/cli/main.js.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";

const [action, file, main = join(import.meta.dirname, "../dist/cli/main.js")] = process.argv.slice(2);
if (!["record", "compare"].includes(action) || !file || !existsSync(main)) {
  console.error("usage: npm run build && node scripts/net.mjs record|compare FILE.json [dist/cli/main.js]");
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), "anchored-net-"));
const at = (name) => join(work, name);

const flags = (text) => text.split(" ");
// Lists add up where an option is repeated, so that each case names its vendors once.
const emojiOf = (vendor) => [
  ...flags(`--data emoji --image-size 16 --train-vendors ${vendor} --shift-vendors openmoji`),
  ...["--categories", "Activities,Travel & Places"],
];
const places = emojiOf("noto");
const anchored = flags("--method anchored --mask-probability 0.5 --reference-count 4");
const fewSteps = flags("--epochs 3 --batch-size 32 --log-every 1");
const everything = flags(
  "--suite all --ood mnist,mnist-inverted --ood-count 40 --corrupt-count 20 --corruptions fog,gaussian_noise --severities 1,5",
);

const briefly = ["--suite", "clean,calibration,shift"];

/** Options of `train` and of `evaluate`. A case may use the run of one above it. */
const cases = {
  standard: { train: places, evaluate: everything },
  "anchored, masks toward the label": { train: [...places, ...anchored], evaluate: everything },
  "anchored, masks toward uniform": {
    train: [...places, ...anchored, ...flags("--mask-target uniform --mask-by image --references stratified:8")],
    evaluate: [...briefly, "--calibrate"],
  },
  OAT: {
    train: [...places, ...flags("--method oat --warm-start-epochs 1 --learning-rate 0.01")],
    evaluate: ["--suite", "clean,calibration,shift,prediction-batch"],
  },
  "ViT, mixup, averaged weights, AdamW": {
    train: [
      ...places,
      ...flags("--model vit-tiny-patch4-depth6 --optimizer adamw --learning-rate 0.002 --mix mixup"),
      ...flags("--average-decay 0.9 --label-smoothing 0.1 --stochastic-depth 0.1"),
    ],
  },
  "accumulated gradients, clipping": {
    train: [...places, ...anchored, ...flags("--accumulate 2 --clip-norm 1 --dropout 0.1")],
    evaluate: [...briefly, "--protocol", "blt"],
  },
  "fine-tuned from a run": {
    train: [
      ...[...emojiOf("twemoji"), ...anchored, "--mask-by", "image"],
      ...["--references-from", "both", "--init", at("standard")],
    ],
  },
  "streamed folder, two workers": {
    train: [
      ...["--folder", at("folder"), ...flags("--stream --workers 2 --image-size 16 --validation-fraction 0.2")],
      ...["--augment", "crop,flip,randAugment,cutout"],
    ],
  },
};

const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

function anchoredCommand(...words) {
  try {
    execFileSync(process.execPath, [main, ...words], { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  } catch (error) {
    throw new Error(`${words.join(" ")}\n${error.stderr ?? error}`);
  }
}

/** Two classes, discs and squares, of colours and places that a formula decides. */
async function drawFolder(folder) {
  for (const [split, count] of [
    ["train", 80],
    ["test", 20],
  ])
    for (const shape of ["disc", "square"]) {
      mkdirSync(join(folder, split, shape), { recursive: true });
      for (let i = 0; i < count; i++) {
        const pixels = new Uint8Array(20 * 20 * 3);
        const [x, y, radius] = [7 + (i % 6), 7 + ((i * 5) % 7), 3 + (i % 4)];
        for (let p = 0; p < 400; p++) {
          const [dx, dy] = [Math.abs((p % 20) - x), Math.abs(Math.floor(p / 20) - y)];
          const inside = shape === "disc" ? dx * dx + dy * dy <= radius * radius : Math.max(dx, dy) <= radius;
          for (let c = 0; c < 3; c++)
            pixels[p * 3 + c] = inside ? (i * 37 + c * 91) % 256 : (i * 53 + c * 29 + p) % 256;
        }
        const image = sharp(pixels, { raw: { width: 20, height: 20, channels: 3 } });
        await image.png().toFile(join(folder, split, shape, `${String(i).padStart(3, "0")}.png`));
      }
    }
}

/** One hash for the weights and one for each group beside them: optimizer.<slot>, average, references, … */
function tensorHashes(path) {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const { __metadata__: _, ...tensors } = JSON.parse(bytes.toString("utf8", 8, start));
  const groups = {};
  for (const name of Object.keys(tensors).sort()) {
    const { dtype, shape, data_offsets } = tensors[name];
    const [group] = /^(optimizer\.[^.]+|average|references|output_anchor)/.exec(name) ?? ["weights"];
    groups[group] ??= [];
    groups[group].push(JSON.stringify([name, dtype, shape]), bytes.subarray(...data_offsets.map((o) => start + o)));
  }
  return Object.fromEntries(Object.entries(groups).map(([group, parts]) => [group, sha256(...parts)]));
}

function predictionHashes(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".npy"));
  return Object.fromEntries(names.sort().map((name) => [name, sha256(readFileSync(join(folder, name)))]));
}

/** Of the time it took, the machine and the program. */
const notNumbersOfTheRun = /^(version|versions|machine|date)$|second|durationMs$/i;

/** Every number by its path; a long list of nothing but numbers is one hash. */
function numbersOf(value, path = "", found = {}) {
  if (typeof value === "number") found[path] = value;
  else if (Array.isArray(value) && value.length > 8 && !/[:[]"/.test(JSON.stringify(value)))
    found[path] = `${value.length} × ${sha256(JSON.stringify(value)).slice(0, 16)}`;
  else if (value && typeof value === "object")
    for (const [key, inner] of Object.entries(value))
      if (!notNumbersOfTheRun.test(key)) numbersOf(inner, path ? `${path}.${key}` : key, found);
  return found;
}

const jsonFile = (path) => JSON.parse(readFileSync(path, "utf8"));
const metricsOf = (path) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => numbersOf(JSON.parse(line)));

async function measure() {
  const shared = ["--threads", "1", "--data-dir", at("data")];
  await drawFolder(at("folder"));
  const runs = {};
  for (const [name, { train, evaluate = briefly }] of Object.entries(cases)) {
    console.error(name);
    const run = at(name);
    anchoredCommand("train", ...fewSteps, ...train, ...shared, "--out", run);
    anchoredCommand("evaluate", run, ...evaluate, ...shared);
    runs[name] = {
      tensors: tensorHashes(join(run, "checkpoint.safetensors")),
      metrics: sha256(JSON.stringify(metricsOf(join(run, "metrics.jsonl")))),
      predictions: predictionHashes(join(run, "predictions")),
      results: numbersOf(jsonFile(join(run, "results.json"))),
    };
  }
  console.error("evaluate --logits");
  const stored = (set, what) => join(at("standard"), "predictions", `${set}.${what}.npy`);
  const files = ["--logits", stored("emoji-test", "logits"), "--labels", stored("emoji-test", "labels")];
  files.push("--validation-logits", stored("emoji-validation", "logits"));
  files.push("--validation-labels", stored("emoji-validation", "labels"));
  anchoredCommand("evaluate", ...files, "--ood", `mnist=${stored("mnist-test", "logits")}`, "--out", at("judged"));
  runs["evaluate --logits"] = { results: numbersOf(jsonFile(join(at("judged"), "results.json"))) };
  return runs;
}

function instructionSet() {
  const flags = existsSync("/proc/cpuinfo")
    ? (/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "")
    : "";
  const vectors = flags.split(" ").filter((flag) => /^(avx|fma|amx|sse4|f16c)/.test(flag));
  return [platform(), arch(), ...(vectors.length > 0 ? vectors.sort() : [cpus()[0]?.model ?? "unknown"])].join(" ");
}

/** Of the clone that the command line was built in. */
const commitOf = (path) =>
  execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: dirname(path), encoding: "utf8" }).trim();

/** Paths at which two records differ, with both values. */
function differences(before, after, path = []) {
  if (typeof before !== "object" || typeof after !== "object" || !before || !after)
    return Object.is(before, after) ? [] : [`${path.join(" › ")}: ${before ?? "absent"} → ${after ?? "absent"}`];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
}

try {
  // As a file would hold it, in which -0 is 0.
  const record = JSON.parse(
    JSON.stringify({ commit: commitOf(main), instructionSet: instructionSet(), runs: await measure() }),
  );
  if (action === "record") writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  else {
    const kept = jsonFile(file);
    if (kept.instructionSet !== record.instructionSet)
      console.log(
        `recorded on ${kept.instructionSet}\nthis machine is ${record.instructionSet}: bits may differ for that alone`,
      );
    const found = differences(kept.runs, record.runs);
    for (const line of found) console.log(line);
    console.log(found.length === 0 ? "no difference" : `${found.length} differences`);
    process.exitCode = found.length === 0 ? 0 : 1;
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
