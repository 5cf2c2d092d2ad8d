import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";
import type { Calibration } from "./calibration.ts";

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

const sha256Of = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Of the checkpoint that the folder holds now; none for another's. */
function entriesOf(run: string): z.infer<typeof file> {
  const { calibration: path, checkpoint } = runPaths(run);
  const checkpointSha256 = sha256Of(checkpoint);
  const none = { version: 1 as const, checkpointSha256, entries: [] };
  if (!existsSync(path)) return none;
  const found = parsed(path);
  return found.checkpointSha256 === checkpointSha256 ? found : none;
}

function parsed(path: string): z.infer<typeof file> {
  try {
    return parseJson(readText(path, ""), file, path);
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${error.message}; remove it, and it is made anew`) : error;
  }
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
  try {
    writeFileAtomic(runPaths(run).calibration, `${JSON.stringify(content)}\n`);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
