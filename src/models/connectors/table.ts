import { acformer } from "./acformer.ts";
import { averagePooling } from "./average-pooling.ts";
import { cAbstractor } from "./c-abstractor.ts";
import { classTokenOnly } from "./class-token-only.ts";
import type { Connector, ConnectorOptions, CreateConnector } from "./connector.ts";
import { direct } from "./direct.ts";
import { evit } from "./evit.ts";
import { learnedQueries } from "./learned-queries.ts";
import { oracle } from "./oracle.ts";
import { pooledQueries } from "./pooled-queries.ts";
import { randomQueries } from "./random-queries.ts";

const connectors = {
  acformer,
  "learned-queries": learnedQueries,
  "pooled-queries": pooledQueries,
  "random-queries": randomQueries,
  "average-pooling": averagePooling,
  "c-abstractor": cAbstractor,
  evit,
  direct,
  oracle,
  "class-token-only": classTokenOnly,
} as const satisfies Record<string, CreateConnector>;

export type ConnectorName = keyof typeof connectors;

/**
 * Connectors: AcFormer, those that it is compared with, and the controls `oracle` and `class-token-only`.
 * @example
 * console.log(connectorNames.join(" | "));
 */
export const connectorNames = Object.keys(connectors) as ConnectorName[];

/**
 * A connector from a vision transformer's tokens to a language model's (AcFormer, Liu et al., NeurIPS 2024, and its table 4),
 * its parameters under LLaVA's module numbers, `name.0…`; initialised as PyTorch's modules.
 * @param name what its parameters' names begin with
 * @throws UserError for a count that it can not give of this tower
 * @example
 * const { tokens } = createModel("vit-tiny", { inputChannels: 3, classes: 10 });
 * const connector = createConnector("acformer", "mm_projector", { tower: tokens!, count: 12, languageWidth: 256 });
 * console.log(connector.outputs); // 13
 */
export const createConnector = (kind: ConnectorName, name: string, options: ConnectorOptions): Connector =>
  connectors[kind](name, options);
