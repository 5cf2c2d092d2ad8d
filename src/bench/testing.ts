import { UserError } from "../core/index.ts";
import { findPyTorch } from "./pytorch.ts";

/** A Python that has PyTorch, where there is one. */
export function installedPyTorch(): string | undefined {
  try {
    return findPyTorch();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
