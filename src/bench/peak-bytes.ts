import { readFileSync } from "node:fs";

/** The most memory that this process has held at once. */
export function peakBytes(): number {
  try {
    // getrusage's maximum may be the parent's, from before exec; VmHWM is this program's own.
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))!;
    return 1024 * Number(kilobytes);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}
