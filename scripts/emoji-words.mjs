// What emojibase says of each concept of the data set `emoji`, in English: label, tags, subgroup.
//   npm run build && node scripts/emoji-words.mjs            exit code 1 where src/data/emoji-words.json differs
//   npm run build && node scripts/emoji-words.mjs --update   writes it

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { emojiDrawings, emojiVendors } from "../dist/data/emoji-drawings.js";

const require = createRequire(import.meta.url);
const file = join(import.meta.dirname, "..", "src", "data", "emoji-words.json");
const packageName = "emojibase-data";
const { version } = require(`${packageName}/package.json`);
const licence = readFileSync(join(dirname(require.resolve(`${packageName}/package.json`)), "LICENSE"), "utf8");
const { subgroups } = require(`${packageName}/meta/groups.json`);

// Vendors write a code point's variation selector, which picks the coloured form, or leave it out.
const plain = (hexcode) => hexcode.toLowerCase().replaceAll("-fe0f", "");
const entries = new Map(require(`${packageName}/en/data.json`).map((entry) => [plain(entry.hexcode), entry]));

/** Hexcodes that any vendor gives a concept's name, as far as emojibase knows them. */
const hexcodesOf = new Map();
for (const vendor of emojiVendors) {
  const chars = require(`@iconify-json/${vendor}/chars.json`);
  for (const [hexcode, concept] of Object.entries(chars).filter(([hexcode]) => entries.has(plain(hexcode))))
    hexcodesOf.set(concept, (hexcodesOf.get(concept) ?? new Set()).add(plain(hexcode)));
}

const lines = [...new Set(emojiDrawings().map(({ concept }) => concept))].map((concept) => {
  const hexcodes = [...(hexcodesOf.get(concept) ?? [])];
  if (hexcodes.length !== 1)
    throw new Error(`${concept}: one hexcode is needed, found ${hexcodes.join(", ") || "none"}`);
  const { label, tags = [], subgroup } = entries.get(hexcodes[0]);
  return `    ${JSON.stringify(concept)}: ${JSON.stringify({ label, subgroup: subgroups[subgroup].replaceAll("-", " "), tags })}`;
});
const text = `{
  "source": ${JSON.stringify(`${packageName}@${version}`)},
  "licence": ${JSON.stringify(licence.replaceAll(/\s+/g, " ").trim())},
  "concepts": {
${lines.join(",\n")}
  }
}
`;
if (process.argv.includes("--update")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error(`${file} is not what ${packageName}@${version} says; run again with --update`);
  process.exit(1);
}
