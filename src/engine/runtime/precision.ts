import { UserError } from "../../core/errors.ts";
import { type Device, devices } from "./devices.ts";

/** What a training step computes in: float32 alone, or float16 where that loses nothing (mixed). */
export const precisions = ["float32", "mixed"] as const;
export type Precision = (typeof precisions)[number];

/** A step that casts weights to float16 cannot be differentiated: jax-js 0.1 has no gradient of a cast. */
const NO_GRADIENT = "jax-js has no gradient of a cast to float16, and nothing here scales the loss";

/** Why a device does not train in mixed precision; one without a reason does. */
const limitations: { readonly [D in Device]?: string } = {
  cpu: "ONNX Runtime's CPU provider has no float16 convolutions and products",
  webgpu: NO_GRADIENT,
  cuda: NO_GRADIENT,
};

/** @throws UserError for mixed precision on a device that has none. */
export function requirePrecision(precision: Precision, device: Device): void {
  const reason = limitations[device];
  if (precision === "float32" || !reason) return;
  const others = devices.filter((other) => !limitations[other]);
  const elsewhere = others.length > 0 ? `, or a device that does (${others.join(", ")})` : "";
  throw new UserError(
    `config.precision mixed: ${device} does not train in it (${reason}); use config.precision float32${elsewhere}`,
  );
}
