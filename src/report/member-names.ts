/** Names of an ensemble's members: folders' own, without the way to them. */
export const memberNames = (members: readonly string[]): string =>
  members.map((member) => member.split(/[\\/]/).findLast(Boolean) ?? member).join(", ");
