export type { Connector, ConnectorOptions } from "./connector.ts";
export { type ConnectorName, connectorNames, createConnector } from "./table.ts";
export { connectorWeights } from "./weights.ts";
