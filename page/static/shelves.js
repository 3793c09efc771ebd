// The library: its documents, those to search in, and what is on its way into it.

import { $, actions, announce, call, element, enter, fragment, onEnter, page, say, toast } from './base.js';
import { begin } from './asking.js';
import { open } from './reading.js';
import { start as startLibrary } from './main.js';

// The documents to search in: id to title. None means all.
export const chosen = new (class extends Map {
  set(...pair) { super.set(...pair); scope(); return this; }
  delete(id) { const had = super.delete(id); scope(); return had; }
  clear() {
    super.clear();
    scope();
    for (const box of document.querySelectorAll('[data-choose]')) box.checked = false;
  }
})();

function scope() {
  const line = $('#fn-scope');
  if (!line) return;
  line.hidden = !chosen.size;
  const [title] = chosen.values();
  const text = chosen.size === 1 ? `${say('ask.scope.one')}: ${title}` : say('ask.scope', { count: chosen.size });
  const all = element('button', { type: 'button', className: 'fn-quiet', textContent: say('ask.scope.clear') });
  all.dataset.do = 'all-documents';
  line.replaceChildren(element('span', { textContent: text }), all);
}

let shownPage = 1;
let turn = 0;
export async function list(number = shownPage) {
  const mine = ++turn;
  const told = await call('list', { words: $('#fn-find').value, page: number, chosen: [...chosen.keys()] });
  if (mine !== turn) return;
  shownPage = number;
  $('#fn-list').replaceChildren(
    told.error ? element('p', { className: 'fn-error', textContent: told.error }) : fragment(told.html));
}

export function libraries(all) {
  const options = all.map(({ key, name }) => element('option', { value: key, textContent: name, selected: key === page.library }));
  $('#fn-libraries').replaceChildren(...options);
}

// Go to another library. False when it is not there.
export async function change(key) {
  const before = page.library;
  page.library = key;
  chosen.clear();
  const trouble = await startLibrary();
  if (!trouble) { list(1); open({}, { moved: false }); return true; }
  toast(trouble);
  page.library = before;
  libraries([...$('#fn-libraries').options].map((one) => ({ key: one.value, name: one.textContent })));
  return false;
}

actions.page = (pressed) => list(Number(pressed.dataset.page));
actions['open-document'] = (pressed) => {
  enter('read');
  open({ document: pressed.closest('[data-document]').dataset.document });
};
actions['to-library'] = () => enter('library');
actions.remove = async (pressed) => {
  const id = pressed.closest('[data-document]').dataset.document;
  const told = await call('remove', { document: id });
  if (told.error) { toast(told.error); return; }
  chosen.delete(id);
  list();
  const run = async () => {
    const back = await call('undo');
    toast(back.error ?? say('library.put back', { title: back.title }));
    list();
  };
  toast(say('library.removed', { title: told.title }), { name: say('library.undo'), run });
};
actions['open-library'] = async (form) => {
  const told = await call('open_library', { folder: form.elements.folder.value });
  if (told.error) { toast(told.error); return; }
  form.reset();
  form.closest('details').open = false;
  if (await change(told.library)) begin();
  enter('library');
};
actions['add-url'] = async (form) => {
  const told = await call('add_url', { url: form.elements.url.value });
  if (told.error) { toast(told.error); return; }
  form.reset();
  follow();
};
actions['choose-files'] = () => choose(false);
actions['choose-folder'] = () => choose(true);

function choose(folder) {
  const field = element('input', { type: 'file', multiple: true, webkitdirectory: folder });
  field.onchange = () => add([...field.files].map((file) => ({ file, name: file.webkitRelativePath || file.name, outright: !folder })));
  field.click();
}

// Files that were dropped, and those in folders that were.
export async function dropped(transfer) {
  const items = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
  const entries = items.filter((item) => !(item instanceof File));
  const found = items.filter((item) => item instanceof File).map((file) => ({ file, name: file.name, outright: true }));
  const walk = async (entry, outright) => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null);
      if (file) found.push({ file, name: entry.fullPath.slice(1), outright });
      return;
    }
    const reader = entry.createReader();
    for (;;) { // a folder is read a hundred at a time
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => []);
      if (!some.length) return;
      for (const inner of some) await walk(inner, false);
    }
  };
  for (const entry of entries) await walk(entry, true);
  await add(found);
}

const GROUP = 16; // files that are sent side by side and then added together
let calledOff = 0; // how often: a drop after that is a new one
async function add(all) {
  const readable = all.filter(({ name, outright }) => outright || isRead(name));
  let skipped = all.length - readable.length;
  if (!readable.length) {
    toast(skipped ? say('add.skipped', { count: skipped }) : say('add.nothing'));
    return;
  }
  enter('library');
  const mine = calledOff;
  for (let first = 0; first < readable.length && mine === calledOff; first += GROUP) {
    progress({ sending: first, of: readable.length });
    const files = await Promise.all(readable.slice(first, first + GROUP).map(sent));
    const there = files.filter(Boolean);
    if (!there.length || mine !== calledOff) continue;
    const told = await call('add', { files: there, skipped });
    if (told.error) { toast(told.error); return; }
    skipped = 0;
    follow();
  }
  sending = null;
  follow();
}

async function sent({ file, name, outright }) {
  try {
    const { path } = await page.upload(file);
    return { path, name, outright };
  } catch {
    refused.push(say('add.too large', { name }));
    return null;
  }
}

const isRead = (name) => page.kinds.some((kind) => name.toLowerCase().endsWith(kind)) && !/(^|\/)\./.test(name);

// Follow what is being added until it is done.
let [following, run, seen, before, sending] = [false, 0, 0, 0, null];
const refused = [];
export async function follow() {
  if (following) return;
  following = true;
  for (;;) {
    const told = await call('adding', { run, since: seen });
    if (told.error) { toast(told.error); break; }
    if (told.run !== run) { // what is sent later than the rest is added is a run of its own there
      before = sending ? before + seen : 0;
      run = told.run;
    }
    seen = told.done;
    progress({ ...told, done: before + told.done, total: before + told.total });
    if (!told.running && !sending) { finished(told); break; }
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  following = false;
}

const tally = {};
function progress(told) {
  const box = $('#fn-adding');
  box.hidden = false;
  if (!$('#fn-steps') || box.dataset.done) {
    delete box.dataset.done;
    const cancel = element('button', { type: 'button', className: 'fn-button', textContent: say('add.cancel') });
    cancel.onclick = () => { calledOff++; call('cancel'); };
    box.replaceChildren(
      element('div', { className: 'fn-row' }, element('progress', { ariaLabel: say('library.region') }), element('span'), cancel),
      element('ul', { id: 'fn-steps' }));
  }
  if ('sending' in told) { sending = told; }
  const [bar, line] = [$('progress', box), $('span', box)];
  if (told.steps) {
    bar.max = Math.max(told.total, sending?.of ?? 0, 1);
    bar.value = told.done;
    const total = Math.max(told.total, sending?.of ?? 0);
    line.textContent = [say('add.progress', { done: told.done, total }), told.now].filter(Boolean).join(' · ');
    for (const step of told.steps) tally[step.outcome] = (tally[step.outcome] ?? 0) + 1;
    $('#fn-steps').prepend(...told.steps.map(stepped).reverse());
  } else {
    line.textContent = say('add.uploading', { done: told.sending, total: told.of });
  }
  $('#fn-steps').prepend(...refused.splice(0).map((reason) => stepped({ name: '', outcome: 'failed', reason })));
}

function stepped({ name, outcome, reason }) {
  const line = element('li', { className: `fn-step-${outcome}` },
    element('span', { className: 'fn-outcome', textContent: say(`add.${outcome}`) }), element('span', { textContent: reason || name }));
  return line;
}

function finished(told) {
  const said = Object.entries(tally).map(([outcome, count]) => `${count} ${say(`add.${outcome}`)}`);
  if (told.cancelled) said.push(say('add.cancelled'));
  if (told.skipped) said.push(say('add.skipped', { count: told.skipped }).replace(/\.$/, ''));
  for (const outcome of Object.keys(tally)) delete tally[outcome];
  before = 0;
  $('#fn-adding').dataset.done = true;
  if (!said.length) { $('#fn-adding').hidden = true; return; }
  const text = say('add.finished', { summary: said.join(', ') });
  $('#fn-adding span').textContent = text;
  $('#fn-adding progress').hidden = true;
  $('#fn-adding .fn-button').replaceWith(closing());
  announce(text);
  list();
  startLibrary();
  if (!$('.fn-reading')) open({}, { moved: false });
}

function closing() {
  const close = element('button', { type: 'button', className: 'fn-quiet', textContent: say('help.close') });
  close.onclick = () => { $('#fn-adding').hidden = true; $('#fn-adding').replaceChildren(); };
  return close;
}

onEnter('library', () => list());

export function listen() {
  let typing;
  $('#fn-find').addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => list(1), 150);
  });
  $('#fn-libraries').addEventListener('change', async (event) => { if (await change(event.target.value)) { begin(); enter('library'); } });
  document.addEventListener('change', ({ target }) => {
    if (!target.matches?.('[data-choose]')) return;
    const row = target.closest('[data-document]');
    if (target.checked) chosen.set(row.dataset.document, row.dataset.title); else chosen.delete(row.dataset.document);
  });
  if (!page.changes) return;
  for (const kind of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(kind, (event) => {
      if (![...event.dataTransfer.types].includes('Files')) return;
      event.preventDefault();
      document.body.classList.toggle('fn-dragging', kind === 'dragover');
      if (kind === 'dragover' && document.body.dataset.right !== 'library') enter('library');
      if (kind === 'drop') dropped(event.dataTransfer);
    });
  }
}
