// The stage page. It shows what the demo sends over /events and asks for changes; it knows nothing by itself.
const ICONS = {
  todo: '<circle cx="12" cy="12" r="8" stroke-opacity=".45"/>',
  doing: '<path d="M12 4a8 8 0 1 0 8 8"/>',
  done: '<path d="m5 13 4 4L19 7"/>',
  failed: '<path d="M6 6l12 12M18 6 6 18"/>',
  locked: '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
  unlocked: '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 7.5-2"/>',
  dead: '<path d="M12 4v8"/><path d="M6.5 7.5a8 8 0 1 0 11 0"/>',
  chevron: '<path d="m9 6 6 6-6 6"/>',
  folder: '<path d="M3 7a2 2 0 0 1 2-2h4l2 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z"/>',
  photo: '<rect x="3" y="5" width="18" height="14" rx="2"/><circle cx="9" cy="10" r="1.5"/><path d="m4 17 5-4 3 2 4-4 4 4"/>',
  note: '<path d="M6 3h9l4 4v14H6z"/><path d="M9 11h7M9 15h7"/>',
};

const $ = (id) => document.getElementById(id);
const phones = new Map();
const seenFiles = new Set();
let texts = { ja: {}, en: {} };
let language = localStorage.getItem('language') === 'en' ? 'en' : 'ja';
/** The screens read their language when they start. */
let phonesLanguage = language;
let view;
let filesShown = '';

function icon(name, extra = '') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  if (extra) svg.setAttribute('class', extra);
  svg.innerHTML = ICONS[name];
  return svg;
}

function t(key, params = {}) {
  const pattern = texts[language][key] ?? key;
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
}

const said = (say) => (say ? t(say.key, say.params) : '');

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Writes only what is different, so that nothing flickers and selections stay. */
function put(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

async function ask(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) console.warn(path, await answer.text());
}

function showTexts() {
  document.documentElement.lang = language;
  document.title = t('page.title');
  for (const target of document.querySelectorAll('[data-t]')) put(target, t(target.dataset.t));
  $('console-frame').title = t('page.console');
}

// --- Phones

function makePhone(id) {
  const card = $('phone-template').content.firstElementChild.cloneNode(true);
  const parts = {
    card,
    frame: card.querySelector('iframe'),
    state: card.querySelector('.state'),
    person: card.querySelector('.person'),
    letter: card.querySelector('.letter'),
    waiting: card.querySelector('.waiting'),
    carried: card.querySelector('.carried'),
    dead: card.querySelector('.dead'),
    battery: card.querySelector('input[type=range]'),
    percent: card.querySelector('output'),
    toggle: card.querySelector('[data-app=toggle]'),
    link: card.querySelector('.foot a'),
    pin: card.querySelector('.pin'),
    group: card.querySelector('[role=radiogroup]'),
    lines: [...card.querySelectorAll('[data-line]')],
    checks: [...card.querySelectorAll('[data-fact]')],
    source: '',
    /** Not written over while a hand is on it. */
    held: 0,
  };
  card.dataset.phone = id;
  for (const button of parts.lines) button.addEventListener('click', () => ask('line', { phone: id, line: button.dataset.line }));
  parts.group.addEventListener('keydown', (press) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[press.key];
    if (!step) return;
    press.preventDefault();
    const next = parts.lines[(parts.lines.indexOf(document.activeElement) + step + parts.lines.length) % parts.lines.length];
    next.focus();
    next.click();
  });
  parts.battery.addEventListener('input', () => {
    parts.held = Date.now();
    put(parts.percent, `${parts.battery.value} %`);
  });
  parts.battery.addEventListener('change', () => ask('facts', { phone: id, facts: { battery_percent: Number(parts.battery.value) } }));
  for (const check of parts.checks) {
    check.addEventListener('change', () => {
      parts.held = Date.now();
      void ask('facts', { phone: id, facts: { [check.dataset.fact]: check.checked } });
    });
  }
  parts.toggle.addEventListener('click', () => ask('app', { phone: id, running: parts.toggle.dataset.to === 'start' }));
  parts.dead.querySelector('button').addEventListener('click', () => ask('app', { phone: id, running: true }));
  $('phones').append(card);
  phones.set(id, parts);
  return parts;
}

function showPhone(phone) {
  const parts = phones.get(phone.id) ?? makePhone(phone.id);
  const name = t('page.phone', { id: phone.id.toUpperCase() });
  put(parts.letter, phone.id.toUpperCase());
  put(parts.person, phone.person);
  parts.frame.title = `${name} ${phone.person}`;
  parts.group.setAttribute('aria-label', `${name}: ${t('page.line')}`);
  const state = phone.running ? (phone.locked ? 'locked' : 'unlocked') : 'dead';
  if (parts.state.dataset.state !== state || parts.state.lang !== language) {
    parts.state.dataset.state = state;
    parts.state.lang = language;
    parts.state.replaceChildren(icon(state), element('span', '', t(`page.${state}`)));
    if (state === 'locked') parts.state.append(element('span', '', t('page.pin')), element('code', '', view.pin));
  }
  for (const button of parts.lines) {
    const checked = button.dataset.line === phone.line;
    button.setAttribute('aria-checked', String(checked));
    button.tabIndex = checked ? 0 : -1;
  }
  const some = phone.waiting_items > 0;
  put(parts.waiting, some ? t('page.waiting', { items: phone.waiting_items, size: size(phone.waiting_bytes) }) : t('page.nothing-waits'));
  parts.waiting.toggleAttribute('data-some', some);
  put(parts.carried, `${t('page.up')} ${size(phone.up_bytes)} · ${t('page.down')} ${size(phone.down_bytes)}`);
  parts.dead.hidden = phone.running;
  put(parts.toggle, t(phone.running ? 'page.end-app' : 'page.start-app'));
  parts.toggle.dataset.to = phone.running ? 'end' : 'start';
  put(parts.pin, view.pin);
  parts.link.href = phone.url;
  if (Date.now() - parts.held > 2000) {
    parts.battery.value = String(phone.battery_percent);
    put(parts.percent, `${phone.battery_percent} %`);
    for (const check of parts.checks) check.checked = phone[check.dataset.fact];
  }
  parts.battery.setAttribute('aria-label', `${name}: ${t('page.battery')}`);
  // Another query is a new page, another part after # a jump within it.
  const source = `${phone.url}/?start=${phone.starts}&language=${phonesLanguage}${phone.screen}`;
  if (phone.running && parts.source !== source) {
    parts.source = source;
    parts.frame.src = source;
  }
}

// --- Story

function showSteps(steps) {
  const list = $('steps');
  while (list.children.length > steps.length) list.lastChild.remove();
  // What the last step that ended showed stays in sight.
  const latest = steps.findLastIndex((step) => step.seen);
  steps.forEach((step, at) => {
    let row = list.children[at];
    if (!row) {
      row = element('li');
      row.append(icon('todo'), element('span', 'name'), element('span', 'seconds'), element('span', 'seen'));
      list.append(row);
    }
    if (row.dataset.state !== step.state) {
      row.dataset.state = step.state;
      row.firstChild.replaceWith(icon(step.state));
      if (step.state === 'doing') row.setAttribute('aria-current', 'step');
      else row.removeAttribute('aria-current');
    }
    row.toggleAttribute('data-latest', at === latest);
    put(row.querySelector('.name'), t(`step.${step.key}`));
    put(row.querySelector('.seconds'), step.seconds == null ? '' : `${step.seconds.toFixed(1)} s`);
    put(row.querySelector('.seen'), said(step.seen));
    row.title = said(step.seen);
  });
}

// --- Shared folder

function branch(files) {
  const root = { folders: new Map(), files: [], fresh: 0 };
  for (const file of files) {
    const parts = file.path.split('/');
    const name = parts.pop();
    let at = root;
    if (file.new) at.fresh += 1;
    for (const part of parts) {
      if (!at.folders.has(part)) at.folders.set(part, { folders: new Map(), files: [], fresh: 0 });
      at = at.folders.get(part);
      if (file.new) at.fresh += 1;
    }
    at.files.push({ ...file, name });
  }
  return root;
}

function drawBranch(node, path, open) {
  const list = element('ul');
  for (let [name, folder] of node.folders) {
    let below = `${path}${name}/`;
    // Folders with nothing but one folder are one line.
    while (folder.files.length === 0 && folder.folders.size === 1) {
      const [[next, inner]] = folder.folders;
      name = `${name} / ${next}`;
      below = `${below}${next}/`;
      folder = inner;
    }
    const item = element('li');
    const details = element('details');
    details.dataset.path = below;
    details.open = open.get(below) ?? folder.fresh > 0;
    const summary = element('summary');
    summary.append(icon('chevron', 'chevron'), icon('folder'), element('span', 'name', name));
    if (folder.fresh > 0) summary.append(element('span', 'tag', String(folder.fresh)));
    details.append(summary, drawBranch(folder, below, open));
    item.append(details);
    list.append(item);
  }
  for (const file of node.files) {
    const item = element('li', file.new ? 'new' : '');
    if (file.new && !seenFiles.has(file.path)) item.classList.add('fresh');
    const button = element('button', 'file');
    button.type = 'button';
    button.dataset.path = file.path;
    button.append(icon(/\.(jpe?g|png|webp)$/.test(file.name) ? 'photo' : 'note'), element('span', 'name', file.name));
    if (file.new) button.append(element('span', 'tag', t('page.new-mark')));
    button.append(element('span', 'size', size(file.bytes)));
    button.addEventListener('click', () => look(file));
    item.append(button);
    list.append(item);
  }
  return list;
}

function showFiles(files) {
  const now = language + JSON.stringify(files);
  if (now === filesShown) return;
  filesShown = now;
  const tree = $('tree');
  const open = new Map();
  for (const details of tree.querySelectorAll('details')) {
    // A folder that nobody touched opens by itself when something comes.
    const fresh = files.filter((file) => file.new && file.path.startsWith(details.dataset.path));
    if (details.open || fresh.every((file) => seenFiles.has(file.path))) open.set(details.dataset.path, details.open);
  }
  const focused = document.activeElement?.closest?.('#tree [data-path]')?.dataset.path;
  const scroll = tree.scrollTop;
  tree.replaceChildren(files.length ? drawBranch(branch(files), '', open) : element('p', '', t('page.share-empty')));
  tree.scrollTop = scroll;
  if (focused) tree.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus();
  const fresh = files.filter((file) => file.new);
  const arrived = fresh.some((file) => !seenFiles.has(file.path));
  for (const file of fresh) seenFiles.add(file.path);
  if (arrived) {
    const news = tree.querySelectorAll('.new');
    const last = news[news.length - 1];
    if (last) tree.scrollTop = Math.max(0, last.offsetTop - tree.offsetTop - tree.clientHeight + 60);
  }
  const count = [element('span', '', t('page.files', { count: files.length }))];
  if (fresh.length) count.push(document.createTextNode(' '), element('strong', '', t('page.new', { count: fresh.length })));
  $('file-count').replaceChildren(...count);
}

async function look(file) {
  const url = `share/${file.path.split('/').map(encodeURIComponent).join('/')}`;
  put($('viewer-name'), file.name);
  $('viewer-link').href = url;
  if (/\.(jpe?g|png|webp|svg)$/.test(file.name)) {
    const picture = element('img');
    picture.alt = file.name;
    picture.src = url;
    $('viewed').replaceChildren(picture);
  } else {
    const text = await fetch(url).then((answer) => answer.text());
    $('viewed').replaceChildren(element('pre', '', text));
  }
  $('viewer').showModal();
}

// --- Result, console

function showTable(rows) {
  $('result').hidden = rows.length === 0;
  $('rows').replaceChildren(
    ...rows.map((row) => {
      const line = element('tr');
      line.setAttribute('role', 'row');
      const cell = (column, value) => {
        const made = element('td', 'number', value ?? '');
        // Where a narrow screen shows no head, the cell names itself.
        if (value != null) made.dataset.name = t(`table.${column}`);
        return made;
      };
      line.append(
        element('td', '', t(`table.${row.label}`)),
        cell('items', row.items?.toLocaleString(language)),
        cell('bytes', row.bytes?.toLocaleString(language)),
        cell('seconds', row.seconds?.toFixed(1)),
        place(said(row.place)),
      );
      // Said outright: a row that is laid out as a block is no row to a browser.
      for (const one of line.children) one.setAttribute('role', 'cell');
      return line;
    }),
  );
}

/** An address in a sentence is a link. */
function place(text) {
  const cell = element('td');
  for (const part of text.split(/(http:\/\/\S+)/)) {
    if (!part.startsWith('http://')) {
      cell.append(part);
      continue;
    }
    const link = element('a', '', part);
    link.href = part;
    link.target = '_blank';
    link.rel = 'noopener';
    cell.append(link);
  }
  return cell;
}

let consoleScreen = '';

function showConsole(office) {
  $('console').hidden = !office;
  if (!office) return;
  $('console-link').href = office.url;
  $('share-path').textContent = office.share;
  const accounts = office.accounts.map((account) => {
    const pair = element('div');
    const value = element('dd');
    value.append(element('code', '', account.staff), ` ${account.name}`);
    pair.append(element('dt', '', t(account.role)), value);
    return pair;
  });
  const password = element('div');
  const value = element('dd');
  value.append(element('code', '', office.password));
  password.append(element('dt', '', t('page.password')), value);
  $('accounts').replaceChildren(...accounts, password);
  if (consoleScreen !== office.screen) {
    consoleScreen = office.screen;
    $('console-frame').src = `${office.url}/${office.screen}`;
  }
}

function show() {
  if (!view) return;
  const phase = $('phase');
  phase.dataset.phase = view.phase;
  put(phase, view.doing ? said(view.doing) : t(`page.phase.${view.phase}`));
  $('again').hidden = view.phase !== 'open' && view.phase !== 'failed';
  $('failure').hidden = !view.failure;
  put($('failure'), view.failure ?? '');
  view.phones.forEach(showPhone);
  showSteps(view.steps);
  showFiles(view.files);
  showTable(view.table);
  showConsole(view.office);
  // Templates that were filled in just now.
  for (const target of $('phones').querySelectorAll('[data-t]')) put(target, t(target.dataset.t));
}

function listen() {
  const events = new EventSource('events');
  let ready;
  events.onmessage = (message) => {
    const next = JSON.parse(message.data);
    // The page came before the office: a new load brings the console's session.
    if (ready === false && next.office) {
      events.close();
      window.location.reload();
      return;
    }
    ready = Boolean(next.office);
    view = next;
    $('lost').hidden = true;
    show();
  };
  events.onerror = () => {
    $('lost').hidden = false;
  };
}

$('language').addEventListener('click', async () => {
  language = language === 'ja' ? 'en' : 'ja';
  localStorage.setItem('language', language);
  showTexts();
  show();
  await ask('language', { language });
  phonesLanguage = language;
  show();
});
$('again').addEventListener('click', () => ask('again', {}));
$('viewer-close').addEventListener('click', () => $('viewer').close());
$('viewer').addEventListener('click', (click) => {
  if (click.target === $('viewer')) $('viewer').close();
});

fetch('texts.json')
  .then((answer) => answer.json())
  .then(async (loaded) => {
    texts = loaded;
    showTexts();
    if (language !== 'ja') await ask('language', { language });
    listen();
  });
