// Writes the console's TypeScript types from docs/openapi.json, which is itself generated from the server's code.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
export const TARGET = at('../console/src/api/gen.ts');

export const description = () => JSON.parse(readFileSync(at('../../docs/openapi.json'), 'utf8'));

const PLAIN = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' };

/** A schema as a TypeScript type. What has no fields of its own is any JSON value. */
export function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map(typeOf).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  if (schema.type === 'array') return `Array<${typeOf(schema.items ?? {})}>`;
  if (schema.type === 'object') {
    return schema.additionalProperties ? `Record<string, ${typeOf(schema.additionalProperties)}>` : 'unknown';
  }
  return PLAIN[schema.type] ?? 'unknown';
}

const comment = (text, indent) => (text ? [`${indent}/** ${text.replace(/\s+/g, ' ').replaceAll('*/', '* /')} */`] : []);

function declaration(name, schema) {
  if (schema.type !== 'object' || !schema.properties) return [...comment(schema.description, ''), `export type ${name} = ${typeOf(schema)};`];
  const required = new Set(schema.required ?? []);
  const fields = Object.keys(schema.properties).sort().flatMap((field) => {
    const of = schema.properties[field];
    return [...comment(of.description, '  '), `  ${field}${required.has(field) ? '' : '?'}: ${typeOf(of)};`];
  });
  return [...comment(schema.description, ''), `export interface ${name} {`, ...fields, '}'];
}

export function render(openapi) {
  const schemas = openapi.components.schemas;
  const parts = Object.keys(schemas).sort().map((name) => declaration(name, schemas[name]).join('\n'));
  return `// Generated from docs/openapi.json by \`npm run gen\`; do not edit.\n\n${parts.join('\n\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TARGET, render(description()));
