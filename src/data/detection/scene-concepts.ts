/**
 * The classes of `emoji-scenes`: things that differ in more than their outline, each drawn by all five vendors.
 * @example
 * console.log(sceneConcepts.known.length); // 20
 */
export const sceneConcepts = {
  known: [
    ...["red-apple", "banana", "grapes", "watermelon", "carrot", "hamburger", "pizza", "doughnut"],
    ...["cat-face", "penguin", "octopus", "butterfly", "automobile", "bus", "sailboat"],
    ...["soccer-ball", "alarm-clock", "light-bulb", "red-heart", "sunflower"],
  ],
  /** Of no class and never trained on: a detector should leave them alone. */
  unknown: [
    ...["pineapple", "strawberry", "eggplant", "ice-cream", "french-fries", "birthday-cake"],
    ...["dog-face", "owl", "fish", "lady-beetle", "bicycle", "helicopter", "rocket"],
    ...["basketball", "hourglass-done", "candle", "gem-stone", "tulip", "mushroom", "crown"],
  ],
} as const;
