import { alone, type Group, threadsOf } from "../train/index.ts";
import type { JudgeOptions } from "./options.ts";

/** Threads of each rank where several may be on one machine, and have its processors together; undefined of a process by itself. */
export async function rankThreads({
  group = alone,
  threads: asked,
  onNotice,
}: Pick<JudgeOptions, "threads" | "onNotice"> & { readonly group?: Group }): Promise<number | undefined> {
  if (group.size === 1) return asked;
  const { threads, said } = await threadsOf(group);
  if (said && asked === undefined) onNotice?.(said);
  return asked ?? threads;
}
