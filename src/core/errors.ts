/**
 * A mistake in what the user gave us (an unknown name, a bad file, a value out of range).
 * The message is one line that names the value, the rule and the way out; the command line
 * prints it without a stack trace and exits with code 2.
 * @example
 * try {
 *   await loadDataSet({ name: "mnits", seed: 0 });
 * } catch (error) {
 *   if (error instanceof UserError) console.error(error.message); // one line that names the value, the rule and the way out
 * }
 */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** `name` if `table` has it, else a `UserError` that lists the known names. */
export function knownName<T extends string>(what: string, name: string, table: readonly T[]): T {
  if ((table as readonly string[]).includes(name)) return name as T;
  throw new UserError(`unknown ${what} "${name}"; known: ${table.join(", ")}`);
}
