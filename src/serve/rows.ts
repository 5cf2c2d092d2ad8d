import type { FastifyRequest } from "fastify";
import { UserError } from "../core/index.ts";
import type { FeatureNames } from "../data/index.ts";
import { featureRowsOf } from "../data/internal.ts";
import { beyond, type Limits, Refusal } from "./limits.ts";

/**
 * The rows of a JSON body `{ "rows": [{ column: value }] }`: the numbers of each, or why there are none. Further columns
 * are left out.
 * @throws Refusal for what is no such JSON, more rows than are accepted, columns that no row has, and the first row's where
 *   none can be read
 */
export function readRows(
  { body }: Pick<FastifyRequest, "body">,
  columns: FeatureNames,
  limits: Pick<Limits, "maxImages">,
): (Float32Array | Refusal)[] {
  const rows = rowsIn(body);
  if (rows.length > limits.maxImages) throw beyond.rows(limits, rows.length);
  try {
    const read = featureRowsOf("rows", rows, columns).map(({ values }) =>
      values instanceof UserError ? refusalOf(values) : values,
    );
    if (read[0] instanceof Refusal && read.every((one) => one instanceof Refusal)) throw read[0];
    return read;
  } catch (error) {
    throw error instanceof UserError ? refusalOf(error) : error;
  }
}

const refusalOf = ({ message }: UserError): Refusal => new Refusal(422, "bad_row", message);

function rowsIn(body: unknown): readonly unknown[] {
  const wanted = `send JSON such as { "rows": [{ "column": 1.5 }] }; the model card names the columns`;
  if (!Buffer.isBuffer(body) || body.length === 0) throw new Refusal(400, "empty", `the body is empty; ${wanted}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0].slice(0, 100);
    throw new Refusal(400, "bad_request", `the body is no JSON (${reason}); ${wanted}`);
  }
  const { rows } = (typeof parsed === "object" && parsed !== null ? parsed : {}) as { readonly rows?: unknown };
  if (!Array.isArray(rows) || rows.length === 0) throw new Refusal(400, "no_rows", `the body holds no rows; ${wanted}`);
  return rows;
}
