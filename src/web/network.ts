import { normalizeImages } from "../augment/make-batch.ts";
import { HostArray } from "../core/host-array.ts";
import type { Image } from "../core/image-set.ts";
import type { Session } from "../engine/runtime/node.ts";
import type { WebRuntime } from "../engine/runtime/web.ts";
import type { Known } from "./calls.ts";
import { Classifier } from "./classifier.ts";
import type { Manifest, ModelEntry } from "./manifest.ts";

/** A model of the page: its graph, and the classifier of one class more where one was taught. */
export class Network {
  /** The visitor's; the graph's own where absent. */
  taught: Classifier | undefined;

  private constructor(
    readonly entry: ModelEntry,
    readonly manifest: Manifest,
    readonly session: Session,
    /** As the model was trained. */
    readonly classifier: Classifier,
    /** Float32 rows behind the classifier: features of training and of validation images. */
    readonly features: Float32Array,
  ) {}

  static async open(
    runtime: WebRuntime,
    manifest: Manifest,
    entry: ModelEntry,
    files: Record<string, ArrayBuffer>,
  ): Promise<Network> {
    const session = await runtime.createSession(new Uint8Array(files[entry.graph]));
    const classes = manifest.classNames.length;
    const { features } = entry.teaching;
    const values = new Float32Array(files[entry.teaching.weights]);
    const classifier = new Classifier(
      values.slice(0, classes * features),
      values.slice(classes * features, classes * (features + 1)),
    );
    return new Network(entry, manifest, session, classifier, values.subarray(classes * (features + 1)));
  }

  /** Of one image: logits [R × K] and features [R × F] under each reference, and what the verdict goes by. */
  async run({ data }: Image): Promise<{ logits: Float32Array; features: Float32Array; known?: Known }> {
    const { classNames, shape, normalization, nearest } = this.manifest;
    const { references, teaching, verdict } = this.entry;
    const set = { name: "picture", ...shape, images: data, labels: Int32Array.of(0), classNames };
    const fed = HostArray.float32(
      [1, shape.channels, shape.height, shape.width],
      normalizeImages(set, [0], normalization),
    );
    const logits = HostArray.zeros([references, 1, classNames.length]);
    const features = HostArray.zeros([references, 1, teaching.features]);
    const parts = HostArray.zeros([1, verdict?.parts.length ?? 0]);
    const score = HostArray.zeros([1]);
    const similarity = HostArray.zeros([1, nearest.labels.length]);
    await this.session.run([fed], [logits, features, ...(verdict ? [parts, score, similarity] : [])]);
    return {
      ...(verdict && { known: { parts: parts.data, similarity: similarity.data } }),
      logits: this.taught ? this.taught.logits(features.data) : logits.data,
      features: features.data,
    };
  }
}
