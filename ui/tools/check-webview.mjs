// `npm run check:webview`: fails when a built file needs more than the oldest WebView in the field has.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { faultsInCss, faultsInGuard, faultsInHtml, faultsInJs } from './webview-rules.mjs';

/**
 * The PDF reader brings these with it (core-js in its legacy build), or calls them only where papers are edited, which we
 * do not. A browser test takes them away from page and worker and still reads a paper.
 */
const CARRIED = { file: /^pdf[.-]/, rules: ['withResolvers', 'try', 'structuredClone', 'any'].map((name) => `call of ${name}()`) };

const folders = process.argv.slice(2);
let files = 0;
let faulty = 0;

for (const folder of folders) {
  if (!existsSync(folder)) {
    console.error(`${folder}: not built (run \`npm run build\`)`);
    process.exit(1);
  }
  for (const entry of readdirSync(folder, { recursive: true })) {
    const path = join(folder, String(entry));
    const check = path.endsWith('webview-guard.js')
      ? faultsInGuard
      : { '.js': faultsInJs, '.css': faultsInCss, '.html': faultsInHtml }[extname(path)];
    if (!check) continue;
    files += 1;
    for (const { rule, since, at } of check(readFileSync(path, 'utf8'))) {
      if (CARRIED.file.test(basename(path)) && CARRIED.rules.includes(rule)) continue;
      faulty += 1;
      console.error(`${path}:${at} ${rule}${since ? ` (Chrome ${since})` : ''}`);
    }
  }
}
console.log(`WebView 95: ${files} files, ${faulty} faults`);
process.exit(faulty === 0 && files > 0 ? 0 : 1);
