/** The parts of an OpenAPI document that the page shows. */
interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses?: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> }>
  >;
}

/** Everything is in the page: a browser needs nothing but this server. */
export const docsPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'";

/** An OpenAPI document as one HTML page; of models that take `pictures` with a form that sends them to `/v1/predict`. */
export function docsPage(document: Document, { pictures }: { readonly pictures: boolean }): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationSection(method, path, operation)),
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="schema-${escaped(name)}"><summary><code>${escaped(name)}</code></summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`,
  );
  const title = escaped(document.info.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
<p>Version ${escaped(document.info.version)}. The same for programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
${pictures ? pictureForm : ""}
<h2>Addresses</h2>
${operations.join("\n")}
<h2>Schemas</h2>
${schemas.join("\n")}
${pictures ? `<script>${script}</script>` : ""}
</body>
</html>
`;
}

const pictureForm = `<h2>Try it</h2>
<p><label>Pictures: <input type="file" id="files" accept="image/*" multiple></label></p>
<pre id="answer" aria-live="polite" hidden></pre>`;

function operationSection(method: string, path: string, operation: Operation): string {
  const { operationId, summary, description, requestBody, responses } = operation;
  const content = (of: Operation["requestBody"]) =>
    Object.entries(of?.content ?? {})
      .map(([type, { schema }]) => `<code>${escaped(type)}</code>${linked(schema)}`)
      .join(", ");
  const answers = Object.entries(responses ?? {}).map(
    ([status, response]) => `<li>${escaped(status)}: ${content({ content: response.content ?? {} })}</li>`,
  );
  return `<section>
<h3><b>${escaped(method.toUpperCase())}</b> <code>${escaped(path)}</code> <small>${escaped(operationId ?? "")}</small></h3>
<p>${escaped([summary, description].filter(Boolean).join(". "))}</p>
${requestBody ? `<p>Takes ${content(requestBody)}</p>` : ""}
<ul>${answers.join("")}</ul>
</section>`;
}

/** Links to the named schemas that a schema refers to. */
function linked(schema: unknown): string {
  const names = [...JSON.stringify(schema ?? {}).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  );
  if (names.length === 0) return "";
  return ` (${names.map((name) => `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`).join(" or ")})`;
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h3 { font-weight: normal; margin-bottom: 0; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
section { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); }`;

const script = `
const answer = document.getElementById("answer");
document.getElementById("files").addEventListener("change", async ({ target }) => {
  const form = new FormData();
  for (const file of target.files) form.append("image", file);
  answer.hidden = false;
  answer.textContent = "…";
  try {
    const response = await fetch("v1/predict", { method: "POST", body: form });
    answer.textContent = JSON.stringify(await response.json(), null, 2);
  } catch (error) {
    answer.textContent = String(error);
  }
});`;
