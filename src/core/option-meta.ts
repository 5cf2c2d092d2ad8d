/**
 * What a schema's field says of its command-line option, by `.meta({ … })`: flags, help and the tables of the docs are made
 * of it, so that each option is described once, in the file of what has it.
 */
export interface OptionMeta {
  /** e.g. `--mask-probability` */
  readonly flag: string;
  /** What the help calls the value, e.g. `<share>`; by the field's type where absent. */
  readonly value?: string;
  readonly help: string;
  /** A value for error messages. */
  readonly example?: unknown;
  /** What the number is, where its range alone would not tell. */
  readonly meaning?: string;
  /** A switch: what its field becomes. */
  readonly sets?: boolean;
  /** A path, which is made absolute: a run is used from elsewhere, too. */
  readonly isPath?: boolean;
}

/** The metadata of an option, checked by its type. */
export const optionMeta = (meta: OptionMeta): OptionMeta & Record<string, unknown> => ({ ...meta });
