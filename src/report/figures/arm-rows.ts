/** How a figure with a row an arm places and colours its rows; the arm's name is drawn in the plot. */
export function armRows(rows: readonly { readonly arm: string; readonly color: string }[]) {
  const arms = rows.map(({ arm }) => arm);
  const field = { field: "arm", type: "nominal" as const };
  return {
    y: { ...field, sort: arms, title: null, axis: null, scale: { paddingOuter: 0.1 } },
    color: { ...field, scale: { domain: arms, range: rows.map(({ color }) => color) }, legend: null },
  };
}
