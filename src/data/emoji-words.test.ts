import { describe, expect, test } from "vitest";
import { emojiCaptions } from "./emoji-captions.ts";
import { emojiDrawings, emojiVendors } from "./emoji-drawings.ts";
import { CONCEPTS_OF_A_SUBGROUP, emojiSubgroups, emojiWordsOf } from "./emoji-words.ts";

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

test("a concept that emojibase does not have is called by its name, also one that objects have anyway", () => {
  expect(emojiWordsOf("flag-for-malta")).toEqual({ label: "flag for malta", subgroup: "", tags: [] });
  expect(emojiWordsOf("constructor").label).toBe("constructor");
});

describe("captions", () => {
  test("are six distinct texts that begin with the label and hold it with tags of the concept", () => {
    for (const concept of concepts) {
      const { label, tags } = emojiWordsOf(concept);
      for (const vendor of emojiVendors) {
        const captions = emojiCaptions({ vendor, concept }, 0);
        expect(new Set(captions).size, concept).toBe(6);
        expect(captions[0]).toBe(label);
        for (const caption of captions.slice(1)) {
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
        .flatMap((vendor) => emojiCaptions({ vendor, concept }, 0).slice(1))
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
