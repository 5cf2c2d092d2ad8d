const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A text, a file's or class's name for instance, as part of one line: line breaks, tabs and other control characters are
 * escaped as in JavaScript's strings, for they would break tables and could steer a terminal.
 * @example
 * console.log(printable("a name\u001b[31m with control characters"));
 */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
