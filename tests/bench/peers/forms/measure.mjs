// @getodk/xforms-engine under Node: node measure.mjs FORM.xml. Prints one line of JSON; the same steps in the same
// order as crates/ekitei-forms/examples/forms_bench.

import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

// The published build is for browsers: it is given a DOM, and while it loads it must not take this for Node.
const dom = new JSDOM('');
for (const name of ['DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'Attr', 'Text', 'XPathResult',
  'XMLDocument', 'Comment', 'CDATASection', 'HTMLElement', 'CharacterData']) {
  globalThis[name] = dom.window[name];
}
const { process } = globalThis;
Object.assign(globalThis, { window: globalThis, document: dom.window.document, process: undefined });
const { createInstance } = await import('@getodk/xforms-engine');
Object.assign(globalThis, { process });

const xml = readFileSync(process.argv[2], 'utf8');
const peakKib = () => process.resourceUsage().maxRSS;
const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const timed = (work) => {
  const from = performance.now();
  work();
  return (performance.now() - from) * 1000;
};
/** In microseconds. */
const load = async () => {
  const from = performance.now();
  const { root } = await createInstance(xml, { instance: { stateFactory: (state) => state } });
  return [root, (performance.now() - from) * 1000];
};

const basePeak = peakKib();
const parsed = timed(() => new DOMParser().parseFromString(xml, 'text/xml'));
const [root, loadUs] = await load();

const nodes = new Map();
const collect = (node) => {
  nodes.set(node.currentState.reference, node);
  const { children } = node.currentState;
  if (Array.isArray(children)) children.forEach(collect);
};
collect(root);
const value = (id) => nodes.get(`/data/${id}`).currentState.value;
const set = (id, text) => {
  const node = nodes.get(`/data/${id}`);
  if (node.nodeType === 'select') node.selectValue(text);
  else node.setValue(node.valueType === 'int' ? BigInt(text) : text);
};
const must = (what, wanted, found) => {
  if (String(wanted) !== String(found)) throw new Error(`${what}: ${found} instead of ${wanted}`);
};

// Two answers for everything that is asked at once.
const asked = [...nodes].map(([path, node]) => [path.split('/').pop(), node]).flatMap(([id, node]) => {
  if (node.nodeType === 'select' && id !== 'town') return [[id, ['no', 'yes']]];
  return node.nodeType === 'input' && node.valueType === 'int' ? [[id, ['3', '5']]] : [];
});
const answers = [0, 1].flatMap((turn) => asked.map(([id, values]) => timed(() => set(id, values[turn]))));
const sections = asked.filter(([id]) => id.endsWith('_n0')).length;
must('the total', sections * 10 * 5, value('total'));

let flip = 0;
const recalculated = Array.from({ length: 7 }, () => timed(() => {
  flip += 1;
  set('factor', String(flip % 7));
}));
must('the total after it', sections * 10 * (flip % 7), value('total'));

const result = {
  questions: nodes.size,
  load_us: loadUs,
  parse_us: parsed,
  answer_median_us: median(answers),
  answer_mean_us: answers.reduce((sum, time) => sum + time, 0) / answers.length,
  recalculate_us: median(recalculated),
};
if (nodes.has('/data/town')) {
  let shown = 0;
  const filtered = Array.from({ length: 3 }, (_, n) => timed(() => {
    set('pref', `p${(n + 1) % 50}`);
    shown = nodes.get('/data/town').currentState.valueOptions.slice(0, 50).filter((o) => o.label.asString).length;
  }));
  must('choices shown', 50, shown);
  result.filter_us = median(filtered);
}
result.base_peak_kib = basePeak;
result.peak_kib = peakKib();
// Where it takes long, once is enough.
if (loadUs < 5e6) result.load_again_us = (await load())[1];
console.log(JSON.stringify(result));
process.exit(0);
