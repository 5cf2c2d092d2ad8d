import { describe, expect, test } from "vitest";
import { emojiCaptions } from "./emoji-captions.ts";
import { emojiDrawings, emojiVendors } from "./emoji-drawings.ts";
import { CONCEPTS_OF_A_SUBGROUP, emojiSubgroups, emojiSubgroupTexts, emojiWordsOf } from "./emoji-words.ts";

const concepts = [...new Set(emojiDrawings().map(({ concept }) => concept))];

test("every concept has a label of its own, a subgroup and tags; the table of subgroups is what they make", () => {
  const words = concepts.map(emojiWordsOf);
  expect(new Set(words.map(({ label }) => label)).size).toBe(1051);
  const counts = new Map<string, number>();
  for (const { subgroup } of words) counts.set(subgroup, (counts.get(subgroup) ?? 0) + 1);
  const large = [...counts].filter(([, count]) => count >= CONCEPTS_OF_A_SUBGROUP).sort(([a], [b]) => (a < b ? -1 : 1));
  expect(Object.entries(emojiSubgroups)).toEqual(large);
  expect(large).toHaveLength(51);
  expect(emojiWordsOf("dog-face")).toEqual({
    label: "dog face",
    subgroup: "animal mammal",
    tags: ["adorbs", "animal", "dog", "face", "pet", "puppies", "puppy"],
  });
});

test("subgroups are called by words of their own captions, no two alike", () => {
  const texts = Object.keys(emojiSubgroups).map((name) => emojiSubgroupTexts[name] ?? name);
  expect(Object.keys(emojiSubgroups)).toEqual(expect.arrayContaining(Object.keys(emojiSubgroupTexts)));
  expect(new Set(texts).size).toBe(51);
  const said = new Map<string, Set<string>>();
  for (const { label, tags, subgroup } of concepts.map(emojiWordsOf)) {
    const own = said.get(subgroup) ?? new Set();
    for (const word of [label, ...tags].flatMap((text) => text.toLowerCase().split(/\W+/))) own.add(word);
    said.set(subgroup, own);
  }
  for (const [i, name] of Object.keys(emojiSubgroups).entries())
    for (const word of texts[i].split(/\W+/))
      if (!["a", "with"].includes(word)) expect(said.get(name), word).toContain(word);
});

test("a concept that emojibase does not have is called by its name, also one that objects have anyway", () => {
  expect(emojiWordsOf("flag-for-malta")).toEqual({ label: "flag for malta", subgroup: "", tags: [] });
  expect(emojiWordsOf("constructor").label).toBe("constructor");
});

describe("captions", () => {
  test("are the label, five distinct texts that hold it with tags of the concept, and two of its tags alone", () => {
    for (const concept of concepts) {
      const { label, tags } = emojiWordsOf(concept);
      for (const vendor of emojiVendors) {
        const captions = emojiCaptions({ vendor, concept }, 0);
        expect(new Set(captions.slice(0, 6)).size, concept).toBe(6);
        expect(captions).toHaveLength(tags.length > 0 ? 8 : 6);
        expect(captions[0]).toBe(label);
        for (const alone of captions.slice(6)) {
          expect(alone).toMatch(/^a drawing of /);
          const told = alone.slice("a drawing of ".length).split(", ");
          expect(tags).toEqual(expect.arrayContaining(told));
          expect(told.length).toBeGreaterThanOrEqual(Math.min(2, tags.length));
          expect(told.length).toBeLessThanOrEqual(4);
        }
        for (const caption of captions.slice(1, 6)) {
          const [said, ...told] = caption.slice(caption.indexOf(label)).split(", ");
          expect(said.startsWith(label) || label.includes(", "), caption).toBe(true);
          if (label.includes(", ")) continue;
          expect(tags).toEqual(expect.arrayContaining(told));
          expect(new Set(told).size).toBe(told.length);
          expect(told.length).toBeLessThanOrEqual(4);
        }
      }
    }
  });

  test("have two to four tags, none of which the label holds; fewer where there are no more", () => {
    const tagsOf = (concept: string) =>
      emojiVendors
        .flatMap((vendor) => emojiCaptions({ vendor, concept }, 0).slice(1, 6))
        .map((text) => text.split(", ").slice(1));
    const dog = tagsOf("dog-face");
    expect(new Set(dog.map(({ length }) => length))).toEqual(new Set([2, 3, 4]));
    expect(new Set(dog.flat())).toEqual(new Set(["adorbs", "animal", "pet", "puppies", "puppy"]));
    expect(new Set(tagsOf("elephant").map(String))).toEqual(new Set(["animal"]));
    expect(new Set(tagsOf("camping").map(String))).toEqual(new Set([""]));
  });

  test("are the same for the same seed, others for another seed or vendor; articles are a or an", () => {
    const of = (vendor: string, concept: string, seed: number) => emojiCaptions({ vendor, concept }, seed);
    expect(of("noto", "dog-face", 1)).toEqual(of("noto", "dog-face", 1));
    expect(of("noto", "dog-face", 2)).not.toEqual(of("noto", "dog-face", 1));
    expect(of("twemoji", "dog-face", 1)).not.toEqual(of("noto", "dog-face", 1));
    const said = emojiVendors
      .flatMap((vendor) => [...of(vendor, "elephant", 0), ...of(vendor, "dog-face", 0)])
      .join("; ");
    expect(said).toMatch(/ an elephant/);
    expect(said).toMatch(/ a dog face/);
    expect(said).not.toMatch(/ a elephant| an dog/);
  });
});
