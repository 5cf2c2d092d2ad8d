import type { Image } from "../../core/image-set.ts";
import type { Change } from "../calls.ts";
import type { Client } from "../client.ts";
import { type Reading, read } from "./reading.ts";

const SEVERITIES = [0, 1, 2, 3, 4, 5];

export interface TraceOptions {
  readonly client: Client;
  readonly image: Image;
  /** What is done to the picture where the traced corruption has this severity. */
  readonly changesAt: (severity: number) => readonly Change[];
  /** The severity that is shown, and what the models say of it. */
  readonly severity: number;
  readonly now: readonly Reading[];
  /** Whether nothing else has been asked for since. */
  readonly wanted: () => boolean;
  readonly onReadings: (readings: readonly (readonly Reading[])[]) => void;
}

/** What the models say at every severity of one corruption, told as it comes, as long as it is wanted. */
export async function traceDoubt(options: TraceOptions): Promise<void> {
  const { client, image, changesAt, severity, now, wanted, onReadings } = options;
  const readings: (readonly Reading[])[] = [];
  for (const at of SEVERITIES) {
    if (at === severity) readings.push(now);
    else {
      const damaged = await client.call("corrupt", { image, changes: changesAt(at) });
      if (!wanted()) return;
      readings.push((await client.call("predict", damaged)).map(read));
    }
    if (!wanted()) return;
    onReadings(readings);
  }
}
