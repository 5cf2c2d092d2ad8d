/** Letters of 12 px that are sure to fit a drawing of 330 px: renderers differ, so none is asked. */
const MOST = 46;

/** A name as it is drawn: one that is too long ends in an ellipsis, lest it leave the drawing. */
export const clipped = (name: string): string => (name.length > MOST ? `${name.slice(0, MOST - 1)}…` : name);
