// Writes the type of every message key and its parameters from assets/messages/ja.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
export const TARGET = at('../shared/src/i18n/keys.gen.ts');

export function catalogue(language) {
  return JSON.parse(readFileSync(at(`../../assets/messages/${language}.json`), 'utf8'));
}

/** Names in braces, each once, sorted. */
export function paramsOf(text) {
  return [...new Set([...text.matchAll(/\{([a-z0-9_]+)\}/g)].map((found) => found[1]))].sort();
}

export function render(messages) {
  const lines = Object.keys(messages)
    .sort()
    .map((key) => {
      const params = paramsOf(messages[key]);
      return `  '${key}': ${params.length ? params.map((name) => `'${name}'`).join(' | ') : 'never'};`;
    });
  return [
    '// Generated from assets/messages/ja.json by `npm run gen`; do not edit.',
    '',
    '/** Each message key and the names of its parameters. */',
    'export interface MessageParams {',
    ...lines,
    '}',
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(TARGET, render(catalogue('ja')));
}
