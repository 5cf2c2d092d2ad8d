/** Waits for work, which may end as it likes once it was aborted: the next call goes on with it. */
export async function unlessAborted(signal: AbortSignal | undefined, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
