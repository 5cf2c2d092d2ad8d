import { type DataSet, type Listener, type Normalization, UserError } from "../../core/index.ts";
import type { DataOptions } from "../../data/index.ts";
import { loadReported } from "../../data/internal.ts";
import type { DualEncoder } from "../../models/index.ts";
import { configFromOptions, type RunConfig, type RunConfigInput, resolveConfig } from "../../run/index.ts";
import { dataOptions } from "../data-options.ts";

/** What says which images a dual encoder is shown. */
export interface ShownBy {
  readonly encoder: Pick<DualEncoder, "image">;
  readonly normalization: Normalization;
  /** Channels of an image. */
  readonly channels: number;
  /** Of its training, where it is a run. */
  readonly config: Partial<RunConfigInput>;
}

export interface DataForOptions extends Listener {
  /** Options of the data by their paths, as `configFromOptions` takes them; above those of the training, where there was one. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** What else of the data is not as that training has it. */
  readonly data?: Partial<Omit<DataOptions, "dataDir" | "onProgress" | "onNotice">>;
  readonly dataDir?: string;
}

/**
 * The data that a dual encoder is asked about, at the size of its images, and a config of a classification on them.
 * @param from what messages call it
 * @throws UserError as `loadDataSet` and `configFromOptions` do, where nothing says which data, and for images of another size
 */
export async function dataFor(
  from: string,
  { encoder, normalization: { mean, std }, channels, config: { data: trained, ...own } }: ShownBy,
  { given = {}, data: other, dataDir, ...listener }: DataForOptions = {},
): Promise<{ readonly config: RunConfig; readonly dataSet: DataSet }> {
  const data = trained || other?.name ? ({ ...trained, ...other } as RunConfigInput["data"]) : undefined;
  if (!data && given["data.name"] === undefined && given["data.folder"] === undefined)
    throw new UserError("on which images? say data.folder DIR or data.name NAME");
  const { imageSize } = encoder.image;
  const normalization = { mean: [...mean], std: [...std] };
  const base = resolveConfig({ ...own, data: data ?? { name: "emoji" }, normalization });
  const config = configFromOptions({ "data.imageSize": imageSize, ...given }, base);
  const dataSet = await loadReported(dataOptions(config, dataDir), listener).finally(() =>
    listener.onProgress?.(undefined),
  );
  requireShape(from, { imageSize, channels }, dataSet);
  return { config, dataSet };
}

/** @throws UserError for images that its image tower cannot be shown */
export function requireShape(
  from: string,
  { imageSize, channels: wanted }: { readonly imageSize: number; readonly channels: number },
  { title, train }: DataSet,
): void {
  const { height, width, channels } = train;
  if (height !== imageSize || width !== imageSize || channels !== wanted)
    throw new UserError(
      `${title} has images of ${width}×${height}×${channels}, ${from} sees ${imageSize}×${imageSize}×${wanted}; read them at data.imageSize ${imageSize}`,
    );
}
