import { z } from "zod";
import { runPaths } from "../files/index.ts";
import type { Calibration } from "./calibration.ts";
import { checkpointSha256, keepFit, readFit } from "./kept-fit.ts";

/** How the model was asked on its validation images. */
const asked = z.object({
  weights: z.enum(["raw", "average"]),
  protocol: z.enum(["single", "k"]),
  /** R; 0 for methods without. */
  references: z.int(),
  temperature: z.union([z.literal("auto"), z.number()]),
});
export type AskedSo = Readonly<z.infer<typeof asked>>;

const calibration = z.object({
  temperature: z.number(),
  images: z.int(),
  scorePercentiles: z.array(z.number()),
  notice: z.string().optional(),
});

/** `calibration.json` of a run folder: it spares predicting all validation images whenever a run is opened. */
const file = z.object({
  version: z.literal(1),
  checkpointSha256: z.string(),
  entries: z.array(z.object({ asked, calibration })),
});

/** Of the checkpoint that the folder holds now; none for another's. */
function entriesOf(run: string): z.infer<typeof file> {
  const sha256 = checkpointSha256(run);
  const found = readFit(runPaths(run).calibration, file);
  return found?.checkpointSha256 === sha256 ? found : { version: 1, checkpointSha256: sha256, entries: [] };
}

const same = (a: AskedSo, b: AskedSo): boolean =>
  (Object.keys(asked.shape) as (keyof AskedSo)[]).every((key) => a[key] === b[key]);

/** @throws UserError for a damaged file */
export const readCalibration = (run: string, wanted: AskedSo): Calibration | undefined =>
  entriesOf(run).entries.find((entry) => same(entry.asked, wanted))?.calibration;

/** @returns whether it could be kept: a run that is read-only is fitted anew whenever it is opened */
export function storeCalibration(run: string, wanted: AskedSo, made: Calibration): boolean {
  const before = entriesOf(run);
  const entries = before.entries.filter((entry) => !same(entry.asked, wanted));
  const content = { ...before, entries: [...entries, { asked: wanted, calibration: made }] };
  return keepFit(runPaths(run).calibration, content);
}
