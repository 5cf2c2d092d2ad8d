import { describe, expect, test } from "vitest";
import { dotSpan, dots } from "./dots.ts";
import { heatMap } from "./heat-map.ts";
import { intervals, spanOf } from "./intervals.ts";
import { lines } from "./lines.ts";
import { shares } from "./shares.ts";
import { outside } from "./testing.ts";

const long = "an arm whose name goes on and on · optimizer.peak 0.1 · schedule one-cycle · 300 epochs";

const drawings = {
  intervals: () =>
    intervals(
      [
        {
          name: long,
          detail: "−12.3 [−14.1, −10.2] not distinguishable",
          color: "red",
          value: -12.3,
          low: -14,
          high: -10,
        },
        { name: "b", color: "red", value: 3 },
      ],
      "Accuracy",
      "points, further right is better",
      "i",
    ),
  dots: () =>
    dots(
      [{ arm: long, color: "red", shape: "circle", values: [98.5], low: 96, high: 100 }],
      "Accuracy",
      "%, right",
      "d",
    ),
  shares: () =>
    shares(
      [
        {
          name: long,
          shares: [
            { arm: long, color: "red", value: 100, low: 96, high: 100 },
            { arm: "b", color: "blue", value: 0 },
          ],
        },
      ],
      { axis: "called foreign, %", marked: 5, label: "Shares." },
      "s",
    ),
  lines: () =>
    lines(
      [
        {
          name: "a",
          color: "red",
          dash: [],
          points: [
            { x: 1, y: 0.01 },
            { x: 10, y: 0.02 },
          ],
        },
      ],
      { xTitle: "References K", yTitle: "Seconds per 1,000 images", logarithmic: true, height: 180, label: "lines" },
      "l",
    ),
  "heat map": () =>
    heatMap(
      [{ row: "transverse chromatic abberation", column: "1", value: 3 }],
      {
        rows: ["transverse chromatic abberation"],
        columns: ["1", "2", "3"],
        scale: "heat",
        limit: 5,
        columnTitle: "Severity",
        format: String,
      },
      "h",
      "heat map",
    ),
  "heat map with upright names": () => {
    const names = ["cat", "background"];
    const cells = names.map((name) => ({ row: name, column: name, value: 3 }));
    const look = {
      scale: "heat",
      limit: 5,
      columnTitle: "Detected as",
      format: String,
      left: 120,
      upright: true,
    } as const;
    return heatMap(cells, { rows: names, columns: names, ...look }, "u", "upright");
  },
};

test.each(Object.entries(drawings))("all words of a drawing lie in it: %s", async (_, draw) => {
  expect(outside((await draw()).markup)).toEqual([]);
});

test("a word outside is found", async () => {
  const tall = { xTitle: "x", yTitle: "Spread (standard deviation of the sigmoids, mean over classes)", height: 100 };
  const points = [0, 1].map((x) => ({ x, y: x }));
  const svg = await lines([{ name: "a", color: "red", dash: [], points }], { ...tall, label: "x" }, "t");
  expect(outside(svg.markup)).toEqual([tall.yTitle]);
});

test("a band reaches from low to high", async () => {
  const point = (x: number) => ({ x, y: 40, low: 20, high: 60 });
  const { markup } = await lines(
    [{ name: "a", color: "red", dash: [], points: [point(0), point(1)] }],
    { xTitle: "x", yTitle: "y", xDomain: [0, 1], yDomain: [0, 100], width: 100, height: 200, label: "band" },
    "b",
  );
  // 200 px for 100 units: 60 lies 80 px below the top, 20 lies 160 px below it.
  expect(markup).toMatch(/d="M0,160L100,160L100,80L0,80Z"/);
  expect(markup).toMatch(/d="M0,120L100,120"/);
});

describe("intervals", () => {
  test("the axis holds every whisker and zero", () => {
    const [least, most] = spanOf([{ value: 2, low: -1.9, high: 5.9 }, { value: 7 }]);
    expect(least).toBeCloseTo(-1.9 - 0.06 * 8.9, 12);
    expect(most).toBeCloseTo(7 + 0.06 * 8.9, 12);
    expect(spanOf([{ value: 5, low: 4, high: 6 }])[0]).toBeLessThan(0);
  });

  test("a whisker is as long as its interval, and undecided marks are hollow", async () => {
    const row = { name: "a", color: "red", value: 1, low: -1, high: 3 };
    const { markup } = await intervals([{ ...row, hollow: true }], "m", "points", "w");
    const [, length] = /<line transform="translate\([^)]*\)" x2="(-?[\d.]+)" y2="0"[^>]*stroke-width="2"/.exec(markup)!;
    const [least, most] = spanOf([row]);
    expect(Math.abs(Number(length))).toBeCloseTo((330 * 4) / (most - least), 1);
    expect(markup).toMatch(/<path [^>]*fill="var\(--card\)"[^>]*stroke="red"/);
  });
});

test("the axis of dots holds the whiskers, not the dots alone", () => {
  const [least, most] = dotSpan([{ values: [98, 99], low: 94.6, high: 102.4 }]);
  expect([least, most].map((end) => Number(end.toFixed(3)))).toEqual(
    [94.6 - 0.624, 102.4 + 0.624].map((end) => Number(end.toFixed(3))),
  );
});

test("a bar reaches from 0 to its share, each row's in the order of the arms, at the number beside it", async () => {
  const bar = (arm: string, color: string, value: number) => ({ arm, color, value });
  const rows = [
    { name: "near", shares: [bar("a", "red", 25), bar("b", "blue", 50)] },
    { name: "far", shares: [bar("a", "red", 100), bar("b", "blue", 3.14)] },
  ];
  const { markup } = await shares(rows, { axis: "%", marked: 5, label: "Shares." }, "s");
  const drawn = [...markup.matchAll(/d="M([\d.]+),([\d.]+)h(-?[\d.]+)v[^"]*" fill="(red|blue)"/g)];
  const spans = drawn.map(([, x, y, h, color]) => ({ color, y: Number(y), from: Number(x), width: Number(h) }));
  expect(spans.map(({ color, from, width }) => [color, from, width / 290])).toEqual([
    ["red", 0, 0.25],
    ["blue", 0, 0.5],
    ["red", 0, 1],
    ["blue", 0, expect.closeTo(0.0314, 9)],
  ]);
  for (const [i, { y }] of spans.entries()) if (i > 0) expect(y).toBeGreaterThan(spans[i - 1].y);
  expect(markup).toContain('aria-label="Shares. near: a 25.0 %, b 50.0 %; far: a 100.0 %, b 3.1 %."');
});
