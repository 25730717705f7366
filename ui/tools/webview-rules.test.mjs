import { describe, expect, it } from 'vitest';
import { faultsInCss, faultsInGuard, faultsInHtml, faultsInJs } from './webview-rules.mjs';

describe('faultsInJs', () => {
  it.each(['const a = [1].at(-1); class B { #x = 1; static { this.y = 2; } }', 'x.toSorted?.()', 'try { structuredClone(a) } catch {}', 'a.b.c()'])(
    'allows %s',
    (source) => expect(faultsInJs(source)).toEqual([]),
  );
  it.each(['[1].toSorted()', 'structuredClone(a)', 'AbortSignal.timeout(3)', 'const r = /a/v;', 'x.findLast(f)', 'using a = b;'])(
    'refuses %s',
    (source) => expect(faultsInJs(source)).toHaveLength(1),
  );
});

describe('faultsInCss', () => {
  it.each(['a{inset:0;gap:2px;color:rgba(0,0,0,.5)}', '@media (min-width:600px){a{transform:translate(1px)}}', 'a:is(b,c){accent-color:red}', 'a{transition:transform .1s}', '@supports (text-wrap:balance){a{text-wrap:balance}}'])(
    'allows %s',
    (source) => expect(faultsInCss(source)).toEqual([]),
  );
  it.each(['a:has(b){}', '@layer x{a{top:0}}', 'a{height:100dvh}', 'a{color:color-mix(in srgb,red,blue)}', '@container (min-width:1px){a{top:0}}', '@media (width>=600px){a{top:0}}', 'a{translate:1px}', 'a{b{top:0}}', 'a{text-wrap:balance}'])(
    'refuses %s',
    (source) => expect(faultsInCss(source).length).toBeGreaterThan(0),
  );
});

it('refuses inline code in pages', () => {
  const guard = '<script src="./webview-guard.js"></script>';
  expect(faultsInHtml(`${guard}<script type="module" src="./a.js"></script>`)).toEqual([]);
  expect(faultsInHtml(`${guard}<script>1</script>`)).toHaveLength(1);
  expect(faultsInHtml(`<script src="a.js"></script>${guard}`)).toHaveLength(1);
  expect(faultsInHtml(`${guard}<p style="top:0">`)).toHaveLength(1);
});

it('keeps the guard in ES5', () => {
  expect(faultsInGuard('var a = 1;')).toEqual([]);
  expect(faultsInGuard('const a = 1;')).toHaveLength(1);
});
