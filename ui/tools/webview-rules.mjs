// What a WebView of Chrome 95 does not know. Names are those that the build tool does not translate down.
import { parse as parseJs } from 'acorn';
import { full } from 'acorn-walk';
import postcss from 'postcss';

/** Methods and functions that came after Chrome 95, with the version that brought them. */
const LATE_CALLS = {
  findLast: 97, findLastIndex: 97, toSorted: 110, toReversed: 110, toSpliced: 110, withResolvers: 119,
  groupBy: 117, fromAsync: 121, isWellFormed: 111, toWellFormed: 111, checkVisibility: 105, showPopover: 114,
  hidePopover: 114, togglePopover: 114, startViewTransition: 111, showPicker: 99, requestClose: 134,
  setHTML: 146, setHTMLUnsafe: 124, transferToFixedLength: 114, moveBefore: 133, getSetCookie: 113, structuredClone: 98,
};
const LATE_STATICS = { AbortSignal: { timeout: 103, any: 116 }, Response: { json: 105 }, Promise: { try: 128 }, URL: { canParse: 120, parse: 126 } };

const LATE_AT_RULES = { container: 105, layer: 99, 'starting-style': 117, scope: 118, 'position-try': 125, 'view-transition': 126 };
const LATE_SELECTORS = [[/:has\(/, 105], [/:user-(in)?valid/, 119], [/:popover-open/, 114], [/:modal/, 105], [/:open\b/, 133], [/::details-content/, 131], [/^&|\s&/, 112], [/:dir\(/, 120]];
const LATE_VALUES = [
  [/\bcolor-mix\(/, 111], [/\blight-dark\(/, 123], [/\bokl(ab|ch)\(/, 111], [/(^|[\s,(])l(ab|ch)\(/, 111], [/\bcolor\(/, 111],
  [/\d(s|l|d)v(h|w|i|b|min|max)\b/, 108], [/\dcq(w|h|i|b|min|max)\b/, 105], [/\bsubgrid\b/, 117], [/\banchor\(/, 125],
  [/(^|[\s(,])(round|mod|rem|abs|sign|pow|sqrt|hypot)\(/, 111], [/\binherit\(/, 999],
];
const LATE_PROPERTIES = {
  translate: 104, rotate: 104, scale: 104, container: 105, 'container-type': 105, 'container-name': 105, 'field-sizing': 123,
  'text-wrap': 114, 'view-transition-name': 111, 'scrollbar-width': 121, 'scrollbar-color': 121, 'background-clip-text': 120,
  mask: 120, 'mask-image': 120, 'anchor-name': 125, 'position-anchor': 125, 'interpolate-size': 129, 'offset-position': 116, 'transition-behavior': 117,
};

/** @returns {{ rule: string, since: number, at: string }[]} what this script needs beyond Chrome 95 */
export function faultsInJs(source) {
  const faults = [];
  let tree;
  try {
    // Everything in ECMAScript 2022 is in Chrome 94 or older; later syntax does not parse here.
    tree = parseJs(source, { ecmaVersion: 2022, sourceType: 'module', locations: true });
  } catch (error) {
    return [{ rule: `syntax: ${error.message}`, since: 96, at: '' }];
  }
  // A name that is called as `f?.()` or inside try is guarded by its author.
  const guarded = [];
  full(tree, (node) => {
    if (node.type === 'TryStatement') guarded.push([node.block.start, node.block.end]);
  });
  const isGuarded = (node) => guarded.some(([start, end]) => node.start >= start && node.end <= end);
  full(tree, (node) => {
    if (node.type !== 'CallExpression' || node.optional || isGuarded(node)) return;
    const { callee } = node;
    const name = callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' && !callee.computed ? callee.property.name : undefined;
    if (name === undefined) return;
    const object = callee.type === 'MemberExpression' && callee.object.type === 'Identifier' ? callee.object.name : undefined;
    const since = (object && LATE_STATICS[object]?.[name]) || (Object.hasOwn(LATE_CALLS, name) ? LATE_CALLS[name] : 0);
    if (since > 95) faults.push({ rule: `call of ${name}()`, since, at: `${node.loc.start.line}:${node.loc.start.column}` });
  });
  return faults;
}

export function faultsInCss(source) {
  const faults = [];
  const add = (rule, since, node) => faults.push({ rule, since, at: `${node.source?.start?.line}:${node.source?.start?.column}` });
  const guarded = (node) => Boolean(node.parent) && ((node.parent.type === 'atrule' && node.parent.name === 'supports') || guarded(node.parent));
  postcss.parse(source).walk((node) => {
    // What a WebView does not support, it leaves out there.
    if (guarded(node)) return;
    if (node.type === 'atrule') {
      if (LATE_AT_RULES[node.name]) add(`@${node.name}`, LATE_AT_RULES[node.name], node);
      if (node.name === 'media' && /[<>]/.test(node.params)) add('media range', 104, node);
    } else if (node.type === 'rule') {
      for (const [pattern, since] of LATE_SELECTORS) if (pattern.test(node.selector)) add(`selector ${node.selector}`, since, node);
      if (node.parent?.type === 'rule') add(`nested rule ${node.selector}`, 112, node);
    } else if (node.type === 'decl') {
      if (LATE_PROPERTIES[node.prop]) add(`property ${node.prop}`, LATE_PROPERTIES[node.prop], node);
      for (const [pattern, since] of LATE_VALUES) if (pattern.test(node.value)) add(`${node.prop}: ${node.value}`, since, node);
    }
  });
  return faults;
}

/** Pages may carry no inline code (content security policy) and start with the ES5 guard. */
export function faultsInHtml(source) {
  const faults = [];
  const scripts = [...source.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)];
  for (const [, attributes, body] of scripts) {
    if (body.trim() !== '' || !/\bsrc=/.test(attributes)) faults.push({ rule: 'inline script', since: 0, at: '' });
  }
  if (!/webview-guard\.js/.test(scripts[0]?.[1] ?? '')) faults.push({ rule: 'webview-guard.js is not the first script', since: 0, at: '' });
  if (/<style\b|\sstyle=|\son[a-z]+=/.test(source)) faults.push({ rule: 'inline style or handler', since: 0, at: '' });
  if (/https?:\/\//.test(source)) faults.push({ rule: 'remote address', since: 0, at: '' });
  return faults;
}

/** The guard itself must parse on any WebView. */
export function faultsInGuard(source) {
  try {
    parseJs(source, { ecmaVersion: 5 });
    return [];
  } catch (error) {
    return [{ rule: `not ES5: ${error.message}`, since: 0, at: '' }];
  }
}
