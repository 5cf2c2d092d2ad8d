import type { numpy as np } from "@jax-js/jax";
import type { HostArray } from "../core/host-array.ts";
import type { ArraySpec } from "./program.ts";

type IsAny<T> = 0 extends 1 & T ? true : false;

/** The tree `T` of traced arrays as it lies in host memory. */
export type OnHost<T> =
  IsAny<T> extends true
    ? any
    : T extends np.Array | HostArray
      ? HostArray
      : T extends object
        ? { [Key in keyof T]: OnHost<T[Key]> }
        : T;

/** What says the shapes and dtypes of the tree `T` of traced arrays. */
export type ExampleOf<T> =
  IsAny<T> extends true
    ? any
    : T extends np.Array | HostArray
      ? HostArray | ArraySpec
      : T extends object
        ? { readonly [Key in keyof T]: ExampleOf<T[Key]> }
        : T;
